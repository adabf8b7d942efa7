// A signed zone below a signed one: what the parent zone has of it decides what may be done. Its keys change and it leaves
// DNSSEC without an answer in between that doesn't validate.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { api, customer, ended, env, onNode, runDir, sql, supervised, until } from './panel.mjs';

const ports = Object.fromEntries(readFileSync(join(runDir, 'ports.env'), 'utf8').trim().split('\n').map((line) => line.split('=')));
const servers = Array.from({ length: Number(env.NODES) }, (_, i) => Number(ports[`DNS_PORT_${i + 1}`]));
const settingsFile = join(runDir, 'etc/dns/config.yaml');
const settings = readFileSync(settingsFile, 'utf8');

/** Whom the service asks what parent zones have; both zones' name server answers for the upper one. */
async function resolver(address) {
  const { uid, gid } = statSync(settingsFile);
  writeFileSync(settingsFile, address ? `${settings.replace(/^resolver:.*\n/m, '')}resolver: "${address}"\n` : settings);
  chownSync(settingsFile, uid, gid);
  supervised.restart('dns');
  await until('zones again', async () => (await customer('GET', '/api/v1/zones')).status === 200, 30);
}

before(() => resolver(`127.0.0.1:${servers[0]}`));
after(() => resolver(''));

const parent = `parent-${randomBytes(4).toString('hex')}.example`;
const child = `child.${parent}`;
const zones = {};

async function well(answer) {
  assert.equal(answer.status, 202, JSON.stringify(answer.body));
  for (const id of answer.body.taskIds) assert.equal((await ended(env.CUSTOMER_TOKEN, id)).state, 'success');
  return answer.body;
}
const create = async (name) => {
  zones[name] = (await well(await customer('POST', '/api/v1/zones', { name, settings: { defaultTtl: 30, negativeTtl: 30 } }))).zone;
};
const change = async (name, ...changes) => well(await customer('POST', `/api/v1/zones/${zones[name].id}/changes`, { changes }));
const dnssec = async (name) => (await customer('GET', `/api/v1/zones/${zones[name].id}/dnssec`)).body.dnssec;
const step = (method, path, body) => customer(method, `/api/v1/zones/${zones[child].id}/dnssec${path}`, body);
const record = (op, type, data) => ({ op, record: { name: 'child', type, ...(data ? { data } : {}) } });
const dig = (port, name, type) => execFileSync('dig', ['@127.0.0.1', '-p', String(port), '+short', '+norecurse', '+tries=1', '+time=3', name, type], { encoding: 'utf8' }).trim().split('\n').filter(Boolean);

/** What who trusts the parent zone's key alone makes of an answer. */
function validates(anchor, port) {
  const [flags, protocol, algorithm, key] = anchor.split(' ');
  const file = join(mkdtempSync(join(tmpdir(), 'anchor-')), 'keys');
  writeFileSync(file, `trust-anchors { "${parent}." static-key ${flags} ${protocol} ${algorithm} "${key}"; };\n`);
  return execFileSync('delv', ['@127.0.0.1', '-p', String(port), '-a', file, `+root=${parent}.`, child, 'A'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
let anchor;
const secure = () => servers.forEach((port) => assert.match(validates(anchor, port), /fully validated/));

test('a zone whose DS the parent zone has is secure, and isn\'t switched off', async () => {
  await create(parent);
  await create(child);
  await change(child, { op: 'add', record: { name: '@', type: 'A', data: '192.0.2.1' } });
  await change(parent, ...zones[child].nameServers.map((name) => record('add', 'NS', `${name}.`)));
  await well(await customer('POST', `/api/v1/zones/${zones[parent].id}/dnssec`, {}));
  anchor = (await dnssec(parent)).keys[0].dnskey;
  await well(await step('POST', '', {}));
  const on = await dnssec(child);
  assert.equal(on.state, 'unpublished');
  assert.ok(on.parentAskedAt, 'the parent zone answered');
  assert.deepEqual(on.parentDs, []);
  await change(parent, record('add', 'DS', on.ds[0]));
  const known = await dnssec(child);
  assert.equal(known.state, 'secure');
  assert.deepEqual(known.parentDs, known.ds);
  assert.equal(known.nextStep, '');
  secure();
  const refused = await step('DELETE', '');
  assert.equal(refused.status, 409);
  assert.match(refused.body.detail, /DS record/);
});

test('a new key is named above when every cache knows it; the old one goes when nobody names it; all validates meanwhile', async () => {
  const old = await dnssec(child);
  await well(await step('POST', '/rollover', {}));
  const fresh = await dnssec(child);
  assert.equal(fresh.state, 'rolling');
  assert.equal(fresh.ready, false);
  assert.deepEqual(fresh.cds, old.ds, 'the new one isn\'t everywhere yet');
  assert.match(fresh.nextStep, /known to everybody first/);
  secure();
  assert.equal((await step('POST', '/rollover', {})).status, 409);
  sql(`update dns.keys set announce_at = now() where zone_id = '${zones[child].id}' and announce_at is not null`);
  const told = await until('the new key to be announced', async () => {
    const now = await dnssec(child);
    return now.cds[0] === now.ds[0] && now;
  }, 40);
  await until('CDS at the servers', () => servers.every((port) => dig(port, child, 'CDS')[0]?.toLowerCase().startsWith(told.ds[0].slice(0, 20))), 30);
  assert.notDeepEqual(told.ds, old.ds);
  await change(parent, record('add', 'DS', told.ds[0]));
  assert.equal((await dnssec(child)).ready, false, 'the old one is named still');
  secure();
  assert.equal((await step('POST', '/rollover', {})).status, 409);
  await change(parent, record('remove', 'DS', old.ds[0]));
  assert.equal((await dnssec(child)).ready, true);
  secure();
  await well(await step('POST', '/rollover', {}));
  const rolled = await dnssec(child);
  assert.equal(rolled.state, 'secure');
  assert.deepEqual(rolled.keys.map((k) => k.ds), [told.ds]);
  secure();
});

test('it leaves by its own word: CDS says so, the parent zone follows, then it is signed no more', async () => {
  await well(await step('DELETE', '?announce=true'));
  const leaving = await dnssec(child);
  assert.equal(leaving.state, 'leaving');
  assert.equal(leaving.ready, false);
  secure();
  assert.equal((await step('DELETE', '')).status, 409);
  for (const port of servers) assert.deepEqual(dig(port, child, 'CDS'), ['0 0 0 00']);
  await change(parent, record('remove', 'DS'));
  assert.equal((await dnssec(child)).ready, true);
  await well(await step('DELETE', ''));
  assert.equal((await dnssec(child)).state, 'off');
  servers.forEach((port) => assert.match(validates(anchor, port), /unsigned answer/));
});

test('a signed zone on one node gets the second with its next key, and every node validates', async (t) => {
  if (servers.length < 2) return t.skip('there is one node');
  const { token, body: { organisationId } } = onNode('n1');
  const name = `lonely-${randomBytes(4).toString('hex')}.example`;
  const made = await api(token, 'POST', '/api/v1/zones', { name, organisationId, nodeIds: ['n1'] });
  assert.equal(made.status, 202, JSON.stringify(made.body));
  const { id } = made.body.zone;
  const walk = async (path, body) => well(await customer('POST', `/api/v1/zones/${id}/dnssec${path}`, body));
  await walk('', {});
  await walk('/rollover', {});
  assert.equal((await customer('GET', `/api/v1/zones/${id}`)).body.zone.servers.length, 1, 'it has the old key nowhere');
  await walk('/rollover', { force: true });
  const { zone } = (await customer('GET', `/api/v1/zones/${id}`)).body;
  assert.deepEqual(zone.servers.map((s) => s.nodeId).sort(), ['n1', 'n2']);
  const { keys } = (await customer('GET', `/api/v1/zones/${id}/dnssec`)).body.dnssec;
  const [flags, protocol, algorithm, key] = keys[0].dnskey.split(' ');
  const file = join(mkdtempSync(join(tmpdir(), 'anchor-')), 'keys');
  writeFileSync(file, `trust-anchors { "${name}." static-key ${flags} ${protocol} ${algorithm} "${key}"; };\n`);
  for (const port of servers) {
    const said = execFileSync('delv', ['@127.0.0.1', '-p', String(port), '-a', file, `+root=${name}.`, name, 'NS'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    assert.match(said, /fully validated/);
    assert.match(said, /ns2\.panel\.example/);
  }
});
