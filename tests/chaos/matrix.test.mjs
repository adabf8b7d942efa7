// The crash matrix: at each step of a website's creation each process is killed once (kill -9). The client does what a
// client does, it asks again with the same Idempotency-Key; a second one, at the steps where the answer can get lost,
// never asks again. Afterwards the driver's own ledger is compared with what the API says, the database, the nodes'
// journals and files, and what is served.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { api, createWebsite, env, freshDomain, runDir, supervised, until, whole } from '../system/panel.mjs';
import { agree, nodes, wholeAndOnce, wholeOrNothing } from './checks.mjs';
import { arm, disarm, hit, release } from './failpoints.mjs';
import { startProber } from './prober.mjs';

const steps = [
  'gateway.request', 'web.committed', 'web.relayed', 'link.delivered', 'engine.begun', 'engine.staged', 'engine.testing',
  'engine.activated', 'engine.reloaded', 'engine.verified', 'engine.reported', 'tasks.stored',
];
const beforeAnswer = steps.slice(0, 3); // there the client doesn't know yet
const services = ['gateway', 'authz', 'audit', 'tasks', 'web', 'nats', 'postgres'];
/** Victim: its pids. Both nodes' agents are meant: before a site is placed nobody knows which. */
const victims = {
  ...Object.fromEntries(services.map((name) => [name, () => [supervised.pid(name)]])),
  signer: () => supervised.children('authz', 'stralix-signer'),
  link: () => nodes.flatMap((node) => supervised.children(`agent-${node}`, 'stralix-agent-link')),
  engine: () => nodes.flatMap((node) => supervised.children(`agent-${node}`, 'stralix-agent-engine')),
};
const [onlyStep, onlyVictim] = process.env.CELL?.split('/') ?? []; // CELL=engine.staged/nats runs one

const run = `cell-${randomBytes(3).toString('hex')}`; // the names of this run; a panel may have seen others
const ledgerFile = join(runDir, 'chaos-ledger.jsonl');
const ledger = [];
function note(entry) {
  ledger.push(entry);
  appendFileSync(ledgerFile, `${JSON.stringify(entry)}\n`);
}

let prober;
before(async () => {
  rmSync(ledgerFile, { force: true });
  disarm();
  const untouched = [];
  for (let i = 0; i < 3; i += 1) untouched.push(await createWebsite());
  assert.equal(new Set(untouched.map(({ nodeId }) => nodeId)).size, nodes.length, 'every node is watched');
  prober = startProber(untouched.map(({ url }) => url));
});
after(async () => {
  disarm();
  await prober.stop();
});

/** POST once; a lost answer has no status. Patience: 3 s, which is less than the panel's own. */
async function post(domain, key) {
  const ask = () => api(env.CUSTOMER_TOKEN, 'POST', '/api/v1/websites', { domain }, { 'idempotency-key': key }, 3000);
  const answer = await ask().catch((e) => ({ body: {}, why: e.message }));
  note({ domain, key, status: answer.status, task: answer.body.taskId, why: answer.why });
  return answer;
}

/** POST until somebody answers: the same key, as often as it takes. */
const insist = (domain, key) => until(`an answer for ${domain}`, async () => {
  const answer = await post(domain, key);
  return answer.status < 500 && answer.status !== 429 ? answer : null;
}, 40);

/** All of a victim's processes, once it runs. */
const running = (victim) => until(`${victim} to run`, () => {
  const pids = victims[victim]();
  return pids.length >= (['link', 'engine'].includes(victim) ? nodes.length : 1) && pids.every((pid) => pid > 1) && pids;
});

/** Asks, kills the victim while the request stands at the step, lets go; gives the answer. */
async function killAt(step, victim, ask) {
  await whole();
  await Promise.all(Object.keys(victims).map(running));
  arm(step);
  const asked = ask();
  try {
    await hit(step);
    const pids = await running(victim);
    for (const pid of pids) process.kill(pid, 'SIGKILL');
  } finally {
    release(step);
    disarm();
  }
  const answer = await asked;
  await whole();
  return answer;
}

for (const step of steps.filter((name) => !onlyStep || name === onlyStep)) {
  const cell = (words, victim, body) => (!onlyVictim || victim === onlyVictim) && test(`${step}, ${victim} killed${words}`, body);

  for (const victim of Object.keys(victims)) {
    cell('', victim, async () => {
      const domain = freshDomain(run);
      const made = await killAt(step, victim, () => insist(domain, `key-${domain}`));
      assert.equal(made.status, 202, JSON.stringify(made.body));
      await wholeAndOnce(domain, made.body.website, made.body.taskId);
    });
  }
  for (const victim of beforeAnswer.includes(step) ? Object.keys(victims) : []) {
    cell(', and nobody asks again', victim, async (t) => {
      const domain = freshDomain(run);
      const { status } = await killAt(step, victim, () => post(domain, `key-${domain}`));
      const end = await wholeOrNothing(domain);
      if (status === 202) assert.equal(end, 'whole');
      t.diagnostic(`answer ${status ?? 'lost'}: ${end}`);
    });
  }
  test(`${step}: the ledger, the database, the nodes and the served sites agree`, () => agree(ledger, `${run}-%`));
}

test('three untouched sites answered all the time', async () => {
  const { asked, failed } = await prober.stop();
  assert.ok(asked > 0, `asked ${asked} times`);
  assert.deepEqual(failed, []);
});
