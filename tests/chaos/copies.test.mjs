// Two copies of every service: one of them is killed again and again in mid-dispatch, and nobody notices.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import net from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { env, freshDomain, runDir, shortDir, supervised, until, whole } from '../system/panel.mjs';
import { agree, wholeAndOnce } from './checks.mjs';
import { insist } from './load.mjs';
import { watchThree } from './prober.mjs';

const services = ['authz', 'audit', 'tasks', 'web', 'gateway'];
const sv = (name) => join(runDir, 'sv', name);
const scan = () => execFileSync('s6-svscanctl', ['-a', join(runDir, 'sv')]);
let gateways;

const freePort = () => new Promise((resolve) => {
  const server = net.createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

before(async () => {
  await whole();
  const port = await freePort();
  const config = readFileSync(join(runDir, 'etc/gateway/config.yaml'), 'utf8');
  writeFileSync(join(runDir, 'etc/gateway/config-2.yaml'), config.replace(/^listen: .*$/m, `listen: "127.0.0.1:${port}"`), { mode: 0o644 });
  for (const name of services) {
    const copy = `${name}-2`;
    mkdirSync(join(sv(copy), 'log'), { recursive: true });
    mkdirSync(join(runDir, 'log', copy), { recursive: true });
    cpSync(join(sv(name), 'run'), join(sv(copy), 'run'));
    writeFileSync(join(sv(copy), 'log/run'), readFileSync(join(sv(name), 'log/run'), 'utf8').replace(`/log/${name}`, `/log/${copy}`), { mode: 0o755 });
    if (name === 'gateway') {
      writeFileSync(join(sv(copy), 'run'), readFileSync(join(sv(name), 'run'), 'utf8').replace('/gateway/config.yaml', '/gateway/config-2.yaml'), { mode: 0o755 });
    }
  }
  scan();
  gateways = [env.GATEWAY_URL, `http://127.0.0.1:${port}`];
  for (const url of gateways) await until(`${url} to be ready`, async () => (await fetch(`${url}/readyz`)).status === 200, 30);
  assert.ok(shortDir());
});

after(() => {
  for (const name of services) {
    supervised.down(`${name}-2`);
    rmSync(sv(`${name}-2`), { recursive: true });
  }
  execFileSync('s6-svscanctl', ['-an', join(runDir, 'sv')]);
});

/** A client of both gateways, without the front. */
let turn = 0;
async function send(token, method, path, body, headers) {
  turn += 1;
  const answer = await fetch(gateways[turn % 2] + path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(15_000),
  });
  return { status: answer.status, headers: answer.headers, body: JSON.parse(await answer.text()) };
}

test('two copies of each service, one killed again and again: every accepted website is there, once', async (t) => {
  const prober = await watchThree();
  t.after(() => prober.stop());
  const word = `two-${randomBytes(3).toString('hex')}`;
  const ledger = [];
  const made = [];
  let stopped = false;
  t.after(() => { stopped = true; });
  const workers = Promise.all(Array.from({ length: 4 }, async () => {
    while (!stopped) {
      const domain = freshDomain(word);
      const answer = await insist(domain, ledger, { send });
      assert.equal(answer.status, 202, JSON.stringify(answer.body));
      made.push({ domain, ...answer.body });
    }
  }));
  for (let round = 0; round < 3; round += 1) {
    for (const name of services) {
      const so = made.length;
      await until('websites to be made', () => made.length >= so + 3, 40);
      const victim = (round + services.indexOf(name)) % 2 ? `${name}-2` : name;
      const pid = await until(`${victim} to run`, () => supervised.pid(victim) > 0 && supervised.pid(victim), 10);
      process.kill(pid, 'SIGKILL');
    }
  }
  stopped = true;
  await workers;
  const answers = ledger.reduce((all, { status }) => ({ ...all, [status]: (all[status] ?? 0) + 1 }), {});
  t.diagnostic(`answers: ${JSON.stringify(answers)}`); // 0: the connection ended, with its gateway
  assert.deepEqual(Object.keys(answers).filter((status) => !['0', '202', '503', '504'].includes(status)), [], JSON.stringify(answers));
  const retried = ledger.filter(({ status }) => status !== 202).length;
  t.diagnostic(`${made.length} websites, ${retried} answers asked for again`);
  for (const { domain, website, taskId } of made) await wholeAndOnce(domain, website, taskId);
  await agree(ledger, `${word}-%`);
  const { failed } = await prober.stop();
  assert.deepEqual(failed, []);
});
