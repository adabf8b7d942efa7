// What breaks, and what holds: a refused template, a node away, the bus or the database away, killed processes.
import { execFileSync } from 'node:child_process';
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { admin, anotherOrganisation, createWebsite, customer, ended, env, freshDomain, liveTree, runDir, supervised, until, visit } from './panel.mjs';

const allUp = ['postgres', 'nats', 'authz', 'audit', 'tasks', 'web', 'gateway', 'front', 'agent-n1', 'agent-n2'];
after(async () => {
  for (const name of allUp) supervised.up(name);
});

// Every service answers again: each comes back to the bus in its own time.
const ready = () => until('the panel', async () => {
  for (const path of ['websites', 'tasks', 'organisations', 'audit']) {
    if ((await customer('GET', `/api/v1/${path}?limit=1`)).status !== 200) return false;
  }
  return true;
}, 40);

test('a template that nginx refuses fails that task with its words, and nothing else', async () => {
  const other = await anotherOrganisation();
  const template = join(runDir, 'share/infrastructure/nginx/templates/site.conf');
  const before = readFileSync(template, 'utf8');
  const traps = join(runDir, 'share/traps');
  mkdirSync(traps, { recursive: true, mode: 0o755 });
  const bad = freshDomain('bad');
  // The include is empty for every name but one.
  writeFileSync(join(traps, `${bad}.conf`), 'no_such_directive on;\n');
  const at = before.lastIndexOf('}');
  assert.ok(at > 0);
  writeFileSync(template, `${before.slice(0, at)}\tinclude ${traps}/{{each names}}{{name:server_name}}{{end}}*.conf;\n}\n`);
  try {
    for (const node of ['agent-n1', 'agent-n2']) supervised.restart(node);
    await until('both nodes', async () => (await admin('GET', '/api/v1/nodes')).body.nodes.filter((n) => /^n[12]$/.test(n.id)).every((n) => n.health === 'healthy'), 40);
    const good = await createWebsite(other.token);
    const trees = [liveTree('n1'), liveTree('n2')];
    const made = await customer('POST', '/api/v1/websites', { domain: bad });
    assert.equal(made.status, 202, JSON.stringify(made.body));
    const task = await ended(env.CUSTOMER_TOKEN, made.body.taskId);
    assert.equal(task.state, 'failed', JSON.stringify(task));
    assert.match(task.message + JSON.stringify(task.steps), /unknown directive/);
    assert.match(JSON.stringify(task), /no_such_directive/);
    assert.deepEqual([liveTree('n1'), liveTree('n2')], trees, 'the live trees are untouched');
    const shown = await until('the website to say so', async () => {
      const { body } = await customer('GET', `/api/v1/websites/${made.body.website.id}`);
      return body.website.state === 'failed' ? body.website : null;
    });
    assert.match(shown.message, /no_such_directive/);
    await createWebsite(other.token);
    assert.equal((await visit(good.url)).status, 200);
    const gone = await customer('DELETE', `/api/v1/websites/${made.body.website.id}`);
    assert.equal((await ended(env.CUSTOMER_TOKEN, gone.body.taskId)).state, 'success', 'what failed can be deleted');
  } finally {
    writeFileSync(template, before);
    rmSync(traps, { recursive: true });
    for (const node of ['agent-n1', 'agent-n2']) supervised.restart(node);
  }
  await until('both nodes', async () => (await admin('GET', '/api/v1/nodes')).body.nodes.filter((n) => /^n[12]$/.test(n.id)).every((n) => n.health === 'healthy'), 40);
});

test('with its node away a task waits as queued and says so; when it is back it runs by itself', async () => {
  for (const node of ['agent-n1', 'agent-n2']) supervised.down(node);
  try {
    const made = await customer('POST', '/api/v1/websites', { domain: freshDomain('waits') });
    assert.equal(made.status, 202, JSON.stringify(made.body));
    const waiting = await until('the task to say that it waits', async () => {
      const { body } = await customer('GET', `/api/v1/tasks/${made.body.taskId}`);
      return /offline|unreachable|away/i.test(body.task.message) ? body.task : null;
    });
    assert.equal(waiting.state, 'queued');
    for (const node of ['agent-n1', 'agent-n2']) supervised.up(node);
    assert.equal((await ended(env.CUSTOMER_TOKEN, made.body.taskId, 40)).state, 'success');
    assert.equal((await visit(made.body.website.url)).status, 200);
  } finally {
    for (const node of ['agent-n1', 'agent-n2']) supervised.up(node);
  }
});

for (const [name, words] of [['nats', 'the bus'], ['postgres', 'the database']]) {
  test(`with ${words} away: 503 with Retry-After, nothing half-written, and all resumes by itself`, async () => {
    const site = await createWebsite();
    const domain = freshDomain('half');
    supervised.down(name);
    try {
      const answer = await until('a 503', async () => {
        const a = await customer('POST', '/api/v1/websites', { domain });
        return a.status === 503 ? a : null;
      });
      assert.ok(Number(answer.headers.get('retry-after')) > 0);
      assert.match(answer.headers.get('content-type'), /problem\+json/);
      assert.equal((await visit(site.url)).status, 200, 'websites are served on');
    } finally {
      supervised.up(name);
    }
    await ready();
    const found = await customer('GET', `/api/v1/websites?search=${domain}`);
    assert.equal(found.body.websites.length, 0, 'nothing was half-written');
    await createWebsite(env.CUSTOMER_TOKEN, domain);
  });
}

test('a service killed between commit and relay: the task still runs', async () => {
  // tasks is away, so the rows of the change stay in the outbox of web; then web dies; then both come back.
  const other = await createWebsite();
  const path = `/api/v1/websites/${other.id}`;
  supervised.down('tasks');
  try {
    const gone = await customer('DELETE', path);
    assert.equal(gone.status, 202, JSON.stringify(gone.body));
    supervised.kill('web');
    supervised.up('tasks');
    const task = await ended(env.CUSTOMER_TOKEN, gone.body.taskId, 40);
    assert.equal(task.state, 'success');
    assert.notEqual((await visit(other.url)).status, 200);
  } finally {
    supervised.up('tasks');
  }
});

for (const name of ['authz', 'audit', 'tasks', 'web', 'gateway', 'agent-n1', 'nats', 'postgres']) {
  test(`${name}, killed, is back by itself, and the panel works`, async () => {
    await ready();
    const pid = supervised.pid(name);
    supervised.kill(name);
    await until(`${name} to be back`, () => supervised.pid(name) > 0 && supervised.pid(name) !== pid, 5);
    await ready();
    await until('a website to be made', async () => {
      await createWebsite();
      return true;
    }, 40);
  });
}

test('a site is made while processes are killed at random: wholly there or wholly not, the task ends', async () => {
  for (let i = 0; i < 6; i += 1) {
    const domain = freshDomain('chaos');
    const made = await customer('POST', '/api/v1/websites', { domain });
    supervised.kill(['tasks', 'agent-n1', 'agent-n2', 'web', 'authz', 'nats'][i]);
    if (made.status !== 202) continue;
    await ready();
    const task = await until('the task to end', () => ended(env.CUSTOMER_TOKEN, made.body.taskId, 2).catch(() => null), 60);
    assert.equal(task.state, 'success', JSON.stringify(task));
    assert.ok((await visit(made.body.website.url)).text.includes(domain));
  }
  await ready();
});

test('no secret of the panel is in its logs', () => {
  for (const secret of [env.ADMIN_PASSWORD, env.CUSTOMER_PASSWORD, env.ADMIN_TOKEN, env.CUSTOMER_TOKEN]) {
    let found = '';
    try {
      found = execFileSync('grep', ['-rlF', '--', secret, join(runDir, 'log')], { encoding: 'utf8' });
    } catch { /* grep finds nothing: status 1 */ }
    assert.equal(found, '');
  }
});
