// The installation's catalog: a name server outside that knows nothing but it serves every zone, old and new.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { admin, customer, ended, env, runDir, supervised, until } from './panel.mjs';

const ports = Object.fromEntries(readFileSync(join(runDir, 'ports.env'), 'utf8').trim().split('\n').map((line) => line.split('=')));
const servers = Array.from({ length: Number(env.NODES) }, (_, i) => Number(ports[`DNS_PORT_${i + 1}`]));
const own = Object.values(networkInterfaces()).flat().find((a) => a.family === 'IPv4' && !a.internal)?.address;
const settingsFile = join(runDir, 'etc/dns/config.yaml');
const settings = readFileSync(settingsFile, 'utf8');
const name = `catalog-${randomBytes(4).toString('hex')}.example`;

async function set(more) {
  const { uid, gid } = statSync(settingsFile);
  writeFileSync(settingsFile, settings + more);
  chownSync(settingsFile, uid, gid);
  supervised.restart('dns');
  await until('zones again', async () => (await customer('GET', '/api/v1/zones')).status === 200, 30);
}

let consumer, catalog, old, made;
before(() => set(`catalog: "${name}"\n`));
after(async () => {
  consumer?.stop();
  await set('');
});

const dig = (address, port, ...words) => execFileSync('dig', [`@${address}`, '-p', String(port), '+norecurse', '+tries=1', '+time=3', ...words], { encoding: 'utf8' });
const serial = (address, port, zone) => Number(dig(address, port, '+short', zone, 'SOA').split(' ')[2]);
const well = async (token, answer) => {
  assert.equal(answer.status, 202, JSON.stringify(answer.body));
  for (const id of answer.body.taskIds) {
    const task = await ended(token, id, 60);
    assert.equal(task.state, 'success', JSON.stringify(task));
  }
  return answer.body;
};
const createZone = async () => (await well(env.CUSTOMER_TOKEN, await customer('POST', '/api/v1/zones', { name: `member-${randomBytes(5).toString('hex')}.example` }))).zone;

/** A name server that consumes the catalog of the first node. */
async function startConsumer(key, port) {
  const dir = mkdtempSync(join(tmpdir(), 'consumer-'));
  const statements = (text) => execFileSync('sqlite3', [join(dir, 'zones.sqlite')], { input: text, stdio: ['pipe', 'ignore', 'inherit'] });
  statements(readFileSync('/usr/share/doc/pdns-backend-sqlite3/schema.sqlite3.sql', 'utf8'));
  statements(`insert into domains (name, type, master) values ('${name}', 'CONSUMER', '127.0.0.1:${servers[0]}');
    insert into tsigkeys (name, algorithm, secret) values ('${key.name}', '${key.algorithm}', '${key.secret}');
    insert into domainmetadata (domain_id, kind, content) select id, 'AXFR-MASTER-TSIG', '${key.name}' from domains;`);
  writeFileSync(join(dir, 'pdns.conf'), [
    'launch=gsqlite3', `gsqlite3-database=${join(dir, 'zones.sqlite')}`, 'gsqlite3-dnssec=yes', 'daemon=no', 'guardian=no', `socket-dir=${dir}`,
    `local-address=${own}`, `local-port=${port}`, `query-local-address=${own}`, 'secondary=yes', `allow-notify-from=127.0.0.1,${own}`,
    'xfr-cycle-interval=2', 'zone-cache-refresh-interval=0', 'security-poll-suffix=', 'cache-ttl=0', 'query-cache-ttl=0', 'negquery-cache-ttl=0', '',
  ].join('\n'));
  const child = spawn('pdns_server', [`--config-dir=${dir}`], { stdio: 'ignore' });
  await until('the consumer to listen', () => dig(own, port, 'x.example', 'SOA').includes('status:'), 20);
  return { port, stop: () => { child.kill('SIGKILL'); rmSync(dir, { recursive: true, force: true }); } };
}

const freePort = () => new Promise((resolve, reject) => {
  const server = createServer();
  server.on('error', reject);
  server.listen(0, own, () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

test('nobody but operators makes the catalog, and nothing but it is transferred without a key', async () => {
  old = await createZone();
  assert.equal((await customer('POST', '/api/v1/zones', { name })).status, 400);
  assert.equal((await customer('POST', '/api/v1/zones', { name: `x.${name}` })).status, 400);
  const keyless = await customer('POST', `/api/v1/zones/${old.id}/secondaries`, { address: '192.0.2.1', keyless: true });
  assert.equal(keyless.status, 400);
  assert.equal(keyless.body.violations[0].field, 'keyless');
  const nodeIds = servers.map((_, i) => `n${i + 1}`);
  catalog = (await well(env.ADMIN_TOKEN, await admin('POST', '/api/v1/zones', { name, nodeIds }))).zone;
});

test('a consumer gets all members with their records, and follows what comes and goes', async (t) => {
  if (!own) return t.skip('this machine has no address but the loopback');
  const port = await freePort();
  const { secondary, tsigSecret } = await well(env.ADMIN_TOKEN, await admin('POST', `/api/v1/zones/${catalog.id}/secondaries`, { address: own, port, notify: true, keyless: true }));
  consumer = await startConsumer({ name: secondary.tsigName, algorithm: secondary.tsigAlgorithm, secret: tsigSecret }, port);
  const key = `${secondary.tsigAlgorithm}:${secondary.tsigName}:${tsigSecret}`;
  await until('the catalog to list an old zone', () => dig('127.0.0.1', servers[0], '-y', key, name, 'AXFR').split(/\s+/).includes(`${old.name}.`), 60);
  assert.match(dig('127.0.0.1', servers[0], name, 'AXFR'), /Transfer failed/);
  await until('members to be transferred with the same key', () => dig('127.0.0.1', servers[0], '-y', key, old.name, 'AXFR').includes('SOA'), 60);
  await until('the consumer to serve the old zone', () => serial(own, port, old.name) > 0, 90);
  made = await createZone();
  const { zone } = await well(env.CUSTOMER_TOKEN, await customer('POST', `/api/v1/zones/${made.id}/changes`, { changes: [{ op: 'add', record: { name: 'here', type: 'A', data: '192.0.2.9' } }] }));
  await until('the consumer to serve the new one', () => serial(own, port, made.name) === zone.serial, 120);
  assert.match(dig(own, port, '+short', `here.${made.name}`, 'A'), /192\.0\.2\.9/);
  await well(env.CUSTOMER_TOKEN, await customer('DELETE', `/api/v1/zones/${made.id}`));
  await until('the consumer to forget it', () => !dig(own, port, made.name, 'SOA').includes('ANSWER: 1'), 120);
});

test('serials that a server makes by itself are no drift, and the catalog can change further', async () => {
  const check = (await admin('GET', `/api/v1/zones/${catalog.id}/servers`)).body;
  assert.equal(check.inStep, true, JSON.stringify(check));
  const etag = (await admin('GET', `/api/v1/zones/${catalog.id}`)).body.zone.etag;
  await well(env.ADMIN_TOKEN, await admin('PATCH', `/api/v1/zones/${catalog.id}`, { settings: { refreshS: 60 } }, { 'if-match': `"${etag}"` }));
  const { secondaries } = (await admin('GET', `/api/v1/zones/${catalog.id}/secondaries`)).body;
  for (const one of secondaries) await well(env.ADMIN_TOKEN, await admin('DELETE', `/api/v1/zones/${catalog.id}/secondaries/${one.id}`));
});
