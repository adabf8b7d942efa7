// dns killed (kill -9) each time another provider has answered and the row doesn't say so yet: taken in, applied, removed. What
// was cut off is done once more, changes nothing, and the zone is as it should be.
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { cloudflare, powerdns } from '../fakes/providers.mjs';
import { customer, until } from '../system/panel.mjs';
import { arm, disarm, hit } from './failpoints.mjs';

const place = 'dns.provider', patience = 90; // its lease ends within 40 s
const freshZone = () => `killed-${randomBytes(5).toString('hex')}.example`;
const show = async (id) => (await customer('GET', `/api/v1/zones/${id}`)).body.zone;
const settled = (id, state = 'active') => until(`zone ${id} to be ${state}`, async () => {
  const zone = await show(id);
  return zone?.state === state ? zone : null;
}, patience);

let pdns, cf;
const accounts = {};
before(async () => {
  disarm();
  [pdns, cf] = await Promise.all([powerdns(), cloudflare()]);
  for (const [kind, at] of [['powerdns', pdns], ['cloudflare', cf]]) {
    const made = await customer('POST', '/api/v1/dns-accounts', { name: `killed ${randomUUID()}`, kind, baseUrl: at.base, token: at.token, nameServers: [at.server] });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    accounts[kind] = made.body.account.id;
  }
});
after(async () => {
  disarm();
  await Promise.all([pdns?.end(), cf?.end()]);
});

/** Does it, and dns dies on the way. */
async function killed(ask) {
  arm(place, 'die');
  const answer = await ask();
  assert.equal(answer.status, 202, JSON.stringify(answer.body));
  await hit(place, 30);
  return answer.body;
}

for (const kind of ['powerdns', 'cloudflare'])
  test(`${kind}: every step of a zone's life is cut off once`, async () => {
    const name = freshZone(), at = kind === 'powerdns' ? pdns : cf;
    if (kind === 'cloudflare') await cf.test({ zone: { name, records: [{ name: `old.${name}`, type: 'A', content: '192.0.2.77', ttl: 300 }] } });
    const { zone } = await killed(() => customer('POST', '/api/v1/zones', { name, accountId: accounts[kind], createAtProvider: kind === 'powerdns', zoneFile: 'new 300 IN A 192.0.2.1\n' }));
    await settled(zone.id);
    assert.deepEqual(await at.set(name, `new.${name}`, 'A'), ['192.0.2.1']);
    const records = (await customer('GET', `/api/v1/zones/${zone.id}/records`)).body.records.map((r) => `${r.name} ${r.data}`).sort();
    assert.deepEqual(records, ['new 192.0.2.1', ...(kind === 'cloudflare' ? ['old 192.0.2.77'] : [])]);
    await killed(() => customer('POST', `/api/v1/zones/${zone.id}/changes`, { changes: [{ op: 'add', record: { name: 'new', type: 'A', data: '192.0.2.2', ttl: 300 } }, { op: 'add', record: { name: 'more', type: 'A', data: '192.0.2.3' } }] }));
    const applied = await settled(zone.id);
    assert.deepEqual(applied.provider.foreign, []);
    assert.deepEqual(await at.set(name, `new.${name}`, 'A'), ['192.0.2.1', '192.0.2.2']);
    assert.deepEqual(await at.set(name, `more.${name}`, 'A'), ['192.0.2.3']);
    assert.equal((await customer('DELETE', `/api/v1/zones/${zone.id}?removeAtProvider=true`)).status, 202);
    await settled(zone.id, 'deleted');
    await killed(() => customer('POST', `/api/v1/zones/${zone.id}/purge`));
    await until('the tombstone', async () => (await customer('GET', `/api/v1/zones/${zone.id}`)).status === 404, patience);
    assert.deepEqual(await at.set(name, `new.${name}`, 'A'), []);
    const again = await customer('POST', '/api/v1/zones', { name });
    assert.equal(again.status, 202, 'its name is free again');
  });
