// The nginx in front, from its template, with a made-up gateway behind it.
// Usage: node front.test.mjs TEMPLATE
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import tls from 'node:tls';

const template = process.argv[2];
const dir = mkdtempSync(join(tmpdir(), 'stralix-front-'));
const seen = [];
let gateway, gatewayPort, port, nginx;

const freePort = () =>
  new Promise((resolve) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = server.address();
      server.close(() => resolve(free));
    });
  });

async function until(what, condition, ms = 15_000) {
  for (const end = Date.now() + ms; Date.now() < end; await new Promise((r) => setTimeout(r, 20))) if (await condition()) return;
  assert.fail(`not in time: ${what}`);
}

function answer(request, response) {
  seen.push(request);
  response.setHeader('X-Request-Id', 'from-the-gateway');
  if (request.url === '/api/v1/events') {
    response.setHeader('Content-Type', 'text/event-stream');
    response.write(': events\n\n');
    setTimeout(() => response.write('data: later\n\n'), 300);
    return;
  }
  request.resume().on('end', () => response.end(request.url));
}

function startGateway() {
  gateway = http.createServer(answer);
  return new Promise((resolve) => gateway.listen(gatewayPort, '127.0.0.1', resolve));
}

function stopGateway() {
  gateway.closeAllConnections();
  return new Promise((resolve) => gateway.close(resolve));
}

function ask(path, options = {}, body = undefined) {
  return new Promise((resolve, reject) => {
    const request = https.request({ host: '127.0.0.1', port, path, rejectUnauthorized: false, agent: false, ...options }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** Raw bytes over TLS; gives all that comes back until the end, and how long that took. */
function raw(bytes) {
  const start = Date.now();
  return new Promise((resolve) => {
    let text = '';
    const socket = tls.connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => socket.write(bytes));
    socket.setEncoding('utf8').on('data', (part) => (text += part));
    socket.on('error', () => {}).on('close', () => resolve({ text, ms: Date.now() - start }));
  });
}

before(async () => {
  mkdirSync(join(dir, 'tmp'));
  mkdirSync(join(dir, 'log'));
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
    '-subj', '/CN=localhost', '-keyout', join(dir, 'front.key'), '-out', join(dir, 'front.crt')], { stdio: 'ignore' });
  gatewayPort = await freePort();
  port = await freePort();
  const values = { PREFIX: dir, HTTPS_PORT: port, GATEWAY: `127.0.0.1:${gatewayPort}`, CERT: join(dir, 'front.crt'), KEY: join(dir, 'front.key') };
  writeFileSync(join(dir, 'nginx.conf'), readFileSync(template, 'utf8').replace(/@([A-Z_]+)@/g, (_, name) => values[name]));
  await startGateway();
  nginx = spawn('/usr/sbin/nginx', ['-p', `${dir}/`, '-e', join(dir, 'log/error.log'), '-c', join(dir, 'nginx.conf')], { stdio: 'ignore' });
  await until('nginx answers', () => ask('/').then(() => true, () => false));
});

after(async () => {
  nginx.kill('SIGTERM');
  await new Promise((resolve) => nginx.once('exit', resolve));
  await stopGateway();
  rmSync(dir, { recursive: true, force: true });
});

test('what strangers say of addresses is overwritten', async () => {
  await ask('/api/v1/websites', { headers: { 'X-Real-IP': '6.6.6.6', 'X-Forwarded-For': '6.6.6.6', 'X-Forwarded-Proto': 'http' } });
  const { headers } = seen.at(-1);
  assert.equal(headers['x-real-ip'], '127.0.0.1');
  assert.equal(headers['x-forwarded-for'], '127.0.0.1');
  assert.equal(headers['x-forwarded-proto'], 'https');
});

test('figures are not for the outside, in no spelling', async () => {
  for (const path of ['/metrics', '//metrics', '/./metrics', '/%6detrics', '/metrics?x', '/x/../metrics']) {
    const before = seen.length;
    const { status, text } = await ask(path);
    assert.ok(status === 404 || seen.slice(before).every((r) => r.url !== '/metrics'), `${path}: ${status} ${text}`);
  }
  assert.equal(JSON.parse((await ask('/metrics')).text).code, 'NOT_FOUND');
});

test('a body with two lengths is refused before the gateway sees it', async () => {
  const bodies = ['Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 'Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}',
    'Content-Length: x\r\n\r\n', 'Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n'];
  for (const body of bodies) {
    const before = seen.length;
    const { text } = await raw(`POST /api/v1/websites HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${body}`);
    assert.match(text, /^HTTP\/1\.1 (400|501) /, body);
    assert.equal(seen.length, before, body);
  }
});

test('a refusal of nginx reads like one of the gateway', async () => {
  const large = await ask('/api/v1/websites', { method: 'POST', headers: { 'Content-Type': 'application/json' } }, 'x'.repeat(1_100_000));
  assert.equal(large.status, 413);
  assert.equal(JSON.parse(large.text).code, 'TOO_LARGE');
  assert.ok(large.headers['x-request-id']);
  const headers = await ask('/', { headers: { 'X-A': 'x'.repeat(20_000) } });
  assert.equal(headers.status, 431);
  assert.equal(JSON.parse(headers.text).status, 431);
  const target = await ask(`/${'x'.repeat(20_000)}`);
  assert.equal(target.status, 414);
  for (const bytes of ['GET / HTTP/1.1\r\n\r\n', 'nonsense\r\n\r\n', 'GET /\\0 \x01\r\n\r\n', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n']) {
    const { text } = await raw(bytes);
    assert.match(text, /^HTTP\/1\.1 400 /, bytes);
    assert.match(text, /application\/problem\+json/, bytes);
  }
});

test('events pass at once', async () => {
  const parts = [];
  await new Promise((resolve) => {
    const request = https.get({ host: '127.0.0.1', port, path: '/api/v1/events', rejectUnauthorized: false, agent: false }, (response) => {
      response.setEncoding('utf8').on('data', (part) => {
        parts.push(part);
        if (part.includes('later')) {
          request.destroy();
          resolve();
        }
      });
    });
    request.on('error', () => {});
  });
  assert.match(parts[0], /^: events/);
  assert.doesNotMatch(parts[0], /later/);
});

test('HTTP/2 is spoken', async () => {
  const session = http2.connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
  const stream = session.request({ ':path': '/two' });
  let text = '';
  stream.setEncoding('utf8').on('data', (part) => (text += part));
  await new Promise((resolve, reject) => stream.on('end', resolve).on('error', reject));
  session.close();
  assert.equal(text, '/two');
});

test('old TLS is refused', async () => {
  await assert.rejects(ask('/', { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }));
});

test('plain HTTP is sent to HTTPS', async () => {
  const answer = await fetch(`http://127.0.0.1:${port}/websites/?a=1`, { redirect: 'manual' });
  assert.equal(answer.status, 308);
  assert.equal(answer.headers.get('location'), `https://127.0.0.1:${port}/websites/?a=1`);
});

test('headers that drip are cut off after ten seconds', async () => {
  const { ms } = await new Promise((resolve) => {
    const start = Date.now();
    const socket = tls.connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => {
      socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n');
      const drip = setInterval(() => socket.write('X-A: 1\r\n'), 500);
      socket.on('close', () => {
        clearInterval(drip);
        resolve({ ms: Date.now() - start });
      });
    });
    socket.resume().on('error', () => {});
  });
  assert.ok(ms < 15_000, `${ms} ms`);
});

test('a gateway that is away is 503, for programs and for people, and comes back', async () => {
  await stopGateway();
  const api = await ask('/api/v1/websites');
  assert.equal(api.status, 503);
  assert.equal(api.headers['retry-after'], '2');
  assert.match(api.headers['content-type'], /application\/problem\+json/);
  assert.equal(JSON.parse(api.text).code, 'UNAVAILABLE');
  assert.equal(JSON.parse(api.text).requestId, api.headers['x-request-id']);
  const page = await ask('/websites/');
  assert.equal(page.status, 503);
  assert.match(page.headers['content-type'], /text\/html/);
  assert.match(page.text, /Back in a moment/);
  const events = await ask('/api/v1/events');
  assert.equal(events.status, 503);
  const router = await ask('/nic/update?hostname=home.shop.example');
  assert.deepEqual([router.status, router.text], [200, '911\n']);
  await startGateway();
  await until('the gateway is back', async () => (await ask('/api/v1/websites')).status === 200);
});

test('each request is one line of JSON in the log, with the request id of the gateway', async () => {
  await ask('/logged?"quoted\\', { headers: { 'User-Agent': 'a"b\\c' } });
  const lines = () => readFileSync(join(dir, 'log/access.log'), 'utf8').trim().split('\n');
  await until('the line', () => lines().some((line) => line.includes('/logged')));
  const line = JSON.parse(lines().find((each) => each.includes('/logged')));
  assert.equal(line.request_id, 'from-the-gateway');
  assert.equal(line.status, 200);
});
