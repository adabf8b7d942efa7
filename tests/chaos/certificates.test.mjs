// Certificates: a website gets its first one while each process that holds a part of it is killed once, at the steps between
// the authority and the handshake; the authority, too. It must be served with one certificate that a visitor trusts, whose
// key is the only one on the node, and be none the worse meanwhile: plain HTTP answers all the time.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import tls from 'node:tls';
import { api, configtest, createWebsite, customer, env, freshDomain, names, runDir, sql, until } from '../system/panel.mjs';
import { becomes } from './checks.mjs';
import { disarm } from './failpoints.mjs';
import { chosen, killAt, meant } from './kill.mjs';
import { nobodyNotices } from './prober.mjs';

const cells = { // the step: who has a part in it
  'web.ordered': ['web', 'postgres', 'pebble'],
  'engine.key': ['web', 'tasks', 'nats', 'engine'],
  'web.finalized': ['web', 'postgres'],
  'web.certificate': ['web', 'tasks', 'pebble'],
  'engine.activated': ['web', 'tasks', 'engine'],
};
const ports = Object.fromEntries(readFileSync(join(runDir, 'ports.env'), 'utf8').trim().split('\n').map((line) => line.split('=')));

const othersAnswered = nobodyNotices({ before, after, test });
before(disarm);
after(disarm);

/** What a visitor's TLS gets: names of the certificate, which the authority's root vouches for; null: nothing trusted. */
const handshake = (site) => new Promise((resolve) => {
  const socket = tls.connect({ host: '127.0.0.1', port: Number(ports[`SITES_HTTPS_PORT_${site.nodeId.slice(1)}`]),
    servername: site.domain, ca: readFileSync(env.ACME_ROOTS), timeout: 5000 }, () => {
    const { subjectaltname } = socket.getPeerCertificate();
    socket.destroy();
    resolve(subjectaltname);
  });
  socket.on('timeout', () => socket.destroy(new Error('timeout')));
  socket.on('error', () => resolve(null));
});

const order = (site) => api(env.CUSTOMER_TOKEN, 'POST', `/api/v1/websites/${site.id}/certificate`, {},
  { 'idempotency-key': `order-${site.domain}` }, 3000).catch((e) => ({ body: {}, why: e.message }));

const states = (site) => sql(`select string_agg(state, ',' order by id) from web.certificates where website_id = '${site.id}'`);

for (const step of chosen(Object.keys(cells))) {
  for (const victim of cells[step].filter(meant)) {
    test(`a certificate at ${step}, ${victim} killed`, async () => {
      const site = await createWebsite(env.CUSTOMER_TOKEN, freshDomain('tls'));
      await names.point(site.domain, '127.0.0.1');
      await killAt(step, victim, () => order(site));
      await until(`${site.domain} to be served with a certificate`, async () => (await handshake(site)) === `DNS:${site.domain}`, 90);
      await becomes(`what is known of ${site.domain}`, () => states(site), 'active');
      const { fingerprint } = (await customer('GET', `/api/v1/websites/${site.id}/certificate`)).body.serving;
      assert.ok(fingerprint);
      await until('no other key to be kept', () => readdirSync(join(runDir, 'nodes', site.nodeId, 'keys', site.id)).filter((file) => file.endsWith('.key')).length === 1, 60);
      assert.equal(sql(`select count(*) from audit.records where target_id = '${site.id}' and action = 'website.create'`), '1');
      configtest(site.nodeId);
    });
  }
}

othersAnswered();
