// The crash matrix: at each step of a website's creation each process is killed once (kill -9). The client does what a
// client does, it asks again with the same Idempotency-Key. Afterwards the driver's own ledger is compared with what the
// API says, the database, the nodes' journals and what is served.
import assert from 'node:assert/strict';
import { appendFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { configtest, createWebsite, customer, ended, env, freshDomain, journal, runDir, sql, supervised, until, visit } from '../system/panel.mjs';
import { arm, disarm, hit, release } from './failpoints.mjs';
import { startProber } from './prober.mjs';

const steps = [
  'gateway.request', 'web.committed', 'web.relayed', 'link.delivered', 'engine.begun', 'engine.staged', 'engine.testing',
  'engine.activated', 'engine.reloaded', 'engine.verified', 'engine.reported', 'tasks.stored',
];
const nodes = ['n1', 'n2'];
const services = ['gateway', 'authz', 'audit', 'tasks', 'web', 'nats', 'postgres'];
/** Victim: its pids. Both nodes' agents are meant: before a site is placed nobody knows which. */
const victims = {
  ...Object.fromEntries(services.map((name) => [name, () => [supervised.pid(name)]])),
  signer: () => supervised.children('authz', 'stralix-signer'),
  link: () => nodes.flatMap((node) => supervised.children(`agent-${node}`, 'stralix-agent-link')),
  engine: () => nodes.flatMap((node) => supervised.children(`agent-${node}`, 'stralix-agent-engine')),
};
const only = process.env.CELL?.split('/'); // CELL=engine.staged/nats runs one

const ledgerFile = join(runDir, 'chaos-ledger.jsonl');
const ledger = [];
function note(entry) {
  ledger.push(entry);
  appendFileSync(ledgerFile, `${JSON.stringify(entry)}\n`);
}

let prober;
let untouched;
let earlier; // what an earlier run left on the same panel
before(async () => {
  earlier = new Set(sql('select domain from web.websites').split('\n'));
  rmSync(ledgerFile, { force: true });
  disarm();
  untouched = [];
  for (let i = 0; i < 3; i += 1) untouched.push((await createWebsite()).url);
  prober = startProber(untouched);
});
after(async () => {
  disarm();
  await prober.stop();
});

/** POST until somebody answers: the same key, as often as it takes. */
async function create(domain, key) {
  return until(`an answer for ${domain}`, async () => {
    const answer = await customer('POST', '/api/v1/websites', { domain }, { 'idempotency-key': key });
    note({ domain, key, status: answer.status, task: answer.body.taskId });
    return answer.status < 500 && answer.status !== 429 ? answer : null;
  }, 40);
}

const count = (query) => Number(sql(query));

/** Wholly there, and once. */
async function wholeAndOnce(domain, website, task) {
  assert.equal(task.state, 'success', JSON.stringify(task));
  const page = await visit(website.url);
  assert.equal(page.status, 200);
  assert.ok(page.text.includes(domain), 'the site shows its name');
  await until('the website to be active', async () => {
    const { body } = await customer('GET', `/api/v1/websites/${website.id}`);
    return body.website?.state === 'active';
  });
  assert.equal(count(`select count(*) from web.websites where domain = '${domain}'`), 1, 'one website');
  assert.equal(sql(`select string_agg(state, ' ') from tasks.task where resource_id = '${website.id}'`), 'success', 'one task');
  assert.equal(count(`select count(*) from authz.claims where domain = '${domain}' and state = 'confirmed'`), 1, 'the name is held once');
  await until('one audit record', () => count(`select count(*) from audit.records where action = 'website.create' and target_id = '${website.id}'`) === 1);
  assert.deepEqual(journal(website.nodeId, `select epoch, n from objects where id = '${website.id}'`), [['1', '1']], 'the node has generation 1');
  assert.deepEqual(journal(website.nodeId, `select state from tasks where resource_id = '${website.id}'`), [['3']], 'the node did one task');
}

for (const step of steps) {
  for (const victim of Object.keys(victims)) {
    if (only && (only[0] !== step || only[1] !== victim)) continue;
    test(`${step}, ${victim} killed`, async () => {
      const domain = freshDomain('cell');
      await arm(step);
      const asked = create(domain, `cell-${domain}`);
      try {
        await hit(step);
        for (const pid of victims[victim]()) process.kill(pid, 'SIGKILL');
      } finally {
        release(step);
        disarm();
      }
      const made = await asked;
      assert.equal(made.status, 202, JSON.stringify(made.body));
      const task = await ended(env.CUSTOMER_TOKEN, made.body.taskId, 60);
      await wholeAndOnce(domain, made.body.website, task);
    });
  }
}

test('the ledger, the database, the nodes and the served sites agree', async () => {
  for (const node of nodes) configtest(node);
  const accepted = new Map(ledger.filter((e) => e.status === 202).map((e) => [e.domain, e]));
  for (const { domain, task } of accepted.values()) {
    assert.equal(sql(`select state from tasks.task where id = '${task}'`), 'success', domain);
  }
  const domains = new Set(sql("select domain from web.websites where state <> 'purged'").split('\n').filter(Boolean));
  for (const domain of accepted.keys()) assert.ok(domains.has(domain), `${domain} was accepted and is there`);
  for (const domain of domains) {
    if (domain.startsWith('cell-') && !earlier.has(domain)) assert.ok(accepted.has(domain), `${domain} is there and was accepted`);
  }
  await until('nothing to be left to say', () => ['web', 'tasks', 'authz', 'audit'].every((s) => count(`select count(*) from ${s}.outbox`) === 0));
  assert.equal(count("select count(*) from tasks.task where state in ('queued', 'running')"), 0);
  assert.equal(
    count("select count(*) from (select org_id, count(*) as n from web.websites where state <> 'purged' group by 1) w join web.quota q using (org_id) where q.name = 'websites' and q.used <> w.n"),
    0, 'the quota counts what is there');
  const ids = new Set(sql("select id from web.websites where state <> 'purged'").split('\n'));
  for (const node of nodes) {
    for (const [id] of journal(node, 'select id from objects')) assert.ok(ids.has(id), `${node} holds ${id}, which nobody has`);
    const generations = readdirSync(join(runDir, 'nodes', node, 'nginx')).filter((name) => name.startsWith('gen-'));
    assert.ok(generations.length <= 3, `${node} keeps ${generations}`);
  }
  for (const domain of domains) {
    if (!domain.startsWith('cell-')) continue;
    const { body } = await customer('GET', `/api/v1/websites?search=${domain}`);
    assert.equal((await visit(body.websites[0].url)).status, 200, domain);
  }
});

test('three untouched sites answered all the time', async () => {
  const { asked, failed } = await prober.stop();
  assert.ok(asked > 0, `asked ${asked} times`);
  assert.deepEqual(failed, []);
});
