// zones.mjs [RUNS]: a new zone, from POST to the first answer with authority, and one record changed, from POST to the
// answer that shows it; through the whole panel, beside one call of a bare PowerDNS's API and the same question. With 1,
// 1,000 and 10,000 zones in both (BENCH_ZONES: at most so many); in blocks, turn by turn.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { join } from 'node:path';
import { api, customer, ended, env, runDir } from '../system/panel.mjs';
import { changeBare, createBare, startBare } from './bare_dns.mjs';
import { done, median, note, per, rounds, row, settled } from './measure.mjs';
import { query } from '../system/query.mjs';

const AIM = 3, FLAT = 1.5, AT_ONCE = 16;
const most = Number(process.env.BENCH_ZONES ?? 10_000);
const BLOCK = Math.ceil(Number(process.argv[2] ?? 30) / rounds);
const port = Number(readFileSync(join(runDir, 'ports.env'), 'utf8').match(/^DNS_PORT_1=(\d+)$/m)[1]);
const agent = new https.Agent({ keepAlive: true, ca: readFileSync(env.PANEL_CA) });
const panel = new URL(env.PANEL_URL);
const fresh = (word) => `${word}-${randomBytes(6).toString('hex')}.example`;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function post(path, body) {
  return new Promise((resolve, reject) => {
    const text = JSON.stringify(body);
    const request = https.request({ agent, host: panel.hostname, port: panel.port, path, method: 'POST',
      headers: { authorization: `Bearer ${env.CUSTOMER_TOKEN}`, 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) } }, (answer) => {
      let said = '';
      answer.on('data', (piece) => (said += piece));
      answer.on('end', () => (answer.statusCode === 202 ? resolve(JSON.parse(said)) : reject(new Error(`${answer.statusCode} ${said}`))));
    });
    request.on('error', reject);
    request.end(text);
  });
}

/** ms from before order() until the server's answer is right. */
async function timed(order, at, name, type, right) {
  const began = performance.now();
  const made = await order();
  while (performance.now() - began < 10_000) {
    const answer = await query(at, name, type);
    if (answer && right(answer)) return [performance.now() - began, made];
    await pause(1); // a poller that never rests takes the processor from what it waits for
  }
  throw new Error(`${name}: no right answer in 10 s`);
}

async function ours() {
  const zone = fresh('bench'), word = randomBytes(8).toString('hex');
  const [created, made] = await timed(() => post('/api/v1/zones', { name: zone }), port, zone, 'SOA', () => true);
  await ended(env.CUSTOMER_TOKEN, made.taskId);
  const body = { changes: [{ op: 'add', record: { name: 'text', type: 'TXT', data: `"${word}"` } }] };
  const [changed, change] = await timed(() => post(`/api/v1/zones/${made.zone.id}/changes`, body), port, `text.${zone}`, 'TXT', (answer) => answer.includes(word));
  await ended(env.CUSTOMER_TOKEN, change.taskIds[0]);
  return { created, changed };
}

async function floor(bare) {
  const zone = fresh('bare'), word = randomBytes(8).toString('hex');
  const [created] = await timed(() => createBare(bare, zone), bare.port, zone, 'SOA', () => true);
  const [changed] = await timed(() => changeBare(bare, zone, word), bare.port, `text.${zone}`, 'TXT', (answer) => answer.includes(word));
  return { created, changed };
}

/** So many in both; the panel's come through the panel. */
async function bringTo(count, bare, held) {
  const { body } = await customer('GET', '/api/v1/zones?limit=1');
  const missing = { ours: count - Number(body.page.total), bare: count - held.bare };
  const began = performance.now();
  const each = (left, atOnce, make) => Promise.all(Array.from({ length: atOnce }, async () => {
    while (missing[left]-- > 0) await make();
  }));
  const wanted = missing.ours;
  await each('ours', AT_ONCE, async () => {
    const made = await api(env.CUSTOMER_TOKEN, 'POST', '/api/v1/zones', { name: fresh('there') });
    if (made.status !== 202) throw new Error(`${made.status} ${JSON.stringify(made.body)}`);
  });
  await settled();
  if (wanted >= 100) note(`${wanted} zones, ${AT_ONCE} at once, were all served after ${per((performance.now() - began) / 1000, 1)} s`);
  await each('bare', 1, () => createBare(bare, fresh('there'))); // several at once find its database locked
  held.bare = Math.max(held.bare, count);
}

const bare = await startBare();
try {
  const held = { bare: 0 }, first = {};
  await bringTo(1, bare, held);
  await ours(); // connections, prepared statements
  for (const there of [1, 1000, 10_000].filter((count) => count <= most)) {
    const took = { created: [], changed: [] }, floors = { created: [], changed: [] };
    await bringTo(there, bare, held);
    for (let i = 0; i < rounds; i += 1) {
      for (const [turn, kept] of [[() => floor(bare), floors], [ours, took]]) {
        for (let k = 0; k < BLOCK; k += 1) {
          const { created, changed } = await turn();
          kept.created.push(created);
          kept.changed.push(changed);
        }
      }
    }
    for (const [what, words] of [['created', 'zone, POST to first answer'], ['changed', 'record, POST to its answer']]) {
      const [mine, theirs] = [median(took[what]), median(floors[what])];
      first[what] ??= mine;
      row(`${words}, ${there} there: ms`, per(mine, 1), per(theirs, 1), per(mine / theirs, 2), `<= ${AIM}`, mine / theirs <= AIM);
      if (there > 1) row(`  beside 1 there`, per(mine, 1), per(first[what], 1), per(mine / first[what], 2), `<= ${FLAT}`, mine / first[what] <= FLAT);
    }
  }
} finally {
  bare.stop();
  agent.destroy();
}
done();
