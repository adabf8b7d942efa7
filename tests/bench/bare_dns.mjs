// The floor of DNS: a PowerDNS with the settings of the panel's, alone, ordered by its own API.
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runDir, until } from '../system/panel.mjs';
import { freePort } from './measure.mjs';

const SCHEMA = '/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql';

/** Starts one; gives { port, ask(method, path, body), stop() }. */
export async function startBare() {
  const dir = mkdtempSync(join(tmpdir(), 'bare-dns-')), key = 'bench';
  const [port, api] = [await freePort(), await freePort()];
  const node = readFileSync(join(runDir, 'nodes/n1/pdns/pdns.conf'), 'utf8');
  const uid = Number(node.match(/^setuid=(\d+)/m)[1]);
  const put = (text, name, value) => text.replace(new RegExp(`^${name}=.*`, 'm'), `${name}=${value}`);
  const settings = { 'gsqlite3-database': `${dir}/db/zones.sqlite`, daemon: 'no', 'socket-dir': `${dir}/run`, 'local-port': port, 'api-key': key, 'webserver-port': api };
  for (const name of ['db', 'run']) mkdirSync(join(dir, name));
  execFileSync('sqlite3', [join(dir, 'db/zones.sqlite')], { input: `pragma journal_mode=wal;${readFileSync(SCHEMA)}` });
  for (const path of ['', 'db', 'run', 'db/zones.sqlite']) chownSync(join(dir, path), uid, uid);
  writeFileSync(join(dir, 'pdns.conf'), Object.entries(settings).reduce((text, [name, value]) => put(text, name, value), node));
  chmodSync(dir, 0o755);
  const child = spawn('/usr/sbin/pdns_server', [`--config-dir=${dir}`], { stdio: 'ignore' });
  const agent = new http.Agent({ keepAlive: true });
  const ask = (method, path, body) => new Promise((resolve, reject) => {
    const text = body ? JSON.stringify(body) : '';
    const request = http.request({ agent, host: '127.0.0.1', port: api, method, path: `/api/v1/servers/localhost${path}`,
      headers: { 'x-api-key': key, 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) } }, (answer) => {
      let said = '';
      answer.on('data', (piece) => (said += piece));
      answer.on('end', () => (answer.statusCode < 300 ? resolve(said) : reject(new Error(`${answer.statusCode} ${said}`))));
    });
    request.on('error', reject);
    request.end(text);
  });
  await until('the bare PowerDNS to answer', () => ask('GET', '').then(() => true, () => false));
  return { port, ask, stop() { agent.destroy(); child.kill(); rmSync(dir, { recursive: true, force: true }); } };
}

const soa = 'ns1.bench.example. hostmaster.bench.example. 1 10800 3600 604800 3600';
const set = (name, type, content) => ({ name, type, ttl: 3600, changetype: 'REPLACE', records: [{ content, disabled: false }] });

/** A zone as the panel makes them, by one order. */
export const createBare = (bare, zone) => bare.ask('POST', '/zones?rrsets=false', { name: `${zone}.`, kind: 'Master', nameservers: [],
  rrsets: [set(`${zone}.`, 'SOA', soa), set(`${zone}.`, 'NS', 'ns1.bench.example.')] });

export const changeBare = (bare, zone, text) => bare.ask('PATCH', `/zones/${zone}.`, { rrsets: [set(`text.${zone}.`, 'TXT', `"${text}"`)] });

