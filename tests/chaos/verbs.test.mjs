// The rest of a website's life: it is suspended, resumed, deleted and brought back, and at the steps that decide each
// process that holds a part of it is killed once. Each verb is done wholly and once, and what is served is what it says.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { api, configtest, createWebsite, customer, ended, env, freshDomain, journal, sql, visit } from '../system/panel.mjs';
import { becomes, nodes } from './checks.mjs';
import { disarm } from './failpoints.mjs';
import { chosen, insist, killAt, meant } from './kill.mjs';

const steps = ['web.committed', 'engine.activated'];
const victims = ['web', 'tasks', 'engine', 'postgres'];
const page = {
  there: ({ status, text }) => status === 200 && text.includes(site.domain),
  suspended: ({ status, text }) => status === 503 && /suspended/i.test(text),
  gone: ({ text }) => !text.includes(site.domain),
};
const verbs = [
  { name: 'suspend', who: 'ADMIN', method: 'POST', path: '/suspend', state: 'suspended', shows: page.suspended },
  { name: 'resume', who: 'ADMIN', method: 'POST', path: '/resume', state: 'active', shows: page.there },
  { name: 'delete', who: 'CUSTOMER', method: 'DELETE', path: '', state: 'deleted', shows: page.gone },
  { name: 'undelete', who: 'CUSTOMER', method: 'POST', path: '/undelete', state: 'active', shows: page.there },
];

let site;
let done = 0; // verbs that were accepted

before(async () => {
  disarm();
  site = await createWebsite();
});
after(disarm);

/** Once; a lost answer has no status. */
const ask = ({ who, method, path }, key) =>
  api(env[`${who}_TOKEN`], method, `/api/v1/websites/${site.id}${path}`, method === 'POST' ? {} : undefined, { 'idempotency-key': key }, 3000)
    .catch((e) => ({ body: {}, why: e.message }));

/** What the services' tables hold of the website. */
const records = () => JSON.parse(sql(`select json_build_object(
  'state', (select state from web.websites where id = '${site.id}'),
  'claims', (select count(*) from authz.claims where resource_id = '${site.id}' and state = 'confirmed'),
  'tasks', (select count(*) from tasks.task where resource_id = '${site.id}' and state = 'success'),
  'others', (select count(*) from tasks.task where resource_id = '${site.id}' and state <> 'success'),
  'audited', (select count(*) from audit.records where target_id = '${site.id}' and action <> 'website.create'
    and action in ('website.suspend', 'website.resume', 'website.delete', 'website.undelete')),
  'unsaid', (select count(*) from web.outbox) + (select count(*) from tasks.outbox) + (select count(*) from authz.outbox))`));

for (const step of chosen(steps)) {
  for (const victim of victims.filter(meant)) {
    for (const verb of verbs) {
      test(`${verb.name} at ${step}, ${victim} killed`, async () => {
        const key = freshDomain(verb.name);
        const answer = await killAt(step, victim, () => insist(key, () => ask(verb, key)));
        assert.equal(answer.status, 202, JSON.stringify(answer.body));
        done += 1;
        const task = await ended(env.CUSTOMER_TOKEN, answer.body.taskId, 60);
        assert.equal(task.state, 'success', JSON.stringify(task));
        await becomes('the records of the website', records, { state: verb.state, claims: 1, tasks: done + 1, others: 0, audited: done, unsaid: 0 });
        assert.equal((await customer('GET', `/api/v1/websites/${site.id}`)).body.website.state, verb.state);
        assert.deepEqual(journal(site.nodeId, `select n from objects where id = '${site.id}'`), [[String(done + 1)]]);
        const answered = await visit(site.url);
        assert.ok(verb.shows(answered), `${answered.status} ${answered.text.slice(0, 200)}`);
        for (const node of nodes) configtest(node);
      });
    }
  }
}
