// Many at once: they share reloads, and nobody else waits or fails.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { anotherOrganisation, ended, env, freshDomain, generation, onNode, sql, until, visit, whole } from '../system/panel.mjs';
import { nodes } from './checks.mjs';
import { insist, pool } from './load.mjs';
import { watchThree } from './prober.mjs';

for (const [where, options] of [['on one node', onNode('n1')], ['wherever they are placed', {}]]) {
  test(`200 websites at once ${where}: all are served, with at most 12 reloads in all, and untouched sites answer all the time`, async (t) => {
    await whole();
    const prober = await watchThree();
    const before = nodes.map(generation);
    t.after(() => prober.stop());
    const made = await Promise.all(Array.from({ length: 200 }, () => insist(freshDomain('crowd'), [], options)));
    for (const { status, body } of made) assert.equal(status, 202, JSON.stringify(body));
    await pool(made.map(({ body }) => async () => {
      const task = await ended(env.CUSTOMER_TOKEN, body.taskId, 60);
      assert.equal(task.state, 'success', JSON.stringify(task));
      assert.equal((await visit(body.website.url)).status, 200);
    }), 16);
    const { asked, failed } = await prober.stop();
    const reloads = nodes.map((node, i) => generation(node) - before[i]);
    t.diagnostic(`reloads of ${nodes.join(', ')}: ${reloads.join(', ')}; the prober asked ${asked} times`);
    assert.deepEqual(failed, []);
    assert.ok(reloads.reduce((a, b) => a + b) <= 12, `${reloads} reloads`);
  });
}

/** Another client, in a process of its own: this one is busy with the crowd. */
const curl = (token, domain) => new Promise((resolve, reject) => {
  execFile('curl', ['-sS', '--cacert', env.PANEL_CA, '-H', `Authorization: Bearer ${token}`, '-H', 'Content-Type: application/json',
    '-d', JSON.stringify({ domain }), `${env.PANEL_URL}/api/v1/websites`], (e, out) => (e ? reject(e) : resolve(JSON.parse(out))));
});

test('while one organisation makes 300 websites, another one makes one: it does not wait for them', async (t) => {
  const other = await anotherOrganisation();
  const word = `crowd-${randomBytes(3).toString('hex')}`;
  const crowd = Promise.all(Array.from({ length: 300 }, () => insist(freshDomain(word))));
  await until('the crowd to be at work', () => Number(sql(`select count(*) from tasks.task where target_name like '${word}-%'`)) > 20);
  const single = await curl(other.token, freshDomain('single'));
  const made = await crowd;
  await pool(made.map(({ body }) => () => ended(env.CUSTOMER_TOKEN, body.taskId, 90)), 16);
  assert.equal((await ended(other.token, single.taskId)).state, 'success');
  const [ms, later] = sql(`select extract(milliseconds from finished_at - created_at)::int, (select count(*) from tasks.task c
    where c.target_name like '${word}-%' and c.finished_at > s.finished_at) from tasks.task s where id = '${single.taskId}'`).trim().split('|').map(Number);
  t.diagnostic(`its task took ${ms} ms; ${later} of the crowd ended later`);
  assert.ok(later > 20, `only ${later} of the crowd ended after it`);
});
