// What is lost or away under load: JetStream's store, the database; and rights that end while a task waits.
import assert from 'node:assert/strict';
import { readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { admin, anotherOrganisation, api, customer, ended, env, freshDomain, runDir, signIn, sql, supervised, until, visit, whole } from '../system/panel.mjs';
import { agree, nodes, wholeAndOnce } from './checks.mjs';
import { insist } from './load.mjs';
import { nobodyNotices } from './prober.mjs';

const nobodyNoticed = nobodyNotices({ before, after, test });

after(() => {
  for (const name of ['nats', 'postgres', 'agent-n1', 'agent-n2']) supervised.up(name);
});

const live = () => nodes.map((node) => readlinkSync(join(runDir, 'nodes', node, 'nginx/live')));

let over = false; // a test that fails doesn't come to stop its load
after(() => { over = true; });

/** Makes websites in a row of their own until stopped; stop() gives the ledger and what was made. */
function startLoad(word) {
  const ledger = [];
  const made = [];
  let stopped = false;
  const worker = async () => {
    while (!stopped && !over) {
      const domain = freshDomain(word);
      const answer = await insist(domain, ledger);
      assert.equal(answer.status, 202, JSON.stringify(answer.body));
      made.push({ domain, ...answer.body });
    }
  };
  const workers = Promise.all(Array.from({ length: 4 }, worker));
  return {
    made,
    async stop() {
      stopped = true;
      await workers;
      return { ledger, made };
    },
  };
}

test('the store of JetStream is deleted under load: nothing is lost, nothing comes twice, events go on', async (t) => {
  await whole();
  const word = `js-${randomBytes(3).toString('hex')}`;
  const load = startLoad(word);
  for (let i = 0; i < 2; i += 1) {
    const so = load.made.length;
    await until('websites to be made', () => load.made.length >= so + 5);
    process.kill(supervised.pid('nats'), 'SIGKILL');
    rmSync(join(runDir, 'nats/js'), { recursive: true, force: true });
  }
  const so = load.made.length;
  await until('websites to be made again', () => load.made.length >= so + 5, 60);
  const { ledger, made } = await load.stop();
  for (const { domain, website, taskId } of made) await wholeAndOnce(domain, website, taskId);
  await agree(ledger, `${word}-%`);
  t.diagnostic(`${made.length} websites`);
  await whole();
  const events = await fetch(`${env.PANEL_URL}/api/v1/events`, { headers: { authorization: `Bearer ${env.CUSTOMER_TOKEN}` } });
  assert.equal(events.status, 200);
  const reader = events.body.getReader();
  await insist(freshDomain(word));
  let text = '';
  while (!/website/.test(text)) text += new TextDecoder().decode((await reader.read()).value);
  await reader.cancel();
});

test('the database stops under load: 503, nothing goes live meanwhile, and all that was accepted is done', async () => {
  await whole();
  const word = `pg-${randomBytes(3).toString('hex')}`;
  const load = startLoad(word);
  await until('websites to be made', () => load.made.length >= 5);
  supervised.down('postgres');
  const answer = await until('a 503', async () => {
    const a = await customer('POST', '/api/v1/websites', { domain: freshDomain('refused') });
    return a.status === 503 ? a : null;
  });
  assert.ok(Number(answer.headers.get('retry-after')) > 0);
  // What the nodes had been given before may still end; then all is still.
  let seen;
  await until('the nodes to be still', async () => {
    const last = seen;
    seen = JSON.stringify(live());
    await new Promise((resolve) => setTimeout(resolve, 500));
    return seen === last;
  });
  for (let i = 0; i < 20; i += 1) {
    assert.ok((await customer('POST', '/api/v1/websites', { domain: freshDomain('refused') })).status >= 500);
  }
  assert.equal(JSON.stringify(live()), seen, 'nothing went live without the database');
  supervised.up('postgres');
  const so = load.made.length;
  await until('websites to be made again', () => load.made.length >= so + 5, 60);
  const { ledger, made } = await load.stop();
  for (const { domain, website, taskId } of made) await wholeAndOnce(domain, website, taskId);
  await agree(ledger, `${word}-%`);
});

test('who loses the right while the task waits: it is denied, nothing is applied, and it is on record', async () => {
  await whole();
  const other = await anotherOrganisation();
  for (const node of nodes) supervised.down(`agent-${node}`);
  const made = await insist(freshDomain('denied'), [], { token: other.token });
  assert.equal(made.status, 202, JSON.stringify(made.body));
  // There is no call that disables a user yet.
  sql(`update authz.users set state = 'disabled' where id = '${other.user.id}'`);
  try {
    for (const node of nodes) supervised.up(`agent-${node}`);
    const task = await until('the task to be denied', async () => {
      const { body } = await admin('GET', `/api/v1/tasks/${made.body.taskId}`);
      return body.task?.state === 'denied' ? body.task : null;
    }, 60);
    assert.match(task.message, /may not/);
    assert.notEqual((await visit(made.body.website.url)).status, 200);
    await until('a record of it', () => Number(sql(`select count(*) from audit.records where target_id = '${made.body.website.id}' and outcome = 'denied'`)) > 0);
  } finally {
    sql(`update authz.users set state = 'active' where id = '${other.user.id}'`);
  }
});

nobodyNoticed();
