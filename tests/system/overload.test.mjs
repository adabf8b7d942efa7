// Too much to do: what doesn't fit is sent away at once, what nobody waits for any more is not done, and the panel recovers.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'node:test';
import { processes } from './hostile.mjs';
import { anotherOrganisation, api, createWebsite, env, runDir, shortDir, sql, supervised, until } from './panel.mjs';

const CALLS = 400, WORKERS = 4; // workers: what a service does at once unless its settings say otherwise

/** Takes a table away from everybody until the function given back is called. */
async function locked(table) {
  // In the panel's namespace: the checkout may lie where postgres can't walk to.
  const svscan = readFileSync(join(runDir, 'svscan.pid'), 'utf8').trim();
  const child = spawn('nsenter', ['-t', svscan, '-m', '--', 'setpriv', '--reuid', 'postgres', '--regid', 'postgres', '--clear-groups',
    'psql', '-qAt', '-h', `${shortDir()}/pg-sock`, '-p', env.PG_PORT, '-d', 'stralix'],
    { stdio: ['pipe', 'pipe', 'inherit'], cwd: '/' });
  let said = '';
  child.stdout.on('data', (piece) => (said += piece));
  child.stdin.write(`begin; lock table ${table} in access exclusive mode; select 'held';\n`);
  await until('the lock', () => said.includes('held'));
  return async () => {
    child.stdin.end('rollback;\n');
    await once(child, 'close');
  };
}

test('a service whose table is locked sends away what it has no room for, at once, and does nothing late', { timeout: 120_000 }, async () => {
  const owner = await anotherOrganisation();
  const word = randomBytes(4).toString('hex');
  const pids = processes().map((name) => [name, supervised.pid(name)]);
  const release = await locked('web.websites');
  const order = [];
  try {
    await Promise.all(Array.from({ length: CALLS }, async (_, i) => {
      const answer = await api(owner.token, 'POST', '/api/v1/websites', { domain: `w${i}-${word}.example` });
      order.push(answer);
    }));
  } finally {
    await release();
  }
  const statuses = [...new Set(order.map((answer) => answer.status))].map((status) => `${order.filter((answer) => answer.status === status).length} × ${status}`).join(', ');
  assert.ok(order.every((answer) => [503, 504].includes(answer.status)), statuses);
  const busy = order.filter((answer) => /too much to do/.test(answer.body.detail));
  assert.ok(busy.length >= 50, `only ${busy.length} were sent away: ${statuses}`);
  for (const answer of busy) assert.ok(answer.status === 503 && Number(answer.headers.get('retry-after')) >= 1, JSON.stringify(answer.body));
  // At once: nobody who was sent away had to wait for one of those who were let in.
  const firstLate = order.findIndex((answer) => !busy.includes(answer));
  assert.ok(order.slice(0, firstLate).length >= busy.length / 2, `${firstLate} of ${busy.length} refusals came before the first call ended`);

  // A call of the owner's own turn: all that waited before it is through, or dropped.
  const site = await until('the panel to work again', async () => {
    try { return await createWebsite(owner.token); } catch { return null; }
  }, 40);
  assert.equal(site.state, 'active');
  const made = Number(sql(`select count(*) from web.websites where domain like 'w%-${word}.example'`));
  assert.ok(made <= WORKERS, `${made} calls were executed after everybody had been told that they were not`);
  await createWebsite(env.CUSTOMER_TOKEN);
  assert.equal(Number(sql(`select count(*) from web.websites where domain like 'w%-${word}.example'`)), made, 'some came later still');
  assert.deepEqual(processes().map((name) => [name, supervised.pid(name)]), pids, 'a process was restarted');
});

test('while one service is stuck the others answer', { timeout: 60_000 }, async () => {
  const release = await locked('web.websites');
  try {
    const stuck = Array.from({ length: 50 }, () => api(env.CUSTOMER_TOKEN, 'GET', '/api/v1/websites'));
    for (const path of ['/api/v1/tasks', '/api/v1/audit', '/api/v1/session', '/api/v1/nodes'])
      assert.equal((await api(env.ADMIN_TOKEN, 'GET', path)).status, 200, path);
    for (const answer of await Promise.all(stuck)) {
      assert.ok([503, 504].includes(answer.status), `${answer.status}`);
      assert.ok(Number(answer.headers.get('retry-after')) >= 1);
    }
  } finally {
    await release();
  }
  await until('the list to answer', async () => (await api(env.CUSTOMER_TOKEN, 'GET', '/api/v1/websites')).status === 200);
});
