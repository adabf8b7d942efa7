// What new websites of an organisation begin with.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { admin, anotherOrganisation, api, createWebsite, customer, until } from './panel.mjs';

const path = '/api/v1/website-defaults';
const read = async (token) => (await api(token, 'GET', path)).body.defaults;
/** Those members of it, whatever else there is. */
const has = (actual, expected) => assert.deepEqual(Object.fromEntries(Object.keys(expected).map((name) => [name, actual?.[name]])), expected);
const write = (token, body, etag, more) => api(token, 'PUT', path, body, { 'if-match': `"${etag}"`, ...more });

test('they are the panel\'s until they are set, and websites that say nothing begin with them', async () => {
  const { token, organisation } = await anotherOrganisation();
  const first = await api(token, 'GET', path);
  assert.equal(first.status, 200, JSON.stringify(first.body));
  assert.equal(first.headers.get('etag'), '"0"');
  assert.deepEqual(first.body.defaults, { organisationId: organisation.id, certificate: 'AUTOMATIC', keepHttp: false, etag: '0', updatedAt: '' });
  const before = await createWebsite(token);
  assert.ok(!(await api(token, 'GET', `/api/v1/websites/${before.id}`)).body.website.settings.https);

  const set = await write(token, { certificate: 'NONE', keepHttp: true }, '0');
  assert.equal(set.status, 200, JSON.stringify(set.body));
  assert.equal(set.headers.get('etag'), '"1"');
  assert.ok(set.body.defaults.updatedAt);
  assert.deepEqual(await read(token), set.body.defaults);

  const https = async (body) => (await createWebsite(token, undefined, body)).settings.https;
  has(await https(), { certificate: 'NONE', keepHttp: true });
  has(await https({ settings: { index: ['start.html'] } }), { certificate: 'NONE', keepHttp: true });
  has(await https({ settings: { https: { certificate: 'AUTOMATIC' } } }), { certificate: 'AUTOMATIC', keepHttp: false });
  assert.ok(!(await api(token, 'GET', `/api/v1/websites/${before.id}`)).body.website.settings.https, 'what is there stays as it is');

  const back = await write(token, {}, '1');
  has(back.body.defaults, { certificate: 'AUTOMATIC', keepHttp: false, etag: '2' });
  assert.ok(!await https());
});

test('who was slower hears of it; of two at once one comes first', async () => {
  const { token } = await anotherOrganisation();
  const answers = await Promise.all(Array.from({ length: 4 }, (_, i) => write(token, { keepHttp: i % 2 === 0 }, '0')));
  assert.deepEqual(answers.map((a) => a.status).sort(), [200, 412, 412, 412], JSON.stringify(answers.map((a) => a.body)));
  assert.equal((await read(token)).etag, '1');
  assert.equal((await write(token, {}, '0')).status, 412);
  assert.equal((await api(token, 'PUT', path, {})).status, 400, 'If-Match is needed');
});

test('one key is one change; what is no default is refused by name', async () => {
  const { token } = await anotherOrganisation();
  const key = { 'idempotency-key': `defaults-${Math.random()}` };
  const once = await write(token, { keepHttp: true }, '0', key);
  const again = await write(token, { keepHttp: true }, '0', key);
  assert.deepEqual(again.body, once.body);
  const own = await write(token, { certificate: 'OWN' }, '1');
  assert.equal(own.status, 400);
  assert.equal(own.body.violations[0].field, 'certificate');
});

test('they are the organisation\'s alone, kept by staff too, and stand in its audit trail', async () => {
  const [one, two] = [await anotherOrganisation(), await anotherOrganisation()];
  const of = `${path}?organisationId=${one.organisation.id}`;
  const stranger = await api(two.token, 'GET', of);
  assert.equal(stranger.status, 404);
  const body = { organisationId: one.organisation.id, keepHttp: true };
  assert.equal((await write(two.token, body, '0')).status, 404);
  const seen = await admin('GET', of);
  assert.equal(seen.body.defaults.organisationId, one.organisation.id);
  const set = await admin('PUT', path, body, { 'if-match': '"0"' });
  assert.equal(set.status, 200, JSON.stringify(set.body));
  assert.equal((await read(one.token)).keepHttp, true);
  assert.equal((await read(two.token)).keepHttp, false);
  const record = await until('the audit record', async () => (await api(one.token, 'GET', '/api/v1/audit?action=website_defaults.update')).body.records?.[0]);
  assert.equal(record.target.kind, 'website_defaults');
  assert.equal(record.target.id, one.organisation.id);
  assert.match(record.after, /keepHttp/);
  assert.equal((await customer('GET', path)).status, 200);
});
