// What the hostile-input tests share: raw bytes to the front and to the gateway, and proof that nobody was hurt.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import tls from 'node:tls';
import { api, env, runDir, supervised, until } from './panel.mjs';

const front = new URL(env.PANEL_URL), gateway = new URL(env.GATEWAY_URL);
const ca = readFileSync(env.PANEL_CA);

/** Where requests enter: [name, connect()]. */
export const doors = [
  ['front', () => tls.connect({ host: '127.0.0.1', port: front.port, servername: 'localhost', ca, ALPNProtocols: ['http/1.1'] })],
  ['gateway', () => net.connect({ host: '127.0.0.1', port: gateway.port })],
];

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Sends bytes as they are and reads until the other side closes, `enough(text)` holds, or the deadline passes.
 * `pieces` may be a text, a buffer, or a generator of those. Gives { text, statuses, closed, late }.
 */
export function raw(connect, pieces, { enough = answered, seconds = 20, drip = 0 } = {}) {
  return new Promise((resolve) => {
    const socket = connect();
    let text = '', closed = false, ended = false;
    const finish = (late) => {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      socket.destroy();
      resolve({ text, closed, late, statuses: [...text.matchAll(/HTTP\/1\.[01] (\d{3})/g)].map((m) => Number(m[1])) });
    };
    const timer = setTimeout(() => finish(true), seconds * 1000);
    socket.on('data', (piece) => {
      text += piece.toString('latin1');
      if (enough(text)) finish(false);
    });
    socket.on('error', () => { closed = true; finish(false); });
    socket.on('close', () => { closed = true; finish(false); });
    const write = async () => {
      const list = typeof pieces === 'string' || Buffer.isBuffer(pieces) ? [pieces] : pieces;
      for (const piece of list) {
        if (ended) return;
        const bytes = typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece;
        if (!socket.write(bytes)) await new Promise((go) => { socket.once('drain', go); socket.once('close', go); });
        if (drip) await pause(drip);
      }
    };
    socket.once(socket instanceof tls.TLSSocket ? 'secureConnect' : 'connect', write);
  });
}

/** One whole answer has arrived (by its Content-Length; without one, its headers). */
export function answered(text) {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return false;
  if (/^HTTP\/1\.1 100/.test(text)) return answered(text.slice(end + 4));
  const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, end));
  return !length || text.length >= end + 4 + Number(length[1]);
}

/** The names of the supervised processes. */
export const processes = () => readdirSync(join(runDir, 'sv')).filter((name) => !name.startsWith('.'));

async function faults() {
  const text = await (await fetch(`${env.GATEWAY_URL}/metrics`)).text();
  const counted = {};
  // 501 is not a fault: it is what HTTP wants for a method that nobody knows.
  for (const [, labels, status, n] of text.matchAll(/^stralix_http_requests_total\{route="([^"]+)",status="(50[02-9]|5[1-9]\d)"\} (\d+)$/gm))
    counted[`${labels} ${status}`] = Number(n);
  return counted;
}

/** Remembers who runs and what failed; the function given back asserts that nothing of it changed. */
export async function witness() {
  const pids = Object.fromEntries(processes().map((name) => [name, supervised.pid(name)]));
  const before = await faults();
  return async () => {
    assert.deepEqual(Object.fromEntries(processes().map((name) => [name, supervised.pid(name)])), pids, 'a process was restarted');
    assert.deepEqual(await faults(), before, 'a 5xx was counted');
    for (const path of ['/api/v1/websites', '/api/v1/tasks', '/api/v1/audit', '/api/v1/organisations', '/api/v1/nodes'])
      await until(`${path} to answer`, async () => (await api(env.ADMIN_TOKEN, 'GET', path)).status === 200);
  };
}

/** Every operation of the contract: { method, path, operation, anonymous }. */
export function operations(openapi) {
  return Object.entries(openapi.paths).flatMap(([path, item]) => Object.entries(item)
    .filter(([method]) => ['get', 'post', 'put', 'patch', 'delete'].includes(method))
    .map(([method, operation]) => ({
      method: method.toUpperCase(), path, operation,
      anonymous: Array.isArray(operation.security) && operation.security.length === 0,
    })));
}
