// Settings of a website, from the API to what its visitors see: aliases, folder, redirects, error pages, suspension.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { networkInterfaces } from 'node:os';
import { before, test } from 'node:test';
import { admin, anotherOrganisation, api, createWebsite, customer, ended, env, freshDomain, sql, until, visit } from './panel.mjs';

let site, other;

before(async () => {
  site = await createWebsite();
  other = await anotherOrganisation();
});

const path = (id = site.id) => `/api/v1/websites/${id}`;
const read = async (id = site.id) => (await customer('GET', path(id))).body.website;
const at = (where, domain = site.domain) => new URL(where, site.url.replace(site.domain, domain)).href;

/** Changes settings of the website as it is now. */
async function patch(settings, headers, token = env.CUSTOMER_TOKEN, id = site.id) {
  const { etag } = await read(id);
  return api(token, 'PATCH', path(id), { settings }, { 'if-match': `"${etag}"`, ...headers });
}

/** The same, and waits until the task has succeeded and the website has heard of it. */
async function set(settings) {
  const answer = await patch(settings);
  assert.equal(answer.status, 202, JSON.stringify(answer.body));
  const task = await ended(env.CUSTOMER_TOKEN, answer.body.taskId);
  assert.equal(task.state, 'success', JSON.stringify(task));
  return settled();
}

const settled = (id = site.id) => until('the website to hear of it', async () => {
  const now = await read(id);
  return now.state === 'pending' ? null : now;
});

test('a website shows its settings and an ETag; lists show neither', async () => {
  const answer = await customer('GET', path());
  assert.equal(answer.headers.get('etag'), `"${answer.body.website.etag}"`);
  assert.deepEqual(answer.body.website.settings, { aliases: [], documentRoot: '', index: [], redirects: [], errorPages: [], proxy: '', protectedFolders: [] });
  const listed = (await customer('GET', `/api/v1/websites?search=${site.domain}`)).body.websites[0];
  assert.equal(listed.settings, undefined);
});

test('a change needs If-Match with what was read, and is refused when somebody was faster', async () => {
  const { etag } = await read();
  const without = await customer('PATCH', path(), { settings: { index: ['a.html'] } });
  assert.equal(without.status, 400);
  assert.deepEqual(without.body.violations.map((v) => [v.field, v.rule]), [['ifMatch', 'required']]);
  for (const match of ['*', `W/"${etag}"`, etag, `"${etag}", "x"`]) {
    const answer = await customer('PATCH', path(), { settings: { index: ['a.html'] } }, { 'if-match': match });
    assert.equal(answer.status, 400, match);
  }
  const both = await Promise.all([1, 2, 3].map((n) =>
    customer('PATCH', path(), { settings: { index: [`${n}.html`] } }, { 'if-match': `"${etag}"` })));
  assert.deepEqual(both.map((a) => a.status).sort(), [202, 412, 412], JSON.stringify(both.map((a) => a.body)));
  await settled();
  await set({ index: [] });
});

test('only what the body names changes', async () => {
  await set({ redirects: [{ from: '/old', to: '/new', status: 301 }], index: ['start.html', 'index.html'] });
  const now = await set({ errorPages: [{ status: 404, page: '/lost.html' }] });
  assert.deepEqual(now.settings.index, ['start.html', 'index.html']);
  assert.equal(now.settings.redirects[0].to, '/new');
  assert.equal(now.settings.errorPages.length, 1);
  const moved = await visit(at('/old'));
  assert.equal(moved.status, 301);
  assert.match(moved.headers.location, /\/new$/);
  await set({ redirects: [], index: [], errorPages: [] });
  assert.equal((await visit(at('/old'))).status, 404);
});

test('aliases are claimed like a name of its own, and free again when they go', async () => {
  const alias = `www.${site.domain}`, second = freshDomain('alias');
  await set({ aliases: [alias, second] });
  assert.equal((await visit(at('/', second))).status, 200);
  assert.equal((await visit(at('/', alias))).status, 200);
  const taken = await api(other.token, 'POST', '/api/v1/websites', { domain: second });
  assert.equal(taken.status, 409);
  const theirs = await createWebsite(other.token, freshDomain('theirs'));
  const refused = await patch({ aliases: [alias, second, theirs.domain] });
  assert.equal(refused.status, 409, JSON.stringify(refused.body));
  assert.equal(refused.body.violations[0].field, 'settings.aliases[2]');
  assert.ok(!JSON.stringify(refused.body).includes(other.id ?? 'nothing'));
  await set({ aliases: [alias] });
  assert.equal((await visit(at('/', second))).status, 404);
  await until('the name to be free', async () => (await api(other.token, 'POST', '/api/v1/websites', { domain: second })).status === 202);
  const purged = await createWebsite();
  const named = freshDomain('named');
  const { body } = await patch({ aliases: [named] }, {}, env.CUSTOMER_TOKEN, purged.id);
  await ended(env.CUSTOMER_TOKEN, body.taskId);
  await settled(purged.id);
  await ended(env.CUSTOMER_TOKEN, (await customer('DELETE', path(purged.id))).body.taskId);
  await until('it to be deleted', async () => (await read(purged.id)).state === 'deleted');
  await ended(env.CUSTOMER_TOKEN, (await customer('POST', `${path(purged.id)}/purge`)).body.taskId);
  await until('the names of a purged website to be free', async () =>
    (await api(other.token, 'POST', '/api/v1/websites', { domain: named })).status === 202);
});

test('a name of a node, or below it, is no alias', async () => {
  const { body } = await admin('GET', '/api/v1/nodes');
  const named = body.nodes.map((node) => node.name);
  sql(`update tasks.node set name = 'node.${site.domain.replace(/^[^.]*/, 'panel')}' where id = '${site.nodeId}'`);
  try {
    for (const alias of ['node.panel.example', 'x.node.panel.example']) {
      const answer = await patch({ aliases: [alias] });
      assert.equal(answer.status, 400, JSON.stringify(answer.body));
      assert.deepEqual(answer.body.violations.map((v) => [v.field, v.rule]), [['settings.aliases[0]', 'reserved']]);
    }
  } finally {
    sql(`update tasks.node set name = '${named[body.nodes.findIndex((node) => node.id === site.nodeId)]}' where id = '${site.nodeId}'`);
  }
});

test('a change that the node refuses fails with its reason, and what was served stays', async () => {
  const answer = await patch({ documentRoot: 'index.html' });
  assert.equal(answer.status, 202);
  const task = await ended(env.CUSTOMER_TOKEN, answer.body.taskId);
  assert.equal(task.state, 'failed');
  assert.match(task.message, /index\.html/);
  assert.equal((await settled()).state, 'failed');
  assert.equal((await visit(at('/'))).status, 200);
  await set({ documentRoot: '' });
});

test('a folder of its own is made and served', async () => {
  await set({ documentRoot: 'web/public' });
  assert.notEqual((await visit(at('/index.html'))).status, 200);
  await set({ documentRoot: '' });
  assert.equal((await visit(at('/index.html'))).status, 200);
});

const hostile = {
  'settings.redirects[0].from': ['', 'a', '//evil', '/../x', '/%2e%2e/x', '/%2F', '/$host', '/a b', '/a"; return 200 "x', '/a\\', '/a\r\nX: y', '/{a}', `/${'a'.repeat(513)}`, '/\u202e'],
  'settings.redirects[0].to': ['', 'evil', 'javascript:alert(1)', 'data:text/html,x', '//evil.example', 'https://', 'https://a.example/$uri', 'https://u:p@a.example/', 'https://a.example/\r\nSet-Cookie: a=b', '/x" always; add_header X "y', `/${'a'.repeat(1025)}`, 'ftp://a.example/'],
  'settings.errorPages[0].page': ['', 'x', '/../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '@name', '=200', 'https://evil.example/', '/a;b\n}', '/$document_root'],
  'settings.documentRoot': ['/', '/etc', '..', '../..', 'a/../b', '.git', 'a b', 'a"b', 'a;b', 'a$b', 'a\nb', `${'a/'.repeat(200)}b`],
  'settings.proxy': ['localhost', 'http://localhost', 'http://shop.example', 'ftp://192.0.2.1', 'http://192.0.2.1/path', 'http://user@192.0.2.1', 'http://192.0.2.1:0', 'http://192.0.2.1:99999', 'http://0x7f000001', 'http://2130706433', 'http://127.1', 'http://[::1', 'http://192.0.2.1;}', 'http://192.0.2.1\nHost: x', 'http://$host',
    'http://127.0.0.1', 'http://127.8.9.10:8080', 'http://0.0.0.0', 'http://[::1]:80', 'http://[::]', 'http://169.254.169.254', 'http://[fe80::1]', 'http://[::ffff:127.0.0.1]', 'http://224.0.0.1', 'http://255.255.255.255', 'http://100.100.100.200', 'http://168.63.129.16', 'http://192.0.0.192', 'http://[64:ff9b::7f00:1]', 'http://[fd00:ec2::254]'],
  'settings.index[0]': ['', '/etc/passwd', '../x', '.htaccess', 'a b', 'a;', '$uri', 'a\nb', 'x'.repeat(65)],
  'settings.aliases[0]': ['', 'localhost', '*.example', '~^.*$', '_', 'a b.example', 'a.example;', '$host', '127.0.0.1', 'x'.repeat(254)],
};

const place = {
  redirects: (member, value) => ({ redirects: [{ from: '/a', to: '/b', [member]: value }] }),
  errorPages: (member, value) => ({ errorPages: [{ status: 404, page: '/a', [member]: value }] }),
  documentRoot: (_, value) => ({ documentRoot: value }),
  index: (_, value) => ({ index: [value] }),
  proxy: (_, value) => ({ proxy: value }),
  aliases: (_, value) => ({ aliases: [value] }),
};

for (const [field, values] of Object.entries(hostile)) {
  const [, list, , member] = field.match(/^settings\.(\w+)(\[0\])?\.?(\w+)?$/);
  for (const value of values) {
    test(`${field}: ${JSON.stringify(value.slice(0, 40))} is refused with its field`, async () => {
      const answer = await patch(place[list](member, value));
      assert.equal(answer.status, 400, JSON.stringify(answer.body));
      assert.equal(answer.body.violations[0].field, field, JSON.stringify(answer.body.violations));
    });
  }
}

test('what is passed on to another server comes back from it, with whose visitor it was', async (t) => {
  const own = Object.values(networkInterfaces()).flat().find((a) => a.family === 'IPv4' && !a.internal)?.address;
  if (!own) return t.skip('this machine has no address but the loopback');
  const server = createServer((request, response) => response.end(JSON.stringify({ url: request.url, headers: request.headers })));
  await new Promise((resolve) => server.listen(0, own, resolve));
  try {
    await set({ proxy: `http://${own}:${server.address().port}` });
    const seen = JSON.parse((await visit(at('/a/b?c=d'))).text);
    assert.equal(seen.url, '/a/b');
    assert.equal(seen.headers.host, site.domain);
    assert.equal(seen.headers['x-forwarded-for'], '127.0.0.1');
    server.close();
    server.closeAllConnections();
    assert.equal((await visit(at('/'))).status, 502);
  } finally {
    server.close();
    await set({ proxy: '' });
  }
  assert.equal((await visit(at('/'))).status, 200);
});

test('too many of anything, and what contradicts itself, is refused', async () => {
  const many = (n, one) => Array.from({ length: n }, (_, i) => one(i));
  const cases = [
    [{ aliases: many(21, (i) => `a${i}.${site.domain}`) }, 'settings.aliases'],
    [{ redirects: many(101, (i) => ({ from: `/${i}`, to: '/x' })) }, 'settings.redirects'],
    [{ index: many(9, (i) => `${i}.html`) }, 'settings.index'],
    [{ errorPages: many(21, (i) => ({ status: 400 + i, page: '/x' })) }, 'settings.errorPages'],
    [{ aliases: [site.domain] }, 'settings.aliases[0]'],
    [{ redirects: [{ from: '/a', to: '/a' }] }, 'settings.redirects[0].to'],
    [{ redirects: [{ from: '/', to: '/x', below: true }] }, 'settings.redirects[0].to'],
    [{ redirects: [{ from: '/a', to: '/b', status: 200 }] }, 'settings.redirects[0].status'],
    [{ errorPages: [{ status: 200, page: '/x' }] }, 'settings.errorPages[0].status'],
    [{ owner: 'me' }, 'settings.owner'],
    [{}, 'settings'],
  ];
  for (const [settings, field] of cases) {
    const answer = await patch(settings);
    assert.equal(answer.status, 400, `${field}: ${JSON.stringify(answer.body)}`);
    assert.equal(answer.body.violations[0].field, field, JSON.stringify(answer.body.violations));
  }
});

test('a hundred redirects and twenty aliases are fine, and as they were given', async () => {
  const redirects = Array.from({ length: 100 }, (_, i) => ({ from: `/r${i}`, to: `https://t${i}.example/`, status: 308, below: i % 2 === 1, keepPath: false }));
  const aliases = Array.from({ length: 20 }, (_, i) => `a${i}.${site.domain}`);
  const now = await set({ redirects, aliases });
  assert.deepEqual(now.settings.redirects, redirects);
  assert.deepEqual(now.settings.aliases, aliases);
  assert.equal((await visit(at('/r99/x', 'a19.' + site.domain))).headers.location, 'https://t99.example/');
  await set({ redirects: [], aliases: [] });
});

test('staff suspends a website and resumes it; its owner cannot, nor get around it', async () => {
  for (const verb of ['suspend', 'resume']) assert.equal((await customer('POST', `${path()}/${verb}`)).status, 403);
  assert.equal((await admin('POST', `${path()}/resume`)).status, 409);
  for (const reason of ['x'.repeat(201), 'two\nlines', 'a bell \u0007']) {
    const refused = await admin('POST', `${path()}/suspend`, { reason });
    assert.equal(refused.status, 400, JSON.stringify(refused.body));
    assert.equal(refused.body.violations[0].field, 'reason');
  }
  const reason = 'The bill of <March> is "open" – 30 days';
  const made = await admin('POST', `${path()}/suspend`, { reason });
  assert.equal(made.status, 202, JSON.stringify(made.body));
  await ended(env.ADMIN_TOKEN, made.body.taskId);
  assert.equal((await settled()).state, 'suspended');
  assert.equal((await customer('GET', path())).body.website.suspendReason, reason);
  assert.equal((await admin('POST', `${path()}/suspend`)).status, 409);
  const page = await visit(at('/'));
  assert.equal(page.status, 503);
  assert.match(page.text, /This website is suspended/);
  await set({ index: ['start.html'] });
  assert.equal((await visit(at('/'))).status, 503, 'a change of settings keeps it suspended');
  await ended(env.CUSTOMER_TOKEN, (await customer('DELETE', path())).body.taskId);
  await until('it to be deleted', async () => (await read()).state === 'deleted');
  assert.equal((await patch({ index: [] })).status, 409);
  await ended(env.CUSTOMER_TOKEN, (await customer('POST', `${path()}/undelete`)).body.taskId);
  assert.equal((await settled()).state, 'suspended', 'deleting and undeleting keeps it suspended');
  assert.equal((await visit(at('/'))).status, 503);
  await ended(env.ADMIN_TOKEN, (await admin('POST', `${path()}/resume`)).body.taskId);
  assert.equal((await settled()).state, 'active');
  await set({ index: [] });
  assert.equal((await visit(at('/'))).status, 200);
});

test('what was changed is in the audit trail, before and after', async () => {
  await set({ errorPages: [{ status: 404, page: '/a.html' }] });
  const { body } = await customer('GET', '/api/v1/audit?limit=50');
  const record = body.records.find((r) => r.action === 'website.update' && r.target?.id === site.id);
  assert.ok(record, 'no record');
  assert.equal(JSON.parse(record.before).settings.errorPages.length, 0);
  assert.equal(JSON.parse(record.after).settings.errorPages[0].page, '/a.html');
});
