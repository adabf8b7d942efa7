// The account at the certificate authority, its keys, and certificates that are called back.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { HERE, handshake, served } from './certificates.mjs';
import { admin, anotherOrganisation, api, createWebsite, customer, env, freshDomain, names, sql, supervised, until, whole } from './panel.mjs';

await whole();

const status = (serial) =>
  JSON.parse(execFileSync('curl', ['-s', '--cacert', env.ACME_CA, `${env.ACME_MANAGE_URL}/cert-status-by-serial/${serial}`], { encoding: 'utf8' }));
const see = async (id) => (await customer('GET', `/api/v1/certificates/${id}`)).body.certificate;
const revoke = (id, body = {}, token = env.CUSTOMER_TOKEN) => api(token, 'POST', `/api/v1/certificates/${id}/revoke`, body);
const authority = async () => (await admin('GET', '/api/v1/certificate-authority')).body.authority;

async function certified(word) {
  const domain = freshDomain(word);
  await names.point(domain, HERE);
  const site = await createWebsite(env.CUSTOMER_TOKEN, domain);
  return { site, serving: await served(site, undefined, 90) };
}

const revoked = (id) => until('it to be revoked', async () => {
  const now = await see(id);
  return now.state === 'revoked' ? now : null;
}, 90);

describe('revocation', () => {
  it('waits until a new one is at work', async () => {
    const { site, serving } = await certified('super');
    const answer = await revoke(serving.id, { reason: 'superseded' });
    assert.equal(answer.status, 202, JSON.stringify(answer.body));
    assert.equal(answer.body.certificate.revokeReason, 'superseded');
    const next = await served(site, ({ id }) => id !== serving.id, 90);
    const now = await revoked(serving.id);
    assert.ok(now.revokedAt >= next.updatedAt.slice(0, 10));
    assert.deepEqual([status(serving.serial).Status, status(serving.serial).Reason], ['Revoked', 4]);
    assert.equal(status(next.serial).Status, 'Valid');
    assert.equal((await handshake(site)).fingerprint, next.fingerprint);
    assert.equal((await revoke(serving.id)).status, 409);
  });

  it("doesn't wait when the key is in strange hands; the website gets another key", async () => {
    const { site, serving } = await certified('stolen');
    assert.equal((await revoke(serving.id, { reason: 'key_compromise' })).status, 202);
    await until('the authority to call it back', () => status(serving.serial).Status === 'Revoked', 60);
    assert.equal(status(serving.serial).Reason, 1);
    const next = await served(site, ({ id }) => id !== serving.id, 90);
    assert.equal((await handshake(site)).fingerprint, next.fingerprint);
    assert.equal((await revoked(serving.id)).message, '');
    assert.match((await see(serving.id)).story.map(({ message }) => message).join('\n'), /revoked at once, since its key is in strange hands/);
  });

  it("isn't for reasons that there aren't, own certificates' sake, or strangers", async () => {
    const { serving } = await certified('refused');
    const bad = await revoke(serving.id, { reason: 'boredom' });
    assert.equal(bad.status, 400);
    assert.equal(bad.body.violations?.[0]?.field ?? bad.body.error?.violations?.[0]?.field, 'reason', JSON.stringify(bad.body));
    const other = await anotherOrganisation();
    assert.equal((await revoke(serving.id, {}, other.token)).status, 404);
    assert.equal((await see(serving.id)).revokeReason, '');
  });
});

describe('the account', () => {
  it('is shown to administrators, with what was asked for lately', async () => {
    await certified('account');
    assert.equal((await customer('GET', '/api/v1/certificate-authority')).status, 403);
    const seen = await authority();
    assert.equal(seen.directory, env.ACME_DIRECTORY);
    assert.match(seen.accountUrl, /^https:\/\/localhost:/);
    assert.match(seen.thumbprint, /^[\w-]{43}$/);
    const [orders] = seen.budgets;
    assert.equal(orders.kind, 'order');
    assert.ok(orders.used > 0 && orders.most >= orders.used, JSON.stringify(orders));
    assert.ok(seen.budgets.some(({ kind, name }) => kind === 'domain' && name.startsWith('account-')));
  });

  it('changes where it is written to', async () => {
    const answer = await admin('PATCH', '/api/v1/certificate-authority', { contact: 'tls@panel.example' });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    assert.equal((await authority()).contact, 'tls@panel.example');
    assert.equal((await admin('PATCH', '/api/v1/certificate-authority', { contact: 'nobody' })).status, 400);
  });

  it('gets a new key, and goes on with it', async () => {
    const before = await authority();
    const answer = await admin('POST', '/api/v1/certificate-authority/rollover', {});
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    const now = await authority();
    assert.notEqual(now.thumbprint, before.thumbprint);
    assert.equal(now.accountUrl, before.accountUrl);
    assert.equal(now.rolloverPending, false);
    assert.ok(now.rolledAt);
    await certified('rolled');
  });

  const row = () => sql("select encode(sealed_key, 'hex'), thumbprint from web.acme_account where current").trim().split('|');

  it('cut off between the answer and the row: the authority says that the new key holds', async () => {
    const [oldKey, oldThumbprint] = row();
    assert.equal((await admin('POST', '/api/v1/certificate-authority/rollover', {})).status, 200);
    const [newKey, newThumbprint] = row();
    sql(`update web.acme_account set sealed_key = '\\x${oldKey}', thumbprint = '${oldThumbprint}', next_key = '\\x${newKey}', next_at = now() where current`);
    supervised.restart('web');
    await whole(30);
    assert.equal((await authority()).rolloverPending, true);
    await certified('cutoff');
    assert.deepEqual(row(), [newKey, newThumbprint]);
    assert.equal((await authority()).rolloverPending, false);
  });

  it('cut off before the authority heard of it: both are kept for a while, then the old one holds', async () => {
    const [oldKey] = row();
    assert.equal((await admin('POST', '/api/v1/certificate-authority/rollover', {})).status, 200);
    const [key, thumbprint] = row(); // and the one before it is unknown there from now on
    sql(`update web.acme_account set next_key = '\\x${oldKey}', next_at = now() where current`);
    await certified('unheard');
    assert.equal((await authority()).rolloverPending, true);
    assert.equal((await admin('POST', '/api/v1/certificate-authority/rollover', {})).status, 409);
    sql("update web.acme_account set next_at = now() - interval '6 minutes' where current");
    await certified('settled');
    assert.deepEqual(row(), [key, thumbprint]);
    assert.equal((await authority()).rolloverPending, false);
  });
});
