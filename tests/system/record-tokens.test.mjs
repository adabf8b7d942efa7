// API tokens that are limited to records of a zone: what they reach, dynamic DNS as routers speak it, and ACME clients.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { promisify } from 'node:util';
import { admin, anotherOrganisation, api, customer, env, openapi, root, runDir, sql, until } from './panel.mjs';

const exec = promisify(execFile);
const port = env.DNS_PORT_1;
const dig = (name, type) =>
  execFileSync('dig', ['@127.0.0.1', '-p', port, '+short', '+norecurse', '+tries=1', '+time=3', name, type], { encoding: 'utf8' }).trim().split('\n').filter(Boolean).sort();
const installed = (program) => {
  try {
    return execFileSync('which', [program], { encoding: 'utf8' }).trim();
  } catch {
    return null;
  }
};
const lacks = (program) => (installed(program) ? false : `${program} is not installed`);

async function createZone(token = env.CUSTOMER_TOKEN) {
  const made = await api(token, 'POST', '/api/v1/zones', { name: `rt-${randomBytes(5).toString('hex')}.example` });
  assert.equal(made.status, 202, JSON.stringify(made.body));
  return until('the zone to be served', async () => {
    const { zone: seen } = (await api(token, 'GET', `/api/v1/zones/${made.body.zone.id}`)).body;
    return seen.state === 'active' ? seen : null;
  }, 30);
}

async function limitedTo(records, more = {}, token = env.CUSTOMER_TOKEN) {
  const made = await api(token, 'POST', '/api/v1/tokens', { name: 'router', records, ...more });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  return made.body;
}

const basic = (token, user = 'router') => ({ authorization: `Basic ${Buffer.from(`${user}:${token}`).toString('base64')}` });
async function nic(token, query, headers = basic(token)) {
  const { status, body, headers: answered } = await api(null, 'GET', `/nic/update?${query}`, undefined, headers);
  return { status, body, headers: answered, words: String(body).trimEnd().split('\n') };
}

let zone, home, router, limits;

before(async () => {
  zone = await createZone();
  home = `home.${zone.name}`;
  limits = [{ zoneId: zone.id, name: `${home}.`, types: ['A', 'AAAA'] }];
  router = await limitedTo(limits);
});

const served = (name, type, wanted) => until(`${name} to be ${wanted}`, () => JSON.stringify(dig(name, type)) === JSON.stringify(wanted));

test('it is listed with its records, and the audit trail says what it may', async () => {
  const { tokens } = (await customer('GET', '/api/v1/tokens')).body;
  const listed = tokens.find((token) => token.id === router.id);
  assert.deepEqual(listed.records, limits);
  assert.deepEqual([...listed.scopes].sort(), ['zone:read', 'zone:update']);
  assert.ok(tokens.some((token) => token.records.length === 0), 'others are not limited');
  const record = await until('the audit record', async () => (await customer('GET', `/api/v1/audit?targetId=${router.id}`)).body.records[0]);
  assert.deepEqual(JSON.parse(record.after).records, limits);
});

test('what a token is limited to is refused by field and rule where it is none', async () => {
  const one = (record) => customer('POST', '/api/v1/tokens', { name: 'x', records: [{ ...limits[0], ...record }] });
  for (const [record, field, rule] of [
    [{ zoneId: 'x' }, 'records[0].zoneId', 'UUID'], [{ name: 'home' }, 'records[0].name', 'DNS_NAME'], [{ name: home }, 'records[0].name', 'DNS_NAME'],
    [{ name: `hö.${zone.name}.` }, 'records[0].name', 'DNS_NAME'], [{ name: `a\\.b.${zone.name}.` }, 'records[0].name', 'DNS_NAME'],
    [{ name: `a.*.${zone.name}.` }, 'records[0].name', 'DNS_NAME'], [{ name: '.' }, 'records[0].name', 'DNS_NAME'],
    [{ types: [] }, 'records[0].types', 'count'], [{ types: ['a'] }, 'records[0].types[0]', 'DNS_TYPE'], [{ types: ['A', 'A'] }, 'records[0].types', 'types'],
    [{ types: ['A+TXT'] }, 'records[0].types[0]', 'DNS_TYPE'],
  ]) {
    const { status, body } = await one(record);
    assert.ok([400, 422].includes(status), `${JSON.stringify(record)}: ${status} ${JSON.stringify(body)}`);
    assert.deepEqual([body.violations[0].field, body.violations[0].rule], [field, rule], JSON.stringify(body));
  }
  const many = await customer('POST', '/api/v1/tokens', { name: 'x', records: Array(9).fill(limits[0]) });
  assert.equal(many.body.violations[0].field, 'records');
  const long = await customer('POST', '/api/v1/tokens', { name: 'x', records: Array.from({ length: 8 }, (_, i) => ({ ...limits[0], name: `${'a'.repeat(60)}.${'b'.repeat(60)}.${i}.example.` })) });
  assert.equal(long.body.violations[0].field, 'records');
  const wider = await customer('POST', '/api/v1/tokens', { name: 'x', records: limits, scopes: ['zone:delete'] });
  assert.deepEqual([wider.body.violations[0].field, wider.body.violations[0].rule], ['scopes', 'records']);
  const upper = await one({ name: `HOME.${zone.name}.` });
  assert.equal(upper.status, 201, 'names are kept in lower case');
});

test('no other call of the whole API lets it in', async () => {
  const ids = { zoneId: zone.id, organisationId: zone.organisationId };
  const fill = (path) => path.replace(/\{(\w+)\}/g, (_, name) => ids[name] ?? ids[name.replace(/_(\w)/g, (__, c) => c.toUpperCase())] ?? randomUUID());
  let walked = 0;
  for (const [path, item] of Object.entries(openapi.paths))
    for (const [method, operation] of Object.entries(item)) {
      if (operation['x-records'] || !operation['x-permission']) continue;
      const { status } = await api(router.secret, method.toUpperCase(), fill(path), ['get', 'delete'].includes(method) ? undefined : {});
      assert.ok(status === 403 || (method !== 'get' && [400, 422].includes(status)), `${method} ${path}: ${status}`);
      walked += 1;
    }
  assert.ok(walked > 80, `${walked} calls`);
  assert.equal((await api(router.secret, 'GET', '/api/v1/events')).status, 403);
  assert.equal((await api(router.secret, 'POST', '/api/v1/tokens', { name: 'wider' })).status, 403);
});

test('records: its own are read and changed, others are as if not there', async () => {
  const token = await limitedTo([{ zoneId: zone.id, name: `own.${zone.name}.`, types: ['A'] }]);
  const change = (changes) => api(token.secret, 'POST', `/api/v1/zones/${zone.id}/changes`, { changes });
  const add = (name, type, data) => ({ op: 'add', record: { name, type, data } });
  const done = await change([add('own', 'A', '192.0.2.1')]);
  assert.equal(done.status, 202, JSON.stringify(done.body));
  await served(`own.${zone.name}`, 'A', ['192.0.2.1']);
  const list = await api(token.secret, 'GET', `/api/v1/zones/${zone.id}/records`);
  assert.deepEqual(list.body.records.map((r) => [r.name, r.type]), [['own', 'A']]);
  const sibling = await change([add('own', 'A', '192.0.2.2'), add('www', 'A', '192.0.2.2')]);
  assert.deepEqual([sibling.status, sibling.body.violations[0].field, sibling.body.violations[0].rule], [400, 'changes[1].record.name', 'limit']);
  const elsewhere = await createZone();
  assert.equal((await api(token.secret, 'GET', `/api/v1/zones/${elsewhere.id}/records`)).status, 404);
  const foreign = await anotherOrganisation();
  const theirs = await limitedTo([{ zoneId: zone.id, name: `own.${zone.name}.`, types: ['A'] }], {}, foreign.token);
  assert.equal((await api(theirs.secret, 'GET', `/api/v1/zones/${zone.id}/records`)).status, 404, "another organisation's zone gives nothing");
  assert.deepEqual((await nic(theirs.secret, `hostname=own.${zone.name}&myip=192.0.2.66`)).words, ['nohost']);
});

test('a router: good, then nochg; both families; the history says by which token', async () => {
  const history = async () => (await customer('GET', `/api/v1/zones/${zone.id}/changes?limit=200`)).body.changes;
  const was = (await history()).length;
  assert.deepEqual((await nic(router.secret, `hostname=${home}&myip=198.51.100.7`)).words, ['good 198.51.100.7']);
  await served(home, 'A', ['198.51.100.7']);
  assert.deepEqual((await nic(router.secret, `hostname=${home}&myip=198.51.100.7`)).words, ['nochg 198.51.100.7']);
  assert.deepEqual((await nic(router.secret, `hostname=${home.toUpperCase()}&myip=198.51.100.7,2001:db8::7`)).words, ['good 198.51.100.7,2001:db8::7']);
  await served(home, 'AAAA', ['2001:db8::7']);
  assert.deepEqual((await nic(router.secret, `hostname=${home}&myip=192.168.1.5&myipv6=2001:DB8::8`)).words, ['good 192.168.1.5,2001:db8::8']);
  const changes = await history();
  assert.equal(changes.length, was + 3);
  assert.equal(changes[0].kind, 'dynamic');
  assert.equal(changes[0].actorName, `${env.CUSTOMER_EMAIL} by token router`);
  const undone = await customer('POST', `/api/v1/zones/${zone.id}/changes/${changes[0].id}/undo`, {});
  assert.equal(undone.status, 202);
  await served(home, 'A', ['198.51.100.7']);
});

test('a router: the words for what is wrong', async () => {
  const said = async (query, headers) => (await nic(router.secret, query, headers)).words;
  const at = (name) => `hostname=${name}&myip=198.51.100.9`;
  assert.deepEqual(await said(at(`www.${zone.name}`)), ['nohost']);
  assert.deepEqual(await said(at(`a.${home}`)), ['nohost']);
  assert.deepEqual(await said(at(`${home}.`)), ['good 198.51.100.9']);
  assert.deepEqual(await said(at(encodeURIComponent(`*.${zone.name}`))), ['nohost']);
  assert.deepEqual(await said(at('home')), ['notfqdn']);
  assert.deepEqual(await said(at('a..b')), ['notfqdn']);
  assert.deepEqual(await said(at('x%0Agood')), ['notfqdn']);
  assert.deepEqual(await said('myip=198.51.100.9'), ['notfqdn']);
  assert.deepEqual(await said(at(`${home},www.${zone.name},home`)), ['nochg 198.51.100.9', 'nohost', 'notfqdn']);
  assert.deepEqual(await said(at(Array(21).fill(home).join(','))), ['numhost']);
  assert.deepEqual(await said(`hostname=${home}&myip=198.51.100`), ['dnserr']);
  assert.deepEqual(await said(`hostname=${home}&myip=198.51.100.1,198.51.100.2`), ['dnserr']);
  assert.deepEqual(await said(`hostname=${home}`), ['dnserr'], 'the source address is a loopback one here');
  for (const headers of [{}, basic('st_'.padEnd(46, 'a')), basic(`${router.secret}x`), basic('x'), { authorization: 'Basic ???' }, { authorization: 'Basic' }]) {
    const { status, words, headers: answered } = await nic('', at(home), headers);
    assert.deepEqual([status, words], [401, ['badauth']]);
    assert.match(answered.get('www-authenticate'), /^Basic /);
  }
  assert.equal((await nic(router.secret, at(home), { authorization: `Bearer ${router.secret}` })).words[0], 'nochg 198.51.100.9');
  assert.deepEqual((await nic(env.CUSTOMER_TOKEN, at(home))).words, ['badauth'], 'a token that is not limited is none for a router');
  assert.equal((await api(null, 'POST', `/nic/update?${at(home)}`, {}, basic(router.secret))).status, 405);
});

test('a router that names no address means its own, as the proxy in front knows it', async () => {
  const from = async (address) => (await fetch(`${env.GATEWAY_URL}/nic/update?hostname=${home}`, { headers: { ...basic(router.secret), 'x-real-ip': address } })).text();
  assert.equal(await from('8.8.4.4'), 'good 8.8.4.4\n');
  assert.equal(await from('2a00:1450::7'), 'good 2a00:1450::7\n');
  assert.equal(await from('10.1.2.3'), 'dnserr\n');
  const forged = await nic(router.secret, `hostname=${home}`, { ...basic(router.secret), 'x-real-ip': '8.8.8.8', 'x-forwarded-for': '8.8.8.8' });
  assert.deepEqual(forged.words, ['dnserr'], "a stranger's word about the address is not believed");
});

test('a password is a token at the calls that say so, and nowhere else', async () => {
  const list = await api(null, 'GET', `/api/v1/zones/${zone.id}/records`, undefined, basic(router.secret));
  assert.equal(list.status, 401);
  const body = { hostname: home, addresses: ['198.51.100.10'] };
  assert.equal((await api(null, 'POST', '/api/v1/addresses', body, basic(router.secret))).body.changed, true);
  assert.equal((await api(null, 'POST', '/api/v1/addresses', body, { ...basic(router.secret), 'sec-fetch-site': 'cross-site' })).status, 403);
  assert.equal((await api(null, 'POST', '/api/v1/addresses', body, { ...basic(router.secret), origin: 'https://evil.example' })).status, 403);
});

test('a router that asks too often hears abuse', async () => {
  const token = await limitedTo([{ zoneId: zone.id, name: `busy.${zone.name}.`, types: ['A'] }]);
  const words = [];
  for (let i = 0; i < 65; i += 1) words.push((await nic(token.secret, `hostname=busy.${zone.name}&myip=192.0.2.1`)).words[0]);
  assert.equal(words[0], 'good 192.0.2.1');
  assert.equal(words[58], 'nochg 192.0.2.1');
  assert.equal(words.at(-1), 'abuse');
});

test('a revoked token, one that has ended, one of a suspended organisation, one of a deleted zone', async () => {
  const at = (name) => `hostname=${name}&myip=198.51.100.20`;
  // Asked for by other calls while it is waited for: a router would hear abuse.
  const inside = async (token, id) => (await api(token, 'GET', `/api/v1/zones/${id}/records`)).status !== 401;
  const gone = async (token, name, id = zone.id) => {
    await until('the token to be out', async () => !(await inside(token, id)));
    assert.deepEqual((await nic(token, at(name))).words, ['badauth']);
  };
  const revoked = await limitedTo(limits);
  assert.match((await nic(revoked.secret, at(home))).words[0], /^(good|nochg) /);
  assert.equal((await customer('DELETE', `/api/v1/tokens/${revoked.id}`)).status, 204);
  await gone(revoked.secret, home);

  const brief = await limitedTo(limits, { ttlS: 2 });
  assert.match((await nic(brief.secret, at(home))).words[0], /^(good|nochg) /);
  await gone(brief.secret, home);

  const other = await anotherOrganisation();
  const theirZone = await createZone(other.token);
  const name = `home.${theirZone.name}`;
  const theirs = await limitedTo([{ zoneId: theirZone.id, name: `${name}.`, types: ['A'] }], {}, other.token);
  assert.equal((await nic(theirs.secret, at(name))).words[0], 'good 198.51.100.20');
  assert.equal((await admin('POST', `/api/v1/organisations/${other.organisation.id}/suspend`, { reason: 'a test' })).status, 200);
  await gone(theirs.secret, name, theirZone.id);
  assert.equal((await admin('POST', `/api/v1/organisations/${other.organisation.id}/resume`, {})).status, 200);
  await until('the token to be in again', () => inside(theirs.secret, theirZone.id));
  assert.deepEqual((await nic(theirs.secret, at(name))).words, ['nochg 198.51.100.20']);

  assert.equal((await api(other.token, 'DELETE', `/api/v1/zones/${theirZone.id}`)).status, 202);
  assert.deepEqual((await nic(theirs.secret, at(name))).words, ['nohost']);
});

test('its secret is in no log, and not in the database', async () => {
  const log = readFileSync(join(runDir, 'front/log/access.log'), 'utf8');
  assert.ok(log.includes('/nic/update'));
  assert.ok(!log.includes(router.secret) && !log.includes(Buffer.from(`router:${router.secret}`).toString('base64').slice(10, 60)));
  assert.equal(sql(`select count(*) from authz.api_tokens t where t::text like '%${router.secret.slice(3, 30)}%'`), '0');
});

test('ACME clients: a value comes beside others, and goes alone', async () => {
  const name = `_acme-challenge.${zone.name}`;
  const token = await limitedTo([{ zoneId: zone.id, name: `${name}.`, types: ['TXT'] }]);
  const ask = (what, value, fqdn = `${name}.`) => api(null, 'POST', `/api/v1/acme-dns/${what}`, { fqdn, value }, basic(token.secret, 'any'));
  assert.equal((await ask('present', 'one-_1')).status, 200);
  assert.equal((await ask('present', 'two')).body.value, 'two');
  await served(name, 'TXT', ['"one-_1"', '"two"']);
  assert.equal((await ask('present', 'two')).body.changeId, '');
  assert.equal((await ask('cleanup', 'one-_1', name)).status, 200);
  assert.equal((await ask('cleanup', 'one-_1')).status, 200);
  await served(name, 'TXT', ['"two"']);
  assert.equal((await ask('cleanup', 'two')).status, 200);
  await served(name, 'TXT', []);
  assert.equal((await ask('present', 'x', `_acme-challenge.www.${zone.name}.`)).status, 404);
  assert.equal((await ask('present', 'x y')).body.violations[0].field, 'value');
});

/** Where tools speak plain HTTP that don't know the panel's own authority: passes on to the panel. */
async function plain(seen = async () => {}) {
  const server = http.createServer(async (request, answer) => {
    let body = '';
    for await (const piece of request) body += piece;
    const passed = await api(null, request.method, request.url, body || undefined, { authorization: request.headers.authorization ?? '' });
    await seen(request.url, body);
    const text = typeof passed.body === 'string' ? passed.body : JSON.stringify(passed.body);
    answer.writeHead(passed.status, { 'content-type': passed.headers.get('content-type') ?? 'text/plain', 'content-length': Buffer.byteLength(text) });
    answer.end(text);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `127.0.0.1:${server.address().port}` };
}

test('ddclient updates a name', { skip: lacks('ddclient') }, async () => {
  const dir = mkdtempSync(join(tmpdir(), 'stralix-ddclient-'));
  const { server, url } = await plain();
  try {
    writeFileSync(join(dir, 'ddclient.conf'), [
      `cache=${dir}/cache`, `pid=${dir}/pid`, 'ssl=no', 'use=ip, ip=198.51.100.77', 'protocol=dyndns2', `server=${url}`, 'login=router', `password='${router.secret}'`, home, '',
    ].join('\n'), { mode: 0o600 });
    const { stdout, stderr } = await exec('ddclient', ['-file', join(dir, 'ddclient.conf'), '-daemon=0', '-verbose', '-noquiet'], { timeout: 30_000 });
    assert.match(stdout + stderr, /SUCCESS/, stdout + stderr);
    await served(home, 'A', ['198.51.100.77']);
  } finally {
    server.close();
    rmSync(dir, { recursive: true });
  }
});

/** A program gets a certificate for a name from the demo's authority, which asks its own resolver: that gets to know what the
 * panel's name server answers, and nothing else. run(domain, dir, url, token) does it and gives the certificate's path. */
async function certified(run) {
  const domain = `c-${randomBytes(4).toString('hex')}.${zone.name}`;
  const name = `_acme-challenge.${domain}`;
  const token = await limitedTo([{ zoneId: zone.id, name: `${name}.`, types: ['TXT'] }]);
  const dir = mkdtempSync(join(tmpdir(), 'stralix-acme-'));
  const resolver = (what, body) => fetch(`${env.NAMES_MANAGE_URL}/${what}`, { method: 'POST', body: JSON.stringify(body) });
  const asked = [];
  const { server, url } = await plain(async (path, body) => {
    const { fqdn, value } = JSON.parse(body);
    asked.push(path);
    if (path.endsWith('/present')) await until('the value to be served', () => dig(fqdn, 'TXT').includes(`"${value}"`));
    await resolver('clear-txt', { host: fqdn });
    for (const text of dig(fqdn, 'TXT')) await resolver('set-txt', { host: fqdn, value: text.replaceAll('"', '') });
  });
  try {
    const path = await run(domain, dir, `http://${url}`, token.secret);
    const text = execFileSync('openssl', ['x509', '-noout', '-ext', 'subjectAltName', '-in', path], { encoding: 'utf8' });
    assert.ok(text.includes(domain), text);
    assert.deepEqual(asked, ['/api/v1/acme-dns/present', '/api/v1/acme-dns/cleanup']);
    await served(name, 'TXT', []);
  } finally {
    server.close();
    rmSync(dir, { recursive: true });
  }
}

test('lego gets a certificate by httpreq', { skip: lacks('lego') }, () => certified(async (domain, dir, url, secret) => {
  await exec('lego', [
    '--server', env.ACME_DIRECTORY, '--accept-tos', '--email', 'ada@shop.example', '--path', dir, '--dns', 'httpreq', '--dns.disable-cp',
    '--dns.resolvers', `127.0.0.1:${port}`, '--domains', domain, 'run',
  ], {
    timeout: 90_000,
    env: { ...process.env, LEGO_CA_CERTIFICATES: env.ACME_CA, HTTPREQ_ENDPOINT: `${url}/api/v1/acme-dns`, HTTPREQ_USERNAME: 'lego', HTTPREQ_PASSWORD: secret },
  });
  return join(dir, 'certificates', `${domain}.crt`);
}));

const hook = /```sh\n(#!\/bin\/sh[^]*?)```/.exec(readFileSync(join(root, 'docs/record-tokens.md'), 'utf8'))[1];

// Not by dehydrated itself: the demo's authority refuses one good nonce in five, on purpose, and dehydrated doesn't ask again.
test('the hook of the documentation does what dehydrated and certbot ask', async () => {
  const domain = `bot.${zone.name}`, name = `_acme-challenge.${domain}`;
  const token = await limitedTo([{ zoneId: zone.id, name: `${name}.`, types: ['TXT'] }]);
  const dir = mkdtempSync(join(tmpdir(), 'stralix-hook-'));
  const { server, url } = await plain();
  try {
    writeFileSync(join(dir, 'hook'), hook, { mode: 0o700 });
    writeFileSync(join(dir, 'token'), `${token.secret}\n`, { mode: 0o600 });
    const settings = { ...process.env, PANEL: `http://${url}`, TOKEN_FILE: join(dir, 'token'), WAIT: '0', CERTBOT_DOMAIN: domain, CERTBOT_VALIDATION: 'from-certbot_1' };
    const run = (...words) => exec(join(dir, 'hook'), words, { env: settings });
    await run('startup_hook');
    await run('deploy_challenge', domain, 'file', '-dehydrated');
    await run('add');
    await served(name, 'TXT', ['"-dehydrated"', '"from-certbot_1"']);
    await run('clean_challenge', domain, 'file', '-dehydrated');
    await served(name, 'TXT', ['"from-certbot_1"']);
    await run('remove');
    await served(name, 'TXT', []);
    writeFileSync(join(dir, 'token'), 'st_none');
    await assert.rejects(run('add'), /401/);
  } finally {
    server.close();
    rmSync(dir, { recursive: true });
  }
});
