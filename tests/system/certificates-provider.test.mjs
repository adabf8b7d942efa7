// Certificates by records in zones that another provider serves: a PowerDNS elsewhere, and a small Cloudflare. The panel's drivers
// write the records there, the demo's authority asks the provider's name servers for them, and nothing is left behind.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { PLACE, cloudflare, powerdns } from '../fakes/providers.mjs';
import { HERE, certificate, handshake, served, waiting } from './certificates.mjs';
import { createWebsite, customer, env, freshDomain, names, until, whole } from './panel.mjs';

await whole();

const AWAY = '203.0.113.9'; // where the website isn't: its name needs a record
const ELSEWHERE = freshDomain('nameserver');
let pdns, cf;
before(async () => {
  [pdns, cf] = await Promise.all([powerdns(), cloudflare()]);
  await Promise.all([ELSEWHERE, 'ada.ns.cloudflare.test', 'bob.ns.cloudflare.test'].map((name) => names.point(name, PLACE)));
});
const zones = new Set();
after(async () => {
  for (const id of zones) await customer('DELETE', `/api/v1/zones/${id}`); // nobody answers for them from now on
  await Promise.all([pdns?.end(), cf?.end()]);
});

async function account(kind, at, server) {
  const made = await customer('POST', '/api/v1/dns-accounts', { name: `${kind} ${randomUUID()}`, kind, baseUrl: at.base, token: at.token, nameServers: [server] });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  return until(`the account at ${kind}`, async () => {
    const { body } = await customer('GET', `/api/v1/dns-accounts/${made.body.account.id}`);
    return body.account.state === 'active' ? body.account : null;
  });
}

/** Accounts are made once: one names its server, the others say its address. */
const kept = new Map();
const accountOf = (word, make) => kept.get(word) ?? kept.set(word, make()).get(word);
const named = () => accountOf('named', () => account('powerdns', pdns, `${ELSEWHERE}:${pdns.dnsPort}`));
const addressed = () => accountOf('addressed', () => account('powerdns', pdns, pdns.server));
const small = () => accountOf('small', () => account('cloudflare', cf, cf.server));

/** A zone that the provider has. */
async function zoneAt({ id }, name, body = {}) {
  const made = await customer('POST', '/api/v1/zones', { name, accountId: id, ...body });
  assert.equal(made.status, 202, JSON.stringify(made.body));
  zones.add(made.body.zone.id);
  return until(`${name} to be at the provider`, async () => {
    const { zone } = (await customer('GET', `/api/v1/zones/${made.body.zone.id}`)).body;
    return zone.state === 'active' ? zone : zone.state === 'failed' && Promise.reject(new Error(zone.message));
  }, 40);
}

const challenge = (name) => `_acme-challenge.${name}`;
const dig = (at, name) => execFileSync('dig', [`@${PLACE}`, '-p', String(at.dnsPort), '+short', '+norecurse', '+tries=1', '+time=2', '+notcp', name, 'TXT'],
  { encoding: 'utf8' }).trim().split('\n').filter((line) => line && !line.startsWith(';'));
const written = (at, zone, name, n) => until(`${n} values at ${name}`, async () => (await at.set(zone, name, 'TXT')).length === n, 60);
const swept = (at, zone, name) => until(`${name} to be gone`, async () => (await at.set(zone, name, 'TXT')).length === 0 && dig(at, name).length === 0, 40);

const preflight = async (site) => (await customer('GET', `/api/v1/websites/${site.id}/certificate/preflight?wildcard=true`)).body.names;
const retry = async (site) => {
  const { status, body } = await customer('POST', `/api/v1/certificates/${(await certificate(site)).coming.id}/retry`, {});
  assert.equal(status, 202, JSON.stringify(body));
};
async function wildcard(site) {
  const { status, body } = await customer('POST', `/api/v1/websites/${site.id}/certificate`, { wildcard: true });
  assert.equal(status, 202, JSON.stringify(body));
}
const failed = (site, words) => until(`${site.domain} to fail: ${words}`, async () => {
  const { coming } = await certificate(site);
  return coming?.state === 'failed' && words.test(coming.message) ? coming : null;
}, 60);

/** A website that has a certificate for its name, since that points here, and a zone at the PowerDNS elsewhere. */
async function certified(word) {
  const domain = freshDomain(word);
  const zone = await zoneAt(await named(), domain, { createAtProvider: true });
  await names.delegate(domain, pdns.server);
  await names.point(domain, HERE);
  const site = await createWebsite(env.CUSTOMER_TOKEN, domain);
  return { domain, zone, site, serving: await served(site) };
}

describe('a zone in a PowerDNS elsewhere', () => {
  it('shows a name and its wildcard: written there, seen there by the authority, served, and gone', async () => {
    const domain = freshDomain('provided');
    await names.point(domain, AWAY);
    await zoneAt(await named(), domain, { createAtProvider: true });
    const site = await createWebsite(env.CUSTOMER_TOKEN, domain);
    const early = await waiting(site, /isn't delegated to nameserver-/); // the internet doesn't ask this provider yet
    assert.match(early.message, new RegExp(`the zone ${domain} is here, but its domain isn't delegated to ${ELSEWHERE}\\.`));

    await names.delegate(domain, pdns.server);
    assert.deepEqual((await preflight(site)).map(({ name, method, record, ready }) => [name, method, record, ready]),
      [domain, `*.${domain}`].map((name) => [name, 'dns-01', `${challenge(domain)}.`, true]));
    await wildcard(site);
    await written(pdns, domain, challenge(domain), 2);
    const serving = await served(site, ({ names: of }) => of.length === 2, 90);
    assert.deepEqual(serving.names, [domain, `*.${domain}`]);
    assert.deepEqual(serving.proofs.map(({ method, record }) => [method, record]), Array(2).fill(['dns-01', `${challenge(domain)}.`]));
    assert.equal((await handshake(site)).fingerprint, serving.fingerprint);
    assert.match((await handshake(site)).names, new RegExp(`DNS:\\*\\.${domain}`));
    await swept(pdns, domain, challenge(domain));
  });

  it('and a name whose DNS is at a third place, by an alias into it', async () => {
    const name = freshDomain('target'), domain = freshDomain('aliased'), target = `${domain.replaceAll('.', '-')}.acme.${name}`;
    await pdns.make(name); // with an NS record; the account knows its server by address alone
    await names.point(`ns1.${name}`, PLACE);
    await zoneAt(await addressed(), name);
    await names.delegate(name, pdns.server);
    await names.point(domain, AWAY);
    await names.alias(`${challenge(domain)}.`, `${target}.`);
    const site = await createWebsite(env.CUSTOMER_TOKEN, domain);
    const serving = await served(site, undefined, 90);
    assert.deepEqual(serving.proofs, [{ name: domain, method: 'dns-01', record: `${target}.` }]);
    assert.equal((await handshake(site)).fingerprint, serving.fingerprint);
    await swept(pdns, name, target);
  });

  it('is away: the website serves on, the attempt says so, and it comes once the provider is back', async () => {
    const { domain, site, serving } = await certified('gone');
    await pdns.stop();
    await wildcard(site);
    const told = new RegExp(`^${challenge(domain)} can't be looked up now: its name servers, or the resolver, don't answer$`);
    assert.equal((await waiting(site, told)).attempt, 1);
    assert.equal((await handshake(site)).fingerprint, serving.fingerprint);
    await retry(site); // the second time isn't told again, and makes it wait for longer
    const { story } = await until('the second look', async () => {
      const { coming } = await certificate(site);
      return coming.state === 'waiting' && coming.attempt === 2 ? coming : null;
    }, 30);
    assert.equal(story.filter(({ message }) => told.test(message)).length, 1, JSON.stringify(story));
    await pdns.start();
    await retry(site);
    const next = await served(site, ({ id }) => id !== serving.id, 90);
    assert.deepEqual(next.names, [domain, `*.${domain}`]);
    assert.deepEqual(next.proofs.map(({ method }) => method), ['http-01', 'dns-01']);
    await swept(pdns, domain, challenge(domain));
  });

  it('refuses the key: the website serves on, the attempt fails in its words, and is done once the key is good', async () => {
    const { domain, zone, site, serving } = await certified('refused');
    await pdns.stop();
    await pdns.start('another-key');
    await wildcard(site);
    const { message } = await failed(site, /PowerDNS doesn't accept the token/);
    assert.match(message, new RegExp(`^The names can't be shown by records: ${challenge(domain)}\\.: powerdns .*: PowerDNS doesn't accept the token: .*401`));
    assert.equal((await handshake(site)).fingerprint, serving.fingerprint);
    await pdns.stop();
    await pdns.start();
    assert.deepEqual(await pdns.set(domain, challenge(domain), 'TXT'), []);
    await retry(site);
    const next = await until('the wildcard to be served', async () => {
      const { serving: now } = await certificate(site);
      return now.id !== serving.id && now.state === 'active' ? now : null;
    }, 90);
    assert.deepEqual(next.names, [domain, `*.${domain}`]);
    assert.equal((await handshake(site)).fingerprint, next.fingerprint);
    await swept(pdns, domain, challenge(domain));
    assert.equal((await customer('GET', `/api/v1/zones/${zone.id}`)).body.zone.state, 'active');
  });
});

describe('a zone at Cloudflare', () => {
  it('whose API has trouble for a moment: told, waited out, and done by itself', async () => {
    const domain = freshDomain('cloudy');
    await cf.test({ zone: { name: domain } });
    await zoneAt(await small(), domain);
    await names.delegate(domain, cf.server);
    await names.point(domain, HERE);
    const site = await createWebsite(env.CUSTOMER_TOKEN, domain);
    const before = await served(site);
    await until('its own records to be there', async () => (await cf.set(domain, domain, 'A')).length === 1);
    await cf.test({ trouble: '500', times: 2 });
    await wildcard(site);
    await written(cf, domain, challenge(domain), 1);
    const serving = await served(site, ({ id }) => id !== before.id, 90);
    assert.deepEqual(serving.names, [domain, `*.${domain}`]);
    assert.ok(serving.story.some(({ message }) => new RegExp(`^${challenge(domain)}\\.: Cloudflare.*HTTP 500`).test(message)), JSON.stringify(serving.story));
    assert.equal((await handshake(site)).fingerprint, serving.fingerprint);
    await swept(cf, domain, challenge(domain));
  });
});
