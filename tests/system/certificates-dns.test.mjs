// Certificates whose names are shown by records (dns-01), on a whole panel: the demo's authority asks a resolver that asks the
// nodes' name servers. Wildcards, names that point elsewhere, aliases of _acme-challenge, and what is left in zones afterwards.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, describe, it } from 'node:test';
import { HERE, certificate, change, handshake, served, waiting } from './certificates.mjs';
import { anotherOrganisation, api, createWebsite, customer, env, freshDomain, names, sql, supervised, until, whole } from './panel.mjs';

await whole();

const servers = [env.DNS_PORT_1, env.DNS_PORT_2];
const ask = (port, name, type) =>
  execFileSync('dig', ['@127.0.0.1', '-p', port, '+short', '+norecurse', '+tries=1', '+time=3', name, type], { encoding: 'utf8' })
    .trim().split('\n').filter(Boolean);

/** A zone that its servers answer for. */
async function zoneOf(name, token = env.CUSTOMER_TOKEN) {
  const made = await api(token, 'POST', '/api/v1/zones', { name });
  assert.equal(made.status, 202, JSON.stringify(made.body));
  return until(`${name} to be answered for`, async () => {
    const { body } = await api(token, 'GET', `/api/v1/zones/${made.body.zone.id}`);
    return body.zone.state === 'active' ? body.zone : null;
  }, 30);
}

const managed = async (zone, token = env.CUSTOMER_TOKEN) =>
  (await api(token, 'GET', `/api/v1/zones/${zone.id}/records?managed=yes`)).body.records.filter(({ managedBy }) => managedBy === 'acme');

/** Until nothing of a validation is left in the zone, nor with its servers. */
const swept = (zone, name) => until('the records to be gone', async () =>
  (await managed(zone)).length === 0 && servers.every((port) => ask(port, name, 'TXT').length === 0), 30);

async function request(site, body = {}) {
  const answer = await customer('POST', `/api/v1/websites/${site.id}/certificate`, body);
  assert.equal(answer.status, 202, JSON.stringify(answer.body));
  return answer.body.certificate;
}

const preflight = async (site, wildcard = false) =>
  (await customer('GET', `/api/v1/websites/${site.id}/certificate/preflight?wildcard=${wildcard}`)).body.names;

describe('a wildcard', () => {
  it('is issued with the name itself, both by records at one name, and served for aliases too', async () => {
    const domain = freshDomain('wild'), www = `www.${domain}`;
    const zone = await zoneOf(domain);
    await names.point(domain, '203.0.113.9'); // the website isn't found there: the name needs a record, too
    await names.point(www, '203.0.113.9');
    const site = await createWebsite(env.CUSTOMER_TOKEN, domain, { settings: { aliases: [www] } });
    const [own, , wild] = await preflight(site, true);
    assert.deepEqual([own.method, own.zone, own.record], ['dns-01', domain, `_acme-challenge.${domain}.`]);
    assert.deepEqual([wild.name, wild.method, wild.ready], [`*.${domain}`, 'dns-01', true]);

    await request(site, { wildcard: true });
    const serving = await served(site, ({ names: of }) => of.includes(`*.${domain}`), 90);
    assert.deepEqual(serving.names, [domain, `*.${domain}`]); // which covers www
    assert.deepEqual(serving.proofs.map(({ method, record }) => [method, record]), Array(2).fill(['dns-01', `_acme-challenge.${domain}.`]));
    assert.equal((await handshake(site)).fingerprint, serving.fingerprint);
    assert.match((await handshake(site, www)).names, new RegExp(`DNS:\\*\\.${domain}`));
    const { body } = await customer('GET', `/api/v1/websites/${site.id}`);
    assert.equal(body.website.settings.https.wildcard, true); // and so it stays when it is renewed
    await swept(zone, `_acme-challenge.${domain}`);
  });

  it('beside a name that points here: each in its own way', async () => {
    const domain = freshDomain('both');
    await zoneOf(domain);
    await names.point(domain, HERE);
    const site = await createWebsite(env.CUSTOMER_TOKEN, domain, { settings: { https: { wildcard: true } } });
    const serving = await served(site, ({ names: of }) => of.length === 2, 90);
    assert.deepEqual(serving.proofs.map(({ method }) => method), ['http-01', 'dns-01']);
    await change(site, { https: { wildcard: false } });
    const next = await served(site, ({ id }) => id !== serving.id, 90);
    assert.deepEqual(next.names, [domain]);
  });

  it('that no zone here is for is told, with what would make it possible, and the other names get theirs', async () => {
    const domain = freshDomain('nozone'), www = `www.${domain}`;
    const oldest = await zoneOf(freshDomain('any'));
    await names.point(domain, HERE);
    await names.point(www, HERE);
    const site = await createWebsite(env.CUSTOMER_TOKEN, domain, { settings: { aliases: [www], https: { wildcard: true } } });
    const coming = await waiting(site, /is in no zone of the organisation here/);
    assert.match(coming.message, new RegExp(`_acme-challenge\\.${domain}\\. can be made a CNAME to `));
    const { serving } = await certificate(site);
    assert.deepEqual(serving.names, [domain, www]);
    assert.ok(oldest);
  });
});

describe('an alias of _acme-challenge', () => {
  it('brings the record into a zone of the organisation, for a name whose DNS is elsewhere', async () => {
    const domain = freshDomain('elsewhere');
    await zoneOf(freshDomain('deleg'));
    const site = await createWebsite(env.CUSTOMER_TOKEN, domain);
    await waiting(site, /doesn't point anywhere.*can be made a CNAME/);
    const [{ aliasName, aliasTarget, ready }] = await preflight(site);
    assert.deepEqual([ready, aliasName], [false, `_acme-challenge.${domain}.`]);
    assert.match(aliasTarget, new RegExp(`^${domain.replaceAll('.', '-')}\\.acme\\.`));
    await names.alias(aliasName, aliasTarget);
    const again = await customer('POST', `/api/v1/certificates/${(await certificate(site)).coming.id}/retry`, {});
    assert.equal(again.status, 202, JSON.stringify(again.body));
    const serving = await served(site, undefined, 90);
    assert.deepEqual(serving.proofs, [{ name: domain, method: 'dns-01', record: aliasTarget }]);
    assert.equal((await handshake(site)).fingerprint, serving.fingerprint);
  });

  it("never leads into another organisation's zone", async () => {
    const other = await anotherOrganisation();
    const theirs = await zoneOf(freshDomain('theirs'), other.token);
    const domain = freshDomain('intruder');
    await names.alias(`_acme-challenge.${domain}.`, `x.${theirs.name}.`);
    const site = await createWebsite(env.CUSTOMER_TOKEN, domain);
    await waiting(site, /is an alias for x\.theirs-\w+\.example\., which is in no zone of the organisation here/);
    assert.deepEqual(await managed(theirs, other.token), []);
    assert.equal(Number(sql(`select count(*) from dns.managed where name = 'x.${theirs.name}.'`)), 0);
  });
});

describe('what is cut off', () => {
  const pending = (site) => until('the records to be asked for', async () => {
    const { coming } = await certificate(site);
    return coming?.state === 'validating' && sql(`select records from web.certificates where id = '${coming.id}'`).trim() ? coming : null;
  }, 60);

  after(async () => {
    supervised.up('agent-n1');
    supervised.up('agent-n2');
    await whole();
  });

  it('a killed service goes on where it was, and leaves nothing behind', async () => {
    const domain = freshDomain('killed');
    const zone = await zoneOf(domain);
    await names.point(domain, '203.0.113.9');
    const site = await createWebsite(env.CUSTOMER_TOKEN, domain, { settings: { https: { wildcard: true } } });
    await pending(site);
    supervised.kill('web');
    await whole(30);
    await served(site, ({ names: of }) => of.length === 2, 120);
    await swept(zone, `_acme-challenge.${domain}`);
  });

  it('one that is given up takes its records along, before any server has them', async () => {
    const domain = freshDomain('given');
    const site = await createWebsite(env.CUSTOMER_TOKEN, domain);
    await names.point(domain, '203.0.113.9');
    const { id } = await waiting(site, /points to 203\.0\.113\.9|doesn't point anywhere/);
    const zone = await zoneOf(domain);
    supervised.down('agent-n1'); // so that the record comes no further than the zone
    supervised.down('agent-n2');
    assert.equal((await customer('POST', `/api/v1/certificates/${id}/retry`, {})).status, 202);
    await pending(site);
    await until('the zone to have the record', async () => (await managed(zone)).length > 0);
    assert.equal((await customer('DELETE', `/api/v1/certificates/${id}`)).status, 202);
    await until('the zone to be without', async () => (await managed(zone)).length === 0);
    assert.equal(Number(sql(`select count(*) from dns.managed where owner_id = '${id}'`)), 0);
  });
});
