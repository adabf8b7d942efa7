// Signing in and out, cookies, CSRF, limits.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { admin, anotherOrganisation, api, env, freshDomain, signIn } from './panel.mjs';

const form = { 'x-requested-with': 'stralix' };

test('the cookie is for this host, secure, hidden from scripts, same site', async () => {
  const answer = await api(null, 'POST', '/api/v1/session', { email: env.CUSTOMER_EMAIL, password: env.CUSTOMER_PASSWORD }, form);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  const cookie = answer.headers.get('set-cookie');
  assert.match(cookie, /^__Host-session=ss_[A-Za-z0-9_-]{43};/);
  for (const word of ['Secure', 'HttpOnly', 'SameSite=Strict', 'Path=/']) assert.ok(cookie.includes(word), cookie);
  assert.ok(!JSON.stringify(answer.body).includes(cookie.split(/[=;]/)[1]), 'the token is not in the body');
  assert.equal(answer.headers.get('cache-control'), 'no-store');
});

test('signing out ends the session at once', async () => {
  const cookie = await signIn(env.CUSTOMER_EMAIL, env.CUSTOMER_PASSWORD);
  assert.equal((await api(null, 'GET', '/api/v1/session', undefined, { cookie })).status, 200);
  assert.equal((await api(null, 'DELETE', '/api/v1/session', undefined, { cookie, ...form })).status, 204);
  const deadline = Date.now() + 6000;
  let status;
  do status = (await api(null, 'GET', '/api/v1/session', undefined, { cookie })).status;
  while (status !== 401 && Date.now() < deadline);
  assert.equal(status, 401);
});

test('a cookie alone changes nothing: the header is wanted, a foreign origin is refused', async () => {
  const cookie = await signIn(env.CUSTOMER_EMAIL, env.CUSTOMER_PASSWORD);
  const body = { domain: freshDomain() };
  assert.equal((await api(null, 'POST', '/api/v1/websites', body, { cookie })).status, 403);
  assert.equal((await api(null, 'POST', '/api/v1/websites', body, { cookie, ...form, origin: 'https://evil.example' })).status, 403);
  assert.equal((await api(null, 'POST', '/api/v1/websites', body, { cookie, ...form, origin: env.PANEL_URL })).status, 202);
});

test('a wrong password and an unknown user get the same answer', async () => {
  const wrong = await api(null, 'POST', '/api/v1/session', { email: env.CUSTOMER_EMAIL, password: 'not the password' }, form);
  const unknown = await api(null, 'POST', '/api/v1/session', { email: 'nobody@nowhere.example', password: 'not the password' }, form);
  assert.equal(wrong.status, 401);
  assert.deepEqual({ ...wrong.body, requestId: '' }, { ...unknown.body, requestId: '' });
});

test('an API token is never wider than its scopes', async () => {
  const made = await api(env.CUSTOMER_TOKEN, 'POST', '/api/v1/tokens', { name: 'reader', scopes: ['website:read'] });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const { secret } = made.body;
  assert.equal((await api(secret, 'GET', '/api/v1/websites')).status, 200);
  assert.equal((await api(secret, 'POST', '/api/v1/websites', { domain: freshDomain() })).status, 403);
  assert.equal((await api(secret, 'GET', '/api/v1/tasks')).status, 403);
  const wider = await api(env.CUSTOMER_TOKEN, 'POST', '/api/v1/tokens', { name: 'wide', scopes: ['node:create'] });
  assert.ok([400, 403].includes(wider.status), JSON.stringify(wider.body));
});

test('nobody creates a user above themselves', async () => {
  const other = await anotherOrganisation();
  const body = { organisationId: other.organisation.id, email: `x${Date.now()}@other.example`, name: 'X', password: 'a long enough one', role: 'ADMIN' };
  assert.equal((await api(other.token, 'POST', '/api/v1/users', body)).status, 403);
  const short = await admin('POST', '/api/v1/users', { ...body, role: 'CUSTOMER', password: 'short' });
  assert.equal(short.status, 400);
  assert.equal(short.body.violations[0].field, 'password');
  assert.ok(!JSON.stringify(short.body).includes('short"'), 'the password is not echoed');
});

test('guessing is slowed down: 429 with Retry-After, also for the right password', async () => {
  const other = await anotherOrganisation();
  let answer;
  for (let i = 0; i < 40; i += 1) {
    answer = await api(null, 'POST', '/api/v1/session', { email: other.email, password: `wrong wrong ${i}` }, form);
    if (answer.status === 429) break;
    assert.equal(answer.status, 401, JSON.stringify(answer.body));
  }
  assert.equal(answer.status, 429);
  assert.ok(Number(answer.headers.get('retry-after')) > 0);
  assert.equal((await api(null, 'POST', '/api/v1/session', { email: other.email, password: other.password }, form)).status, 429);
});

test('every answer carries the security headers', async () => {
  for (const path of ['/', '/api/v1/websites', '/nothing-here', '/api/v1/nothing']) {
    const { headers } = await api(null, 'GET', path);
    assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'/, path);
    assert.equal(headers.get('x-content-type-options'), 'nosniff', path);
    assert.match(headers.get('strict-transport-security') ?? '', /max-age=/, path);
    assert.ok(headers.get('x-request-id'), path);
  }
});
