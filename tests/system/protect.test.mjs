// Folders with a password: from the API to the visitor; no password and no hash is anywhere to be read.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { before, test } from 'node:test';
import { admin, api, createWebsite, customer, ended, env, openapi, runDir, sql, until, visit } from './panel.mjs';

const password = 'correct horse battery staple';
let site;

before(async () => {
  site = await createWebsite();
});

const path = () => `/api/v1/websites/${site.id}`;
const read = async () => (await customer('GET', path())).body.website;

async function patch(settings, headers) {
  const { etag } = await read();
  return api(env.CUSTOMER_TOKEN, 'PATCH', path(), { settings }, { 'if-match': `"${etag}"`, ...headers });
}

async function set(settings) {
  const answer = await patch(settings);
  assert.equal(answer.status, 202, JSON.stringify(answer.body));
  assert.equal((await ended(env.CUSTOMER_TOKEN, answer.body.taskId)).state, 'success');
  await until('the website to hear of it', async () => (await read()).state !== 'pending');
  return answer;
}

const asks = async (where, name, word) => {
  const { hostname, port } = new URL(site.url);
  const answer = await new Promise((resolve, reject) => import('node:http').then(({ default: http }) =>
    http.get({ host: '127.0.0.1', port, path: where, agent: false, headers: { host: hostname, ...(name ? { authorization: `Basic ${Buffer.from(`${name}:${word}`).toString('base64')}` } : {}) } }, (a) => { a.resume(); resolve(a); }).on('error', reject)));
  return answer.statusCode;
};

test('a folder is closed to all but its users', async () => {
  const { body } = await set({ protectedFolders: [{ path: 'intern', realm: 'Staff', users: [{ name: 'ann', password }] }] });
  assert.deepEqual(body.website.settings.protectedFolders, [{ path: 'intern', realm: 'Staff', users: [{ name: 'ann', password: '', hash: '' }] }]);
  assert.equal(await asks('/'), 200);
  assert.equal(await asks('/intern/'), 401);
  assert.equal(await asks('/intern/', 'ann', 'wrong'), 401);
  assert.equal(await asks('/intern/', 'bob', password), 401);
  assert.equal(await asks('/intern/', 'ann', password), 404);
});

test('a user without a password keeps his own; a new one needs one', async () => {
  const folder = (users) => ({ protectedFolders: [{ path: 'intern', realm: '', users }] });
  await set(folder([{ name: 'ann' }, { name: 'bob', password: 'another good password' }]));
  assert.equal(await asks('/intern/', 'ann', password), 404);
  assert.equal(await asks('/intern/', 'bob', 'another good password'), 404);
  const answer = await patch(folder([{ name: 'ann' }, { name: 'carl' }]));
  assert.deepEqual(answer.body.violations.map((v) => [v.field, v.rule]), [['settings.protectedFolders[0].users[1].password', 'required']]);
  await set(folder([{ name: 'bob' }]));
  assert.equal(await asks('/intern/', 'ann', password), 401);
  await set({ index: [] }); // another setting leaves it as it is
  assert.equal(await asks('/intern/', 'bob', 'another good password'), 404);
});

test('what breaks a rule is refused at its field', async () => {
  const users = [{ name: 'ann', password }];
  for (const [folders, field] of [
    [[{ path: '../x', users }], '[0].path'], [[{ path: '/x', users }], '[0].path'], [[{ path: '.git', users }], '[0].path'], [[{ path: 'x;y', users }], '[0].path'], [[{ path: 'x$y', users }], '[0].path'],
    [[{ path: 'x', users, realm: 'a"b' }], '[0].realm'], [[{ path: 'x', users, realm: '$host' }], '[0].realm'], [[{ path: 'x', users, realm: 'off' }], '[0].realm'], [[{ path: 'x', users, realm: 'a\nb' }], '[0].realm'],
    [[{ path: 'x', users: [] }], '[0].users'], [[{ path: 'x', users: [{ name: 'a:b', password }] }], '[0].users[0].name'], [[{ path: 'x', users: [{ name: 'ann', password: 'short' }] }], '[0].users[0].password'],
    [[{ path: 'x', users: [{ name: 'ann', password: 'x'.repeat(73) }] }], '[0].users[0].password'], [[{ path: 'x', users: [{ name: 'ann', hash: '$2b$05$x' }] }], '[0].users[0].hash'],
    [[{ path: 'x', users: [...users, ...users] }], '[0].users[1].name'], [[{ path: 'x', users }, { path: 'x', users }], '[1].path'],
  ]) {
    const answer = await patch({ protectedFolders: folders });
    assert.equal(answer.status, 400, JSON.stringify(folders));
    assert.equal(answer.body.violations[0].field, `settings.protectedFolders${field}`, JSON.stringify(answer.body));
    assert.ok(!JSON.stringify(answer.body).includes(password));
  }
  const redirect = await patch({ redirects: [{ from: '/intern/old', to: '/new' }] });
  assert.equal(redirect.body.violations?.[0].field, 'settings.redirects[0].from', JSON.stringify(redirect.body));
});

test('neither a password nor its hash is in an answer, an audit record, a task, a log or an event', async () => {
  const hash = sql(`select convert_from(settings, 'LATIN1') from web.websites where id = '${site.id}'`).match(/\$2b\$05\$[./\w]{53}/)?.[0];
  assert.ok(hash, 'the hash is kept');
  const { etag } = await read();
  const key = `protect-${Date.now()}`;
  const send = () => api(env.CUSTOMER_TOKEN, 'PATCH', path(), { settings: { protectedFolders: [{ path: 'intern', users: [{ name: 'bob' }, { name: 'dora', password }] }] } }, { 'if-match': `"${etag}"`, 'idempotency-key': key });
  const first = await send(), again = await send();
  assert.equal(first.status, 202, JSON.stringify(first.body));
  assert.deepEqual([again.status, again.body], [202, first.body], 'a repeat gets the first answer'); // which holds no secret, so it is kept
  assert.equal((await ended(env.CUSTOMER_TOKEN, first.body.taskId)).state, 'success');
  const texts = {
    first: JSON.stringify(first.body), again: JSON.stringify(again.body),
    website: JSON.stringify((await customer('GET', path())).body),
    list: JSON.stringify((await customer('GET', '/api/v1/websites?limit=200')).body),
    tasks: JSON.stringify((await admin('GET', `/api/v1/tasks?targetId=${site.id}`)).body),
    records: JSON.stringify((await admin('GET', '/api/v1/audit?limit=200')).body),
    'audit rows': sql('select * from audit.records'),
    logs: execFileSync('sh', ['-c', `cat ${runDir}/log/*/current ${runDir}/nodes/*/log/*.log`], { encoding: 'latin1', maxBuffer: 1 << 30 }),
  };
  for (const [where, text] of Object.entries(texts)) {
    assert.ok(text.length > 10, where);
    for (const secret of [password, 'another good password', '$2b$05$', '$2b$']) assert.ok(!text.includes(secret), `${where} has ${secret}`);
  }
});
