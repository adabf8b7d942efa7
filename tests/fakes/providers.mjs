// Other DNS providers for tests: a PowerDNS of its own (SQLite), and the small Cloudflare beside this file. Both on the address
// that the demo allows DNS accounts to be at.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const PLACE = '127.0.0.9';
export const CLOUDFLARE_TOKEN = 'cf-token-good';

const SCHEMAS = ['/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql', '/usr/share/doc/pdns-backend-sqlite3/schema.sqlite3.sql'];

/** Two ports that nobody has now: of TCP, and above them mostly of UDP. */
const freePorts = (n) => Promise.all(Array.from({ length: n }, () => new Promise((resolve, reject) => {
  const server = net.createServer().listen(0, PLACE, () => resolve(server)).on('error', reject);
}))).then((servers) => Promise.all(servers.map((s) => new Promise((resolve) => {
  const { port } = s.address();
  s.close(() => resolve(port));
}))));

const answers = async (what, ask) => {
  for (const end = Date.now() + 15_000; ;) {
    const good = await ask().catch(() => false);
    if (good) return good;
    if (Date.now() > end) assert.fail(`${what} doesn't answer`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
};

const ended = (child) => new Promise((resolve) => {
  if (child.exitCode !== null || child.signalCode !== null) resolve();
  else child.once('exit', resolve);
});

/** A PowerDNS with an API: { base, server, token, api(method, path, body), stop(), start(key) }. */
export async function powerdns() {
  const dir = mkdtempSync(join(tmpdir(), 'stralix-pdns-'));
  const [api, dns] = await freePorts(2), token = 'pdns-token-good';
  const schema = SCHEMAS.find(existsSync);
  execFileSync('python3', ['-c', 'import sqlite3,sys; sqlite3.connect(sys.argv[1]).executescript(open(sys.argv[2]).read())', join(dir, 'pdns.db'), schema]);
  writeFileSync(join(dir, 'pdns.conf'), [`local-address=${PLACE}`, `local-port=${dns}`, `query-local-address=${PLACE}`, `socket-dir=${dir}`, 'daemon=no',
    'guardian=no', 'api=yes', `api-key=${token}`, 'webserver=yes', `webserver-address=${PLACE}`, `webserver-port=${api}`, 'webserver-allow-from=127.0.0.0/8',
    'launch=gsqlite3', `gsqlite3-database=${join(dir, 'pdns.db')}`, 'gsqlite3-dnssec=yes', 'default-soa-content=ns1.@ hostmaster.@ 0 10800 3600 604800 3600',
    'cache-ttl=0', 'query-cache-ttl=0', 'negquery-cache-ttl=0', 'zone-cache-refresh-interval=0'].join('\n'));
  const base = `http://${PLACE}:${api}`;
  let child;
  const self = {
    base, token, server: `${PLACE}:${dns}`, dnsPort: dns,
    api: async (method, path, body) => {
      const answer = await fetch(`${base}/api/v1/servers/localhost${path}`, { method, headers: { 'x-api-key': token }, body: body && JSON.stringify(body) });
      const text = await answer.text();
      return { status: answer.status, body: /^[[{]/.test(text) ? JSON.parse(text) : text };
    },
    zone: async (name) => (await self.api('GET', `/zones/${name}.`)).body,
    /** The contents of one set, sorted; none: []. */
    set: async (zone, name, type) => ((await self.zone(zone)).rrsets ?? []).find((s) => s.name === `${name}.` && s.type === type)?.records.map((r) => r.content).sort() ?? [],
    make: (name, rrsets = []) => self.api('POST', '/zones', { name: `${name}.`, kind: 'Native', nameservers: [`ns1.${name}.`], rrsets }),
    /** key: that it takes from now on; another than token: it refuses everybody's. */
    start: async (key = token) => {
      child = spawn('pdns_server', [`--config-dir=${dir}`, `--api-key=${key}`], { stdio: 'ignore' });
      await answers('PowerDNS', async () => (await self.api('GET', '')).status === (key === token ? 200 : 401));
    },
    stop: async () => {
      child.kill('SIGKILL');
      await ended(child);
    },
    end: async () => {
      await self.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
  await self.start();
  return self;
}

/** The small Cloudflare: { base, server, token, test(body), end() }. */
export async function cloudflare() {
  const [http, dns] = await freePorts(2);
  const child = spawn(process.execPath, [new URL('cloudflare.mjs', import.meta.url).pathname, PLACE, String(http), String(dns)], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve, reject) => {
    child.stdout.once('data', resolve);
    child.once('exit', () => reject(new Error('the small Cloudflare ended')));
  });
  const self = {
    base: `http://${PLACE}:${http}/client/v4`, token: CLOUDFLARE_TOKEN, server: `${PLACE}:${dns}`, dnsPort: dns,
    test: async (body = {}) => (await fetch(`http://${PLACE}:${http}/test`, { method: 'POST', body: JSON.stringify(body) })).json(),
    zone: async (name) => (await self.test()).zones.find((z) => z.name === name),
    set: async (zone, name, type) => ((await self.zone(zone))?.records ?? []).filter((r) => r.name === name && r.type === type).map((r) => r.content).sort(),
    end: async () => {
      child.kill();
      await ended(child);
    },
  };
  return self;
}
