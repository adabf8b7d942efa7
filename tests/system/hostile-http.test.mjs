// Hostile HTTP, at the front and at the gateway itself: a 4xx or a closed connection, never a 5xx, a hang or a restart.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http2 from 'node:http2';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { answered, doors, operations, raw, witness } from './hostile.mjs';
import { env, freshDomain, openapi } from './panel.mjs';

const auth = `Authorization: Bearer ${env.CUSTOMER_TOKEN}\r\n`;
const get = (target, headers = '', method = 'GET') => `${method} ${target} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`;
const list = '/api/v1/websites';
const post = (headers, body = '') => `POST ${list} HTTP/1.1\r\nHost: localhost\r\n${auth}Content-Type: application/json\r\n${headers}\r\n${body}`;
const body = () => JSON.stringify({ domain: freshDomain('raw') });
const chunked = (text) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n0\r\n\r\n`;

let unharmed;
before(async () => { unharmed = await witness(); });
after(async () => { await unharmed(); });

// [name, bytes, statuses that are right; 0 stands for a connection closed without an answer]
const framing = [
  ['Content-Length and Transfer-Encoding', post('Content-Length: 4\r\nTransfer-Encoding: chunked\r\n', chunked(body())), [400]],
  ['Transfer-Encoding and Content-Length', post('Transfer-Encoding: chunked\r\nContent-Length: 4\r\n', chunked(body())), [400]],
  ['two different Content-Length', post('Content-Length: 4\r\nContent-Length: 5\r\n', '{}   '), [400]],
  ['the same Content-Length twice', post('Content-Length: 2\r\nContent-Length: 2\r\n', '{}'), [400]],
  ['a list of lengths', post('Content-Length: 2, 2\r\n', '{}'), [400]],
  ['a signed length', post('Content-Length: +2\r\n', '{}'), [400]],
  ['a negative length', post('Content-Length: -2\r\n', '{}'), [400]],
  ['a hexadecimal length', post('Content-Length: 0x2\r\n', '{}'), [400]],
  ['a length above 2^64', post('Content-Length: 18446744073709551618\r\n', '{}'), [400, 413]],
  ['Transfer-Encoding twice', post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n', chunked(body())), [400, 501]],
  ['Transfer-Encoding: gzip, chunked', post('Transfer-Encoding: gzip, chunked\r\n', chunked(body())), [400, 501]],
  ['Transfer-Encoding: xchunked', post('Transfer-Encoding: xchunked\r\n', chunked(body())), [400, 501]],
  ['Transfer-Encoding : chunked', post('Transfer-Encoding : chunked\r\n', chunked(body())), [400]],
  ['two hosts', `GET ${list} HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n${auth}\r\n`, [400]],
  ['no host', `GET ${list} HTTP/1.1\r\n${auth}\r\n`, [400]],
  ['two Authorization', get(list, auth + auth), [400, 401]],
  ['a blank before the colon', get(list, 'Authorization : Bearer x\r\n'), [400]],
  ['a folded header', get(list, `X-Long: a\r\n b\r\n`), [400, 401]],
  ['a folded Authorization', get(list, `Authorization: Bearer\r\n ${env.CUSTOMER_TOKEN}\r\n`), [400, 401]],
  ['a NUL in a header', get(list, `X-Nul: a\0b\r\n`), [400, 401]],
  ['a NUL in the target', get(`${list}\0`), [400, 401]],
  ['a control byte in a header', get(list, `X-Bell: a\x07b\r\n`), [400, 401]],
  ['a header without a name', get(list, ': x\r\n'), [400, 401]],
  ['a header without a colon', get(list, 'nonsense\r\n'), [400, 401]],
  ['a bare LF as line ends', `GET ${list} HTTP/1.1\nHost: localhost\n\n`, [400, 401]],
  ['a bare CR in a header', get(list, 'X-Cr: a\rTransfer-Encoding: chunked\r\n'), [400, 401]],
  ['HTTP/0.9', `GET ${list}\r\n`, [0, 400]],
  ['HTTP/1.2', `GET ${list} HTTP/1.2\r\nHost: localhost\r\n\r\n`, [0, 400, 401, 505]],
  ['HTTP/9.9', `GET ${list} HTTP/9.9\r\nHost: localhost\r\n\r\n`, [0, 400, 505]],
  ['no protocol at all', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 nonsense\r\n\r\n', [0, 400]],
  ['HTTP/2 preface in clear', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [0, 400, 405, 505]],
  ['a chunk size that is no number', post('Transfer-Encoding: chunked\r\n', 'zz\r\n{}\r\n0\r\n\r\n'), [0, 400]],
  ['a chunk size above 2^64', post('Transfer-Encoding: chunked\r\n', '10000000000000001\r\n{}\r\n0\r\n\r\n'), [0, 400, 413]],
  ['a negative chunk size', post('Transfer-Encoding: chunked\r\n', '-2\r\n{}\r\n0\r\n\r\n'), [0, 400]],
  ['a chunk longer than its size', post('Transfer-Encoding: chunked\r\n', '1\r\n{}\r\n0\r\n\r\n'), [0, 400]],
  ['an endless chunk extension', post('Transfer-Encoding: chunked\r\n', `2;${'x'.repeat(200_000)}\r\n{}\r\n0\r\n\r\n`), [0, 400, 413, 431]],
  ['a header of 64 KiB', get(list, `X-Big: ${'a'.repeat(65536)}\r\n`), [0, 400, 431]],
  ['1,000 headers', get(list, 'X-Many: a\r\n'.repeat(1000)), [0, 400, 401, 431]],
  ['a query of 64 KiB', get(`${list}?a=${'b'.repeat(65536)}`), [0, 400, 414, 431]],
  ['a path of 9 KiB', get(`/${'b'.repeat(9 << 10)}`), [400, 414]],
  ['a cookie of 16 KiB', get(list, `Cookie: __Host-session=${'a'.repeat(16 << 10)}\r\n`), [400, 401, 431]],
  ['a body of 10 MB announced', post(`Content-Length: ${10 << 20}\r\nExpect: 100-continue\r\n`), [413]],
  ['a protocol change', get(list, 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: eA==\r\n'), [400, 401]],
  ['a change to h2c', get(list, 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n'), [400, 401]],
  ['an unknown expectation', post('Expect: the-unexpected\r\nContent-Length: 2\r\n', '{}'), [400, 417]],
];

// Targets that are asked for by nobody who is signed in.
const targets = [
  ['absolute form', 'http://evil.example/api/v1/websites', [400, 401, 404]],
  ['authority form', 'evil.example:443', [400, 404, 405], 'CONNECT'],
  ['asterisk form', '*', [400, 404, 405], 'OPTIONS'],
  ['two slashes', '//api/v1/websites', [400, 401, 404]],
  ['two slashes inside', '/api//v1/websites', [400, 401, 404]],
  ['a dot segment', '/api/./v1/websites', [400, 401, 404]],
  ['dots', '/../../../etc/passwd', [400, 404]],
  ['escaped dots', '/%2e%2e/%2e%2e/etc/passwd', [400, 404]],
  ['twice escaped dots', '/%252e%252e/etc/passwd', [400, 404]],
  ['an escaped slash', '/api/v1%2fwebsites', [400, 401, 404]],
  ['an escaped NUL', '/index.html%00.png', [400, 404]],
  ['an escaped newline', '/api/v1/websites%0d%0aSet-Cookie:%20a=b', [400, 404]],
  ['a cut escape', '/api/v1/websites%2', [400, 404]],
  ['an escape that is none', '/api/v1/websites%zz', [400, 404]],
  ['an overlong slash', '/api%c0%afv1/websites', [400, 404]],
  ['an overlong NUL', '/%c0%80', [400, 404]],
  ['a lone surrogate', '/%ed%a0%80', [400, 404]],
  ['raw UTF-8', '/\xc3\xa9', [400, 404]],
  ['a backslash', '/api\\v1\\websites', [400, 404]],
  ['a semicolon', '/api/v1/websites;jsessionid=1', [400, 401, 404]],
  ['a trailing slash', '/api/v1/websites/', [400, 401, 404]],
  ['capitals', '/API/V1/WEBSITES', [400, 401, 404]],
  ['a fragment', '/api/v1/websites#x', [400, 401, 404]],
  ['no slash', 'api/v1/websites', [400, 404]],
  ['the names of the proxy', '/-/body_large', [400, 404]],
];

// Chunks end at the front, which hands bodies on whole: the gateway itself takes none.
const right = (door, bytes, statuses) => door === 'gateway' && /\r\nTransfer-Encoding/.test(bytes) ? [400, 411] : statuses;

async function expects(connect, bytes, statuses, options) {
  const answer = await raw(connect, bytes, { seconds: 15, ...options });
  const status = answer.statuses.filter((s) => s !== 100)[0] ?? 0;
  assert.ok(!answer.late, 'neither an answer nor a close');
  assert.ok(statuses.includes(status), `${status}, not ${statuses}: ${answer.text.slice(0, 300)}`);
  return answer;
}

for (const [door, connect] of doors) {
  for (const [name, bytes, statuses] of framing) test(`${door}: ${name}`, () => expects(connect, bytes, right(door, bytes, statuses)));
  for (const [name, target, statuses, method] of targets)
    test(`${door}: target, ${name}`, () => expects(connect, get(target, '', method), statuses));

  test(`${door}: an odd but right request is taken`, async () => {
    await expects(connect, get(list, `${auth}X-Empty:\r\naccept:  */* \r\nX-UTF8: \xc3\xa9\r\n`), [200]);
    const whole = body(), chunks = door === 'front' ? 202 : 411;
    await expects(connect, post('Transfer-Encoding: chunked\r\n', chunked(whole)), [chunks]);
    const cut = body(), rest = cut.slice(2);
    await expects(connect, post('Transfer-Encoding: chunked\r\n', `2;a=b\r\n${cut.slice(0, 2)}\r\n${rest.length.toString(16)}\r\n${rest}\r\n0\r\n\r\n`), [chunks]);
    const other = body();
    await expects(connect, post(`Expect: 100-continue\r\nContent-Length: ${other.length}\r\n`, other), [202]);
  });

  test(`${door}: a body of 10 MB is refused before or while it comes`, async () => {
    const piece = Buffer.alloc(64 << 10, 0x20);
    const pieces = function* (first) { yield first; for (let i = 0; i < 160; i += 1) yield piece; };
    await expects(connect, pieces(post(`Content-Length: ${10 << 20}\r\n`)), [0, 413]);
  });

  test(`${door}: a chunked body without end is refused`, async () => {
    const piece = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(65536, 0x20), Buffer.from('\r\n')]);
    const pieces = function* () { yield post('Transfer-Encoding: chunked\r\n'); for (let i = 0; i < 1000; i += 1) yield piece; };
    await expects(connect, pieces(), door === 'front' ? [0, 413] : [0, 411]);
  });

  test(`${door}: pipelined requests are answered in their order`, async () => {
    const answer = await raw(connect, get('/healthz') + get(list) + get('/nothing-here.js') + get('/healthz', 'Connection: close\r\n'),
      { enough: () => false });
    assert.deepEqual(answer.statuses, [200, 401, 404, 200]);
    assert.ok(answer.closed);
  });

  test(`${door}: nothing hidden in a body becomes a request`, async () => {
    const inner = get('/healthz');
    const answer = await raw(connect, `${post(`Content-Length: ${inner.length}\r\n`, inner)}${get(list, 'Connection: close\r\n')}`, { enough: () => false });
    assert.deepEqual(answer.statuses, [400, 401]);
  });

  test(`${door}: senders who leave in the middle of a body disturb nobody`, async () => {
    await Promise.all(Array.from({ length: 50 }, async () => {
      const socket = connect();
      await once(socket, door === 'front' ? 'secureConnect' : 'connect');
      socket.on('error', () => {});
      await new Promise((go) => { socket.write(post('Content-Length: 1000\r\n', '{"domain"'), go); });
      socket.destroy();
    }));
    await expects(connect, get(list, auth), [200]);
  });

  test(`${door}: 500 idle connections, and another one is still answered`, async () => {
    const idle = await Promise.all(Array.from({ length: 500 }, async () => {
      const socket = connect();
      socket.on('error', () => {});
      await once(socket, door === 'front' ? 'secureConnect' : 'connect');
      socket.write(`GET ${list} HTTP/1.1\r\nHost:`);
      return socket;
    }));
    await expects(connect, get(list, auth), [200]);
    idle.forEach((socket) => socket.destroy());
  });

  test(`${door}: every method on every address, by nobody`, async () => {
    const open = new Set(operations(openapi).filter((o) => o.anonymous).map((o) => `${o.method} ${o.path}`));
    for (const path of new Set(operations(openapi).map((o) => o.path))) {
      const filled = path.replace(/\{\w+\}/g, '0198f2f4-0000-7000-8000-000000000000');
      for (const target of [filled, `${filled}/`, `/${filled}`, `${filled}?`, `${filled}%20`, filled.toUpperCase(), `${filled};a`, `${filled}/..${filled}`])
        for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'BREW']) {
          const answer = await raw(connect, get(target, 'Content-Length: 0\r\n', method), { enough: (text) => method === 'HEAD' ? text.includes('\r\n\r\n') : answered(text) });
          const status = answer.statuses[0] ?? 0;
          const what = `${method} ${target}: ${status}`;
          if (open.has(`${method} ${target.replace(/\?$/, '')}`)) assert.ok(status >= 400 && status < 500, what);
          else assert.ok((status >= 400 && status < 500) || status === (method === 'BREW' ? 501 : 0), what);
        }
    }
  });
}

test('front: headers and bodies that drip are cut off', async () => {
  const drip = function* (first) { yield first; for (let i = 0; i < 1000; i += 1) yield 'a'; };
  const [, connect] = doors[0];
  const headers = raw(connect, drip(`GET ${list} HTTP/1.1\r\nHost: localhost\r\nX-Slow: `), { drip: 200, seconds: 30, enough: () => false });
  const silence = raw(connect, post('Content-Length: 100\r\n', '{'), { seconds: 30, enough: () => false });
  for (const answer of await Promise.all([headers, silence])) {
    assert.ok(answer.closed && !answer.late, 'still open');
    assert.ok(answer.statuses.every((s) => s === 400 || s === 408), `${answer.statuses}`);
  }
});

test('front: HTTP/2 refuses what HTTP/1 refuses', async () => {
  const session = http2.connect(env.PANEL_URL, { ca: readFileSync(env.PANEL_CA) });
  session.on('error', () => {}); // the front may end all of it over one header
  const ask = (headers, text) => new Promise((resolve) => {
    let status = 0;
    const stream = session.request(headers, { endStream: text === undefined });
    stream.on('response', (h) => { status = h[':status']; });
    stream.on('error', () => {});
    stream.on('close', () => resolve(status));
    stream.resume();
    if (text !== undefined) stream.end(text);
  });
  const token = { authorization: `Bearer ${env.CUSTOMER_TOKEN}` };
  assert.equal(await ask({ ':path': list, ...token }), 200);
  assert.equal(await ask({ ':path': list }), 401);
  assert.equal(await ask({ ':path': `${list}%00`, ...token }), 400);
  assert.equal(await ask({ ':path': list, 'x-big': 'a'.repeat(40_000), ...token }).then((s) => s === 0 || (s >= 400 && s < 500)), true);
  session.destroy();
  const fresh = http2.connect(env.PANEL_URL, { ca: readFileSync(env.PANEL_CA) });
  const crowd = await Promise.all(Array.from({ length: 100 }, () => new Promise((resolve) => {
    const stream = fresh.request({ ':path': list, ...token });
    stream.on('error', () => resolve(true));
    stream.on('close', () => resolve(true));
    setImmediate(() => stream.close(http2.constants.NGHTTP2_CANCEL));
  })));
  assert.equal(crowd.length, 100);
  fresh.destroy();
});
