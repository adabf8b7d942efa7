// create.mjs [RUNS]: POST of a website to its first right answer, through the whole panel, beside the floor: what one more
// vhost costs a bare nginx with as many. With 1, 100 and 1,000 websites there already; in blocks, turn by turn.
import { execFileSync } from 'node:child_process';
import http from 'node:http';
import https from 'node:https';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ended, env, freshDomain } from '../system/panel.mjs';
import { done, here, median, per, rounds, row } from './measure.mjs';
import { bringTo } from './sites.mjs';

const AIMS = [[1, 2.5], [100, 2], [1000, 1.4]];
const BLOCK = Math.ceil(Number(process.argv[2] ?? 30) / rounds);
const agent = new https.Agent({ keepAlive: true, ca: readFileSync(env.PANEL_CA) });
const panel = new URL(env.PANEL_URL);

function post(domain) {
  return new Promise((resolve, reject) => {
    const body = JSON.stringify({ domain });
    const request = https.request({ agent, host: panel.hostname, port: panel.port, path: '/api/v1/websites', method: 'POST',
      headers: { authorization: `Bearer ${env.CUSTOMER_TOKEN}`, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) } }, (answer) => {
      let text = '';
      answer.on('data', (piece) => (text += piece));
      answer.on('end', () => (answer.statusCode === 202 ? resolve(JSON.parse(text)) : reject(new Error(`${answer.statusCode} ${text}`))));
    });
    request.on('error', reject);
    request.end(body);
  });
}

const get = (url, host) => new Promise((resolve) => {
  http.get({ host: '127.0.0.1', port: url.port, path: '/', headers: { host }, agent: false }, (answer) => {
    let text = '';
    answer.on('data', (piece) => (text += piece));
    answer.on('end', () => resolve(answer.statusCode === 200 && text.includes(host)));
  }).on('error', () => resolve(false));
});

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function once() {
  const domain = freshDomain('bench');
  const began = performance.now();
  const made = await post(domain);
  const url = new URL(made.website.url);
  // As the floor does between two polls: a poller that never rests takes the processor from what it waits for.
  while (!(await get(url, domain)) && performance.now() - began < 10_000) await pause(1);
  const took = performance.now() - began;
  await ended(env.CUSTOMER_TOKEN, made.taskId);
  await pause(100); // as the floor does: old workers leave
  return took;
}

const floor = (vhosts, runs) => Number(execFileSync(join(here, 'floor.sh'), [String(vhosts), String(runs)], { encoding: 'utf8' }));

for (const [existing, aim] of AIMS) {
  const took = [], floors = [];
  await bringTo(existing);
  for (let i = 0; i < rounds; i += 1) {
    floors.push(floor(existing, BLOCK));
    for (let k = 0; k < BLOCK; k += 1) took.push(await once());
  }
  const ratio = median(took) / median(floors);
  row(`create, ${existing} there: ms to the first right answer`, per(median(took), 1), per(median(floors), 1), per(ratio, 2),
    `<= ${aim}`, ratio <= aim);
}
agent.destroy();
done();
