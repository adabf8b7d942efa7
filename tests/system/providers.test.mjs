// Zones at other DNS providers: a real PowerDNS elsewhere, and a small Cloudflare that keeps to its published API.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { CLOUDFLARE_TOKEN, PLACE, cloudflare, powerdns } from '../fakes/providers.mjs';
import { api, anotherOrganisation, customer, env, runDir, sql, supervised, until } from './panel.mjs';

const freshZone = (word = 'elsewhere') => `${word}-${randomBytes(5).toString('hex')}.example`;
const add = (name, type, data, more) => ({ op: 'add', record: { name, type, data, ...more } });
const dig = (at, name, type) => execFileSync('dig', [`@${PLACE}`, '-p', String(at.dnsPort), '+short', '+norecurse', '+tries=1', '+time=2', '+notcp', name, type],
  { encoding: 'utf8' }).trim().split('\n').filter((line) => line && !line.startsWith(';'));

let pdns, cf;
before(async () => {
  [pdns, cf] = await Promise.all([powerdns(), cloudflare()]);
});
after(async () => {
  await Promise.all([pdns?.end(), cf?.end()]);
});

const account = async (id, token = env.CUSTOMER_TOKEN) => (await api(token, 'GET', `/api/v1/dns-accounts/${id}`)).body.account;
const judged = (id, state) => until(`account ${id} to be ${state}`, async () => {
  const now = await account(id);
  return now?.state === state ? now : null;
});
const newAccount = (at, more = {}) => customer('POST', '/api/v1/dns-accounts', {
  name: `account ${randomUUID()}`, kind: at === pdns ? 'powerdns' : 'cloudflare', baseUrl: at.base, token: at.token, nameServers: [at.server], ...more,
});
const accounts = new Map();
async function accountOf(at) {
  if (!accounts.has(at)) {
    const made = await newAccount(at);
    assert.equal(made.status, 201, JSON.stringify(made.body));
    accounts.set(at, await judged(made.body.account.id, 'active'));
  }
  return accounts.get(at);
}

const show = async (id) => (await customer('GET', `/api/v1/zones/${id}`)).body.zone;
const settled = (id, state = 'active', seconds = 40) => until(`zone ${id} to be ${state}`, async () => {
  const zone = await show(id);
  return zone?.state === state ? zone : zone && Promise.reject(new Error(`${zone.state} ${zone.message} ${JSON.stringify(zone.provider)}`));
}, seconds);
const create = (at, body) => accountOf(at).then((a) => customer('POST', '/api/v1/zones', { accountId: a.id, ...body }));
async function createZone(at, body) {
  const made = await create(at, { createAtProvider: at === pdns, ...body });
  assert.equal(made.status, 202, JSON.stringify(made.body));
  return settled(made.body.zone.id);
}
async function change(zone, changes) {
  const done = await customer('POST', `/api/v1/zones/${zone.id}/changes`, { changes });
  assert.equal(done.status, 202, JSON.stringify(done.body));
  return settled(zone.id);
}
const records = async (zone) => (await customer('GET', `/api/v1/zones/${zone.id}/records?limit=500`)).body.records.map((r) => `${r.name} ${r.type} ${r.data}`);

test('an account shows the provider\'s words, and its token to nobody', async () => {
  const made = await newAccount(pdns);
  assert.equal(made.status, 201, JSON.stringify(made.body));
  assert.equal(made.body.account.state, 'checking');
  const good = await judged(made.body.account.id, 'active');
  assert.match(good.message, /^PowerDNS 4/);
  assert.ok(!JSON.stringify([made.body, good, (await customer('GET', '/api/v1/dns-accounts')).body]).includes(pdns.token));
  const audit = await api(env.ADMIN_TOKEN, 'GET', `/api/v1/audit?action=dns_account.create&limit=20`);
  assert.ok(!JSON.stringify(audit.body).includes(pdns.token));
  const renamed = await customer('PUT', `/api/v1/dns-accounts/${good.id}`, { name: `${good.name} 2`, baseUrl: pdns.base, nameServers: [] }, { 'if-match': `"${good.etag}"` });
  assert.equal(renamed.status, 200, JSON.stringify(renamed.body));
  await judged(good.id, 'active');
  assert.equal((await customer('DELETE', `/api/v1/dns-accounts/${good.id}`)).status, 204);
  assert.equal((await customer('GET', `/api/v1/dns-accounts/${good.id}`)).status, 404);
});

test('a wrong token is told in the provider\'s words, and mended by another', async () => {
  for (const at of [pdns, cf]) {
    const made = await newAccount(at, { token: 'wrong' });
    const bad = await judged(made.body.account.id, 'failed');
    assert.match(bad.message, /doesn't accept the token: .*(Unauthorized|Invalid access token).*40[13]/);
    const moved = await customer('PUT', `/api/v1/dns-accounts/${bad.id}`, { name: bad.name, baseUrl: 'https://elsewhere.example' }, { 'if-match': `"${bad.etag}"` });
    assert.equal(moved.body.violations?.[0]?.field, 'token', 'a token doesn\'t follow to another place');
    const mended = await customer('PUT', `/api/v1/dns-accounts/${bad.id}`, { name: bad.name, baseUrl: at.base, token: at.token, nameServers: [at.server] },
      { 'if-match': `"${bad.etag}"` });
    assert.equal(mended.status, 200, JSON.stringify(mended.body));
    await judged(bad.id, 'active');
    assert.equal((await customer('POST', `/api/v1/dns-accounts/${bad.id}/verify`)).status, 202);
    await judged(bad.id, 'active');
  }
});

test('inner addresses, plain HTTP and nonsense are refused by field', async () => {
  for (const [field, more] of [
    ['baseUrl', { baseUrl: 'https://169.254.169.254' }], ['baseUrl', { baseUrl: 'https://127.0.0.1:8443' }], ['baseUrl', { baseUrl: 'http://dns.example:8081' }],
    ['baseUrl', { baseUrl: 'http://192.0.2.1:8081' }], ['baseUrl', { baseUrl: 'https://user:pass@dns.example' }], ['baseUrl', { baseUrl: '/path' }],
    ['baseUrl', { baseUrl: '' }], ['baseUrl', { baseUrl: 'https://[::1]:8081' }], ['kind', { kind: 'bind' }], ['nameServers[0]', { nameServers: ['127.0.0.1:53'] }],
    ['nameServers[1]', { nameServers: ['ns1.example', 'two words'] }], ['token', { token: '' }],
  ]) {
    const answer = await newAccount(pdns, more);
    assert.equal(answer.status, 400, `${JSON.stringify(more)}: ${JSON.stringify(answer.body)}`);
    assert.ok(answer.body.violations.some((v) => v.field === field), `${field}: ${JSON.stringify(answer.body)}`);
  }
  // A name that leads inwards is found out when it is connected to.
  const made = await newAccount(pdns, { baseUrl: 'https://panel.localhost:8443' });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  assert.match((await judged(made.body.account.id, 'failed')).message, /isn't to be connected to/);
});

test('an account is its organisation\'s alone', async () => {
  const mine = await accountOf(pdns), other = await anotherOrganisation();
  for (const [method, path, body, headers] of [['GET', ''], ['DELETE', ''], ['POST', '/verify'], ['PUT', '', { name: 'mine now', baseUrl: pdns.base }, { 'if-match': `"${mine.etag}"` }]])
    assert.equal((await api(other.token, method, `/api/v1/dns-accounts/${mine.id}${path}`, body, headers)).status, 404, method + path);
  const zone = await api(other.token, 'POST', '/api/v1/zones', { name: freshZone(), accountId: mine.id });
  assert.equal(zone.body.violations?.[0]?.field, 'accountId', JSON.stringify(zone.body));
  assert.deepEqual((await api(other.token, 'GET', '/api/v1/dns-accounts')).body.accounts, []);
});

test('PowerDNS: a zone is made there, its records are what the panel says, in one serial', async () => {
  const zone = await createZone(pdns, { name: freshZone() });
  assert.equal(zone.provider.kind, 'powerdns');
  assert.deepEqual(zone.servers, []);
  await change(zone, [add('@', 'A', '192.0.2.10'), add('www', 'CNAME', '@'), add('@', 'MX', '10 mail'), add('mail', 'AAAA', '2001:db8::25'),
    add('@', 'TXT', 'v=spf1 mx -all'), add('_sip._tcp', 'SRV', '10 5 5060 mail'), add('@', 'CAA', '0 issue "ca.example"')]);
  assert.deepEqual(dig(pdns, zone.name, 'A'), ['192.0.2.10']);
  assert.deepEqual(dig(pdns, `www.${zone.name}`, 'CNAME'), [`${zone.name}.`]);
  assert.deepEqual(dig(pdns, `_sip._tcp.${zone.name}`, 'SRV'), [`10 5 5060 mail.${zone.name}.`]);
  await change(zone, [{ op: 'remove', record: { name: 'www', type: 'CNAME' } }, add('www', 'A', '192.0.2.11')]);
  assert.deepEqual(dig(pdns, `www.${zone.name}`, 'A'), ['192.0.2.11']);
  assert.deepEqual(dig(pdns, `www.${zone.name}`, 'CNAME'), []);
  const check = await customer('GET', `/api/v1/zones/${zone.id}/servers`);
  assert.equal(check.body.inStep, true, JSON.stringify(check.body));
  const dnssec = await customer('POST', `/api/v1/zones/${zone.id}/dnssec`);
  assert.equal(dnssec.status, 409);
  const secondary = await customer('POST', `/api/v1/zones/${zone.id}/secondaries`, { address: '192.0.2.53' });
  assert.equal(secondary.status, 409, JSON.stringify(secondary.body));
  assert.match(dnssec.body.detail, /PowerDNS serves this zone/);
  const listed = await customer('GET', `/api/v1/zones?accountId=${zone.provider.accountId}`);
  assert.ok(listed.body.zones.some((z) => z.id === zone.id));
});

test('PowerDNS: what stands there already is taken in; foreign sets stay, own ones are made right again', async () => {
  const name = freshZone();
  await pdns.make(name, [
    { name: `${name}.`, type: 'A', ttl: 600, records: [{ content: '192.0.2.1', disabled: false }, { content: '192.0.2.2', disabled: false }] },
    { name: `old.${name}.`, type: 'TXT', ttl: 600, records: [{ content: '"was here"', disabled: false }] }]);
  const zone = await createZone(pdns, { name, createAtProvider: false, zoneFile: `@ 300 IN A 203.0.113.9\nnew 300 IN A 192.0.2.3\n` });
  assert.deepEqual((await records(zone)).sort(), ['@ A 192.0.2.1', '@ A 192.0.2.2', 'new A 192.0.2.3', 'old TXT "was here"']);
  assert.deepEqual(dig(pdns, `new.${name}`, 'A'), ['192.0.2.3']);
  const patch = (rrsets) => pdns.api('PATCH', `/zones/${name}.`, { rrsets });
  await patch([{ name: `foreign.${name}.`, type: 'A', ttl: 60, changetype: 'REPLACE', records: [{ content: '198.51.100.1', disabled: false }] },
    { name: `new.${name}.`, type: 'A', ttl: 60, changetype: 'REPLACE', records: [{ content: '198.51.100.2', disabled: false }] }]);
  const later = await change(zone, [add('more', 'A', '192.0.2.4')]);
  assert.deepEqual(await pdns.set(name, `foreign.${name}`, 'A'), ['198.51.100.1'], 'it isn\'t the panel\'s');
  assert.deepEqual(await pdns.set(name, `new.${name}`, 'A'), ['192.0.2.3']);
  assert.deepEqual(await pdns.set(name, `more.${name}`, 'A'), ['192.0.2.4']);
  assert.match(later.provider.message, /1 sets? of records had been changed at PowerDNS by others/);
  const plan = await customer('POST', `/api/v1/zones/${zone.id}/plan`, { changes: [add('x', 'A', '192.0.2.5')] });
  assert.deepEqual(plan.body.foreign.map((s) => s.name), ['new']);
  assert.deepEqual(later.provider.foreign.map((s) => [s.name, s.before, s.after]), [['new', ['198.51.100.2'], ['192.0.2.3']]]);
});

test('PowerDNS: a copy of another server\'s zone is refused', async () => {
  const name = freshZone();
  await pdns.api('POST', '/zones', { name: `${name}.`, kind: 'Slave', masters: ['192.0.2.1'], nameservers: [] });
  const made = await create(pdns, { name });
  assert.match((await settled(made.body.zone.id, 'failed')).message, /has the zone .* from another server/);
});

test('others\' changes are seen by a look, and nothing is overwritten by it', async () => {
  const zone = await createZone(pdns, { name: freshZone() });
  await change(zone, [add('www', 'A', '192.0.2.10')]);
  await pdns.api('PATCH', `/zones/${zone.name}.`, { rrsets: [{ name: `www.${zone.name}.`, type: 'A', ttl: 60, changetype: 'REPLACE', records: [{ content: '198.51.100.2', disabled: false }] }] });
  sql(`update dns.provider_zones set due_at = now() where zone_id = '${zone.id}'`);
  const seen = await until('the look', async () => {
    const now = await show(zone.id);
    return now.provider.foreign.length ? now : null;
  });
  assert.equal(seen.state, 'active');
  assert.match(seen.provider.message, /were changed at PowerDNS by others/);
  assert.deepEqual(await pdns.set(zone.name, `www.${zone.name}`, 'A'), ['198.51.100.2']);
  await change(zone, [add('more', 'A', '192.0.2.11')]);
  assert.deepEqual(await pdns.set(zone.name, `www.${zone.name}`, 'A'), ['192.0.2.10']);
});

test('stralixctl waits for a zone at a provider, which has no task', async () => {
  const { id } = await accountOf(pdns), name = freshZone();
  const said = execFileSync(join(runDir, 'bin/stralixctl'), ['zone', 'create', '--name', name, '--account-id', id, '--create-at-provider', '--wait'],
    { encoding: 'utf8', env: { STRALIX_URL: env.PANEL_URL, STRALIX_CA: env.PANEL_CA, STRALIX_TOKEN_FILE: env.CUSTOMER_TOKEN_FILE } });
  assert.match(said, /provider\.account-?[iI]d|provider\.accountId/);
  const { zones } = (await customer('GET', `/api/v1/zones?search=${name}`)).body;
  assert.equal(zones[0].state, 'active');
});

test('a zone that isn\'t there fails in plain words, and goes on once it is', async () => {
  const name = freshZone();
  const made = await create(cf, { name });
  const failed = await settled(made.body.zone.id, 'failed');
  assert.match(failed.message, /Cloudflare has no zone .* Add the domain there first/);
  await cf.test({ zone: { name } });
  assert.equal((await customer('POST', `/api/v1/zones/${failed.id}/retry`)).status, 202);
  await settled(failed.id);
});

test('Cloudflare: pages of records are taken in, changes go in batches, the proxy stays as its people set it', async () => {
  const name = freshZone();
  const many = Array.from({ length: 450 }, (_, i) => ({ name: `h${i}.${name}`, type: 'A', content: `192.0.2.${i % 250}`, ttl: 300 }));
  await cf.test({ pageMost: 100, zone: { name, records: [...many, { name, type: 'A', content: '192.0.2.7', proxied: true }, { name, type: 'MX', content: `mail.${name}`, priority: 10, ttl: 300 },
    { name: `_sip._tcp.${name}`, type: 'SRV', data: { priority: 1, weight: 2, port: 5060, target: `sip.${name}` }, ttl: 300 },
    { name, type: 'CAA', data: { flags: 0, tag: 'issue', value: 'ca.example' }, ttl: 300 }, { name: `t.${name}`, type: 'TXT', content: '"some text"', ttl: 300 }] } });
  const zone = await createZone(cf, { name });
  assert.equal(zone.records, 455);
  assert.ok((await records(zone)).includes(`_sip._tcp SRV 1 2 5060 sip.${name}.`));
  const before = await cf.zone(name);
  const changes = Array.from({ length: 450 }, (_, i) => ({ op: 'replace', record: { name: `h${i}`, type: 'A', data: `198.51.100.${i % 250}`, ttl: 300 } }));
  await change(zone, [...changes, { op: 'replace', record: { name: '@', type: 'A', data: '192.0.2.8' } }, add('_sip._tcp', 'SRV', '2 2 5060 other', { ttl: 300 }), add('x', 'CNAME', '@'),
    add('@', 'HTTPS', '1 . alpn=h2')]);
  const { requests } = await cf.test();
  const now = await cf.zone(name);
  assert.ok(requests.filter((r) => r.endsWith('/batch')).length >= 3, 'at most 200 operations in each');
  const apex = now.records.find((r) => r.name === name && r.type === 'A');
  assert.deepEqual([apex.content, apex.proxied, apex.id], ['192.0.2.8', true, before.records.find((r) => r.name === name && r.type === 'A').id]);
  assert.equal(now.records.length, before.records.length + 3);
  assert.deepEqual(dig(cf, `h7.${name}`, 'A'), ['198.51.100.7']);
  assert.deepEqual(now.records.find((r) => r.type === 'HTTPS').data, { priority: 1, target: '.', value: 'alpn=h2' });
  const alias = await customer('POST', `/api/v1/zones/${zone.id}/changes`, { changes: [add('@', 'ALIAS', 'other.example.')] });
  assert.equal(alias.status, 400);
  assert.match(JSON.stringify(alias.body.violations), /Cloudflare has no ALIAS records/);
});

for (const [trouble, words] of [['500', /HTTP 500/], ['429', /asks to wait: More than 1200 requests/], ['nonsense', /isn't JSON/], ['oversize', /too large/]])
  test(`Cloudflare: ${trouble} is waited out, with its words, and nothing is lost`, async () => {
    const name = freshZone();
    await cf.test({ zone: { name } });
    const zone = await createZone(cf, { name });
    await cf.test({ trouble });
    const done = await customer('POST', `/api/v1/zones/${zone.id}/changes`, { changes: [add('@', 'A', '192.0.2.10')] });
    assert.equal(done.status, 202, JSON.stringify(done.body));
    await until('the words of the trouble', async () => words.test((await show(zone.id)).provider.message));
    await cf.test({ trouble: '' });
    await settled(zone.id);
    assert.deepEqual(await cf.set(name, name, 'A'), ['192.0.2.10']);
  });

test('kill -9 after the provider was told and before the panel knows: nothing is done twice, nothing is lost', async () => {
  const name = freshZone();
  await cf.test({ zone: { name, records: [{ name: `keep.${name}`, type: 'A', content: '192.0.2.1', ttl: 300 }] } });
  const zone = await createZone(cf, { name });
  await cf.test({ trouble: 'mute' });
  const done = await customer('POST', `/api/v1/zones/${zone.id}/changes`, { changes: [add('@', 'A', '192.0.2.10'), add('@', 'MX', '10 mail'), add('mail', 'A', '192.0.2.11')] });
  assert.equal(done.status, 202, JSON.stringify(done.body));
  await until('the provider to have it', async () => (await cf.set(name, name, 'A')).length === 1);
  supervised.kill('dns');
  const after = await settled(zone.id, 'active', 90);
  assert.equal(after.provider.foreign.length, 0);
  const now = await cf.zone(name);
  assert.deepEqual(now.records.map((r) => `${r.name.replace(name, '')} ${r.type} ${r.content.replace(name, '')}`).sort(),
    [' A 192.0.2.10', ' MX mail.', 'keep. A 192.0.2.1', 'mail. A 192.0.2.11']);
});

test('PowerDNS: away for a while is a failure with words, and mends itself', async () => {
  const zone = await createZone(pdns, { name: freshZone() });
  await pdns.stop();
  await customer('POST', `/api/v1/zones/${zone.id}/changes`, { changes: [add('@', 'A', '192.0.2.10')] });
  const failed = await settled(zone.id, 'failed', 60);
  assert.match(failed.message, /PowerDNS can't be reached/);
  await pdns.start();
  assert.equal((await customer('POST', `/api/v1/zones/${zone.id}/retry`)).status, 202);
  await settled(zone.id);
  assert.deepEqual(dig(pdns, zone.name, 'A'), ['192.0.2.10']);
});

test('a website\'s address stands in such a zone, served once its name servers show it', async () => {
  const zone = await createZone(pdns, { name: freshZone() });
  const made = await customer('POST', '/api/v1/websites', { domain: `www.${zone.name}` });
  assert.equal(made.status, 202, JSON.stringify(made.body));
  await until('the record at the provider', async () => (await pdns.set(zone.name, `www.${zone.name}`, 'A')).length === 1);
  await settled(zone.id);
  assert.equal(dig(pdns, `www.${zone.name}`, 'A').length, 1);
  const listed = (await customer('GET', `/api/v1/zones/${zone.id}/records?managed=yes`)).body.records;
  assert.deepEqual(listed.map((r) => [r.name, r.managedBy, r.inStep]), [['www', 'web', true]]);
});

test('deleted: the provider keeps the zone, or loses it with the purge when asked', async () => {
  for (const removes of [false, true]) {
    const zone = await createZone(pdns, { name: freshZone() });
    const used = await customer('DELETE', `/api/v1/dns-accounts/${zone.provider.accountId}`);
    assert.equal(used.status, 409);
    assert.match(used.body.detail, /zones are served by this account/);
    assert.equal((await customer('DELETE', `/api/v1/zones/${zone.id}${removes ? '?removeAtProvider=true' : ''}`)).status, 202);
    const gone = await settled(zone.id, 'deleted');
    assert.equal(gone.provider.removes, removes);
    assert.equal((await pdns.api('GET', `/zones/${zone.name}.`)).status, 200, 'it stays as long as it may come back');
    assert.equal((await customer('POST', `/api/v1/zones/${zone.id}/purge`)).status, 202);
    await until('the tombstone', async () => (await customer('GET', `/api/v1/zones/${zone.id}`)).status === 404);
    assert.equal((await pdns.api('GET', `/zones/${zone.name}.`)).status, removes ? 404 : 200);
  }
});

test('no token stands in the clear in the database or in logs', () => {
  const found = execFileSync('sh', ['-c', `grep -rlaE 'pdns-token-good|${CLOUDFLARE_TOKEN}' "$0/log" "$0/pg" "$0/pgdata" 2>/dev/null || true`, process.env.STRALIX_RUN_DIR ?? '.run'], { encoding: 'utf8' });
  assert.equal(found.trim(), '');
});
