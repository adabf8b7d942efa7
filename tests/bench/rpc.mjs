// rpc.mjs: an rpc through the runtime of services against the bare request and reply that it is made of, both over mutual
// TLS and one nats-server of Debian's with the panel's certificates; beside it the bare one without TLS. See rpc.c.
import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, runDir, until } from '../system/panel.mjs';
import { done, freePort, median, note, per, rounds, row } from './measure.mjs';

const AIM = 1.3;
const build = join(process.env.STRALIX_BUILD_DIR ?? process.env.BUILD_DIR ?? join(root, 'build'), 'tests/bench');
const dir = mkdtempSync(join(runDir, 'bench', 'rpc-'));
const tls = join(dir, 'tls'), keys = join(dir, 'keys');
const children = [];

const start = (program, ...args) => {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  children.push(child);
  return child;
};
const rpc = (...args) => execFileSync(join(build, 'bench_rpc'), args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();

async function server(name, rest) {
  const port = await freePort(), file = join(dir, `${name}.conf`);
  writeFileSync(file, `listen: "127.0.0.1:${port}"\n${rest}`);
  start('nats-server', '-c', file, '-l', join(dir, `${name}.log`));
  return port;
}

try {
  for (const path of [tls, keys]) mkdirSync(path, { mode: 0o700 });
  copyFileSync(join(runDir, 'pki/ca.crt'), join(tls, 'ca.crt'));
  for (const file of ['tls.crt', 'tls.key', 'nats.creds']) copyFileSync(join(runDir, 'etc/web', file), join(tls, file));
  rpc('keys', keys);
  const url = `tls://127.0.0.1:${await server('tls', `tls { cert_file: "${runDir}/pki/nats.crt", key_file: "${runDir}/pki/nats.key",
    ca_file: "${runDir}/pki/ca.crt", verify: true, timeout: 2 }\n`)}`;
  const plain = `nats://127.0.0.1:${await server('plain', '')}`;
  writeFileSync(join(dir, 'service.yaml'), `nats_url: ${url}\nnats_creds: ${tls}/nats.creds\nnats_ca: ${tls}/ca.crt\nnats_cert: ${tls}/tls.crt\nnats_key: ${tls}/tls.key
keyring: ${keys}/keyring\ntoken_key: ${keys}/web.key\nlog_level: error\n`);
  start(join(build, 'bench_rpc_service'), '--config', join(dir, 'service.yaml'));
  let size;
  await until('the service to answer', () => (size = rpc('size', keys, url, tls)));
  start(join(build, 'bench_rpc'), 'echo', url, size, tls);
  start(join(build, 'bench_rpc'), 'echo', plain, size);
  await until('the echoes to answer', () => rpc('measure', keys, url, plain, tls));
  const medians = Array.from({ length: rounds }, () => rpc('measure', keys, url, plain, tls).split(' ').map(Number));
  const [bare, service, clear] = [0, 1, 2].map((i) => median(medians.map((m) => m[i])));
  row('rpc over mutual TLS: µs, median', per(service, 1), per(bare, 1), per(service / bare, 2), `<= ${AIM}`, service / bare <= AIM);
  note(`reply of ${size} bytes; the bare one without TLS ${per(clear, 1)} µs`);
} finally {
  for (const child of children) child.kill();
  rmSync(dir, { recursive: true });
}
done();
