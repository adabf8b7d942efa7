// Two organisations see nothing of each other, on any route; names are claimed by one of them.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, test } from 'node:test';
import { admin, anotherOrganisation, api, createWebsite, customer, ended, env, freshDomain, openapi, signIn, until } from './panel.mjs';

let other, site, task, mine, absent;

before(async () => {
  other = await anotherOrganisation();
  site = await createWebsite();
  task = (await customer('GET', `/api/v1/tasks?targetId=${site.id}`)).body.tasks[0];
  const certificate = await until('a certificate to be wished for', async () => (await customer('GET', `/api/v1/certificates?websiteId=${site.id}`)).body.certificates[0]);
  const zone = (await customer('POST', '/api/v1/zones', { name: freshDomain('zone') })).body.zone;
  const zoneChange = (await customer('GET', `/api/v1/zones/${zone.id}/changes`)).body.changes[0];
  const secondary = await customer('POST', `/api/v1/zones/${zone.id}/secondaries`, { address: samples.address });
  const template = await customer('POST', '/api/v1/zone-templates', { name: `Isolated ${randomUUID()}`, records: samples.records });
  const account = await customer('POST', '/api/v1/dns-accounts', { name: `Isolated ${randomUUID()}`, kind: 'cloudflare', token: 'none' });
  const { user } = (await customer('GET', '/api/v1/profile')).body;
  const plan = await admin('POST', '/api/v1/plans', { name: `Isolated ${randomUUID()}`, limits: [] });
  const token = await customer('POST', '/api/v1/tokens', { name: 'isolated', scopes: ['website:read'] });
  const cookie = await signIn(env.CUSTOMER_EMAIL, env.CUSTOMER_PASSWORD);
  const { sessions } = (await api(null, 'GET', '/api/v1/sessions', undefined, { cookie })).body;
  mine = both({ websiteId: site.id, certificateId: certificate.id, zoneId: zone.id, secondaryId: secondary.body.secondary.id, changeId: zoneChange.id, templateId: template.body.template.id, accountId: account.body.account.id, taskId: task.id, nodeId: 'n1', organisationId: user.organisationId, userId: user.id, planId: plan.body.plan.id, tokenId: token.body.id, sessionId: sessions[0].id });
  absent = both(Object.fromEntries(Object.keys(mine).map((name) => [name, name === 'nodeId' ? 'n999' : randomUUID()])));
});

/** Under both spellings of a path's parameters. */
const both = (ids) => ({ ...ids, ...Object.fromEntries(Object.entries(ids).map(([name, id]) => [name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`), id])) });

const routes = Object.entries(openapi.paths).flatMap(([path, item]) =>
  Object.entries(item).filter(([method]) => ['get', 'post', 'put', 'patch', 'delete'].includes(method))
    .map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })));

const fill = (path, ids) => path.replace(/\{(\w+)\}/g, (_, name) => ids[name] ?? ids[name.replace(/_(\w)/g, (__, c) => c.toUpperCase())]);
const withoutIds = (problem) => ({ ...problem, requestId: '', detail: problem.detail });

test('the route table is not empty', () => assert.ok(routes.length >= 15, `${routes.length} routes`));

/** What a body must have, so that the object is asked for at all. */
const samples = { reason: 'none', address: '192.0.2.1', password: 'a long enough one', zoneFile: '; none', name: 'x', records: [{ name: '@', type: 'A', data: '192.0.2.1' }], chain: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n' };
const bodyOf = ({ requestBody }) => {
  const schema = requestBody?.content?.['application/json']?.schema;
  const { properties = {}, required = [] } = (schema?.$ref ? openapi.components.schemas[schema.$ref.split('/').at(-1)] : schema) ?? {};
  const needed = Object.keys(properties).filter((name) => required.includes(name) || properties[name].minLength || properties[name].minItems);
  return Object.fromEntries(needed.filter((name) => name in samples).map((name) => [name, samples[name]]));
};

for (const { method, path, operation } of routes.filter((r) => /\{/.test(r.path))) {
  test(`${method} ${path}: another organisation's object answers as an absent one does`, async () => {
    for (const [, name] of path.matchAll(/\{(\w+)\}/g)) assert.ok(mine[name], `this test knows no ${name}`);
    const body = method === 'GET' || method === 'DELETE' ? undefined : bodyOf(operation);
    const headers = method === 'PATCH' || method === 'PUT' ? { 'if-match': '"1.1"' } : {};
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
    for (const secret of [site.id, mine.zoneId, mine.templateId, mine.accountId, site.domain, task.id, site.organisationId, env.CUSTOMER_EMAIL, mine.userId, mine.tokenId, mine.sessionId]) assert.ok(!text.includes(secret), `shows ${secret}`);
  });
  test(`${method} ${path}: naming another organisation is refused or empty`, async () => {
    const answer = await api(other.token, method, `${path}?organisationId=${site.organisationId}`);
    assert.ok([400, 403, 404].includes(answer.status), `${answer.status}`);
  });
}

for (const { method, path, operation } of routes) {
  test(`${method} ${path}: nobody gets in without a token unless the contract says so`, async () => {
    const body = method === 'GET' || method === 'DELETE' ? undefined : {};
    const answer = await api(null, method, fill(path, mine), body);
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
