// Name servers outside: who transfers a zone with its key, who doesn't, and what the zone above is told.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { randomBytes } from 'node:crypto';
import { anotherOrganisation, api, customer, ended, env, runDir, sql, until } from './panel.mjs';

const ports = Object.fromEntries(readFileSync(join(runDir, 'ports.env'), 'utf8').trim().split('\n').map((line) => line.split('=')));
const servers = Array.from({ length: Number(env.NODES) }, (_, i) => Number(ports[`DNS_PORT_${i + 1}`]));
const own = Object.values(networkInterfaces()).flat().find((a) => a.family === 'IPv4' && !a.internal)?.address;

const digAt = (address, port, name, type, ...more) =>
  execFileSync('dig', [`@${address}`, '-p', String(port), '+norecurse', '+tries=1', '+time=3', ...more, name, type], { encoding: 'utf8' });
const dig = (port, name, type, ...more) => digAt('127.0.0.1', port, name, type, '+short', ...more).trim().split('\n').filter(Boolean);
const serial = (address, port, name) => Number(digAt(address, port, name, 'SOA', '+short').split(' ')[2]);
const add = (name, type, data, more) => ({ op: 'add', record: { name, type, data, ...more } });

const settled = (id) => until(`zone ${id} to be active`, async () => {
  const { zone } = (await customer('GET', `/api/v1/zones/${id}`)).body;
  return zone?.state === 'active' ? zone : null;
}, 60);

async function well(answer) {
  assert.equal(answer.status, 202, JSON.stringify(answer.body));
  for (const id of answer.body.taskIds) {
    const task = await ended(env.CUSTOMER_TOKEN, id, 60);
    assert.equal(task.state, 'success', JSON.stringify(task));
  }
  return answer.body;
}

async function createZone(settings = {}) {
  const made = await customer('POST', '/api/v1/zones', { name: `second-${randomBytes(5).toString('hex')}.example`, settings });
  assert.equal(made.status, 202, JSON.stringify(made.body));
  return settled(made.body.zone.id);
}

const change = async (zone, ...changes) => well(await customer('POST', `/api/v1/zones/${zone.id}/changes`, { changes }));
const dnssec = async (zone) => (await customer('GET', `/api/v1/zones/${zone.id}/dnssec`)).body.dnssec;

const freePort = () => new Promise((resolve, reject) => {
  const server = createServer();
  server.on('error', reject);
  server.listen(0, own ?? '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

const running = [];
after(() => running.forEach((stop) => stop()));

/** A name server of somebody else's that is a secondary for one zone of a node's; { port, stop }. */
async function startSecondary(zone, primaryPort, key) {
  const dir = mkdtempSync(join(tmpdir(), 'secondary-'));
  const port = await freePort();
  const database = join(dir, 'zones.sqlite');
  const statements = (text) => execFileSync('sqlite3', [database], { input: text, stdio: ['pipe', 'ignore', 'inherit'] });
  statements(readFileSync('/usr/share/doc/pdns-backend-sqlite3/schema.sqlite3.sql', 'utf8'));
  statements(`insert into domains (name, type, master) values ('${zone}', 'SLAVE', '127.0.0.1:${primaryPort}');
    insert into tsigkeys (name, algorithm, secret) values ('${key.name}', '${key.algorithm}', '${key.secret}');
    insert into domainmetadata (domain_id, kind, content) select id, 'AXFR-MASTER-TSIG', '${key.name}' from domains;`);
  writeFileSync(join(dir, 'pdns.conf'), [
    'launch=gsqlite3', `gsqlite3-database=${database}`, 'gsqlite3-dnssec=yes', 'daemon=no', 'guardian=no', `socket-dir=${dir}`,
    `local-address=${own}`, `local-port=${port}`, `query-local-address=127.0.0.1`, 'secondary=yes', 'secondary-do-renotify=no',
    'allow-notify-from=127.0.0.1,' + own, 'xfr-cycle-interval=3600', 'security-poll-suffix=', 'cache-ttl=0', 'query-cache-ttl=0', 'negquery-cache-ttl=0', 'loglevel=5', '',
  ].join('\n'));
  const child = spawn('pdns_server', [`--config-dir=${dir}`], { stdio: ['ignore', 'pipe', 'pipe'] });
  let words = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (words += piece));
  let stopped = false;
  const stop = () => {
    if (stopped) return;
    stopped = true;
    child.kill('SIGKILL');
    rmSync(dir, { recursive: true, force: true });
  };
  running.push(stop);
  await until('the secondary to listen', () => digAt(own, port, zone, 'SOA').includes('status:'), 20);
  return { port, stop, words: () => words };
}

test('a zone is transferred with its key, whole and as changes, from every node, and without it from none', async () => {
  const zone = await createZone();
  await change(zone, add('@', 'A', '192.0.2.1'));
  for (const port of servers) assert.match(digAt('127.0.0.1', port, zone.name, 'AXFR'), /Transfer failed/);
  const made = await well(await customer('POST', `/api/v1/zones/${zone.id}/secondaries`, { address: '192.0.2.53' }));
  const { secondary, tsigSecret } = made;
  const key = `${secondary.tsigAlgorithm}:${secondary.tsigName}:${tsigSecret}`;
  const before = (await settled(zone.id)).serial;
  await change(zone, add('new', 'A', '192.0.2.7'));
  for (const port of servers) {
    assert.match(digAt('127.0.0.1', port, zone.name, 'AXFR', '-y', key), /new\.second-\S+\s+\d+\s+IN\s+A\s+192\.0\.2\.7/);
    assert.match(digAt('127.0.0.1', port, zone.name, `IXFR=${before}`, '-y', key), /192\.0\.2\.7/);
    assert.match(digAt('127.0.0.1', port, zone.name, 'AXFR'), /Transfer failed/);
    const wrong = `${secondary.tsigAlgorithm}:${secondary.tsigName}:${Buffer.alloc(32, 7).toString('base64')}`;
    assert.match(digAt('127.0.0.1', port, zone.name, 'AXFR', '-y', wrong), /Transfer failed|BADSIG|NOTAUTH/);
  }
  await well(await customer('DELETE', `/api/v1/zones/${zone.id}`));
  for (const port of servers) assert.match(digAt('127.0.0.1', port, zone.name, 'AXFR', '-y', key), /Transfer failed|BADKEY|NOTAUTH/);
  await well(await customer('POST', `/api/v1/zones/${zone.id}/undelete`, {}));
  for (const port of servers) assert.match(digAt('127.0.0.1', port, zone.name, 'AXFR', '-y', key), /192\.0\.2\.7/, 'brought back with its key');
  await well(await customer('DELETE', `/api/v1/zones/${zone.id}/secondaries/${secondary.id}`));
  for (const port of servers) assert.match(digAt('127.0.0.1', port, zone.name, 'AXFR', '-y', key), /Transfer failed|BADKEY|NOTAUTH/);
  assert.deepEqual((await customer('GET', `/api/v1/zones/${zone.id}/secondaries`)).body.secondaries ?? [], []);
});

test('a real secondary follows every change by NOTIFY, stands in the NS records, and the check asks it', async (t) => {
  if (!own) return t.skip('this machine has no address but the loopback');
  const zone = await createZone();
  const key = { name: `transfer.${zone.name}`, algorithm: 'hmac-sha384', secret: randomBytes(48).toString('base64') };
  const other = await startSecondary(zone.name, servers[0], key);
  const made = await well(await customer('POST', `/api/v1/zones/${zone.id}/secondaries`, {
    address: own, port: other.port, notify: true, nameServer: 'ns.elsewhere.example', tsigName: key.name, tsigAlgorithm: key.algorithm, tsigSecret: key.secret,
  }));
  assert.ok(!made.tsigSecret);
  for (const port of servers) assert.ok(dig(port, zone.name, 'NS').includes('ns.elsewhere.example.'));
  const first = await settled(zone.id);
  await until(`the secondary to have serial ${first.serial}: ${other.words()}`, () => serial(own, other.port, zone.name) === first.serial, 30);
  const done = await change(zone, add('followed', 'A', '192.0.2.77'));
  await until('the secondary to follow', () => serial(own, other.port, zone.name) === done.zone.serial, 30);
  assert.match(digAt(own, other.port, `followed.${zone.name}`, 'A', '+short'), /192\.0\.2\.77/);
  const check = (await customer('GET', `/api/v1/zones/${zone.id}/servers`)).body;
  assert.deepEqual(check.secondaries.map((s) => [s.address, s.port, s.answers, s.inStep, s.serial]), [[own, other.port, true, true, done.zone.serial]]);
  other.stop();
  const gone = (await customer('GET', `/api/v1/zones/${zone.id}/servers`)).body;
  assert.equal(gone.inStep, true, 'it is not the panel\'s fault');
  assert.equal(gone.secondaries[0].inStep, false);
  assert.ok(gone.secondaries[0].message);
});

test('secrets are told once: not in lists, history, audit records, rows or to others', async () => {
  const zone = await createZone();
  const headers = { 'idempotency-key': randomBytes(8).toString('hex') };
  const made = await well(await customer('POST', `/api/v1/zones/${zone.id}/secondaries`, { address: '192.0.2.99' }, headers));
  assert.equal(Buffer.from(made.tsigSecret, 'base64').length, 32);
  const again = await customer('POST', `/api/v1/zones/${zone.id}/secondaries`, { address: '192.0.2.99' }, headers);
  assert.equal(again.status, 409, 'its answer is not kept');
  for (const path of [`/api/v1/zones/${zone.id}/secondaries`, `/api/v1/zones/${zone.id}/changes`, `/api/v1/zones/${zone.id}`, `/api/v1/audit?targetId=${zone.id}`]) {
    const answer = await customer('GET', path);
    if (answer.status !== 200) continue;
    assert.ok(!JSON.stringify(answer.body).includes(made.tsigSecret), path);
  }
  for (const table of ['dns.outbox', 'dns.secondaries', 'dns.changes', 'audit.records', 'tasks.task'])
    if (sql(`select to_regclass('${table}')`)) assert.equal(sql(`select count(*) from ${table} x where position('${made.tsigSecret}' in x::text) > 0`), '0', table);
  const other = await anotherOrganisation();
  assert.equal((await api(other.token, 'GET', `/api/v1/zones/${zone.id}/secondaries`)).status, 404);
  assert.equal((await api(other.token, 'DELETE', `/api/v1/zones/${zone.id}/secondaries/${made.secondary.id}`)).status, 404);
});

const refused = { '127.0.0.1': 'address', '::1': 'address', '169.254.169.254': 'address', '0.0.0.0': 'address', '224.0.0.251': 'address', 'fe80::1': 'address', '::ffff:127.0.0.1': 'address', 'localhost': 'address', '2130706433': 'address' };
for (const [address, field] of Object.entries(refused)) {
  test(`${address} is no secondary`, async () => {
    const zone = await createZone();
    const answer = await customer('POST', `/api/v1/zones/${zone.id}/secondaries`, { address });
    assert.equal(answer.status, 400, JSON.stringify(answer.body));
    assert.equal(answer.body.violations[0].field, field);
  });
}

test('a signed zone tells the zone above what to have for DS, signed, on every node; and when it is to have none', async () => {
  const zone = await createZone();
  await well(await customer('POST', `/api/v1/zones/${zone.id}/dnssec`, {}));
  const on = await dnssec(zone);
  const squeezed = (line) => [...line.split(' ').slice(0, 3), line.split(' ').slice(3).join('')].join(' ');
  const said = (port, type) => dig(port, zone.name, type).map(squeezed);
  for (const port of servers) {
    assert.deepEqual(said(port, 'CDS').map((line) => line.toLowerCase()), on.ds);
    assert.deepEqual(said(port, 'CDNSKEY'), on.keys.map((k) => k.dnskey));
    for (const type of ['CDS', 'CDNSKEY']) assert.ok(dig(port, zone.name, type, '+dnssec').some((line) => line.startsWith(`${type} 13 `)), `${type} is signed`);
  }
  await well(await customer('DELETE', `/api/v1/zones/${zone.id}/dnssec?announce=true`));
  assert.equal((await dnssec(zone)).state, 'leaving');
  for (const port of servers) {
    assert.deepEqual(said(port, 'CDS'), ['0 0 0 00']);
    assert.deepEqual(said(port, 'CDNSKEY'), ['0 3 0 AA==']);
    assert.ok(dig(port, zone.name, 'SOA', '+dnssec').some((line) => line.startsWith('SOA 13 ')), 'still signed');
  }
  await well(await customer('POST', `/api/v1/zones/${zone.id}/dnssec`, {}));
  for (const port of servers) assert.deepEqual(said(port, 'CDNSKEY'), on.keys.map((k) => k.dnskey));
  await well(await customer('DELETE', `/api/v1/zones/${zone.id}/dnssec?force=true`));
  for (const port of servers) for (const type of ['CDS', 'CDNSKEY', 'DNSKEY']) assert.deepEqual(said(port, type), []);
});
