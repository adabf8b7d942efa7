// Two organisations see nothing of each other, on any route; names are claimed by one of them.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, test } from 'node:test';
import { anotherOrganisation, api, createWebsite, customer, ended, env, freshDomain, openapi, until } from './panel.mjs';

let other, site, task;

before(async () => {
  other = await anotherOrganisation();
  site = await createWebsite();
  task = (await customer('GET', `/api/v1/tasks?targetId=${site.id}`)).body.tasks[0];
});

const routes = Object.entries(openapi.paths).flatMap(([path, item]) =>
  Object.entries(item).filter(([method]) => ['get', 'post', 'put', 'patch', 'delete'].includes(method))
    .map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })));

const fill = (path, ids) => path.replace(/\{(\w+)\}/g, (_, name) => ids[name] ?? ids[name.replace(/_(\w)/g, (__, c) => c.toUpperCase())]);
const withoutIds = (problem) => ({ ...problem, requestId: '', detail: problem.detail });

test('the route table is not empty', () => assert.ok(routes.length >= 15, `${routes.length} routes`));

for (const { method, path } of routes.filter((r) => /\{/.test(r.path))) {
  test(`${method} ${path}: another organisation's object answers as an absent one does`, async () => {
    const mine = { website_id: site.id, task_id: task.id, node_id: 'n1', websiteId: site.id, taskId: task.id, nodeId: 'n1' };
    const absent = { website_id: randomUUID(), task_id: randomUUID(), node_id: 'n999', websiteId: randomUUID(), taskId: randomUUID(), nodeId: 'n999' };
    const body = method === 'GET' || method === 'DELETE' ? undefined : {};
    const headers = method === 'PATCH' ? { 'if-match': '"1.1"' } : {};
    const seen = await api(other.token, method, fill(path, mine), body, headers);
    const nothing = await api(other.token, method, fill(path, absent), body, headers);
    assert.ok([403, 404].includes(seen.status), `${seen.status} ${JSON.stringify(seen.body)}`);
    assert.equal(seen.status, nothing.status);
    assert.deepEqual(withoutIds(seen.body), withoutIds(nothing.body));
  });
}

for (const { method, path } of routes.filter((r) => r.method === 'GET' && !/\{/.test(r.path))) {
  test(`${method} ${path}: nothing of another organisation is listed`, async () => {
    const answer = await api(other.token, method, path);
    if (answer.status === 403) return;
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    const text = JSON.stringify(answer.body);
    for (const secret of [site.id, site.domain, task.id, site.organisationId, env.CUSTOMER_EMAIL]) assert.ok(!text.includes(secret), `shows ${secret}`);
  });
  test(`${method} ${path}: naming another organisation is refused or empty`, async () => {
    const answer = await api(other.token, method, `${path}?organisationId=${site.organisationId}`);
    assert.ok([400, 403, 404].includes(answer.status), `${answer.status}`);
  });
}

for (const { method, path, operation } of routes) {
  test(`${method} ${path}: nobody gets in without a token unless the contract says so`, async () => {
    const ids = { website_id: site.id, task_id: task.id, node_id: 'n1', websiteId: site.id, taskId: task.id, nodeId: 'n1' };
    const body = method === 'GET' || method === 'DELETE' ? undefined : {};
    const answer = await api(null, method, fill(path, ids), body);
    const isPublic = Array.isArray(operation.security) && operation.security.length === 0;
    if (isPublic) assert.notEqual(answer.status, 401);
    else assert.equal(answer.status, 401, JSON.stringify(answer.body));
  });
}

test('a website cannot be created in another organisation', async () => {
  const answer = await api(other.token, 'POST', '/api/v1/websites', { domain: freshDomain(), organisationId: site.organisationId });
  assert.equal(answer.status, 404, JSON.stringify(answer.body));
});

test('another organisation can claim neither the name, nor its parent, nor its child; the refusal names nobody', async () => {
  const owned = await createWebsite(env.CUSTOMER_TOKEN, `shop.${freshDomain('claimed')}`);
  const parent = owned.domain.replace(/^shop\./, '');
  for (const domain of [owned.domain, parent, `x.${owned.domain}`]) {
    const answer = await api(other.token, 'POST', '/api/v1/websites', { domain });
    assert.equal(answer.status, 409, `${domain}: ${JSON.stringify(answer.body)}`);
    assert.equal(answer.body.violations[0].field, 'domain');
    assert.ok(!JSON.stringify(answer.body).includes('Bakery'));
  }
  const sibling = await customer('POST', '/api/v1/websites', { domain: `x.${owned.domain}` });
  assert.equal(sibling.status, 202, 'the same organisation may');
  await ended(env.CUSTOMER_TOKEN, sibling.body.taskId);
});

test('of two organisations that claim one name at once, one gets it', async () => {
  for (let i = 0; i < 5; i += 1) {
    const domain = freshDomain('race');
    const answers = await Promise.all([
      customer('POST', '/api/v1/websites', { domain }), api(other.token, 'POST', '/api/v1/websites', { domain: `www.${domain}` }),
    ]);
    assert.deepEqual(answers.map((a) => a.status).sort(), [202, 409], JSON.stringify(answers.map((a) => a.body)));
  }
});

test('events of one organisation do not reach another', async () => {
  const stop = new AbortController();
  const listen = async (token, into) => {
    const answer = await fetch(`${env.PANEL_URL}/api/v1/events`, { headers: { authorization: `Bearer ${token}` }, signal: stop.signal });
    assert.equal(answer.status, 200);
    (async () => {
      try {
        for await (const piece of answer.body) into.text += Buffer.from(piece).toString();
      } catch { /* stopped */ }
    })();
  };
  const mine = { text: '' }, theirs = { text: '' };
  await listen(env.CUSTOMER_TOKEN, mine);
  await listen(other.token, theirs);
  const made = await createWebsite();
  await until('my event', () => mine.text.includes(made.id));
  const own = await createWebsite(other.token);
  await until('their own event', () => theirs.text.includes(own.id));
  assert.ok(!theirs.text.includes(made.id));
  stop.abort();
});
