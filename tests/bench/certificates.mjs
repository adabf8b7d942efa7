// certificates.mjs: what a crowd of certificates costs and doesn't. BENCH_ORDERS (500) websites get theirs from an authority
// that rejects a fifth of all nonces and takes its time: as many certificates, none twice, so many worked on at once.
// Then BENCH_RENEWALS (1,000) of them are renewed at once, which is the worst that jitter could ever leave.
import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import tls from 'node:tls';
import { env, freshDomain, generation, names, api, runDir, supervised, until, whole } from '../system/panel.mjs';
import { done, note, per, row, sql } from './measure.mjs';

const orders = Number(process.env.BENCH_ORDERS ?? 500), renewals = Number(process.env.BENCH_RENEWALS ?? 1000);
const AT_ONCE = 16, WORKERS = 8, HOUR = 3600;
const port = Number(readFileSync(join(runDir, 'ports.env'), 'utf8').match(/^SITES_HTTPS_PORT_1=(\d+)$/m)[1]);
const count = (where) => Number(sql('stralix', `select count(*) from web.certificates where ${where}`));

/** The demo's authority gives as many as are asked for: the budget that protects from a real one is not what is measured. */
async function liftBudget() {
  const file = join(runDir, 'etc/web/config.yaml');
  writeFileSync(file, `${readFileSync(file, 'utf8')}acme_orders: 1000000\n`);
  supervised.restart('web');
  await whole();
}

/** Until that many are served; gives the most that were worked on at once, and the seconds. */
async function watch(words, ended) {
  const began = performance.now();
  let most = 0;
  await until(words, () => {
    most = Math.max(most, count("lease is not null and lease_until > now() and state not in ('active', 'replaced')"));
    return ended();
  }, HOUR);
  return { most, took: (performance.now() - began) / 1000 };
}

const seen = (servername) => new Promise((resolve, reject) => {
  const socket = tls.connect({ host: '127.0.0.1', port, servername, ca: readFileSync(env.ACME_ROOTS), timeout: 10_000 }, () => {
    const { raw } = socket.getPeerCertificate();
    socket.destroy();
    resolve(new X509Certificate(raw).fingerprint256);
  });
  socket.on('timeout', () => socket.destroy(new Error('timeout')));
  socket.on('error', reject);
});

async function bringTo(wanted, domains) {
  await names.everywhere('127.0.0.1');
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (domains.length < wanted) {
      const domain = freshDomain('crowd');
      domains.push(domain);
      const { status, body } = await api(env.CUSTOMER_TOKEN, 'POST', '/api/v1/websites', { domain });
      if (status !== 202) throw new Error(`${status} ${JSON.stringify(body)}`);
    }
  }));
  return watch(`${wanted} certificates`, () => count("state = 'active'") >= wanted);
}

async function fingerprints(domains) {
  const all = new Set();
  const left = [...domains];
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let domain = left.pop(); domain; domain = left.pop()) all.add(await seen(domain));
  }));
  return all;
}

const domains = [];
await liftBudget();
const { most, took } = await bringTo(orders, domains);
const trusted = await fingerprints(domains);
row(`orders, ${orders} websites: certificates served`, per(trusted.size), per(orders), '', `= ${orders}`, trusted.size === orders);
const twice = count('true') - orders;
row('  twice', per(twice), '', '', '= 0', twice === 0);
row('  at once, at most', per(most), per(WORKERS), '', `<= ${WORKERS}`, most > 1 && most <= WORKERS);
note(`all were served ${per(took, 1)} s after the last website was asked for: ${per(orders / took, 1)} a second`);

if (renewals > orders) await bringTo(renewals, domains);
const before = await fingerprints(domains);
const spread = Number(sql('stralix', `select extract(epoch from max(renew_at - created_at) - min(renew_at - created_at)) / 86400
  from web.certificates where state = 'active'`));
const generations = generation('n1');
sql('stralix', "update web.certificates set renew_at = now(), next_try_at = now() where state = 'active'");
const renewal = await watch('all to be renewed', () => count("state = 'replaced'") >= domains.length && count("state = 'active'") >= domains.length);
const reloads = generation('n1') - generations;
const after = await fingerprints(domains);
const renewed = [...after].filter((one) => !before.has(one)).length;
row(`renewals, ${domains.length} at once: certificates served`, per(renewed), per(domains.length), '', `= ${domains.length}`, renewed === domains.length);
row('  reloads a second', per(reloads / renewal.took, 2), per(1), '', '<= 1', reloads <= renewal.took + 1);
row('  jitter: days that renewals of one hour spread over', per(spread, 1), '', '', '> 1', spread > 1);
note(`${reloads} reloads in ${per(renewal.took, 1)} s, ${renewal.most} renewals at once at most`);
done();
