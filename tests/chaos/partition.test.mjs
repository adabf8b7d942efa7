// A node that is cut off: its packets vanish. Its sites are served on, what is wanted of it waits and says so; when it is
// back it gets the newest of each.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { admin, customer, ended, env, freshDomain, journal, runDir, sql, supervised, until, visit, whole } from '../system/panel.mjs';
import { insist, pool } from './load.mjs';
import { startProber } from './prober.mjs';

const HOST = '10.213.77.1';
const GUEST = '10.213.77.2';
const node = 'n2';
const run = (...command) => execFileSync(command[0], command.slice(1), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
const files = { run: join(runDir, 'sv', `agent-${node}`, 'run'), link: join(runDir, 'etc', `agent-${node}`, 'link/link.yaml') };
const before = Object.fromEntries(Object.entries(files).map(([name, path]) => [name, readFileSync(path, 'utf8')]));
const generation = () => Number(readlinkSync(join(runDir, 'nodes', node, 'nginx/live')).replace('gen-', ''));

let room; // a process that holds the network namespace
let relay;

/** The agent starts them again, where it then is. */
async function endDaemons() {
  for (const file of ['run/nginx.pid', 'pdns/run/pdns.pid']) {
    const pid = Number(readFileSync(join(runDir, 'nodes', node, file), 'utf8'));
    process.kill(pid, 'SIGTERM');
    await until(`${file} to end`, () => {
      try {
        process.kill(pid, 0);
        return false;
      } catch {
        return true;
      }
    });
  }
}

/** Moves the node into a network of its own, whose only way out is a pair of interfaces. */
async function moveOut() {
  room = spawn('unshare', ['-n', 'sleep', 'infinity'], { stdio: 'ignore' });
  await until('a network of its own', () => readlinkSync(`/proc/${room.pid}/ns/net`) !== readlinkSync('/proc/self/ns/net'));
  const inRoom = (...command) => run('nsenter', '-t', String(room.pid), '-n', ...command);
  run('ip', 'link', 'add', 'stx-cut', 'type', 'veth', 'peer', 'name', 'stx-in', 'netns', String(room.pid));
  run('ip', 'addr', 'add', `${HOST}/30`, 'dev', 'stx-cut');
  run('ip', 'link', 'set', 'stx-cut', 'up');
  inRoom('ip', 'link', 'set', 'lo', 'up');
  inRoom('ip', 'addr', 'add', `${GUEST}/30`, 'dev', 'stx-in');
  inRoom('ip', 'link', 'set', 'stx-in', 'up');
  // nats-server listens on the loopback alone: what comes over the pair is handed on to it.
  relay = net.createServer((from) => {
    const to = net.connect(Number(env.NATS_URL.split(':').at(-1)), '127.0.0.1');
    from.pipe(to).pipe(from);
    for (const socket of [from, to]) socket.on('error', () => { from.destroy(); to.destroy(); });
  });
  await new Promise((resolve) => relay.listen(0, HOST, resolve));
  supervised.down(`agent-${node}`);
  await endDaemons();
  writeFileSync(files.run, before.run.replace(/^(exec env -i .*?) (\S*\/bin\/stralix-agent )/m, `$1 /usr/bin/nsenter -t ${room.pid} -n $2`));
  writeFileSync(files.link, before.link.replace(/^nats_url: .*$/m, `nats_url: "tls://${HOST}:${relay.address().port}"`));
  supervised.up(`agent-${node}`);
}

async function moveBack() {
  supervised.down(`agent-${node}`);
  await endDaemons().catch(() => {});
  for (const [name, path] of Object.entries(files)) writeFileSync(path, before[name]);
  supervised.up(`agent-${node}`);
  relay?.close();
  room?.kill('SIGKILL');
}

const healthy = () => until(`${node} to be healthy`, async () => (await admin('GET', `/api/v1/nodes/${node}`)).body.node?.health === 'healthy', 60);
const visitInside = (url) => {
  const { hostname, port } = new URL(url);
  return Number(run('nsenter', '-t', String(room.pid), '-n', 'curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', '-m', '5', '-H', `Host: ${hostname}`, `http://127.0.0.1:${port}/`));
};

after(moveBack);

/** One call about each of the websites; all are accepted. */
const each = (sites, method, path) => pool(sites.map(({ body }) => async () => {
  const answer = await customer(method, `/api/v1/websites/${body.website.id}${path}`, method === 'POST' ? {} : undefined);
  assert.equal(answer.status, 202, JSON.stringify(answer.body));
  return answer;
}), 12);

test('600 changes wait for a node that is cut off; then it gets the newest of each, with at most 20 reloads', async (t) => {
  await whole();
  await moveOut();
  await healthy();
  const options = { token: env.ADMIN_TOKEN, body: { nodeId: node, organisationId: sql("select org_id from authz.users where email = 'customer@bakery.example'").trim() } };
  const served = await insist(freshDomain('served'), [], options);
  assert.equal((await ended(env.CUSTOMER_TOKEN, served.body.taskId)).state, 'success');
  const elsewhere = (await insist(freshDomain('elsewhere'), [], { ...options, body: { ...options.body, nodeId: 'n1' } })).body;
  await ended(env.CUSTOMER_TOKEN, elsewhere.taskId);
  const old = await pool(Array.from({ length: 50 }, () => () => insist(freshDomain('old'), [], options)), 12);
  await pool(old.map(({ body }) => () => ended(env.CUSTOMER_TOKEN, body.taskId)), 12);
  for (const { body } of await each(old, 'DELETE', '')) await ended(env.CUSTOMER_TOKEN, body.taskId);
  const prober = startProber([elsewhere.website.url]);
  t.after(() => prober.stop());

  run('ip', 'link', 'set', 'stx-cut', 'down');
  const word = `cut-${randomBytes(3).toString('hex')}`;
  const made = await pool(Array.from({ length: 300 }, () => () => insist(freshDomain(word), [], options)), 12);
  for (const { status, body } of made) assert.equal(status, 202, JSON.stringify(body));
  const gone = made.slice(0, 200);
  await each(gone, 'DELETE', '');
  await each(old, 'POST', '/undelete');
  await each(old, 'DELETE', '');
  const waiting = await until('a task to say why it waits', async () => {
    const { body } = await customer('GET', `/api/v1/tasks/${made.at(-1).body.taskId}`);
    return /offline/.test(body.task.message) ? body.task : null;
  }, 30);
  assert.equal(waiting.state, 'queued');
  assert.equal(visitInside(served.body.website.url), 200, 'what it serves it serves on');
  const others = await insist(freshDomain('others'), [], { ...options, body: { ...options.body, nodeId: 'n1' } });
  assert.equal((await ended(env.CUSTOMER_TOKEN, others.body.taskId)).state, 'success', 'the other node works on');

  const reloads = generation();
  const began = Date.now();
  const ids = [...made, ...old].map(({ body }) => `'${body.website.id}'`).join(',');
  const count = (condition) => Number(sql(`select count(*) from tasks.task t where resource_id in (${ids}) and ${condition}`));
  run('ip', 'link', 'set', 'stx-cut', 'up');
  await until('all tasks to end', () => count("state in ('queued', 'running')") === 0, 90);
  t.diagnostic(`${generation() - reloads} reloads, ${Date.now() - began} ms`);
  assert.ok(generation() - reloads <= 20, `${generation() - reloads} reloads`);
  assert.equal(count("state not in ('success', 'superseded')"), 0);
  // Of the old ones the first two generations were applied before.
  for (const [sites, applied] of [[gone, [['2']]], [made.slice(200), [['1']]], [old, [['1'], ['2'], ['4']]]]) {
    for (const { body: { website: { id } } } of sites) {
      assert.deepEqual(journal(node, `select n from tasks where resource_id = '${id}' and state = 3 order by n`), applied);
      assert.equal(count(`resource_id = '${id}' and state = 'success'`), applied.length, 'only the newest of each');
    }
  }
  assert.equal(count("state = 'superseded'"), gone.length + old.length);
  for (const { body } of [made.at(-1), made.at(200)]) assert.equal(visitInside(body.website.url), 200);
  for (const { body } of [gone[0], old[0]]) assert.equal(visitInside(body.website.url), 404);
  const { failed } = await prober.stop();
  assert.deepEqual(failed, []);
  await healthy();
});
