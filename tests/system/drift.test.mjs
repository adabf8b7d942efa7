// What a change would make of a node's files, and what somebody made of them by hand: from the API to nginx and back.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { admin, anotherOrganisation, api, configtest, createWebsite, customer, ended, env, freshDomain, journal, liveTree, onNode, runDir, sql, until, visit } from './panel.mjs';

let site, other, forced;
const node = 'n1';

before(async () => {
  forced = onNode(node);
  site = await createWebsite(forced.token, freshDomain('drift'), forced.body);
  other = await anotherOrganisation();
});

const path = (rest = '', id = site.id) => `/api/v1/websites/${id}${rest}`;
const tree = (name) => join(runDir, 'nodes', node, 'nginx', 'live', name);
const conf = (id = site.id) => `sites/${id}.conf`;
const plan = (settings, token = env.CUSTOMER_TOKEN, id = site.id) => api(token, 'POST', path('/plan', id), { settings });
const drift = async (id = site.id) => (await customer('GET', path('/drift', id))).body.files;
const observe = async () => (await admin('POST', `/api/v1/nodes/${node}/observe`, {})).body;

/** Edits a live file as a person would: another file in its place. */
function edit(name, from, to) {
  const text = readFileSync(tree(name), 'utf8');
  assert.ok(text.includes(from), `${name} has no ${from}`);
  execFileSync('cp', ['-p', tree(name), `${tree(name)}.mine`]);
  writeFileSync(`${tree(name)}.mine`, text.replace(from, to));
  execFileSync('mv', [`${tree(name)}.mine`, tree(name)]);
}

const byHand = (name = conf()) => edit(name, 'add_header X-Content', 'add_header X-By-Hand yes always;\n\tadd_header X-Content');
const headers = async (where = site) => (await visit(where.url)).headers;

/** A change whose task has to end like that; gives the task. */
async function order(rest, body, state = 'success', id = site.id) {
  const answer = await customer('POST', path(rest, id), body);
  assert.equal(answer.status, 202, JSON.stringify(answer.body));
  const task = await ended(env.CUSTOMER_TOKEN, answer.body.taskId);
  assert.equal(task.state, state, JSON.stringify(task));
  await until('the website to hear of it', async () => (await customer('GET', path('', id))).body.website.state !== 'pending');
  return task;
}

/** Everything that a plan must leave alone. */
const everything = async () => JSON.stringify([
  liveTree(node),
  ...['select count(*), max(n) from objects', 'select count(*), max(place) from tasks', 'select count(*) from adopted',
    "select key, value from node where key in ('generation', 'staged', 'rendered')"].map((query) => journal(node, query)),
  sql(`select count(*) from tasks.task where resource_id = '${site.id}'`),
  (await customer('GET', path())).body, (await admin('GET', `/api/v1/audit?targetId=${site.id}`)).body.page.total,
]);

test('a plan shows the difference and changes nothing', async () => {
  const was = await everything();
  const answer = await plan({ documentRoot: 'web', redirects: [{ from: '/old', to: '/new', status: 301 }] });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  assert.equal(answer.body.passed, true);
  assert.deepEqual(answer.body.files.map((f) => [f.path, f.change]), [[conf(), 'changed']]);
  assert.match(answer.body.files[0].diff, /^@@ -\d+,\d+ \+\d+,\d+ @@\n/);
  assert.match(answer.body.files[0].diff, /\n\+.*\/public\/web";\n/);
  assert.match(answer.body.files[0].diff, /\n\+.*return 301/);
  assert.equal(await everything(), was);
});

test('a plan of what is at work already is empty', async () => {
  const answer = await plan({});
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  assert.deepEqual(answer.body, { files: [], passed: true, words: '' });
});

test('a plan says what saving would: the field and the rule', async () => {
  const wrong = [
    [{ documentRoot: '../etc' }, 'settings.documentRoot', 'SITE_FOLDER'],
    [{ proxy: 'http://127.0.0.1:22' }, 'settings.proxy', 'forbidden'],
    [{ aliases: ['not a name'] }, 'settings.aliases[0]', 'HOSTNAME'],
    [{ aliases: [site.domain] }, 'settings.aliases[0]'],
    [{ redirects: [{ from: '/a', to: '/b', status: 200 }] }, 'settings.redirects[0].status'],
  ];
  for (const [settings, field, rule] of wrong) {
    const planned = await plan(settings);
    assert.equal(planned.status, 400, JSON.stringify([settings, planned.body]));
    assert.equal(planned.body.violations[0].field, field);
    if (rule) assert.equal(planned.body.violations[0].rule, rule);
    const { etag } = (await customer('GET', path())).body.website;
    const saved = await customer('PATCH', path(), { settings }, { 'if-match': `"${etag}"` });
    assert.deepEqual(saved.body.violations, planned.body.violations);
  }
});

test('plans, drift and orders of another organisation are not there', async () => {
  const requests = [['POST', '/plan', { settings: {} }], ['GET', '/drift'], ['POST', '/drift/restore', {}], ['POST', '/drift/adopt', { files: [{ path: conf(), digest: '00' }] }]];
  for (const [method, rest, body] of requests) {
    const seen = await api(other.token, method, path(rest), body);
    const absent = await api(other.token, method, path(rest, randomUUID()), body);
    assert.equal(seen.status, 404, JSON.stringify(seen.body));
    assert.deepEqual({ ...seen.body, requestId: '' }, { ...absent.body, requestId: '' });
  }
});

test('the node is for staff, its policy for admins', async () => {
  for (const [rest, body] of [['observe', {}], ['drift/restore', {}], ['drift/adopt', { files: [{ path: 'nginx.conf', digest: '00' }] }], ['drift/policy', { policy: 'restore' }]]) {
    const answer = await customer('POST', `/api/v1/nodes/${node}/${rest}`, body);
    assert.equal(answer.status, 403, `${rest} ${JSON.stringify(answer.body)}`);
    if (rest !== 'observe') assert.equal((await admin('POST', `/api/v1/nodes/n999/${rest}`, body)).status, 404, rest);
  }
  const policy = await admin('POST', `/api/v1/nodes/${node}/drift/policy`, { policy: 'ignore' });
  assert.deepEqual(policy.body.violations.map((v) => v.field), ['policy']);
});

test('no secret leaves the node', async () => {
  const secret = journal(node, "select value from node where key = 'secret'")[0][0];
  const fresh = await createWebsite(forced.token, freshDomain('secret'), forced.body);
  byHand(conf(fresh.id));
  writeFileSync(tree('mine.key'), '-----BEGIN PRIVATE KEY-----\n');
  const answers = [await plan({ documentRoot: 'web' }), await customer('GET', path('/drift', fresh.id)), await admin('POST', `/api/v1/nodes/${node}/observe`, {})];
  for (const { status, body } of answers) {
    assert.equal(status, 200, JSON.stringify(body));
    assert.ok(!JSON.stringify(body).includes(secret));
    assert.ok(!JSON.stringify(body).includes('PRIVATE'));
  }
  const key = answers[2].body.files.find((file) => file.path === 'mine.key');
  assert.deepEqual([key.state, key.diff, key.secret, key.digest], ['foreign', '', true, '']);
  const restored = await admin('POST', `/api/v1/nodes/${node}/drift/restore`, {});
  assert.equal((await ended(env.ADMIN_TOKEN, restored.body.taskId)).state, 'success');
});

test('a file edited by hand is shown and goes back', async () => {
  assert.deepEqual(await drift(), []);
  byHand();
  const [file, ...more] = await drift();
  assert.deepEqual(more, []);
  assert.deepEqual([file.path, file.state, file.websiteId], [conf(), 'edited', site.id]);
  assert.match(file.diff, /\n\+\tadd_header X-By-Hand yes always;\n/);
  const task = await order('/drift/restore', { files: [{ path: conf() }] });
  assert.equal(task.action, 'website.restore');
  assert.deepEqual(task.steps.map((s) => s.name), ['stage', 'test', 'activate', 'verify', 'commit']);
  assert.deepEqual(await drift(), []);
  const actions = (await admin('GET', `/api/v1/audit?targetId=${site.id}`)).body.records.map((r) => `${r.action} ${r.outcome}`);
  assert.ok(actions.includes('website.restore_files accepted') && actions.includes('website.restore success'), actions.join(', '));
});

test('an adopted file stays over other changes; a change of its settings takes it back and says so', async () => {
  byHand();
  const [{ digest }] = await drift();
  await order('/drift/adopt', { files: [{ path: conf(), digest }] });
  assert.equal((await headers())['x-by-hand'], 'yes');
  const [adopted] = await drift();
  assert.deepEqual([adopted.state, adopted.digest], ['adopted', '']);
  assert.match(adopted.adoptedBy, /\S/);
  await createWebsite(forced.token, freshDomain('beside'), forced.body);
  assert.equal((await headers())['x-by-hand'], 'yes');
  const planned = await plan({ documentRoot: 'web' });
  assert.equal(planned.body.files[0].dropsAdopted, true);
  const { etag } = (await customer('GET', path())).body.website;
  const saved = await customer('PATCH', path(), { settings: { documentRoot: 'web' } }, { 'if-match': `"${etag}"` });
  const task = await ended(env.CUSTOMER_TOKEN, saved.body.taskId);
  assert.equal(task.state, 'success', JSON.stringify(task));
  assert.match(task.steps.find((s) => s.name === 'release').message, new RegExp(site.id));
  assert.equal((await headers())['x-by-hand'], undefined);
  assert.deepEqual(await drift(), []);
});

test('what nginx refuses is not adopted, and the website stays active', async () => {
  const broken = await createWebsite(forced.token, freshDomain('broken'), forced.body);
  edit(conf(broken.id), 'add_header X-Content', 'no_such_directive;\n\tadd_header X-Content');
  const [{ digest }] = await drift(broken.id);
  const task = await order('/drift/adopt', { files: [{ path: conf(broken.id), digest }] }, 'failed', broken.id);
  assert.match(task.message, /no_such_directive/);
  assert.equal((await customer('GET', path('', broken.id))).body.website.state, 'active');
  assert.equal((await visit(broken.url)).status, 200);
  await order('/drift/restore', {}, 'success', broken.id);
  configtest(node);
});

test('hostile choices of files are refused by name', async () => {
  for (const name of ['../journal.db', '/etc/passwd', 'sites/../nginx.conf', '', 'a\u0000b', '.hidden', 'x'.repeat(96)]) {
    const answer = await customer('POST', path('/drift/adopt'), { files: [{ path: name, digest: '00' }] });
    assert.equal(answer.status, 400, JSON.stringify([name, answer.body]));
    assert.match(answer.body.violations?.[0]?.field ?? 'files[0].path', /^files\[0\]\.path$/);
  }
  assert.equal((await customer('POST', path('/drift/adopt'), {})).status, 400);
  assert.equal((await customer('POST', path('/drift/adopt'), { files: [{ path: conf(), digest: '../x y' }] })).status, 400);
  const theirs = await createWebsite(other.token);
  await order('/drift/adopt', { files: [{ path: conf(theirs.id), digest: '00' }] }, 'failed');
});

test('a node is looked at and restored as a whole: edited, missing, foreign, another mode', async () => {
  const others = [];
  for (const word of ['gone', 'mode']) others.push(await createWebsite(forced.token, freshDomain(word), forced.body));
  const [gone, mode] = others;
  byHand();
  rmSync(tree(conf(gone.id)));
  chmodSync(tree(conf(mode.id)), 0o666);
  writeFileSync(tree('sites/mine.conf'), '# mine\n');
  edit('nginx.conf', 'keepalive_timeout 30s', 'keepalive_timeout 31s');
  const found = await observe();
  const states = Object.fromEntries(found.files.map((file) => [file.path, file.state]));
  assert.deepEqual(states, { [conf()]: 'edited', [conf(gone.id)]: 'missing', [conf(mode.id)]: 'owner', 'sites/mine.conf': 'foreign', 'nginx.conf': 'edited' });
  assert.equal(found.drifted, 5);
  await until('the node to tell of it', async () => (await admin('GET', `/api/v1/nodes/${node}`)).body.node.driftedFiles === 5, 45);
  const answer = await admin('POST', `/api/v1/nodes/${node}/drift/restore`, {});
  assert.equal(answer.status, 202, JSON.stringify(answer.body));
  const task = await ended(env.ADMIN_TOKEN, answer.body.taskId);
  assert.deepEqual([task.state, task.action], ['success', 'node.restore'], JSON.stringify(task));
  assert.equal((await observe()).drifted, 0);
  const seen = await customer('GET', `/api/v1/tasks/${answer.body.taskId}`);
  assert.equal(seen.status, 404, 'a task of the node is not for customers');
});

test('a node that restores by itself does, with a task and a record', async () => {
  const since = new Date().toISOString();
  const set = await admin('POST', `/api/v1/nodes/${node}/drift/policy`, { policy: 'restore' });
  assert.equal(set.status, 200, JSON.stringify(set.body));
  assert.equal(set.body.node.driftPolicy, 'restore');
  try {
    byHand();
    assert.equal((await observe()).drifted, 1);
    await until('the node to restore itself', async () => (await observe()).drifted === 0, 60);
    const tasks = (await admin('GET', `/api/v1/tasks?nodeId=${node}`)).body.tasks.filter((t) => t.action === 'node.restore' && t.createdAt > since);
    assert.equal(tasks.length, 1);
    assert.equal(tasks[0].actorId, 'system:tasks');
    await until('the record of it', async () => (await admin('GET', '/api/v1/audit?limit=50')).body.records
      .some((r) => r.action === 'node.restore_files' && r.actorId === 'system:tasks' && r.at > since));
  } finally {
    await admin('POST', `/api/v1/nodes/${node}/drift/policy`, { policy: 'report' });
  }
});
