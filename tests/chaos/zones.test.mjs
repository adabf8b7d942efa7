// Zones: records are changed while each process that holds a part of it is killed once, at each step between the API and the
// name servers; then a zone's whole life. Every change must be there once and wholly, on both servers, and one of them has
// to have answered all the time.
import assert from 'node:assert/strict';
import { Resolver } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { api, customer, ended, env, freshDomain, journal, runDir, sql, until } from '../system/panel.mjs';
import { becomes, nodes } from './checks.mjs';
import { disarm } from './failpoints.mjs';
import { chosen, insist, killAt, meant } from './kill.mjs';

const beforeNode = ['dns.committed', 'dns.relayed'];
const onNode = ['calls.staged', 'caller.calling', 'caller.called', 'calls.activated', 'calls.verified'];
const services = ['gateway', 'authz', 'tasks', 'dns', 'nats', 'postgres'];
const hands = ['tasks', 'nats', 'link', 'engine', 'caller', 'pdns'];

const ports = Object.fromEntries(readFileSync(join(runDir, 'ports.env'), 'utf8').trim().split('\n').map((line) => line.split('=')));
const servers = nodes.map((_, i) => {
  const resolver = new Resolver({ timeout: 1000, tries: 1 });
  resolver.setServers([`127.0.0.1:${ports[`DNS_PORT_${i + 1}`]}`]);
  return resolver;
});
/** What each server says; null: nothing. */
const everywhere = (ask) => Promise.all(servers.map((server) => ask(server).catch(() => null)));

/** Asks every server each 100 ms; it is a failure when none answers. Gives what the websites' prober gives. */
function startProber(name) {
  const result = { asked: 0, failed: [] };
  const under = new Set();
  const timer = setInterval(() => {
    const one = everywhere((server) => server.resolveSoa(name)).then((answers) => {
      result.asked += 1;
      if (!answers.some(Boolean)) result.failed.push(new Date().toISOString());
    }).finally(() => under.delete(one));
    under.add(one);
  }, 100);
  return { stop: async () => { clearInterval(timer); await Promise.all(under); return result; } };
}

const call = (method, path, body, key, more = {}) =>
  api(env.CUSTOMER_TOKEN, method, path, body, { 'idempotency-key': key, ...more }, 3000).catch((e) => ({ body: {}, why: e.message }));
const show = async (id) => (await customer('GET', `/api/v1/zones/${id}`)).body.zone;

/** What the services' tables hold of a zone. */
const records = ({ id }) => JSON.parse(sql(`select json_build_object(
  'state', (select state from dns.zones where id = '${id}'),
  'servers', (select json_agg(distinct state) from dns.zone_nodes where zone_id = '${id}'),
  'others', (select count(*) from tasks.task where object_id = '${id}' and state in ('queued', 'running')),
  'changes', (select count(*) from dns.changes where zone_id = '${id}'),
  'audited', (select count(*) from audit.records where target_id = '${id}' and action = 'zone.change'),
  'claims', (select count(*) from authz.claims where resource_id = '${id}' and state = 'confirmed'),
  'unsaid', (select count(*) from dns.outbox) + (select count(*) from tasks.outbox) + (select count(*) from authz.outbox))`));

/** Every task of a change has ended well. A name server that was killed meanwhile may have failed it: then it is told again. */
async function done(zone, taskIds, forgiving) {
  for (const id of taskIds) {
    const { state, message } = await ended(env.CUSTOMER_TOKEN, id, 60);
    if (state === 'success') continue;
    assert.ok(forgiving && state === 'failed' && message, `${state}: ${message}`);
    const again = await customer('POST', `/api/v1/zones/${zone.id}/retry`, {});
    assert.equal(again.status, 202, JSON.stringify(again.body));
    for (const next of again.body.taskIds) assert.equal((await ended(env.CUSTOMER_TOKEN, next, 60)).state, 'success');
    return;
  }
}

let zone, prober;
let changes = 0; // that were accepted

before(async () => {
  disarm();
  const made = await customer('POST', '/api/v1/zones', { name: freshDomain('names') });
  assert.equal(made.status, 202, JSON.stringify(made.body));
  for (const id of made.body.taskIds) assert.equal((await ended(env.CUSTOMER_TOKEN, id)).state, 'success');
  zone = made.body.zone;
  prober = startProber(zone.name);
});
after(async () => {
  disarm();
  await prober?.stop();
});

for (const [steps, victims] of [[beforeNode, services], [onNode, hands]]) {
  for (const step of chosen(steps)) {
    for (const victim of victims.filter(meant)) {
      test(`a record changed at ${step}, ${victim} killed`, async () => {
        const word = `word-${changes + 1}`;
        const record = { name: 'text', type: 'TXT', data: `"${word}"` };
        const body = { changes: [{ op: changes ? 'replace' : 'add', record }] };
        const answer = await killAt(step, victim, () => insist(word, () => call('POST', `/api/v1/zones/${zone.id}/changes`, body, `${zone.id}-${word}`)));
        assert.equal(answer.status, 202, JSON.stringify(answer.body));
        changes += 1;
        await done(zone, answer.body.taskIds, victim === 'pdns');
        await becomes('the records of the zone', () => records(zone),
          { state: 'active', servers: ['active'], others: 0, changes: changes + 1, audited: changes, claims: 1, unsaid: 0 });
        const { serial } = await show(zone.id);
        await until('every server to have it', async () => (await everywhere((server) => server.resolveTxt(`text.${zone.name}`)))
          .every((answers) => JSON.stringify(answers) === `[["${word}"]]`));
        assert.deepEqual((await everywhere((server) => server.resolveSoa(zone.name))).map((soa) => soa.serial), servers.map(() => serial));
      });
    }
  }
}

test('one of the servers answered all the time', async () => {
  const { asked, failed } = await prober.stop();
  assert.ok(asked > 0, `asked ${asked} times`);
  assert.deepEqual(failed, []);
});

const verbs = [
  { name: 'create', method: 'POST', path: () => '/api/v1/zones', state: 'active', there: true },
  { name: 'sign', method: 'POST', path: ({ id }) => `/api/v1/zones/${id}/dnssec`, state: 'active', there: true },
  { name: 'delete', method: 'DELETE', path: ({ id }) => `/api/v1/zones/${id}`, state: 'deleted', there: false },
  { name: 'undelete', method: 'POST', path: ({ id }) => `/api/v1/zones/${id}/undelete`, state: 'active', there: true },
  { name: 'delete again', method: 'DELETE', path: ({ id }) => `/api/v1/zones/${id}`, state: 'deleted', there: false },
  { name: 'purge', method: 'POST', path: ({ id }) => `/api/v1/zones/${id}/purge`, state: 'purged', there: false },
];

for (const step of chosen(['dns.committed', 'calls.activated'])) {
  for (const victim of ['dns', 'tasks', 'engine', 'postgres'].filter(meant)) {
    const name = freshDomain('life');
    let one;
    for (const verb of verbs) {
      test(`${verb.name} a zone at ${step}, ${victim} killed`, async () => {
        const body = verb.method === 'DELETE' ? undefined : verb.name === 'create' ? { name } : {};
        const key = `${name}-${verb.name.replaceAll(' ', '-')}`;
        const answer = await killAt(step, victim, () => insist(key, () => call(verb.method, verb.path(one), body, key)));
        assert.equal(answer.status, 202, JSON.stringify(answer.body));
        one ??= answer.body.zone;
        await done(one, answer.body.taskIds);
        await becomes(`${name} to be ${verb.state}`, () => sql(`select state from dns.zones where id = '${one.id}'`), verb.state);
        await until(`servers to ${verb.there ? '' : 'not '}answer`, async () =>
          (await everywhere((server) => server.resolveSoa(name))).every((soa) => Boolean(soa) === verb.there));
        if (verb.name === 'purge') {
          for (const node of nodes) {
            assert.deepEqual(journal(node, `select id from objects where length(desired) > 0 and id in (${resources(one)})`), [], `${node} has forgotten it`);
          }
          await becomes('its name to be free', () => sql(`select count(*) from authz.claims where resource_id = '${one.id}'`), '0');
        }
      });
    }
  }
}

const resources = ({ id }) => sql(`select string_agg(quote_literal(id::text), ',') from dns.zone_nodes where zone_id = '${id}'`) || "''";
