// Hostile words on the bus, said with real credentials: of the SRE, of services, of a node.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, beforeEach, test } from 'node:test';
import { witness } from './hostile.mjs';
import { connect, disconnectAll, identity } from './nats.mjs';
import { admin, customer, ended, env, freshDomain, liveTree, until, visit } from './panel.mjs';

const folders = { sre: 'sre', gateway: 'gateway', web: 'web', tasks: 'tasks', n1: 'agent-n1/link' };
const people = {}, open = {};
let unharmed;

before(async () => {
  unharmed = await witness();
  for (const [name, folder] of Object.entries(folders)) {
    people[name] = identity(folder);
    open[name] = await connect(people[name]);
  }
});
beforeEach(() => { for (const client of Object.values(open)) client.errors.splice(0); });
after(async () => {
  disconnectAll();
  await unharmed();
});

/** Refused in words, with a status below 500; no answer at all only where that is right. */
const refused = (answer, what, silence = false) => {
  if (!answer) return assert.ok(silence, `${what}: no answer`);
  assert.ok(answer.code && Number(answer.code) >= 400 && Number(answer.code) < 500, `${what}: ${answer.code} ${answer.headers.slice(0, 200)}`);
};

const methods = (name) => people[name].publishes.filter((subject) => /^rpc\.\w+\.\w+$/.test(subject));
const nested = Buffer.concat(Array.from({ length: 3000 }, (_, i) => Buffer.from([0x0a, 0x80 | (i & 0x7f), 0x01])));
const bodies = [
  ['nothing', ''], ['random bytes', randomBytes(512)], ['a cut field', Buffer.from([0x0a, 0x20, 0x61])], ['a length of 4 GiB', Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f])],
  ['a varint without end', Buffer.alloc(64, 0xff)], ['a field number 0', Buffer.from([0x02, 0x01, 0x61])], ['a group', Buffer.from([0x0b, 0x0c])], ['NUL in a text', Buffer.from([0x0a, 0x03, 0x61, 0x00, 0x62])],
  ['no UTF-8', Buffer.from([0x0a, 0x02, 0xff, 0xfe])], ['deep nesting', nested], ['900 KiB', Buffer.alloc(900 << 10, 0x0a)],
];
const json = 'Content-Type: application/json\r\n';
const headers = [
  ['none', null], ['an empty block', ''], ['JSON that is none', json], ['another type', 'Content-Type: text/html\r\n'], ['two types', `${json}Content-Type: application/protobuf\r\n`],
  ['no token', 'Authorization: \r\n'], ['a Basic word', 'Authorization: Bearer\r\n'], ['a token that is none', 'Authorization: Bearer x.y.z\r\n'], ['alg none', 'Authorization: Bearer eyJhbGciOiJub25lIn0.e30.\r\n'],
  ['a token of 100 kB', `Authorization: Bearer ${'a'.repeat(100_000)}\r\n`], ['two tokens', 'Authorization: Bearer a.b.c\r\nAuthorization: Bearer d.e.f\r\n'],
  ['a request id with a quote', 'Request-Id: "}\r\n'], ['a request id of 10 kB', `Request-Id: ${'9'.repeat(10_000)}\r\n`], ['traceparent of 10 kB', `traceparent: ${'0'.repeat(10_000)}\r\n`],
  ['a far deadline', 'Deadline: 99999999999999999999\r\n'], ['no deadline number', 'Deadline: soon\r\n'], ['an address that is none', 'Source-Ip: 1.2.3.4.5\r\n'], ['1,000 headers', 'X-A: b\r\n'.repeat(1000)],
  ['a key of 10 kB', `Idempotency-Key: ${'k'.repeat(10_000)}\r\n`], ['control bytes', 'X-\x01: \x02\r\n'],
];

for (const name of ['sre', 'gateway', 'web', 'tasks'])
  test(`${name}: malformed bodies to each method it may call are refused`, async () => {
    assert.ok(methods(name).length > 0);
    for (const subject of methods(name))
      for (const [what, body] of bodies) refused(await open[name].request(subject, body), `${subject}, ${what}`);
    assert.deepEqual(open[name].errors, []);
  });

test('sre: odd headers are refused, or dropped', async () => {
  for (const subject of methods('sre'))
    for (const [what, block] of headers) refused(await open.sre.request(subject, '{', { headers: block, seconds: 5 }), `${subject}, ${what}`);
});

test('sre: what is past its deadline is dropped, and one far in the future is cut to the usual', async () => {
  for (const past of ['0', '1', String(Date.now() - 1000)])
    assert.equal(await open.sre.request('rpc.web.ListWebsites', '', { headers: `Deadline: ${past}\r\n`, seconds: 1 }), null, past);
  refused(await open.sre.request('rpc.web.ListWebsites', '', { headers: `Deadline: ${Date.now() + 1e9}\r\n` }), 'far');
});

test('sre: a broken header block hurts nobody but its sender', async () => {
  for (const block of ['no colon\r\n', ': no name\r\n', ' a: folded\r\n', 'A: b\nC: d\r\n', '\0\0\0\r\n', 'A\r\n\r\nB: c\r\n']) {
    const client = await connect(people.sre);
    await client.request('rpc.web.ListWebsites', '', { headers: block, seconds: 1 });
    client.close();
  }
  const client = await connect(people.sre);
  client.write('HPUB rpc.web.ListWebsites 4 8\r\nXXXX    \r\n');
  client.write('HPUB rpc.web.ListWebsites 12 4\r\nNATS/1.0\r\n\r\n\r\n');
  await client.settled();
  client.close();
  refused(await open.sre.request('rpc.web.ListWebsites', ''), 'still answers');
});

test('more than the bus carries ends the connection of its sender alone', async () => {
  const client = await connect(people.sre);
  client.publish('rpc.web.ListWebsites', Buffer.alloc(2 << 20, 0x61));
  await until('the connection to end', () => client.closed);
  refused(await open.sre.request('rpc.web.ListWebsites', ''), 'still answers');
});

test('an answer goes to an inbox and nowhere else', async () => {
  open.sre.subscribe('event.>');
  await open.sre.settled();
  open.sre.heard.splice(0);
  for (const reply of ['event.x.website.created', 'node.n1.website.apply', 'rpc.tasks.Enqueue', 'report.n1', 'heartbeat.n1', '$SYS.REQ.SERVER.PING', '$JS.API.STREAM.DELETE.EVENTS', 'rpc.web.ListWebsites'])
    open.sre.publish('rpc.web.ListWebsites', '', { reply });
  open.n1.publish('heartbeat.n1', 'x', { reply: 'node.n2.website.apply' });
  await Promise.all([open.sre.settled(), open.n1.settled()]);
  refused(await open.sre.request('rpc.web.ListWebsites', ''), 'the calls before it are done');
  assert.deepEqual(open.sre.heard.filter((m) => m.subject === 'event.x.website.created'), []);
});

const forbidden = {
  sre: ['event.x.website.created', 'node.n1.website.apply', 'report.n1', 'heartbeat.n1', 'rpc.authz.IssueIdentity', 'rpc.authz.ClaimDomain', 'rpc.tasks.Enqueue', 'rpc.audit.Append', '$SYS.REQ.SERVER.PING', '$JS.API.STREAM.DELETE.EVENTS'],
  gateway: ['event.x.website.created', 'node.n1.website.apply', 'report.n1', 'rpc.tasks.Enqueue', 'rpc.audit.Append', 'rpc.authz.CheckActor', 'rpc.web.TaskFinished', '_INBOX.web.x'],
  web: ['node.n1.website.apply', 'report.n1', 'heartbeat.n1', 'rpc.authz.IssueIdentity', 'rpc.authz.SignIn', 'rpc.web.ListWebsites', 'rpc.authz.CheckActor'],
  tasks: ['report.n1', 'heartbeat.n1', 'rpc.authz.IssueIdentity', 'rpc.authz.SignIn', 'rpc.web.CreateWebsite', 'rpc.authz.ClaimDomain'],
  n1: ['report.n2', 'heartbeat.n2', 'report.n1.x', 'node.n1.website.apply', 'node.n2.website.apply', 'event.x.website.created', 'rpc.web.ListWebsites', 'rpc.tasks.Enqueue', 'rpc.authz.SignIn', '_INBOX.web.x', '_INBOX.node.n2.x', '$SYS.REQ.SERVER.PING', '$JS.API.INFO'],
};
for (const [name, subjects] of Object.entries(forbidden))
  test(`${name}: what it may not publish is a violation`, async () => {
    for (const subject of subjects) {
      open[name].errors.splice(0);
      open[name].publish(subject, 'x');
      await open[name].settled();
      assert.match(open[name].errors.join(), /Permissions Violation for Publish/i, subject);
    }
  });

for (const [name, subjects] of Object.entries({
  sre: ['>', 'rpc.>', 'rpc.web.*', 'node.>', 'report.*', '_INBOX.>', '_INBOX.gateway.>', '$SYS.>', '*.>'],
  n1: ['>', 'node.>', 'node.*.website.apply', 'node.n2.>', 'report.*', '_INBOX.>', '_INBOX.node.n2.>', 'event.>', 'rpc.>', '*.n2.>'],
  web: ['rpc.>', 'rpc.tasks.*', 'rpc.authz.SignIn', '_INBOX.>', '_INBOX.gateway.>', 'report.*', 'node.>'],
}))
  test(`${name}: what it may not hear is a violation`, async () => {
    for (const subject of subjects) {
      open[name].errors.splice(0);
      open[name].subscribe(subject);
      await open[name].settled();
      assert.match(open[name].errors.join(), /Permissions Violation for Subscription/i, subject);
    }
  });

test('subjects that are patterns or none reach nobody', async () => {
  for (const subject of ['rpc.web.*', 'rpc.>', 'rpc..ListWebsites', 'rpc.web.', '.rpc', 'rpc.web.ListWebsites.x', 'rpc.web.listwebsites', `rpc.web.${'a'.repeat(3000)}`]) {
    const client = await connect(people.sre);
    assert.ok((await client.request(subject, '', { seconds: 0.5 }))?.code !== '200', subject);
    client.close();
  }
});

test('n1: garbage as report and heartbeat changes nothing', async () => {
  const before = (await customer('GET', '/api/v1/tasks')).body;
  for (const [what, body] of bodies)
    for (const subject of ['report.n1', 'heartbeat.n1']) {
      const answer = await open.n1.request(subject, body, { headers: 'Authorization: Bearer a.b.c\r\n', seconds: 0.5 });
      assert.ok(!answer || !answer.code || Number(answer.code) < 500, `${subject}, ${what}: ${answer?.code}`);
    }
  assert.deepEqual(open.n1.errors, []);
  assert.deepEqual((await customer('GET', '/api/v1/tasks')).body.tasks.map((t) => [t.id, t.state]), before.tasks.map((t) => [t.id, t.state]));
});

/** A website on the node whose words are overheard. */
async function onFirstNode() {
  const { body: { organisations: [{ id }] } } = await customer('GET', '/api/v1/organisations');
  const made = await admin('POST', '/api/v1/websites', { domain: freshDomain(), nodeId: 'n1', organisationId: id });
  assert.equal(made.status, 202, JSON.stringify(made.body));
  assert.equal((await ended(env.CUSTOMER_TOKEN, made.body.taskId)).state, 'success');
  return made.body.website;
}

test('what was said once and overheard is worth nothing the second time', async () => {
  const spy = await connect(people.tasks), node = await connect(people.n1);
  spy.subscribe('report.n1');
  node.subscribe('node.n1.>');
  await Promise.all([spy.settled(), node.settled()]);
  const site = await onFirstNode();
  const gone = await onFirstNode();
  await customer('DELETE', `/api/v1/websites/${gone.id}`);
  await until('the site to be away', async () => (await visit(`http://${gone.domain}:${env.SITES_HTTP_PORT}/`)).status >= 400);
  const commands = node.heard.filter((m) => m.subject.startsWith('node.n1.website.')), reports = spy.heard.filter((m) => m.subject === 'report.n1');
  assert.ok(commands.length >= 2 && reports.length >= 2, `${commands.length} commands, ${reports.length} reports`);
  await until('quiet', async () => (await customer('GET', '/api/v1/tasks?state=running')).body.tasks.length === 0);
  const tree = liveTree(), tasks = (await customer('GET', '/api/v1/tasks?limit=10')).body.tasks.map((t) => [t.id, t.state]);
  const again = (message) => message.headers.replace(/^NATS\/1\.0\r\n/, '').replace(/\r\n$/, '');
  for (let i = 0; i < 3; i += 1) {
    for (const m of commands) spy.publish(m.subject, m.body, { headers: m.headers ? again(m) : null, reply: '_INBOX.tasks.hostile.again' });
    for (const m of reports) node.publish(m.subject, m.body, { headers: m.headers ? again(m) : null });
    for (const m of commands) spy.publish('node.n1.website.apply', Buffer.concat([m.body, m.body]), { headers: m.headers ? again(m) : null });
    for (const m of reports) node.publish('report.n1', Buffer.from(m.body.map((b, at) => (at === (m.body.length >> 1) ? b ^ 1 : b))), { headers: m.headers ? again(m) : null });
  }
  await Promise.all([spy.settled(), node.settled()]);
  await onFirstNode(); // what came before it has been looked at
  assert.equal((await visit(`http://${site.domain}:${env.SITES_HTTP_PORT}/`)).status, 200);
  assert.ok((await visit(`http://${gone.domain}:${env.SITES_HTTP_PORT}/`)).status >= 400, 'the deleted website came back');
  const now = new Map((await customer('GET', '/api/v1/tasks?limit=20')).body.tasks.map((t) => [t.id, t.state]));
  for (const [id, state] of tasks) assert.equal(now.get(id), state);
  assert.notEqual(liveTree(), tree, 'the website made since is there');
  spy.close();
  node.close();
});
