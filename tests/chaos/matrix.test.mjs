// The crash matrix: at each step of a website's creation each process is killed once (kill -9). The client does what a
// client does, it asks again with the same Idempotency-Key; a second one, at the steps where the answer can get lost,
// never asks again. Afterwards the driver's own ledger is compared with what the API says, the database, the nodes'
// journals and files, and what is served.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { api, env, freshDomain, runDir } from '../system/panel.mjs';
import { agree, wholeAndOnce, wholeOrNothing } from './checks.mjs';
import { disarm } from './failpoints.mjs';
import { chosen, insist, killAt, meant, steps, victims } from './kill.mjs';
import { watchThree } from './prober.mjs';

const beforeAnswer = steps.slice(0, 3); // there the client doesn't know yet

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
  prober = await watchThree();
});
after(async () => {
  disarm();
  await prober?.stop();
});

/** POST once; a lost answer has no status. Patience: 3 s, which is less than the panel's own. */
async function post(domain, key) {
  const ask = () => api(env.CUSTOMER_TOKEN, 'POST', '/api/v1/websites', { domain }, { 'idempotency-key': key }, 3000);
  const answer = await ask().catch((e) => ({ body: {}, why: e.message }));
  note({ domain, key, status: answer.status, task: answer.body.taskId, why: answer.why });
  return answer;
}

for (const step of chosen(steps)) {
  const cell = (words, victim, body) => meant(victim) && test(`${step}, ${victim} killed${words}`, body);

  for (const victim of Object.keys(victims)) {
    cell('', victim, async () => {
      const domain = freshDomain(run);
      const made = await killAt(step, victim, () => insist(domain, () => post(domain, `key-${domain}`)));
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
