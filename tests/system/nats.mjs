// A NATS client of raw bytes, for what a good client library would never send: any header block, any reply subject.
import { createPrivateKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import tls from 'node:tls';
import { env, runDir } from './panel.mjs';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The private key of an nkey seed: base32 of two prefix bytes, 32 bytes of seed, a checksum. */
function privateKey(seed) {
  const bits = [...seed].map((c) => alphabet.indexOf(c).toString(2).padStart(5, '0')).join('');
  const bytes = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
  return createPrivateKey({ key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), bytes.subarray(2, 34)]), format: 'der', type: 'pkcs8' });
}

/** The identity in a folder of .run/etc: { name, jwt, rights, key, tls }. */
export function identity(folder) {
  const file = (name) => readFileSync(join(runDir, 'etc', folder, name), 'utf8');
  const creds = file('nats.creds');
  const jwt = /-+BEGIN NATS USER JWT-+\s+(\S+)/.exec(creds)[1];
  const claims = JSON.parse(Buffer.from(jwt.split('.')[1], 'base64url'));
  return {
    name: claims.name, jwt, publishes: claims.nats.pub?.allow ?? [], key: privateKey(/-+BEGIN USER NKEY SEED-+\s+(\S+)/.exec(creds)[1]),
    cert: file('tls.crt'), tlsKey: file('tls.key'), inbox: `_INBOX.${/^n\d+$/.test(claims.name) ? `node.${claims.name}` : claims.name}`,
  };
}

const sockets = new Set();
/** Ends every connection, those of a test that failed too: an open one would keep the tests from ending. */
export const disconnectAll = () => { for (const socket of sockets) socket.destroy(); };

/** Connects as an identity. Gives { publish, request, subscribe, settled, errors, close, closed }. */
export async function connect(who) {
  const plain = net.connect({ host: '127.0.0.1', port: new URL(env.NATS_URL).port });
  const info = await new Promise((resolve, reject) => {
    plain.once('data', (piece) => resolve(JSON.parse(piece.toString().slice(5))));
    plain.once('error', reject);
  });
  const socket = tls.connect({ socket: plain, ca: readFileSync(env.NATS_CA), cert: who.cert, key: who.tlsKey, servername: 'nats.stralix.internal' });
  await new Promise((resolve, reject) => { socket.once('secureConnect', resolve); socket.once('error', reject); });

  const client = { errors: [], closed: false, pongs: [], waiters: new Map(), heard: [] };
  let rest = Buffer.alloc(0), n = 0;
  const deliver = (subject, reply, headers, body) => {
    const message = { subject, reply, headers, body, code: /Nats-Service-Error-Code: (\d+)/.exec(headers)?.[1] ?? (/^NATS\/1\.0 503/.test(headers) ? '503' : null) };
    client.heard.push(message);
    client.waiters.get(subject)?.(message);
  };
  const step = () => {
    const end = rest.indexOf('\r\n');
    if (end < 0) return false;
    const line = rest.subarray(0, end).toString('latin1'), words = line.split(' ');
    if (words[0] === 'MSG' || words[0] === 'HMSG') {
      const size = Number(words.at(-1)), head = words[0] === 'HMSG' ? Number(words.at(-2)) : 0;
      if (rest.length < end + 2 + size + 2) return false;
      const body = rest.subarray(end + 2, end + 2 + size);
      const reply = words.length > (words[0] === 'HMSG' ? 5 : 4) ? words[3] : null;
      rest = rest.subarray(end + 4 + size);
      deliver(words[1], reply, body.subarray(0, head).toString('latin1'), body.subarray(head));
      return true;
    }
    rest = rest.subarray(end + 2);
    if (words[0] === 'PING') socket.write('PONG\r\n');
    else if (words[0] === 'PONG') client.pongs.shift()?.();
    else if (words[0] === '-ERR') client.errors.push(line);
    return true;
  };
  socket.on('data', (piece) => { rest = Buffer.concat([rest, piece]); while (step()); });
  socket.on('error', () => {});
  sockets.add(socket);
  socket.on('close', () => { client.closed = true; client.pongs.splice(0).forEach((go) => go()); });

  /** All that was sent has been looked at by the server. */
  client.settled = () => new Promise((resolve) => { if (client.closed) resolve(); else { client.pongs.push(resolve); socket.write('PING\r\n'); } });
  client.write = (bytes) => socket.write(bytes);
  client.subscribe = (subject) => socket.write(`SUB ${subject} ${n += 1}\r\n`);
  /** headers: a text of whole lines, as it is; null: none. */
  client.publish = (subject, body = '', { headers = null, reply = '' } = {}) => {
    const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body);
    const block = headers === null ? null : Buffer.from(`NATS/1.0\r\n${headers}\r\n`, 'latin1');
    socket.write(block ? `HPUB ${subject} ${reply} ${block.length} ${block.length + bytes.length}\r\n` : `PUB ${subject} ${reply} ${bytes.length}\r\n`);
    if (block) socket.write(block);
    socket.write(bytes);
    socket.write('\r\n');
  };
  /** The reply, or null when none comes. */
  client.request = (subject, body, { headers, seconds = 10 } = {}) => new Promise((resolve) => {
    const reply = `${who.inbox}.hostile.${n += 1}`;
    const done = (message) => { clearTimeout(timer); client.waiters.delete(reply); resolve(message); };
    const timer = setTimeout(() => done(null), seconds * 1000);
    client.waiters.set(reply, done);
    client.publish(subject, body, { headers, reply });
  });
  client.close = () => socket.destroy();

  const signature = sign(null, Buffer.from(info.nonce), who.key).toString('base64url');
  socket.write(`CONNECT ${JSON.stringify({ verbose: false, pedantic: false, tls_required: true, jwt: who.jwt, sig: signature, lang: 'raw', version: '1', protocol: 1, headers: true, no_responders: true })}\r\n`);
  client.subscribe(`${who.inbox}.hostile.>`);
  await client.settled();
  if (client.closed || client.errors.length) throw new Error(`can't connect as ${who.name}: ${client.errors}`);
  return client;
}
