// A node whose clock is wrong takes no commands, which is no failure of anything; when the clock is right they run.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { admin, customer, ended, env, freshDomain, runDir, sql, supervised, until, visit, whole } from '../system/panel.mjs';
import { insist } from './load.mjs';
import { nobodyNotices } from './prober.mjs';

const nobodyNoticed = nobodyNotices({ before, after, test });

const library = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1';
const file = join(runDir, 'sv/agent-n2/run');
const unshifted = readFileSync(file, 'utf8');

/** Starts the node's agent with another idea of the time. */
function shift(offset) {
  supervised.down('agent-n2');
  writeFileSync(file, offset ? unshifted.replace('exec env -i ', `exec env -i LD_PRELOAD=${library} FAKETIME=${offset} FAKETIME_DONT_FAKE_MONOTONIC=1 FAKETIME_DONT_RESET=1 `) : unshifted);
  supervised.up('agent-n2');
}

after(() => shift(null));

const options = () => ({ token: env.ADMIN_TOKEN, body: { nodeId: 'n2', organisationId: sql("select org_id from authz.users where email = 'customer@bakery.example'").trim() } });

test('a clock that is ten minutes wrong: the task waits and says so, no attempt is lost', { skip: !existsSync(library) && 'libfaketime is not installed' }, async () => {
  for (const offset of ['+10m', '-10m']) {
    await whole();
    shift(offset);
    const made = await insist(freshDomain('clock'), [], options());
    assert.equal(made.status, 202, JSON.stringify(made.body));
    const waiting = await until('the task to say why it waits', async () => {
      const { body } = await customer('GET', `/api/v1/tasks/${made.body.taskId}`);
      return /clock/.test(body.task.message) ? body.task : null;
    }, 60);
    assert.equal(waiting.state, 'queued');
    const flagged = (await admin('GET', '/api/v1/nodes/n2')).body.node;
    assert.match(JSON.stringify(flagged), /clock/, JSON.stringify(flagged));
    const elsewhere = await insist(freshDomain('clock'), [], { ...options(), body: { ...options().body, nodeId: 'n1' } });
    assert.equal((await ended(env.CUSTOMER_TOKEN, elsewhere.body.taskId)).state, 'success', 'others are not affected');
    shift(null);
    const task = await ended(env.CUSTOMER_TOKEN, made.body.taskId, 90);
    assert.equal(task.state, 'success', JSON.stringify(task));
    assert.ok(task.attempt <= 2, `attempt ${task.attempt}`);
    assert.equal((await visit(made.body.website.url)).status, 200);
  }
});

test('a clock that is twenty seconds wrong is no matter', { skip: !existsSync(library) && 'libfaketime is not installed' }, async () => {
  for (const offset of ['+20s', '-20s']) {
    await whole();
    shift(offset);
    const made = await insist(freshDomain('clock'), [], options());
    assert.equal((await ended(env.CUSTOMER_TOKEN, made.body.taskId, 60)).state, 'success');
  }
});

nobodyNoticed();
