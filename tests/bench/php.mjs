// php.mjs: a node full of websites with PHP, where one after the other changes its pool: the master of its shard is started
// anew beside the old one. Meanwhile others are asked, in the same shard and elsewhere: none may fail, or wait for long.
// The reference is the same without any change.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { customer, ended, env, journal, runDir } from '../system/panel.mjs';
import { MIB, done, median, note, per, pss, row, settled, tree } from './measure.mjs';
import { bringTo } from './sites.mjs';

const SITES = Number(process.env.BENCH_SITES ?? 1000), CHANGES = 20, AT_ONCE = 16, ASKED = 40, LIMIT_MS = 200, QUIET_MS = 10_000;
const node = join(runDir, 'nodes/n1');
const path = (site) => `/api/v1/websites/${site.id}`;

async function websites() {
  const all = [];
  for (let cursor = ''; ;) {
    const { body } = await customer('GET', `/api/v1/websites?state=active&limit=200${cursor && `&cursor=${cursor}`}`);
    all.push(...body.websites);
    cursor = body.page.nextCursor;
    if (!cursor) return all.slice(0, SITES);
  }
}

async function change(site, php) {
  const { etag } = (await customer('GET', path(site))).body.website;
  const { status, body } = await customer('PATCH', path(site), { settings: { php } }, { 'if-match': `"${etag}"` });
  if (status !== 202) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body.taskId;
}

/** PHP for all, 16 at once. */
async function switchOn(sites, version) {
  const began = performance.now(), left = [...sites];
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let site; (site = left.pop());) await change(site, { version });
  }));
  await settled();
  note(`PHP for ${sites.length} websites, ${AT_ONCE} at once, was at work after ${per((performance.now() - began) / 1000)} s`);
}

const ask = (site) => new Promise((resolve) => {
  const began = performance.now();
  const end = (ok) => resolve({ ok, ms: performance.now() - began });
  http.get({ host: '127.0.0.1', port: new URL(site.url).port, path: '/', headers: { host: site.domain }, agent: false, timeout: 5000 }, (answer) => {
    let text = '';
    answer.on('data', (piece) => (text += piece));
    answer.on('end', () => end(answer.statusCode === 200 && text === `run ${site.id}`));
  }).on('timeout', function timeout() { this.destroy(); }).on('error', () => end(false));
});

/** Asks websites in turn, one at a time, until stopped. */
function prober(sites) {
  const seen = { asked: 0, failed: 0, ms: [] };
  let on = true;
  const end = (async () => {
    while (on) {
      const { ok, ms } = await ask(sites[seen.asked % sites.length]);
      seen.asked += 1;
      seen.failed += ok ? 0 : 1;
      seen.ms.push(ms);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  })();
  return async () => { on = false; await end; return { ...seen, longest: Math.max(...seen.ms), median: median(seen.ms) }; };
}

await bringTo(SITES);
const sites = await websites();
const version = (await customer('GET', `${path(sites[0])}/php`)).body.versions[0];
for (const site of sites) writeFileSync(join(node, 'srv', site.id, 'public/index.php'), `<?php echo "run ${site.id}";`);
await switchOn(sites, version);
const places = new Map(journal('n1', 'select id, shard from pools'));
const [busy, ...others] = sites;
const together = others.filter((site) => places.get(site.id) === places.get(busy.id)).slice(0, ASKED / 2);
const asked = [...together, ...others.filter((site) => places.get(site.id) !== places.get(busy.id)).slice(0, ASKED - together.length)];
const quiet = prober(asked);
await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
const calm = await quiet();
const loud = prober(asked), took = [];
for (let i = 0; i < CHANGES; i += 1) {
  const began = performance.now();
  const task = await ended(env.CUSTOMER_TOKEN, await change(busy, { version, maxChildren: 1 + (i % 9) }));
  if (task.state !== 'success') throw new Error(JSON.stringify(task));
  took.push(performance.now() - began);
}
const moved = await loud();
await new Promise((resolve) => setTimeout(resolve, QUIET_MS * 1.5)); // until those on demand have gone
const masters = readdirSync(join(node, 'run/php')).length;
row(`php, ${sites.length} websites: longest wait of others, ms`, per(moved.longest), per(calm.longest), per(moved.longest / calm.longest, 2),
  `<= ${LIMIT_MS}`, moved.longest <= LIMIT_MS && moved.failed === 0);
note(`${moved.failed} of ${moved.asked} requests failed during ${CHANGES} changes, ${calm.failed} of ${calm.asked} without; median ${per(moved.median, 1)} and ${per(calm.median, 1)} ms`);
note(`a change took ${per(median(took))} ms (median), ${per(Math.max(...took))} at most; ${new Set(places.values()).size} shards, ${masters} masters`);
const pids = readdirSync(join(node, 'run/php')).flatMap((name) => tree(Number(readFileSync(join(node, 'run/php', name, 'master.pid'), 'utf8'))));
const alive = pids.filter((pid) => existsSync(`/proc/${pid}/exe`)); // idle ones go by themselves
note(`memory of PHP: ${per(pss(alive) / MIB)} MiB, ${alive.length} processes`);
done();
