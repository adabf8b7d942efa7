// web is killed where a certificate is on its way by records, and where the account's key changes: the certificate comes, nothing is
// left in the zone, and one of the keys holds.
import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { served } from '../system/certificates.mjs';
import { admin, api, createWebsite, customer, env, freshDomain, names, sql, until, whole } from '../system/panel.mjs';
import { arm, disarm } from './failpoints.mjs';

await whole();
afterEach(disarm);

async function zoneOf(name) {
  const made = await customer('POST', '/api/v1/zones', { name });
  assert.equal(made.status, 202, JSON.stringify(made.body));
  return until(`${name} to be answered for`, async () => {
    const { body } = await customer('GET', `/api/v1/zones/${made.body.zone.id}`);
    return body.zone.state === 'active' ? body.zone : null;
  }, 30);
}

/** A website that only a record can show. */
async function certified(word) {
  const domain = freshDomain(word);
  const zone = await zoneOf(domain);
  await names.point(domain, '203.0.113.9');
  const site = await createWebsite(env.CUSTOMER_TOKEN, domain);
  await served(site, undefined, 120);
  await until('the zone to be swept', async () =>
    (await customer('GET', `/api/v1/zones/${zone.id}/records?managed=yes`)).body.records.every(({ managedBy }) => managedBy !== 'acme'), 30);
  return site;
}

describe('a certificate by records', () => {
  for (const place of ['web.ordered', 'web.recorded', 'web.finalized'])
    it(`comes although web is killed at ${place}`, async () => {
      arm(place, 'die');
      const site = await certified(place.replace('web.', ''));
      assert.equal(Number(sql(`select count(*) from web.certificates where website_id = '${site.id}' and state = 'active'`)), 1);
    });
});

describe("the account's key", () => {
  const row = () => sql('select thumbprint, next_key is not null from web.acme_account where current').trim().split('|');
  const roll = async (place) => {
    arm(place, 'die');
    await api(env.ADMIN_TOKEN, 'POST', '/api/v1/certificate-authority/rollover', {}, {}, 60_000).catch(() => null); // nobody may know how it ended
    await whole(30);
    return row();
  };

  it('killed before the authority heard of it: the old one holds, and the next is forgotten in time', async () => {
    const [before] = row();
    assert.deepEqual(await roll('web.rolling'), [before, 't']);
    await certified('rolling');
    assert.deepEqual(row(), [before, 't']); // for what the authority may have yet to hear
    sql("update web.acme_account set next_at = now() - interval '6 minutes' where current");
    await certified('forgotten');
    assert.deepEqual(row(), [before, 'f']);
  });

  it("killed between the authority's answer and the row: the new one holds", async () => {
    const [before] = row();
    assert.deepEqual(await roll('web.rolled'), [before, 't']);
    await certified('rolled');
    const [after, pending] = row();
    assert.notEqual(after, before);
    assert.equal(pending, 'f');
    assert.equal((await admin('POST', '/api/v1/certificate-authority/rollover', {})).status, 200);
  });
});
