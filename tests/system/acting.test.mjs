// Staff acts for an organisation: what it sees and may do meanwhile, what is told of it, and when it ends.
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { admin, anotherOrganisation, api, createWebsite, customer, ended, env, freshDomain, signIn, sql, until } from './panel.mjs';

const form = { 'x-requested-with': 'stralix' };
const as = (cookie) => (method, path, body, headers = {}) => api(null, method, path, body, { cookie, ...form, ...headers });
const ok = (answer, status = 200) => {
  assert.equal(answer.status, status, JSON.stringify(answer.body));
  return answer.body;
};
const secret = () => randomBytes(12).toString('base64url');

let bakery, other, root, site;

async function somebody(role, more = {}) {
  const password = secret(), email = `${role.toLowerCase()}-${randomBytes(4).toString('hex')}@acting.example`;
  const own = ok(await admin('GET', '/api/v1/session')).session.organisation.id;
  const { user } = ok(await admin('POST', '/api/v1/users', { organisationId: own, email, name: `Ada ${role}`, password, role, ...more }), 201);
  return { user, email, person: as(await signIn(email, password)) };
}
const act = (person, organisationId, reason = 'they called') => person('POST', `/api/v1/organisations/${organisationId}/act`, { reason });
const session = async (person) => ok(await person('GET', '/api/v1/session')).session;

before(async () => {
  bakery = ok(await customer('GET', '/api/v1/session')).session.organisation;
  other = await anotherOrganisation();
  site = await createWebsite();
  root = await somebody('ADMIN');
});
after(() => sql('delete from authz.login_attempts'));

test('who acts for an organisation sees what its people see, and may do no more', async () => {
  const { person, email } = root;
  const { acting } = ok(await act(person, bakery.id));
  assert.deepEqual([acting.organisationId, acting.organisationName, acting.reason], [bakery.id, bakery.name, 'they called']);
  assert.ok(new Date(acting.until) - Date.now() < 3_700_000);
  const now = await session(person), theirs = ok(await customer('GET', '/api/v1/session')).session;
  assert.deepEqual([now.role, now.organisation.id, now.email, now.acting.organisationId], ['customer', bakery.id, email, bakery.id]);
  assert.deepEqual([...now.permissions].sort(), [...theirs.permissions].sort());
  ok(await person('GET', `/api/v1/websites/${site.id}`));
  const lists = await Promise.all([person, customer].map((who) => who('GET', '/api/v1/websites?limit=200')));
  assert.deepEqual(lists[0].body.websites.map((w) => w.id), lists[1].body.websites.map((w) => w.id));
  assert.equal((await person('GET', '/api/v1/nodes')).status, 403);
  assert.equal((await person('POST', '/api/v1/organisations', { name: 'x' })).status, 403);
  assert.equal((await act(person, other.organisation.id)).status, 403);
  const theirsElsewhere = ok(await api(other.token, 'POST', '/api/v1/websites', { domain: freshDomain() }), 202).website;
  assert.equal((await person('GET', `/api/v1/websites/${theirsElsewhere.id}`)).status, 404);
});

test('what is one\'s own account\'s is out of reach meanwhile, and says why', async () => {
  const { person } = root;
  for (const [method, path, body] of [
    ['GET', '/api/v1/profile'], ['POST', '/api/v1/profile/password', { currentPassword: secret(), password: secret() }], ['GET', '/api/v1/tokens'],
    ['POST', '/api/v1/tokens', { name: 'x' }], ['GET', '/api/v1/sessions'], ['DELETE', '/api/v1/sessions'],
  ]) {
    const { status, body: why } = await person(method, path, body);
    assert.equal(status, 403, `${method} ${path}: ${JSON.stringify(why)}`);
    assert.match(why.detail, /stop acting/, path);
  }
});

test('its changes run, and stand in the organisation\'s trail under the name of who made them', async () => {
  const { person, user } = root, domain = freshDomain('acted');
  const made = ok(await person('POST', '/api/v1/websites', { domain }), 202);
  assert.equal(made.website.organisationId, bakery.id);
  assert.equal((await ended(env.CUSTOMER_TOKEN, made.taskId)).state, 'success');
  const { records } = await until('the records', async () => {
    const { body } = await customer('GET', `/api/v1/audit?actor=${user.id}`);
    return body.records.some((r) => r.action === 'website.create') ? body : null;
  });
  const created = records.find((r) => r.action === 'website.create' && r.target.name === domain);
  assert.equal(created.actorId, user.id);
  assert.match(created.actorName, new RegExp(`^admin-\\w+@acting\\.example as ${bakery.name}$`));
  const began = records.find((r) => r.action === 'organisation.act');
  assert.match(began.after, /they called/);
});

test('an idempotency key gives nobody the answer that belongs to another organisation or to the person', async () => {
  const { person } = await somebody('ADMIN'), key = { 'idempotency-key': randomUUID() }, body = { domain: freshDomain('key') };
  const create = () => person('POST', '/api/v1/websites', body, key);
  ok(await act(person, bakery.id));
  const made = ok(await create(), 202);
  assert.equal(ok(await create(), 202).website.id, made.website.id);
  const reused = (answer) => assert.deepEqual([answer.status, answer.body.code, answer.body.website], [422, 'KEY_REUSED', undefined]);
  ok(await person('DELETE', '/api/v1/session/acting'), 204);
  reused(await create());
  ok(await act(person, other.organisation.id));
  reused(await create());
});

test('stopped, it acts for itself at once; signing out ends it too', async () => {
  const { person } = root;
  ok(await person('DELETE', '/api/v1/session/acting'), 204);
  const now = await session(person);
  assert.deepEqual([now.role, now.acting], ['admin', undefined]);
  ok(await person('GET', '/api/v1/nodes'));
  assert.equal((await person('DELETE', '/api/v1/session/acting')).status, 409);
  const again = await somebody('ADMIN');
  ok(await act(again.person, bakery.id));
  ok(await again.person('DELETE', '/api/v1/session'), 204);
  assert.equal((await again.person('GET', '/api/v1/session')).status, 401);
});

test('staff acts for whom it looks after and for nobody else; the right ends with the assignment', async () => {
  const { person, user } = await somebody('STAFF', { organisationIds: [bakery.id] });
  assert.equal((await act(person, other.organisation.id)).status, 404);
  ok(await act(person, bakery.id));
  ok(await person('GET', `/api/v1/websites/${site.id}`));
  const { user: before } = ok(await admin('GET', `/api/v1/users/${user.id}`));
  ok(await admin('PATCH', `/api/v1/users/${user.id}`, { settings: { organisationIds: [] } }, { 'if-match': `"${before.etag}"` }));
  await until('the acting to end', async () => !(await session(person)).acting, 10);
  await until('the website to be out of sight', async () => (await person('GET', `/api/v1/websites/${site.id}`)).status === 404, 10);
});

test('it ends by itself after its time', async () => {
  const { person, user } = await somebody('ADMIN');
  ok(await act(person, bakery.id));
  sql(`update authz.sessions set acting_until = now() - interval '1 second' where user_id = '${user.id}'`);
  await until('the hour to be over', async () => (await session(person)).role === 'admin', 40);
});

test('it is refused for one\'s own, a suspended, an unknown organisation, without a reason, by an API token, for customers', async () => {
  const { person } = await somebody('ADMIN');
  const own = (await session(person)).organisation.id;
  assert.equal((await act(person, own)).status, 409);
  assert.equal((await act(person, '01a21a78-0fe9-7f6b-824a-64abb5a19000')).status, 404);
  for (const reason of ['', 'a\nb', 'x'.repeat(201)]) {
    const { status, body } = await act(person, bakery.id, reason);
    assert.deepEqual([status, body.violations[0].field], [400, 'reason'], reason);
  }
  const { status, body } = await admin('POST', `/api/v1/organisations/${bakery.id}/act`, { reason: 'x' });
  assert.deepEqual([status, body.code], [409, 'CONFLICT']);
  assert.match(body.detail, /API token/);
  assert.equal((await customer('POST', `/api/v1/organisations/${other.organisation.id}/act`, { reason: 'x' })).status, 403);
  const gone = ok(await admin('POST', '/api/v1/organisations', { name: `Gone ${secret()}` }), 201).organisation;
  ok(await admin('POST', `/api/v1/organisations/${gone.id}/suspend`, { reason: 'test' }));
  assert.equal((await act(person, gone.id)).status, 409);
});
