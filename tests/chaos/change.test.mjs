// The same for a change of what is served: an alias and a redirect are replaced while each process is killed once at the
// steps that decide. Each change must be there once and wholly, the name before it free again, and the website that is
// being changed must have answered all the time.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { api, configtest, createWebsite, customer, ended, env, freshDomain, journal, sql, visit } from '../system/panel.mjs';
import { becomes } from './checks.mjs';
import { disarm } from './failpoints.mjs';
import { chosen, insist, killAt, meant, victims } from './kill.mjs';
import { startProber } from './prober.mjs';

const steps = ['web.committed', 'web.relayed', 'engine.staged', 'engine.activated', 'engine.reported'];

let site, prober;
let changes = 0; // that were accepted

before(async () => {
  disarm();
  site = await createWebsite();
  prober = startProber([site.url]);
});
after(async () => {
  disarm();
  await prober?.stop();
});

const path = () => `/api/v1/websites/${site.id}`;
const at = (where, domain = site.domain) => new URL(where, site.url.replace(site.domain, domain)).href;

/** PATCH once; a lost answer has no status. */
const patch = (settings, etag, key) =>
  api(env.CUSTOMER_TOKEN, 'PATCH', path(), { settings }, { 'if-match': `"${etag}"`, 'idempotency-key': key }, 3000)
    .catch((e) => ({ body: {}, why: e.message }));

/** What the services' tables hold of the website. */
const records = () => JSON.parse(sql(`select json_build_object(
  'state', (select state from web.websites where id = '${site.id}'),
  'names', (select json_agg(domain order by domain) from authz.claims where resource_id = '${site.id}' and state = 'confirmed'),
  'tasks', (select count(*) from tasks.task where resource_id = '${site.id}' and state = 'success'),
  'others', (select count(*) from tasks.task where resource_id = '${site.id}' and state <> 'success'),
  'audited', (select count(*) from audit.records where target_id = '${site.id}' and action = 'website.update'),
  'unsaid', (select count(*) from web.outbox) + (select count(*) from tasks.outbox) + (select count(*) from authz.outbox))`));

for (const step of chosen(steps)) {
  for (const victim of Object.keys(victims).filter(meant)) {
    test(`a change at ${step}, ${victim} killed`, async () => {
      const alias = freshDomain('alias');
      const settings = { aliases: [alias], redirects: [{ from: '/old', to: `/${alias}`, status: 302 }] };
      const { etag } = (await customer('GET', path())).body.website;
      const answer = await killAt(step, victim, () => insist(alias, () => patch(settings, etag, `key-${alias}`)));
      assert.equal(answer.status, 202, JSON.stringify(answer.body));
      changes += 1;
      const task = await ended(env.CUSTOMER_TOKEN, answer.body.taskId, 60);
      assert.equal(task.state, 'success', JSON.stringify(task));

      await becomes('the records of the website', records, { state: 'active', names: [site.domain, alias].sort(),
        tasks: changes + 1, others: 0, audited: changes, unsaid: 0 });
      const now = (await customer('GET', path())).body.website;
      assert.deepEqual(now.settings.aliases, settings.aliases);
      assert.deepEqual(journal(site.nodeId, `select n from objects where id = '${site.id}'`), [[String(changes + 1)]]);
      assert.equal((await visit(at('/', alias))).status, 200, 'the new name is served');
      assert.match((await visit(at('/old'))).headers.location, new RegExp(`/${alias}$`), 'the new redirect is served');
      configtest(site.nodeId);
    });
  }
}

test('the website that was being changed answered all the time', async () => {
  const { asked, failed } = await prober.stop();
  assert.ok(asked > 0, `asked ${asked} times`);
  assert.deepEqual(failed, []);
});
