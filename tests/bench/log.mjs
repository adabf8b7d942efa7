// log.mjs: how long a website's log of 1 GB takes to show its newest lines, from the API to the node and back.
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createWebsite, env, onNode, runDir } from '../system/panel.mjs';
import { MIB, done, median, note, per, row } from './measure.mjs';

const SIZE = 1024 * MIB, TURNS = 25, LINES = 200, AIM_MS = 100;

const { token, body } = onNode('n1');
const site = await createWebsite(token, undefined, body);
const file = join(runDir, 'nodes/n1/log/site', `${site.id}.log`);
const lines = Buffer.from(Array.from({ length: 10_000 }, (_, i) =>
  `192.0.2.${i % 250} - - [2026-01-01T00:00:00+00:00] "GET /page/${i} HTTP/1.1" 200 ${i} "-" "Mozilla/5.0" "${site.domain}" 0.001\n`).join(''));

const fd = openSync(file, 'w', 0o600);
for (let size = 0; size < SIZE; size += lines.length) writeSync(fd, lines);
closeSync(fd);

async function turn(query) {
  const began = performance.now();
  const answer = await fetch(`${env.GATEWAY_URL}/api/v1/websites/${site.id}/log?lines=${LINES}${query}`, { headers: { authorization: `Bearer ${env.CUSTOMER_TOKEN}` } });
  const { lines: shown } = await answer.json();
  return { ms: performance.now() - began, n: shown?.length };
}

const newest = [], nowhere = [];
try {
  for (let i = 0; i < TURNS; i += 1) {
    const { ms, n } = await turn('');
    if (n !== LINES) throw new Error(`${n} lines`);
    newest.push(ms);
    nowhere.push((await turn('&contains=no-line-has-this')).ms);
  }
} finally {
  rmSync(file);
}
row('log, of 1 GB its newest 200 lines: ms', per(median(newest), 1), '', '', `<= ${AIM_MS}`, median(newest) <= AIM_MS);
note(`the slowest ${per(Math.max(...newest), 1)} ms; looking for a text that isn't there, in the last 8 MiB: ${per(median(nowhere), 1)} ms`);
done();
