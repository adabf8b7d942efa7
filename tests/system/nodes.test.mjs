// Nodes in people's hands: health, settings, suspension, limits, and what placement makes of them. Needs two nodes.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { admin, anotherOrganisation, api, createWebsite, customer, ended, env, freshDomain, onNode, supervised, until } from './panel.mjs';

const node = async (id) => (await admin('GET', `/api/v1/nodes/${id}`)).body.node;
const patch = async (id, settings, etag) => admin('PATCH', `/api/v1/nodes/${id}`, { settings }, { 'if-match': `"${etag ?? (await node(id)).etag}"` });
const suspend = (id, reason = 'a fan is loud') => admin('POST', `/api/v1/nodes/${id}/suspend`, { reason });
const resume = (id) => admin('POST', `/api/v1/nodes/${id}/resume`, {});
const create = (nodeId) => admin('POST', '/api/v1/websites', { domain: freshDomain('nodes'), ...(nodeId && { nodeId }) });
const all = async () => (await admin('GET', '/api/v1/nodes?limit=200')).body.nodes;

let other;
before(async () => { other = await anotherOrganisation(); });
after(async () => {
  for (const { id, state } of await all()) {
    await patch(id, { websiteLimit: 0, onlyChosen: false, location: '', description: '' });
    if (state === 'suspended') await resume(id);
  }
});

test('every node says how it is', async () => {
  const nodes = await all();
  assert.ok(nodes.length >= 2);
  for (const one of nodes) {
    assert.equal(one.health, 'healthy', JSON.stringify(one.reasons));
    assert.deepEqual(one.reasons, []);
    assert.ok(one.cores > 0 && Number(one.uptimeS) > 0 && Number(one.diskTotal) > 0 && Number(one.memoryTotal) > 0);
    assert.ok(Math.abs(Number(one.clockOffsetMs)) < 5000);
    assert.deepEqual([...one.capabilities].sort(), ['dns', 'website']);
    assert.equal(one.services.length, 2);
    for (const daemon of one.services) assert.ok(daemon.alive && /\d/.test(daemon.version), JSON.stringify(one.services));
    assert.ok(one.etag && one.settings);
  }
});

test('a setting changes alone, once for one ETag, and is in the audit trail', async () => {
  const before = await node('n1');
  const changed = await patch('n1', { location: 'Rack 4' }, before.etag);
  assert.equal(changed.status, 200, JSON.stringify(changed.body));
  assert.equal(changed.headers.get('etag'), `"${changed.body.node.etag}"`);
  assert.equal(changed.body.node.settings.location, 'Rack 4');
  assert.equal((await patch('n1', { description: 'two\nlines' })).body.node.settings.location, 'Rack 4');
  assert.equal((await patch('n1', { location: 'Rack 5' }, before.etag)).status, 412);
  assert.equal((await node('n1')).settings.location, 'Rack 4');
  const { body } = await admin('GET', '/api/v1/audit?action=node&limit=20');
  const record = body.records.find((r) => r.action === 'node.update' && /Rack 4/.test(r.after ?? JSON.stringify(r)));
  assert.ok(record, JSON.stringify(body.records.map((r) => r.action)));
  assert.equal(record.target.nodeId, 'n1');
});

const hostile = {
  description: [1, true, [], {}, 'a\u001bb', '\u202eright to left', 'x'.repeat(501)],
  location: [1, true, [], {}, 'two\nlines', 'a\u007fb', 'x'.repeat(121)],
  websiteLimit: [-1, 1.5, 1_000_001, 4_294_967_296, 'many', true, [], {}],
  onlyChosen: [1, 'yes', [], {}],
};
for (const [field, values] of Object.entries(hostile))
  test(`hostile values of settings.${field} are refused by name and change nothing`, async () => {
    const before = await node('n1');
    for (const value of values) {
      const answer = await patch('n1', { [field]: value }, before.etag);
      assert.equal(answer.status, 400, `${JSON.stringify(value)}: ${JSON.stringify(answer.body)}`);
      assert.ok(answer.body.violations?.some((v) => v.field === `settings.${field}`), `${JSON.stringify(value)}: ${JSON.stringify(answer.body)}`);
    }
    assert.deepEqual((await node('n1')).settings, before.settings);
  });

test('hostile reasons, masks, ETags and ids are refused', async () => {
  for (const reason of ['', ' ', 'two\nlines', 'a\u0000', 'x'.repeat(201), 1, null, {}]) {
    const answer = await suspend('n1', reason);
    assert.equal(answer.status, 400, `${JSON.stringify(reason)}: ${JSON.stringify(answer.body)}`);
  }
  const { etag, state } = await node('n1');
  assert.equal(state, 'trusted');
  const send = (body, headers = { 'if-match': `"${etag}"` }) => admin('PATCH', '/api/v1/nodes/n1', body, headers);
  assert.equal((await send({})).status, 400);
  assert.equal((await send({ settings: {} })).status, 400);
  assert.equal((await send({ settings: { colour: 'red' } })).status, 400);
  assert.equal((await send({ settings: { location: 'x' }, updateMask: ['settings.etag'] })).status, 400);
  assert.equal((await send({ settings: { location: 'x' } }, {})).status, 400);
  assert.equal((await patch('n1', { location: 'x' }, '" or 1=1')).status, 400);
  for (const id of ['N1', 'n1.x', '*', 'n999', '..%2f']) assert.ok([400, 404].includes((await suspend(encodeURIComponent(id))).status), id);
  assert.equal((await node('n1')).etag, etag);
});

test('tasks are searched by what the objects are called; odd words are only words', async () => {
  const site = await createWebsite(env.CUSTOMER_TOKEN, freshDomain('findme'));
  const find = async (search, token = env.CUSTOMER_TOKEN) => (await api(token, 'GET', `/api/v1/tasks?search=${encodeURIComponent(search)}`)).body;
  for (const word of [site.domain, site.domain.toUpperCase(), site.domain.slice(2, -3), site.id, site.taskId]) {
    const { tasks, page } = await find(word);
    assert.deepEqual(tasks.map((t) => t.target.id), [site.id], word);
    assert.equal(page.total, '1');
  }
  for (const word of ['%', '_', "'", '\\', `${site.domain}%`, randomUUID()]) assert.equal((await find(word)).page.total, '0', word);
  assert.equal((await find(site.domain, other.token)).page.total, '0');
  for (const word of ['a\nb', 'x'.repeat(101)]) assert.equal((await customer('GET', `/api/v1/tasks?search=${encodeURIComponent(word)}`)).status, 400);
});

test('customers see no node and change none', async () => {
  for (const [method, path, body] of [['GET', '/nodes'], ['GET', '/nodes/n1'], ['POST', '/nodes/n1/suspend', { reason: 'x' }], ['POST', '/nodes/n1/resume', {}]])
    assert.equal((await customer(method, `/api/v1${path}`, body)).status, 403, `${method} ${path}`);
  assert.equal((await customer('PATCH', '/api/v1/nodes/n1', { settings: { location: 'x' } }, { 'if-match': '"1"' })).status, 403);
  assert.equal((await customer('POST', '/api/v1/websites', { domain: freshDomain(), nodeId: 'n1' })).status, 403);
});

test('a suspended node gets nothing new; what is there changes as before', async () => {
  const { token, body } = onNode('n1');
  const site = await createWebsite(token, freshDomain('stays'), body);
  const suspended = await suspend('n1');
  assert.equal(suspended.status, 200, JSON.stringify(suspended.body));
  assert.equal(suspended.body.node.state, 'suspended');
  assert.equal(suspended.body.node.suspendReason, 'a fan is loud');
  assert.equal((await suspend('n1')).status, 409);
  const refused = await create('n1');
  assert.equal(refused.status, 503, JSON.stringify(refused.body));
  assert.deepEqual(refused.body.violations.map(({ field, rule }) => [field, rule]), [['nodeId', 'suspended']]);
  for (let i = 0; i < 6; i += 1) assert.notEqual((await createWebsite()).nodeId, 'n1');
  const { etag } = (await admin('GET', `/api/v1/websites/${site.id}`)).body.website;
  const change = await admin('PATCH', `/api/v1/websites/${site.id}`, { settings: { redirects: [{ from: '/a', to: '/b' }] } }, { 'if-match': `"${etag}"` });
  assert.equal((await ended(token, change.body.taskId)).state, 'success');
  const { body: trail } = await admin('GET', '/api/v1/audit?action=node&limit=20');
  assert.ok(trail.records.some((r) => r.action === 'node.suspend' && JSON.stringify(r).includes('a fan is loud')));
  assert.equal((await resume('n1')).body.node.state, 'trusted');
  assert.equal((await resume('n1')).status, 409);
});

test('limits hold for a crowd, and a full panel says so', async () => {
  const nodes = await all();
  for (const one of nodes) assert.equal((await patch(one.id, { websiteLimit: one.resources + 2 })).status, 200);
  const answers = await Promise.all(Array.from({ length: 3 * nodes.length + 4 }, () => create()));
  const made = answers.filter((answer) => answer.status === 202);
  assert.equal(made.length, 2 * nodes.length, JSON.stringify(answers.map((a) => a.status)));
  for (const refused of answers.filter((answer) => answer.status !== 202)) {
    assert.equal(refused.status, 503);
    assert.deepEqual(refused.body.violations.map(({ field, rule }) => [field, rule]), [['nodeId', 'full']]);
  }
  const chosen = await create('n1');
  assert.match(chosen.body.violations[0].message, /'n1' is full/);
  for (const one of nodes) assert.equal((await node(one.id)).resources, one.resources + 2);
  for (const one of nodes) await patch(one.id, { websiteLimit: 0 });
  for (const answer of made) assert.equal((await ended(env.ADMIN_TOKEN, answer.body.taskId)).state, 'success');
});

test('an agent that ended is told of within its deadline, by an event as well, and is back at once', async () => {
  const heard = { text: '' }, stop = new AbortController();
  const events = await fetch(`${env.PANEL_URL}/api/v1/events`, { headers: { authorization: `Bearer ${env.ADMIN_TOKEN}` }, signal: stop.signal });
  (async () => {
    try {
      for await (const piece of events.body) heard.text += Buffer.from(piece).toString();
    } catch { /* stopped */ }
  })();
  supervised.down('agent-n1');
  const downAt = Date.now();
  heard.text = '';
  try {
    await until('n1 to be unreachable', async () => (await node('n1')).health === 'unreachable', 70);
    assert.ok(Date.now() - downAt < 65_000);
    await until('the event', () => /event: node/.test(heard.text) && heard.text.includes('n1'), 5);
    const { reasons, message } = await node('n1');
    assert.deepEqual(reasons.map((r) => r.code), ['unreachable']);
    assert.match(message, /No sign of life since/);
    const refused = await create('n1');
    assert.deepEqual(refused.body.violations.map(({ field, rule }) => [field, rule]), [['nodeId', 'unreachable']]);
    assert.notEqual((await createWebsite()).nodeId, 'n1');
  } finally {
    supervised.up('agent-n1');
    stop.abort();
  }
  await until('n1 to be healthy', async () => (await node('n1')).health === 'healthy', 30);
});
