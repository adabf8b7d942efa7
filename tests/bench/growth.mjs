// growth.mjs: whether 100,000 requests leave anything behind. Lists, single websites, and what is refused with 401, 404
// and 422, in turn and by many users. Memory is taken after a warm-up, after 100,000, and after 100,000 more.
import { createHash, randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { env, runDir } from '../system/panel.mjs';
import { MIB, anonymous, done, load, note, per, row, services, sql, tokens } from './measure.mjs';

const WARM = 50_000, REQUESTS = 100_000, CONNECTIONS = 32;
// The smallest block of malloc has 32 bytes: one that is lost at each request is 3 MiB here, one at each fifth 0.6. What
// is below comes and goes with the arenas of threads.
const TOLERANCE = 0.6 * MIB;
const file = join(runDir, 'bench', 'mixture');
const digest = (token) => createHash('sha256').update(token).digest('hex');

/** A file of "token path" lines, five kinds in turn. */
function mixture() {
  const list = '/api/v1/websites';
  const byOrg = sql('stralix', `select a.digest_text || ' ' || w.id from (select encode(t.digest, 'hex') as digest_text, t.org_id
    from authz.api_tokens t where t.name = 'bench') a cross join lateral (select id from web.websites where org_id = a.org_id order by id limit 1) w`);
  const siteOf = new Map(byOrg.split('\n').map((line) => line.split(' ')));
  return tokens().map((token, i) => {
    const site = siteOf.get(digest(token));
    return [`${token} ${list}?limit=20`, `${token} ${list}/${site}`, `st_${'A'.repeat(43)} ${list}`, `${token} ${list}/${randomUUID()}`,
      `${token} ${list}?state=nonsense`][i % 5];
  });
}

async function requests(count) {
  const began = performance.now();
  for (let n = 0; n < count;) {
    const turn = await load(env.GATEWAY_URL, { connections: CONNECTIONS, file, time: 5 });
    if (turn.broken || Math.abs(turn.refused / turn.requests - 3 / 5) > 0.02) throw new Error(`${turn.refused} of ${turn.requests} refused, ${turn.broken} broken`);
    n += turn.requests;
  }
  return (performance.now() - began) / 1000;
}

const sizes = () => Object.fromEntries(Object.entries(services()).map(([name, pids]) => [name, anonymous(pids)]));
const total = (of) => Object.values(of).reduce((a, b) => a + b, 0);
const change = (from, to) => Object.keys(to).map((name) => `${name} ${per((to[name] - from[name]) / 1024)}`).join(', ');

writeFileSync(file, mixture().join('\n') + '\n', { mode: 0o600 });
await requests(WARM);
const warm = sizes();
const took = await requests(REQUESTS);
const first = sizes();
await requests(REQUESTS);
const second = sizes();
const grown = total(second) - total(first);
row('growth, the second 100,000 requests: KiB', per(grown / 1024), '', '', `<= ${per(TOLERANCE / 1024)}`, grown <= TOLERANCE);
note(`${per(total(warm) / MIB, 1)} MiB after ${WARM} requests, ${per(total(first) / MIB, 1)} after ${REQUESTS} more (${per(took)} s), then ${per(total(second) / MIB, 1)}`);
note(`KiB by the first 100,000: ${change(warm, first)}; by the second: ${change(first, second)}`);
done();
