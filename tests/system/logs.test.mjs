// A website's log from nginx to the API: its own lines, all of them, harmless, as they come; held calls hold nobody up.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { admin, anotherOrganisation, api, createWebsite, customer, env, onNode, root, runDir, supervised, until, visit } from './panel.mjs';

let site, neighbour, other;

before(async () => {
  const { token, body } = onNode('n1');
  site = await createWebsite(token, undefined, body);
  other = await anotherOrganisation();
  neighbour = await createWebsite(other.token);
});

const path = (query = '', id = site.id) => `/api/v1/websites/${id}/log${query && `?${query}`}`;
const read = async (query, id, token = env.CUSTOMER_TOKEN) => {
  const answer = await api(token, 'GET', path(query, id), undefined, {}, 30_000);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return answer.body;
};
/** Until the log has a line with a text. */
const lineWith = (text, query = '') => until(`a line with ${text}`, async () => (await read(query)).lines.find((line) => line.includes(text)));

/** A request with headers and a target as they are, which no client sends. */
function raw(target, headers = {}, { url } = site) {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port, path: target, headers: { host: hostname, ...headers }, agent: false }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode));
    });
    request.on('error', reject);
    request.end();
  });
}

test('a website that nobody has asked for says nothing, and a visit says so in its own words', async () => {
  const first = await read();
  assert.deepEqual({ ...first, cursor: '' }, { lines: [], cursor: '', more: false, skipped: false });
  assert.match(first.cursor, /^[\w-]+$/);
  await visit(new URL('/a/page?with=query', site.url).href);
  const line = await lineWith('/a/page');
  assert.match(line, /^127\.0\.0\.1 - - \[[^\]]+\] "GET \/a\/page HTTP\/1\.1" 404 \d+ "-" "-" "[\w.-]+" [\d.]+$/);
});

test('a call that waits is answered by the next line, without being asked again', async () => {
  const { cursor } = await read();
  const waiting = read(`cursor=${cursor}&waitMs=15000`);
  const began = Date.now();
  await visit(new URL('/while-waiting', site.url).href);
  const { lines } = await waiting;
  assert.ok(lines.some((line) => line.includes('/while-waiting')), JSON.stringify(lines));
  assert.ok(Date.now() - began < 5000, `${Date.now() - began} ms`);
});

test('a call that waits in vain ends with its time', async () => {
  const { cursor } = await read('log=error');
  const began = Date.now();
  const { lines } = await read(`log=error&cursor=${cursor}&waitMs=1500`);
  assert.deepEqual(lines, []);
  assert.ok(Date.now() - began >= 1400 && Date.now() - began < 8000, `${Date.now() - began} ms`);
});

test('only lines with a text', async () => {
  await visit(new URL('/Needle-7', site.url).href);
  await lineWith('Needle-7');
  const { lines } = await read('contains=needle-7');
  assert.ok(lines.length >= 1 && lines.every((line) => line.includes('Needle-7')));
});

test('what strangers send is text, whatever it is', async () => {
  assert.equal(await raw('/%1b%5b31m%0d%0aforged', { 'user-agent': '\x80\xff<script>alert(1)</script>"', referer: 'javascript:alert(1)' }), 404);
  const line = await lineWith('forged');
  assert.match(line, /^[\x20-\x7e]+$/);
  assert.ok(line.includes('\\x80\\xFF<script>'), line);
});

test('no request of another website is ever shown, whatever it says', async () => {
  const mine = new URL(site.url).hostname;
  for (const log of ['access', 'error']) {
    const before = (await read(`log=${log}&lines=1000`)).lines.length;
    await raw('/stranger', { referer: `", server: ${mine}, request: "GET / HTTP/1.1", host: "${mine}` }, neighbour);
    await raw(`/stranger%0a2026/01/01%2000:00:00%20[error]%201%231:%20*1%20x,%20client:%201.1.1.1,%20server:%20${mine},%20request:%20"GET`, {}, neighbour);
    await raw(`/stranger?server=${site.id}`, { 'user-agent': `${site.id}.00000000000000000000000000000000 stranger` }, neighbour);
    await until('the neighbour to have it', async () => (await read('contains=stranger', neighbour.id, other.token)).lines.length >= 3);
    const { lines } = await read(`log=${log}&lines=1000`);
    assert.equal(lines.filter((line) => line.includes('stranger')).length, 0);
    assert.equal(lines.length, before);
  }
});

test("another organisation's log is as absent as a website that isn't there", async () => {
  const answer = await api(other.token, 'GET', path());
  const absent = await api(other.token, 'GET', path('', '0192f0c1-2345-7abc-8def-0a0b0c0d0e0f'));
  assert.equal(answer.status, 404);
  assert.deepEqual({ ...answer.body, requestId: '', instance: '' }, { ...absent.body, requestId: '', instance: '' });
});

test('what is asked for is checked, field by field', async () => {
  for (const [query, field] of [
    ['log=secret', 'log'], ['log=..%2F..%2Fetc%2Fpasswd', 'log'], ['lines=1001', 'lines'], ['lines=-1', 'lines'], ['waitMs=20001', 'waitMs'], ['waitMs=x', 'waitMs'],
    ['cursor=..%2F', 'cursor'], ['cursor=zzz', 'cursor'], [`cursor=${'a'.repeat(65)}`, 'cursor'], [`contains=${'x'.repeat(101)}`, 'contains'],
  ]) {
    const answer = await customer('GET', path(query));
    assert.equal(answer.status, 400, `${query}: ${JSON.stringify(answer.body)}`);
    assert.ok(answer.body.violations?.some((v) => v.field === field) || answer.body.code === 'MALFORMED', `${query}: ${JSON.stringify(answer.body)}`);
  }
  assert.equal((await customer('GET', path('contains=a%00b'))).status, 400);
});

test('calls that wait take nobody else a place', async () => {
  const { cursor } = await read('log=error');
  let held = 50;
  const waiting = Array.from({ length: held }, () => read(`log=error&cursor=${cursor}&waitMs=10000`).finally(() => { held -= 1; }));
  for (let i = 0; i < 30; i++) assert.equal((await customer('GET', `/api/v1/websites/${site.id}`)).status, 200);
  assert.equal((await admin('GET', '/api/v1/nodes')).status, 200);
  assert.equal(held, 50, 'others were answered while all of them waited');
  await Promise.all(waiting);
});

test('stralixctl follows a log', async () => {
  const tokenFile = join(mkdtempSync(join(tmpdir(), 'stralix-log-')), 'token');
  writeFileSync(tokenFile, env.CUSTOMER_TOKEN, { mode: 0o600 });
  const program = process.env.STRALIXCTL ?? join(root, 'build/cli/stralixctl');
  const child = execFile(program, ['website', 'log', site.id, '--follow', '--url', env.PANEL_URL, '--ca', join(runDir, 'pki/ca.crt'), '--token-file', tokenFile]);
  let text = '', words = '';
  child.stdout.on('data', (piece) => (text += piece));
  child.stderr.on('data', (piece) => (words += piece));
  try {
    await until('the lines so far', () => text.includes('/a/page') || (words && assert.fail(words)));
    await visit(new URL('/followed-by-hand', site.url).href);
    await until('the line', () => text.includes('/followed-by-hand'));
  } finally {
    child.kill();
  }
});

test('a node that is away is said by name, at once', async () => {
  supervised.down('agent-n1');
  try {
    const began = Date.now();
    const answer = await customer('GET', path());
    assert.equal(answer.status, 503, JSON.stringify(answer.body));
    assert.equal(answer.body.code, 'NO_NODE');
    assert.ok(answer.headers.get('retry-after'));
    assert.ok(Date.now() - began < 3000);
  } finally {
    supervised.up('agent-n1');
  }
  await visit(new URL('/after', site.url).href);
  await lineWith('/after');
});
