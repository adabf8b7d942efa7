// create.mjs RUNS: POST of a website to its first right answer, through the whole panel; prints the median in ms.
import http from 'node:http';
import https from 'node:https';
import { readFileSync } from 'node:fs';
import { createWebsite, ended, env, freshDomain } from '../system/panel.mjs';

const runs = Number(process.argv[2] ?? 30);
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

// As the floor does between two polls: a poller that never rests takes the processor from what it waits for.
const pause = () => new Promise((resolve) => setTimeout(resolve, 1));

const existing = Number(process.argv[3] ?? 1);
for (let i = 0; i < existing; i += 1) await createWebsite();
const took = [];
for (let i = 0; i < runs; i += 1) {
  const domain = freshDomain('bench');
  const began = performance.now();
  const made = await post(domain);
  const url = new URL(made.website.url);
  while (!(await get(url, domain)) && performance.now() - began < 10_000) await pause();
  took.push(performance.now() - began);
  await ended(env.CUSTOMER_TOKEN, made.taskId);
  await new Promise((resolve) => setTimeout(resolve, 100)); // as the floor does: old workers leave
}
took.sort((a, b) => a - b);
console.log(took[took.length >> 1].toFixed(1));
agent.destroy();
