// Organisations, users, plans, API tokens, one's own profile and sessions: whole ways, who may not, and hostile values.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { admin, anotherOrganisation, api, customer, ended, env, freshDomain, runDir, signIn, sql, until } from './panel.mjs';

const form = { 'x-requested-with': 'stralix' };
const word = () => randomBytes(4).toString('hex');
const secret = () => randomBytes(12).toString('base64url');
const as = (cookie) => (method, path, body, headers = {}) => api(null, method, path, body, { cookie, ...form, ...headers });
const match = (etag) => ({ 'if-match': `"${etag}"` });
const ok = (answer, status = 200) => {
  assert.equal(answer.status, status, JSON.stringify(answer.body));
  return answer.body;
};
const refused = (answer, status, field) => {
  assert.equal(answer.status, status, JSON.stringify(answer.body));
  if (field) assert.equal(answer.body.violations?.[0]?.field, field, JSON.stringify(answer.body));
  return answer.body;
};
const attempt = (email, password) => api(null, 'POST', '/api/v1/session', { email, password }, form);

async function createUser(organisationId, role = 'CUSTOMER', more = {}) {
  const password = secret(), email = `${role.toLowerCase()}-${word()}@people.example`;
  const { user } = ok(await admin('POST', '/api/v1/users', { organisationId, email, name: 'Pia People', password, role, ...more }), 201);
  return { user, email, password };
}
const patch = async (kind, id, settings, token = env.ADMIN_TOKEN) => {
  const { [kind]: it } = ok(await admin('GET', `/api/v1/${kind}s/${id}`));
  return api(token, 'PATCH', `/api/v1/${kind}s/${id}`, { settings }, match(it.etag));
};
const createPlan = async (limits, name = `Plan ${word()}`) => ok(await admin('POST', '/api/v1/plans', { name, limits }), 201).plan;
const usage = async (organisationId) => ok(await admin('GET', `/api/v1/usage?organisationId=${organisationId}`)).usage.find((u) => u.kind === 'websites');

let other;
before(async () => { other = await anotherOrganisation(); });
after(() => sql('delete from authz.login_attempts')); // the wrong passwords of this file count for its address

// Organisations

test('an organisation is made, found, shown, renamed', async () => {
  const name = `Müller & Söhne ${word()}`;
  const { organisation } = ok(await admin('POST', '/api/v1/organisations', { name }), 201);
  assert.deepEqual([organisation.state, organisation.planId, organisation.users], ['active', '', 0]);
  const found = ok(await admin('GET', `/api/v1/organisations?search=${encodeURIComponent(name.slice(0, 12).toLowerCase())}`));
  assert.ok(found.organisations.some((o) => o.id === organisation.id));
  const shown = await admin('GET', `/api/v1/organisations/${organisation.id}`);
  assert.equal(shown.headers.get('etag'), `"${organisation.etag}"`);
  const renamed = ok(await patch('organisation', organisation.id, { name: `${name} GmbH` })).organisation;
  assert.equal(renamed.name, `${name} GmbH`);
  assert.notEqual(renamed.etag, organisation.etag);
  refused(await admin('PATCH', `/api/v1/organisations/${organisation.id}`, { settings: { name: 'x' } }, match(organisation.etag)), 412);
  refused(await admin('PATCH', `/api/v1/organisations/${organisation.id}`, { settings: { name: 'x' } }), 400);
  refused(await admin('PATCH', `/api/v1/organisations/${organisation.id}`, { settings: { name: '' } }, match(renamed.etag)), 400, 'settings.name');
  refused(await admin('PATCH', `/api/v1/organisations/${organisation.id}`, {}, match(renamed.etag)), 400, 'settings');
});

test('lists of organisations go on by cursor, each one once', async () => {
  for (let i = 0; i < 3; i += 1) ok(await admin('POST', '/api/v1/organisations', { name: `Pager ${word()}` }), 201);
  const seen = [];
  let cursor = '';
  do {
    const page = ok(await admin('GET', `/api/v1/organisations?limit=2&search=pager${cursor && `&cursor=${cursor}`}`));
    seen.push(...page.organisations.map((o) => o.id));
    cursor = page.page.nextCursor;
  } while (cursor);
  assert.equal(new Set(seen).size, seen.length);
  assert.equal(seen.length, Number(ok(await admin('GET', '/api/v1/organisations?limit=1&search=pager')).page.total));
});

test('a suspended organisation is out: sessions, tokens, sign-in; its website is served on; resumed it is in again', async () => {
  const mine = await anotherOrganisation();
  const cookie = await signIn(mine.email, mine.password);
  const site = ok(await api(mine.token, 'POST', '/api/v1/websites', { domain: freshDomain('suspended') }), 202);
  assert.equal((await ended(mine.token, site.taskId)).state, 'success');
  refused(await admin('POST', `/api/v1/organisations/${mine.organisation.id}/suspend`, {}), 400, 'reason');
  const { organisation } = ok(await admin('POST', `/api/v1/organisations/${mine.organisation.id}/suspend`, { reason: 'Bill unpaid' }));
  assert.deepEqual([organisation.state, organisation.reason], ['suspended', 'Bill unpaid']);
  assert.ok(organisation.suspendedAt);
  await until('its token to be out', async () => (await api(mine.token, 'GET', '/api/v1/websites')).status === 401, 7);
  await until('its session to be out', async () => (await as(cookie)('GET', '/api/v1/session')).status === 401, 7);
  const unknown = await attempt('nobody@nowhere.example', mine.password), out = await attempt(mine.email, mine.password);
  assert.equal(out.status, 401);
  assert.deepEqual({ ...out.body, requestId: '' }, { ...unknown.body, requestId: '' }, 'the refusal tells nothing');
  assert.equal(ok(await admin('GET', `/api/v1/websites/${site.website.id}`)).website.serving, 'live');
  refused(await admin('POST', `/api/v1/organisations/${mine.organisation.id}/suspend`, { reason: 'again' }), 409);
  const back = ok(await admin('POST', `/api/v1/organisations/${mine.organisation.id}/resume`, {})).organisation;
  assert.deepEqual([back.state, back.reason, back.suspendedAt], ['active', '', '']);
  await until('its token to be in', async () => (await api(mine.token, 'GET', '/api/v1/websites')).status === 200, 7);
  ok(await attempt(mine.email, mine.password));
  refused(await admin('POST', `/api/v1/organisations/${mine.organisation.id}/resume`, {}), 409);
});

test('nobody suspends their own organisation', async () => {
  const own = ok(await admin('GET', '/api/v1/session')).session.organisation.id;
  refused(await admin('POST', `/api/v1/organisations/${own}/suspend`, { reason: 'me' }), 409);
});

// Plans

test('a plan limits what an organisation may create, and says how much is used', async () => {
  const mine = await anotherOrganisation();
  const plan = await createPlan([{ kind: 'websites', limit: 1 }]);
  ok(await patch('organisation', mine.organisation.id, { planId: plan.id }));
  await until('the limit to arrive', async () => (await usage(mine.organisation.id)).limit === 1);
  ok(await api(mine.token, 'POST', '/api/v1/websites', { domain: freshDomain('first') }), 202);
  const second = await api(mine.token, 'POST', '/api/v1/websites', { domain: freshDomain('second') });
  assert.equal(second.status, 403);
  assert.equal(second.body.code, 'QUOTA');
  assert.match(second.body.detail, /limit of websites/);
  assert.deepEqual(ok(await api(mine.token, 'GET', '/api/v1/usage')).usage, [{ kind: 'websites', used: 1, limited: true, limit: 1 }]);

  ok(await patch('plan', plan.id, { limits: [{ kind: 'websites', limit: 2 }] }));
  await until('the higher limit to arrive', async () => (await usage(mine.organisation.id)).limit === 2);
  ok(await api(mine.token, 'POST', '/api/v1/websites', { domain: freshDomain('second') }), 202);

  ok(await patch('plan', plan.id, { limits: [{ kind: 'websites', limit: 0 }] }));
  await until('the lower limit to arrive', async () => (await usage(mine.organisation.id)).limit === 0);
  assert.equal((await usage(mine.organisation.id)).used, 2, 'a lower limit takes nothing away');
  assert.equal(ok(await api(mine.token, 'GET', '/api/v1/websites')).websites.length, 2);
  assert.equal((await api(mine.token, 'POST', '/api/v1/websites', { domain: freshDomain('third') })).body.code, 'QUOTA');

  refused(await admin('DELETE', `/api/v1/plans/${plan.id}`), 409);
  assert.equal(ok(await admin('GET', `/api/v1/plans/${plan.id}`)).plan.organisations, 1);
  ok(await patch('organisation', mine.organisation.id, { planId: '' }));
  await until('no limit to arrive', async () => !(await usage(mine.organisation.id)).limited);
  ok(await api(mine.token, 'POST', '/api/v1/websites', { domain: freshDomain('third') }), 202);
  ok(await admin('DELETE', `/api/v1/plans/${plan.id}`), 204);
  refused(await admin('GET', `/api/v1/plans/${plan.id}`), 404);
});

test('an organisation can be made with a plan', async () => {
  const plan = await createPlan([{ kind: 'websites', limit: 7 }]);
  const { organisation } = ok(await admin('POST', '/api/v1/organisations', { name: `Planned ${word()}`, planId: plan.id }), 201);
  assert.equal(organisation.planName, plan.name);
  await until('the limit to arrive', async () => (await usage(organisation.id)).limit === 7);
  refused(await admin('POST', '/api/v1/organisations', { name: 'x', planId: randomUUID() }), 400, 'planId');
});

test('of changes to a plan and its organisations at once the last one holds everywhere', async () => {
  const [plan, second] = await Promise.all([createPlan([{ kind: 'websites', limit: 1 }]), createPlan([{ kind: 'websites', limit: 99 }])]);
  const organisations = await Promise.all(Array.from({ length: 6 }, async () =>
    ok(await admin('POST', '/api/v1/organisations', { name: `Many ${word()}`, planId: plan.id }), 201).organisation.id));
  const tries = (run) => until('a change that nobody was in the way of', async () => [200].includes((await run()).status));
  await Promise.all([...Array.from({ length: 8 }, (_, i) => tries(() => patch('plan', plan.id, { limits: [{ kind: 'websites', limit: i + 2 }] }))),
    ...organisations.slice(0, 3).map((id) => tries(() => patch('organisation', id, { planId: second.id })))]);
  const limit = ok(await admin('GET', `/api/v1/plans/${plan.id}`)).plan.limits[0].limit;
  for (const [i, id] of organisations.entries())
    await until(`organisation ${i} to have its plan's limit`, async () => (await usage(id)).limit === (i < 3 ? 99 : limit));
});

test('plans: names are had once, kinds exist, limits are numbers', async () => {
  const plan = await createPlan([]);
  refused(await admin('POST', '/api/v1/plans', { name: plan.name.toUpperCase(), limits: [] }), 409, 'name');
  for (const [limits, field] of [[[{ kind: 'unicorns', limit: 1 }], 'limits[0].kind'], [[{ kind: 'websites', limit: 1 }, { kind: 'websites', limit: 2 }], 'limits[1].kind'],
    [[{ limit: 1 }], 'limits[0].kind'], [[{ kind: "'; drop", limit: 1 }], 'limits[0].kind'], [[{ kind: 'websites', limit: 1000001 }], 'limits[0].limit'], [[{ kind: 'websites', limit: -1 }], 'limits[0].limit']])
    refused(await admin('POST', '/api/v1/plans', { name: `P ${word()}`, limits }), 400, field);
  refused(await admin('POST', '/api/v1/plans', { name: `P ${word()}`, limits: Array.from({ length: 17 }, () => ({ kind: 'websites', limit: 1 })) }), 400, 'limits');
  refused(await patch('plan', plan.id, { limits: [{ kind: 'unicorns', limit: 1 }] }), 400, 'settings.limits[0].kind');
});

// Users

test('a user is made, found, shown, renamed, given a role, disabled and enabled', async () => {
  const { user, email, password } = await createUser(other.organisation.id);
  const found = ok(await admin('GET', `/api/v1/users?search=${encodeURIComponent(email.toUpperCase().slice(0, 12))}&organisationId=${other.organisation.id}`));
  assert.deepEqual(found.users.map((u) => u.id), [user.id]);
  assert.equal(ok(await admin('GET', `/api/v1/users/${user.id}`)).user.organisationName, other.organisation.name);
  assert.equal(ok(await patch('user', user.id, { name: 'Petra' })).user.name, 'Petra');
  const cookie = await signIn(email, password);
  const token = ok(await as(cookie)('POST', '/api/v1/tokens', { name: 'ci' }), 201).secret;
  ok(await patch('user', user.id, { role: 'STAFF', organisationIds: [other.organisation.id] }));
  await until('the role to reach the session', async () => ok(await as(cookie)('GET', '/api/v1/session')).session.role === 'staff', 7);
  await until('the role to reach the token', async () => (await api(token, 'GET', '/api/v1/nodes')).status === 200, 7);
  const disabled = ok(await patch('user', user.id, { disabled: true })).user;
  assert.equal(disabled.state, 'disabled');
  await until('the session to be out', async () => (await as(cookie)('GET', '/api/v1/session')).status === 401, 7);
  await until('the token to be out', async () => (await api(token, 'GET', '/api/v1/nodes')).status === 401, 7);
  assert.equal((await attempt(email, password)).status, 401);
  ok(await patch('user', user.id, { disabled: false }));
  ok(await attempt(email, password));
  assert.equal((await as(cookie)('GET', '/api/v1/session')).status, 401, 'what ended does not come back');
  assert.equal((await api(token, 'GET', '/api/v1/nodes')).status, 401, 'what ended does not come back');
});

test('staff see the organisations assigned to them, and lose sight of those taken away', async () => {
  const [home, far] = [await anotherOrganisation(), await anotherOrganisation()];
  const { user, email, password } = await createUser(home.organisation.id, 'STAFF', { organisationIds: [far.organisation.id] });
  assert.deepEqual(user.organisationIds, [far.organisation.id]);
  const staff = as(await signIn(email, password));
  assert.ok(ok(await staff('GET', '/api/v1/users')).users.some((u) => u.id === far.user.id));
  ok(await staff('GET', `/api/v1/users/${far.user.id}`));
  refused(await staff('GET', `/api/v1/users/${other.user.id}`), 404);
  refused(await staff('GET', `/api/v1/users?organisationId=${other.organisation.id}`), 404);
  assert.ok(!JSON.stringify(ok(await staff('GET', '/api/v1/users?limit=200'))).includes(other.email));
  ok(await patch('user', user.id, { organisationIds: [] }));
  await until('the organisation to be out of sight', async () => (await staff('GET', `/api/v1/users/${far.user.id}`)).status === 404, 7);
  refused(await patch('user', user.id, { organisationIds: [randomUUID()] }), 400, 'settings.organisationIds');
  refused(await patch('user', user.id, { organisationIds: [far.organisation.id, far.organisation.id] }), 400, 'settings.organisationIds');
  refused(await patch('user', far.user.id, { organisationIds: [home.organisation.id] }), 400, 'settings.organisationIds');
  ok(await patch('user', user.id, { organisationIds: [far.organisation.id] }));
  assert.deepEqual(ok(await patch('user', user.id, { role: 'CUSTOMER' })).user.organisationIds, [], 'who is no longer staff looks after nobody');
});

test('an admin gives a new password: sessions end, tokens stay; a forced change comes before anything else', async () => {
  const { user, email, password } = await createUser(other.organisation.id);
  const cookie = await signIn(email, password);
  const token = ok(await as(cookie)('POST', '/api/v1/tokens', { name: 'stays' }), 201).secret;
  const given = secret(), chosen = secret();
  assert.equal(ok(await admin('POST', `/api/v1/users/${user.id}/password`, { password: given, mustChange: true })).user.mustChangePassword, true);
  await until('the session to be out', async () => (await as(cookie)('GET', '/api/v1/session')).status === 401, 7);
  ok(await api(token, 'GET', '/api/v1/websites'));
  assert.equal((await attempt(email, password)).status, 401);
  const signedIn = await attempt(email, given);
  assert.deepEqual(ok(signedIn).session.permissions.sort(), ['password:update', 'session:delete', 'session:read']);
  assert.equal(signedIn.body.session.mustChangePassword, true);
  const held = as(signedIn.headers.get('set-cookie').split(';')[0]);
  for (const path of ['/api/v1/websites', '/api/v1/tokens', '/api/v1/profile']) refused(await held('GET', path), 403);
  refused(await held('POST', '/api/v1/tokens', { name: 'round about' }), 403);
  assert.equal(ok(await held('GET', '/api/v1/session')).session.mustChangePassword, true);
  refused(await held('POST', '/api/v1/profile/password', { currentPassword: given, password: given }), 400, 'password');
  ok(await held('POST', '/api/v1/profile/password', { currentPassword: given, password: chosen }), 204);
  ok(await held('GET', '/api/v1/websites')); // at once
  assert.equal(ok(await held('GET', '/api/v1/session')).session.mustChangePassword, false);
  ok(await attempt(email, chosen));
});

test('a change can be forced on who is signed in', async () => {
  const { user, email, password } = await createUser(other.organisation.id);
  const held = as(await signIn(email, password));
  ok(await held('GET', '/api/v1/websites'));
  ok(await patch('user', user.id, { mustChangePassword: true }));
  await until('the session to be held', async () => (await held('GET', '/api/v1/websites')).status === 403, 7);
});

test('nobody changes their own role, disables themselves or sets their own password as an admin does', async () => {
  const me = ok(await admin('GET', '/api/v1/profile')).user;
  refused(await patch('user', me.id, { role: 'STAFF' }), 403);
  refused(await patch('user', me.id, { disabled: true }), 403);
  refused(await admin('POST', `/api/v1/users/${me.id}/password`, { password: secret() }), 403);
  assert.equal(ok(await patch('user', me.id, { name: me.name, role: 'ADMIN' })).user.role, 'admin', 'to what one is already one may');
});

test('the last admin stays, also when two turn each other out at once', async () => {
  const home = await anotherOrganisation();
  const people = await Promise.all([createUser(home.organisation.id, 'ADMIN'), createUser(home.organisation.id, 'ADMIN')]);
  const tokens = await Promise.all(people.map(async ({ email, password }) => ok(await as(await signIn(email, password))('POST', '/api/v1/tokens', { name: 'a' }), 201).secret));
  const ids = people.map(({ user }) => `'${user.id}'`).join(',');
  // The installation's other admins are away while this is tried.
  const away = sql(`update authz.users set state = 'disabled' where role = 'admin' and state = 'active' and id not in (${ids}) returning id`).split('\n').filter((line) => /^[0-9a-f-]{36}$/.test(line));
  try {
    const turnOut = (i, settings) => api(tokens[i], 'PATCH', `/api/v1/users/${people[1 - i].user.id}`, { settings }, match(1));
    const answers = await Promise.all([turnOut(0, { disabled: true }), turnOut(1, { role: 'CUSTOMER' })]);
    assert.equal(answers.filter((a) => a.status === 200).length, 1, JSON.stringify(answers.map((a) => a.body)));
    assert.equal(sql(`select count(*) from authz.users where role = 'admin' and state = 'active' and id in (${ids})`), '1');
  } finally {
    sql(`update authz.users set state = 'active' where id in (${away.map((id) => `'${id}'`).join(',')})`);
    sql(`update authz.users set role = 'customer', state = 'disabled' where id in (${ids})`);
  }
  await until('the admin to be in again', async () => (await admin('GET', '/api/v1/users')).status === 200, 7);
});

test('an address is changed: the new one signs in, the old one is free; a taken one is named at its field', async () => {
  const { user, email, password } = await createUser(other.organisation.id), fresh = `New-${word()}@People.example`;
  const cookie = await signIn(email, password);
  const { user: now } = ok(await patch('user', user.id, { email: fresh }));
  assert.equal(now.email, fresh.toLowerCase());
  refused(await attempt(email, password), 401);
  ok(await attempt(fresh, password));
  assert.equal(ok(await as(cookie)('GET', '/api/v1/session')).session.email, now.email, 'who is in stays in');
  assert.equal((await createUser(other.organisation.id, 'CUSTOMER', { email })).user.email, email);
  refused(await patch('user', user.id, { email: other.email }), 409, 'settings.email');
  for (const wrong of ['', 'x', 'a@b\nc.example', 'a b@c.example']) refused(await patch('user', user.id, { email: wrong }), 400, 'settings.email');
});

test('who moves to another organisation sees that one and no longer the old one; what was open ends', async () => {
  const home = await anotherOrganisation(), { user, email, password } = await createUser(home.organisation.id);
  const site = ok(await api(home.token, 'POST', '/api/v1/websites', { domain: freshDomain('stays') }), 202).website;
  const me = as(await signIn(email, password)), { secret: token } = ok(await me('POST', '/api/v1/tokens', { name: 'x' }), 201);
  ok(await api(token, 'GET', `/api/v1/websites/${site.id}`));
  for (const [organisationId, rule] of [['', 'required'], ['01a21a78-0fe9-7f6b-824a-64abb5a19000', 'unknown'], ['x', 'UUID']]) {
    assert.equal(refused(await patch('user', user.id, { organisationId }), 400, 'settings.organisationId').violations[0].rule, rule);
  }
  const { user: moved } = ok(await patch('user', user.id, { organisationId: other.organisation.id, name: 'Pia Moved' }));
  assert.deepEqual([moved.organisationId, moved.organisationName, moved.name], [other.organisation.id, other.organisation.name, 'Pia Moved']);
  await until('what was open to end', async () => (await me('GET', '/api/v1/session')).status === 401 && (await api(token, 'GET', '/api/v1/websites')).status === 401, 7);
  const again = as(await signIn(email, password));
  assert.equal(ok(await again('GET', '/api/v1/session')).session.organisation.id, other.organisation.id);
  refused(await again('GET', `/api/v1/websites/${site.id}`), 404);
  const record = await until('the record', async () => ok(await admin('GET', `/api/v1/audit?targetId=${user.id}`)).records.find((r) => r.action === 'user.update' && JSON.parse(r.after).organisationId === other.organisation.id));
  assert.equal(JSON.parse(record.before).organisationId, home.organisation.id);
  for (const eyes of [home.token, other.token]) { // neither learns of the other
    assert.ok(!JSON.stringify(ok(await api(eyes, 'GET', `/api/v1/audit?targetId=${user.id}`)).records).includes('Pia Moved'));
  }
  const gone = ok(await admin('POST', '/api/v1/organisations', { name: `Gone ${word()}` }), 201).organisation;
  ok(await admin('POST', `/api/v1/organisations/${gone.id}/suspend`, { reason: 'test' }));
  refused(await patch('user', user.id, { organisationId: gone.id }), 400, 'settings.organisationId');
  const self = ok(await admin('GET', '/api/v1/profile')).user;
  refused(await patch('user', self.id, { organisationId: other.organisation.id }), 403);
});

test('a deleted user is out at once, in the audit trail by name, and their address is free', async () => {
  const { user, email, password } = await createUser(other.organisation.id, 'STAFF', { organisationIds: [other.organisation.id] });
  const me = as(await signIn(email, password)), { secret: token } = ok(await me('POST', '/api/v1/tokens', { name: 'x' }), 201);
  const site = ok(await api(token, 'POST', '/api/v1/websites', { domain: freshDomain('kept'), organisationId: other.organisation.id }), 202);
  assert.equal((await ended(other.token, site.taskId)).state, 'success');
  ok(await admin('DELETE', `/api/v1/users/${user.id}`), 204);
  refused(await admin('GET', `/api/v1/users/${user.id}`), 404);
  refused(await admin('DELETE', `/api/v1/users/${user.id}`), 404);
  refused(await attempt(email, password), 401);
  await until('what was open to end', async () => (await me('GET', '/api/v1/session')).status === 401 && (await api(token, 'GET', '/api/v1/websites')).status === 401, 7);
  assert.equal(sql(`select count(*) from authz.sessions where user_id = '${user.id}'`) + sql(`select count(*) from authz.api_tokens where user_id = '${user.id}'`) + sql(`select count(*) from authz.staff_orgs where user_id = '${user.id}'`), '000');
  ok(await api(other.token, 'GET', `/api/v1/websites/${site.website.id}`));
  const records = () => admin('GET', `/api/v1/audit?actor=${user.id}`).then((answer) => ok(answer).records);
  assert.ok((await records()).some((r) => r.action === 'website.create' && r.actorName === email), 'what they did is theirs still');
  const record = await until('the record', async () => ok(await admin('GET', `/api/v1/audit?targetId=${user.id}`)).records.find((r) => r.action === 'user.delete'));
  assert.deepEqual([record.target.name, JSON.parse(record.before).name, record.after], [email, 'Pia People', '']);
  ok(await admin('POST', '/api/v1/users', { organisationId: other.organisation.id, email, name: 'Next', password: secret() }), 201);
  refused(await admin('DELETE', `/api/v1/users/${ok(await admin('GET', '/api/v1/profile')).user.id}`), 403);
});

test('of two admins who delete each other at once one stays', async () => {
  const home = await anotherOrganisation();
  const people = await Promise.all([createUser(home.organisation.id, 'ADMIN'), createUser(home.organisation.id, 'ADMIN')]);
  const tokens = await Promise.all(people.map(async ({ email, password }) => ok(await as(await signIn(email, password))('POST', '/api/v1/tokens', { name: 'a' }), 201).secret));
  const ids = people.map(({ user }) => `'${user.id}'`).join(',');
  const away = sql(`update authz.users set state = 'disabled' where role = 'admin' and state = 'active' and id not in (${ids}) returning id`).split('\n').filter((line) => /^[0-9a-f-]{36}$/.test(line));
  try {
    const answers = await Promise.all([0, 1].map((i) => api(tokens[i], 'DELETE', `/api/v1/users/${people[1 - i].user.id}`)));
    assert.equal(answers.filter((a) => a.status === 204).length, 1, JSON.stringify(answers.map((a) => a.body)));
    assert.equal(sql(`select count(*) from authz.users where role = 'admin' and state = 'active' and id in (${ids})`), '1');
  } finally {
    sql(`update authz.users set state = 'active' where id in (${away.map((id) => `'${id}'`).join(',')})`);
    sql(`update authz.users set role = 'customer', state = 'disabled' where id in (${ids})`);
  }
  await until('the admin to be in again', async () => (await admin('GET', '/api/v1/users')).status === 200, 7);
});

// API tokens

test('tokens are listed without secrets, used, and revoked by their owner or an admin', async () => {
  const mine = await anotherOrganisation();
  const made = ok(await api(mine.token, 'POST', '/api/v1/tokens', { name: 'deploy', scopes: ['website:read'], ttlS: 3600 }), 201);
  const listed = ok(await api(mine.token, 'GET', '/api/v1/tokens')).tokens;
  const row = listed.find((t) => t.id === made.id);
  assert.deepEqual([row.name, row.scopes, row.lastSeenAt], ['deploy', ['website:read'], '']);
  assert.ok(Date.parse(row.expiresAt) - Date.now() < 3_700_000);
  assert.ok(!JSON.stringify(listed).includes(made.secret.slice(3)));
  ok(await api(made.secret, 'GET', '/api/v1/websites'));
  await until('that it was used to be known', async () => ok(await api(mine.token, 'GET', '/api/v1/tokens')).tokens.find((t) => t.id === made.id).lastSeenAt !== '', 15);
  assert.deepEqual(ok(await admin('GET', `/api/v1/tokens?userId=${mine.user.id}`)).tokens.map((t) => t.id).sort(), listed.map((t) => t.id).sort());
  refused(await api(other.token, 'GET', `/api/v1/tokens?userId=${mine.user.id}`), 404);
  refused(await api(other.token, 'DELETE', `/api/v1/tokens/${made.id}`), 404);
  ok(await api(mine.token, 'DELETE', `/api/v1/tokens/${made.id}`), 204);
  await until('it to be out', async () => (await api(made.secret, 'GET', '/api/v1/websites')).status === 401, 7);
  refused(await api(mine.token, 'DELETE', `/api/v1/tokens/${made.id}`), 404);
  const second = ok(await api(mine.token, 'POST', '/api/v1/tokens', { name: 'second' }), 201);
  ok(await admin('DELETE', `/api/v1/tokens/${second.id}`), 204);
});

// One's own

test('a profile is read and renamed; the ETag counts', async () => {
  const mine = await anotherOrganisation();
  const { user } = ok(await api(mine.token, 'GET', '/api/v1/profile'));
  assert.equal(user.id, mine.user.id);
  assert.equal(ok(await api(mine.token, 'PATCH', '/api/v1/profile', { settings: { name: 'Olga' } }, match(user.etag))).user.name, 'Olga');
  refused(await api(mine.token, 'PATCH', '/api/v1/profile', { settings: { name: 'Ola' } }, match(user.etag)), 412);
  refused(await api(mine.token, 'PATCH', '/api/v1/profile', { settings: { role: 'ADMIN' } }, match(2)), 400);
});

test('one changes the own password: the current one is asked, other sessions end, guessing is slowed down', async () => {
  const mine = await anotherOrganisation();
  const [here, there] = [as(await signIn(mine.email, mine.password)), as(await signIn(mine.email, mine.password))];
  const fresh = secret();
  refused(await here('POST', '/api/v1/profile/password', { currentPassword: secret(), password: fresh }), 400, 'currentPassword');
  refused(await here('POST', '/api/v1/profile/password', { currentPassword: mine.password, password: 'short' }), 400, 'password');
  refused(await here('POST', '/api/v1/profile/password', { currentPassword: mine.password, password: mine.email }), 400, 'password');
  refused(await here('POST', '/api/v1/profile/password', { currentPassword: mine.password, password: 'passwordpassword' }), 400, 'password');
  ok(await here('POST', '/api/v1/profile/password', { currentPassword: mine.password, password: fresh }), 204);
  ok(await here('GET', '/api/v1/session'));
  await until('the other session to be out', async () => (await there('GET', '/api/v1/session')).status === 401, 7);
  assert.equal((await attempt(mine.email, mine.password)).status, 401);
  ok(await attempt(mine.email, fresh));
  let answer;
  for (let i = 0; i < 40; i += 1) {
    answer = await here('POST', '/api/v1/profile/password', { currentPassword: `wrong wrong ${i}`, password: secret() });
    if (answer.status === 429) break;
    refused(answer, 400, 'currentPassword');
  }
  assert.equal(answer.status, 429);
  assert.ok(Number(answer.headers.get('retry-after')) > 0);
});

test('one sees the own sessions, this one marked, and ends one or all others', async () => {
  const mine = await anotherOrganisation();
  const cookies = [await signIn(mine.email, mine.password), await signIn(mine.email, mine.password), await signIn(mine.email, mine.password)];
  const [here, there, far] = cookies.map(as);
  const { sessions } = ok(await here('GET', '/api/v1/sessions'));
  assert.equal(sessions.length, 4, 'three and the one that made the token');
  assert.equal(sessions.filter((s) => s.current).length, 1);
  assert.ok(sessions.every((s) => s.createdAt && s.lastSeenAt && s.sourceIp));
  const id = ok(await there('GET', '/api/v1/sessions')).sessions.find((s) => s.current).id;
  refused(await api(other.token, 'DELETE', `/api/v1/sessions/${id}`), 404);
  ok(await here('DELETE', `/api/v1/sessions/${id}`), 204);
  await until('that one to be out', async () => (await there('GET', '/api/v1/session')).status === 401, 7);
  ok(await far('GET', '/api/v1/session'));
  assert.equal(ok(await here('DELETE', '/api/v1/sessions')).ended, 2);
  await until('the others to be out', async () => (await far('GET', '/api/v1/session')).status === 401, 7);
  assert.equal(ok(await here('GET', '/api/v1/sessions')).sessions.length, 1);
});

// Who may not

test('customers and staff may do nothing of what is for admins', async () => {
  const { email, password } = await createUser(other.organisation.id, 'STAFF', { organisationIds: [other.organisation.id] });
  const staff = as(await signIn(email, password));
  const plan = await createPlan([]);
  const org = `/api/v1/organisations/${other.organisation.id}`, user = `/api/v1/users/${other.user.id}`;
  const forbidden = [
    ['POST', '/api/v1/organisations', { name: 'x' }], ['PATCH', org, { settings: { name: 'x' } }, match(1)], ['PATCH', org, { settings: { planId: '' } }, match(1)],
    ['POST', `${org}/suspend`, { reason: 'x' }], ['POST', `${org}/resume`, {}],
    ['POST', '/api/v1/users', { organisationId: other.organisation.id, email: 'x@y.example', name: 'x', password: secret() }],
    ['PATCH', user, { settings: { role: 'ADMIN' } }, match(1)], ['POST', `${user}/password`, { password: secret() }], ['DELETE', user],
    ['POST', '/api/v1/plans', { name: 'x', limits: [] }], ['PATCH', `/api/v1/plans/${plan.id}`, { settings: { limits: [] } }, match(1)], ['DELETE', `/api/v1/plans/${plan.id}`],
  ];
  for (const [method, path, body, headers] of forbidden) {
    refused(await staff(method, path, body, headers), 403);
    refused(await api(other.token, method, path, body, headers), 403);
  }
  for (const path of ['/api/v1/users', user, '/api/v1/plans', `/api/v1/plans/${plan.id}`]) {
    refused(await api(other.token, 'GET', path), 403);
    ok(await staff('GET', path));
  }
  ok(await api(other.token, 'GET', org));
  refused(await customer('GET', org), 404);
  refused(await customer('GET', `/api/v1/usage?organisationId=${other.organisation.id}`), 404);
});

test('SetLimits is for authz alone', async () => {
  for (const [method, path] of [['POST', '/api/v1/limits'], ['POST', '/api/v1/web/SetLimits'], ['PUT', '/api/v1/usage']])
    assert.ok([404, 405].includes((await admin(method, path, { organisationIds: [other.organisation.id], version: '9', limits: [] })).status));
});

// Hostile values

const hiding = ['a\u0000b', 'a\nb', 'a\r\nSet-Cookie: b', '\u001b[31mred', '\u202eevil', 'a\u2066b', 'a\u0085b', '\u2028', ' ', 'x'.repeat(300), '\ud83d\ude00'.repeat(10_000)];
const texts = ['<script>alert(1)</script>', "=cmd|'/c calc'!A0", "O'Brien; drop table users", '\u05e2\u05d1\u05e8\u05d9\u05ea', '${x}{{y}}%s%n'];

test('texts are text, what hides is refused, in every new field', async () => {
  const mine = await anotherOrganisation();
  const plan = await createPlan([]);
  const fields = [
    ['settings.name', async (name) => patch('organisation', mine.organisation.id, { name })], ['settings.name', async (name) => patch('user', mine.user.id, { name })],
    ['settings.name', async (name) => patch('plan', plan.id, { name })], ['name', async (name) => admin('POST', '/api/v1/plans', { name, limits: [] })],
    ['settings.name', async (name) => api(mine.token, 'PATCH', '/api/v1/profile', { settings: { name } }, match(ok(await api(mine.token, 'GET', '/api/v1/profile')).user.etag))],
    ['reason', async (reason) => admin('POST', `/api/v1/organisations/${mine.organisation.id}/suspend`, { reason })],
  ];
  for (const [field, send] of fields) {
    for (const value of hiding) {
      const answer = await send(value);
      assert.ok([400, 413].includes(answer.status), `${field} ${JSON.stringify(value.slice(0, 20))}: ${answer.status}`);
      if (answer.status === 400 && !value.includes('\0')) assert.equal(answer.body.violations[0]?.field, field);
    }
    for (const value of field === 'reason' ? texts.slice(0, 1) : texts) assert.ok([200, 201, 409].includes((await send(`${value} ${word()}`)).status), value);
  }
});

test('ids, roles and passwords: nothing but what they are', async () => {
  const path = `/api/v1/users/${other.user.id}`;
  for (const role of ['ROOT', 'admin ', 7, -1, 'ROLE_UNSET', null, ['ADMIN'], {}]) {
    const answer = await admin('PATCH', path, { settings: { role } }, match(1));
    assert.ok([400, 412].includes(answer.status) && (role === null || answer.status === 400), `${JSON.stringify(role)}: ${answer.status}`);
  }
  for (const id of ['0', "1'--", `${other.user.id} `, other.user.id.replaceAll('-', ''), '%00'])
    for (const kind of ['users', 'organisations', 'plans']) assert.ok([400, 404].includes((await admin('GET', `/api/v1/${kind}/${id.startsWith('%') ? id : encodeURIComponent(id)}`)).status), `${kind}/${id}`);
  for (const ids of [['x'], [''], [1], 'x', Array.from({ length: 33 }, () => randomUUID())]) refused(await admin('PATCH', path, { settings: { organisationIds: ids } }, match(1)), 400);
  for (const password of ['', 'short', 'a'.repeat(129), 'a\u0000bcdefghijklm', 'passwordpassword', other.email, 12, ['a long enough one']])
    refused(await admin('POST', `${path}/password`, { password }), 400);
  for (const planId of ['x', "'--", 7]) refused(await admin('PATCH', `/api/v1/organisations/${other.organisation.id}`, { settings: { planId } }, match(1)), 400);
  refused(await admin('PATCH', `/api/v1/organisations/${other.organisation.id}`, { settings: { state: 'suspended' } }, match(1)), 400);
});

// Secrets

test('passwords and token secrets are in no answer, audit record, log line, queue or row', async () => {
  const mine = await anotherOrganisation();
  const first = secret(), second = secret(), wrong = secret(), third = secret();
  ok(await admin('POST', `/api/v1/users/${mine.user.id}/password`, { password: first }, { 'idempotency-key': randomUUID() }));
  const me = as(await signIn(mine.email, first));
  refused(await me('POST', '/api/v1/profile/password', { currentPassword: wrong, password: second }), 400, 'currentPassword');
  ok(await me('POST', '/api/v1/profile/password', { currentPassword: first, password: second }, { 'idempotency-key': randomUUID() }), 204);
  const key = randomUUID();
  const token = ok(await me('POST', '/api/v1/tokens', { name: 'canary' }, { 'idempotency-key': key }), 201);
  refused(await me('POST', '/api/v1/tokens', { name: 'canary' }, { 'idempotency-key': key }), 409);
  const created = await admin('POST', '/api/v1/users', { organisationId: mine.organisation.id, email: `c-${word()}@people.example`, name: 'C', password: third });
  assert.ok(!JSON.stringify(ok(created, 201)).includes(third));
  const canaries = [mine.password, first, second, wrong, third, token.secret.slice(3)];
  await until('the records to arrive', async () => ok(await admin('GET', `/api/v1/audit?organisationId=${mine.organisation.id}&limit=200`)).records.filter((r) => r.action === 'user.password').length >= 3);
  const { records } = ok(await admin('GET', `/api/v1/audit?organisationId=${mine.organisation.id}&limit=200`));
  for (const [action, outcome] of [['user.password', 'failed'], ['user.password', 'success'], ['token.create', 'success'], ['user.create', 'success']])
    assert.ok(records.some((r) => r.action === action && r.outcome === outcome), `${action} ${outcome}`);
  const rows = ['users', 'sessions', 'api_tokens', 'outbox', 'idempotency', 'login_attempts'].map((table) => sql(`select t.*::text from authz.${table} t`)).join('\n') + sql('select t.*::text from audit.records t');
  for (const canary of canaries) {
    assert.ok(!JSON.stringify(records).includes(canary), 'an audit record holds a secret');
    assert.ok(!rows.includes(canary), 'a row holds a secret');
    assert.throws(() => execFileSync('grep', ['-rqF', '--', canary, `${runDir}/log`]), (error) => error.status === 1, 'a log line holds a secret');
  }
});

test('what people do to people is in the audit trail, with before and after', async () => {
  const mine = await anotherOrganisation();
  const plan = await createPlan([{ kind: 'websites', limit: 3 }]);
  ok(await patch('organisation', mine.organisation.id, { planId: plan.id }));
  ok(await patch('user', mine.user.id, { disabled: true }));
  ok(await admin('POST', `/api/v1/organisations/${mine.organisation.id}/suspend`, { reason: 'Moved away' }));
  const found = (action) => until(`${action} in the audit trail`, async () => ok(await admin('GET', `/api/v1/audit?organisationId=${mine.organisation.id}&limit=200`)).records.find((r) => r.action === action));
  const update = await found('organisation.update');
  assert.equal(JSON.parse(update.before).planId ?? '', '');
  assert.equal(JSON.parse(update.after).planId, plan.id);
  const disabled = await found('user.update');
  assert.deepEqual([JSON.parse(disabled.before).state, JSON.parse(disabled.after).state], ['active', 'disabled']);
  assert.equal(JSON.parse((await found('organisation.suspend')).after).reason, 'Moved away');
});
