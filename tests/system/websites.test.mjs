// The main job by the API: a website from POST to served, and back.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import https from 'node:https';
import { test } from 'node:test';
import { admin, api, createWebsite, customer, ended, env, freshDomain, until, visit } from './panel.mjs';

test('a domain is enough: 202 with website and task, then a welcome page that shows it', async () => {
  const domain = freshDomain('shop');
  const made = await customer('POST', '/api/v1/websites', { domain });
  assert.equal(made.status, 202);
  assert.equal(made.body.website.domain, domain);
  assert.match(made.body.taskId, /^[0-9a-f-]{36}$/);
  const first = await customer('GET', `/api/v1/tasks/${made.body.taskId}`);
  assert.equal(first.status, 200, 'the task is there as soon as the answer is');
  const task = await ended(env.CUSTOMER_TOKEN, made.body.taskId);
  assert.equal(task.state, 'success', JSON.stringify(task));
  assert.deepEqual(task.steps.map((s) => s.name), ['stage', 'test', 'activate', 'verify', 'commit']);
  const site = await until('active', async () => {
    const { body } = await customer('GET', `/api/v1/websites/${made.body.website.id}`);
    return body.website.state === 'active' ? body.website : null;
  });
  const page = await visit(site.url);
  assert.equal(page.status, 200);
  assert.ok(page.text.includes(domain));
  assert.equal(page.headers['x-content-type-options'], 'nosniff');
});

test('a name that nobody has gets nothing', async () => {
  const site = await createWebsite();
  const url = new URL(site.url);
  url.hostname = freshDomain('nobody');
  assert.notEqual((await visit(url.href)).status, 200);
});

test('HTTPS for a name without a certificate is refused in the handshake', async () => {
  const site = await createWebsite();
  for (const name of [site.domain, freshDomain('nobody')]) {
    await assert.rejects(new Promise((resolve, reject) => {
      https.get({ host: '127.0.0.1', port: env.SITES_HTTPS_PORT, servername: name, headers: { host: name }, rejectUnauthorized: false, agent: false }, resolve).on('error', reject);
    }), /unrecognized name|EPROTO/);
  }
});

test('U-labels come in, A-labels are kept, both are shown', async () => {
  const word = `bücher-${Date.now()}`;
  const made = await customer('POST', '/api/v1/websites', { domain: `${word}.Example` });
  assert.equal(made.status, 202, JSON.stringify(made.body));
  assert.match(made.body.website.domain, /^xn--[a-z0-9-]+\.example$/);
  assert.equal(made.body.website.displayDomain, `${word}.example`);
  assert.equal((await ended(env.CUSTOMER_TOKEN, made.body.taskId)).state, 'success');
  assert.equal((await visit(made.body.website.url)).status, 200);
});

test('lists: search, state, sort, cursor and count', async () => {
  const mark = `list${Date.now()}`;
  const names = ['a', 'b', 'c'].map((letter) => `${letter}-${mark}.example`);
  for (const name of names) await createWebsite(env.CUSTOMER_TOKEN, name);
  const get = async (query) => (await customer('GET', `/api/v1/websites?search=${mark}&${query}`)).body;
  const up = await get('sort=domain');
  assert.deepEqual(up.websites.map((w) => w.domain), names);
  assert.equal(up.page.total, '3');
  const down = await get('sort=-domain');
  assert.deepEqual(down.websites.map((w) => w.domain), [...names].reverse());
  const first = await get('sort=domain&limit=2');
  assert.deepEqual(first.websites.map((w) => w.domain), names.slice(0, 2));
  const second = await get(`sort=domain&limit=2&cursor=${encodeURIComponent(first.page.nextCursor)}`);
  assert.deepEqual(second.websites.map((w) => w.domain), names.slice(2));
  assert.equal(second.page.nextCursor, '');
  await until('all three to be active', async () => (await get('state=active')).websites.length === 3);
  assert.equal((await get('state=deleted')).websites.length, 0);
  assert.equal((await customer('GET', '/api/v1/websites?search=%25')).body.websites.length, 0, 'a search is no pattern');
});

test('delete keeps data and name, undelete serves again, purge frees the name', async () => {
  const site = await createWebsite();
  const path = `/api/v1/websites/${site.id}`;
  const gone = await customer('DELETE', path);
  assert.equal(gone.status, 202, JSON.stringify(gone.body));
  assert.equal((await ended(env.CUSTOMER_TOKEN, gone.body.taskId)).state, 'success');
  assert.notEqual((await visit(site.url)).status, 200, 'nothing is served');
  const kept = await until('deleted', async () => {
    const { body } = await customer('GET', path);
    return body.website.state === 'deleted' ? body.website : null;
  });
  assert.ok(Date.parse(kept.purgeAt) > Date.now());
  assert.equal((await customer('POST', '/api/v1/websites', { domain: site.domain })).status, 409, 'the name is kept');

  const back = await customer('POST', `${path}/undelete`, {});
  assert.equal(back.status, 202, JSON.stringify(back.body));
  assert.equal((await ended(env.CUSTOMER_TOKEN, back.body.taskId)).state, 'success');
  assert.equal((await visit(site.url)).status, 200);

  await until('active', async () => (await customer('GET', path)).body.website.state === 'active');
  const again = await customer('DELETE', path);
  assert.equal((await ended(env.CUSTOMER_TOKEN, again.body.taskId)).state, 'success');
  await until('deleted', async () => (await customer('GET', path)).body.website.state === 'deleted');
  const purge = await customer('POST', `${path}/purge`, {});
  assert.equal(purge.status, 202, JSON.stringify(purge.body));
  assert.equal((await ended(env.CUSTOMER_TOKEN, purge.body.taskId)).state, 'success');
  const anew = await until('the name to be free', async () => {
    const answer = await customer('POST', '/api/v1/websites', { domain: site.domain });
    return answer.status === 202 ? answer.body : null;
  });
  assert.equal((await ended(env.CUSTOMER_TOKEN, anew.taskId)).state, 'success');
});

test('an idempotency key gives the first answer again, another body is refused', async () => {
  const key = { 'idempotency-key': randomUUID() };
  const domain = freshDomain('once');
  const [one, two] = await Promise.all([1, 2].map(() => customer('POST', '/api/v1/websites', { domain }, key)));
  assert.equal(one.status, 202, JSON.stringify(one.body));
  assert.deepEqual(two.body, one.body);
  assert.deepEqual((await customer('POST', '/api/v1/websites', { domain }, key)).body, one.body);
  const other = await customer('POST', '/api/v1/websites', { domain: freshDomain() }, key);
  assert.equal(other.status, 422, JSON.stringify(other.body));
});

test('every mutation leaves an audit record with actor, address and request id', async () => {
  const domain = freshDomain('audited');
  const made = await customer('POST', '/api/v1/websites', { domain });
  const requestId = made.headers.get('x-request-id');
  assert.match(requestId, /^[0-9a-f-]{36}$/);
  const record = await until('the audit record', async () => {
    const { body } = await customer('GET', `/api/v1/audit?targetId=${made.body.website.id}`);
    return body.records.find((r) => r.action === 'website.create');
  });
  assert.equal(record.requestId, requestId);
  assert.equal(record.actorName, env.CUSTOMER_EMAIL);
  assert.equal(record.sourceIp, '127.0.0.1');
  assert.equal(record.outcome, 'accepted');
  const task = await ended(env.CUSTOMER_TOKEN, made.body.taskId);
  assert.equal(task.requestId, requestId);
  await until('the outcome record', async () => {
    const { body } = await customer('GET', `/api/v1/audit?targetId=${made.body.website.id}`);
    return body.records.some((r) => r.actorId === 'system:web' && r.outcome === 'success');
  });
});

const refused = [
  ['', 'required'], ['localhost', null], ['foo.localhost', null], ['panel.example', null], ['x.panel.example', null],
  ['a', 'HOSTNAME'], ['-a.example', 'HOSTNAME'], ['a-.example', 'HOSTNAME'], ['a..example', 'HOSTNAME'], ['*.example', 'HOSTNAME'],
  ['a b.example', 'HOSTNAME'], ['a;b.example', 'HOSTNAME'], ['a{}.example', 'HOSTNAME'], ['a\nb.example', 'HOSTNAME'], ['127.0.0.1', 'HOSTNAME'],
  [`${'a'.repeat(64)}.example`, 'HOSTNAME'], [`${'a.'.repeat(130)}example`, null], ['../../etc.example', 'HOSTNAME'], ['"x".example', 'HOSTNAME'],
  ['$host.example', 'HOSTNAME'], ['xn--a.example', 'HOSTNAME'], ['a_b.example', 'HOSTNAME'],
];
for (const [domain, rule] of refused) {
  test(`the domain ${JSON.stringify(domain.slice(0, 40))} is refused with field and rule`, async () => {
    const answer = await customer('POST', '/api/v1/websites', { domain });
    assert.equal(answer.status, 400, JSON.stringify(answer.body));
    assert.match(answer.headers.get('content-type'), /application\/problem\+json/);
    assert.equal(answer.body.code, 'INVALID');
    assert.equal(answer.body.requestId, answer.headers.get('x-request-id'));
    assert.equal(answer.body.violations[0].field, 'domain');
    if (rule) assert.equal(answer.body.violations[0].rule, rule);
    assert.ok(answer.body.violations[0].message.length > 5);
  });
}

test('names that look odd and are good are taken', async () => {
  const mark = Date.now();
  for (const domain of [`${'a'.repeat(50)}${mark}.example`, `1-${mark}.test`, `a.b.c.d.${mark}x.example.org`, `x--y${mark}.example`]) {
    const made = await customer('POST', '/api/v1/websites', { domain });
    assert.equal(made.status, 202, `${domain}: ${JSON.stringify(made.body)}`);
    assert.equal((await ended(env.CUSTOMER_TOKEN, made.body.taskId)).state, 'success');
  }
});

test('malformed requests are 4xx problems, never 5xx', async () => {
  const post = (body, headers) => customer('POST', '/api/v1/websites', body, headers);
  for (const [body, status] of [['{', 400], ['[]', 400], ['{"domain":1}', 400], ['{"domain":"a.example","domain":"b.example"}', 400],
    ['{"nope":"x"}', 400], ['{"domain":"\\u0000"}', 400], [`{"domain":"${'a'.repeat(300_000)}"}`, 413], ['"x"', 400]]) {
    const answer = await post(body);
    assert.equal(answer.status, status, `${body.slice(0, 40)}: ${JSON.stringify(answer.body)}`);
  }
  assert.equal((await post('domain=x', { 'content-type': 'text/plain' })).status, 415);
  assert.equal((await customer('GET', '/api/v1/websites?limit=x')).status, 400);
  assert.equal((await customer('GET', '/api/v1/websites?nope=1')).status, 400);
  assert.equal((await customer('GET', '/api/v1/websites/not-an-id')).status, 400);
  assert.equal((await customer('GET', `/api/v1/websites/${randomUUID()}`)).status, 404);
  assert.equal((await customer('PUT', '/api/v1/websites')).status, 405);
  assert.equal((await customer('GET', '/api/v1/nothing')).status, 404);
  assert.equal((await api(null, 'GET', '/api/v1/websites')).status, 401);
  assert.equal((await api('st_nonsense', 'GET', '/api/v1/websites')).status, 401);
  assert.equal((await customer('GET', '/api/v1/nodes')).status, 403, 'customers see no nodes');
  assert.equal((await admin('GET', '/api/v1/nodes')).status, 200);
});
