#!/usr/bin/env node
/*
 * A small Cloudflare for tests, which keeps to its published API: zones and DNS records of v4 with pages, errors, batches
 * (deletes, patches, puts, posts in this order, all or none) and 429 with Retry-After. Beside it the same records over DNS
 * (UDP), as its name servers have them. Sources: https://developers.cloudflare.com/api/resources/dns/subresources/records and
 * https://developers.cloudflare.com/dns/manage-dns-records/how-to/batch-record-changes (limits of the Free plan).
 *
 *     cloudflare.mjs ADDRESS HTTP-PORT DNS-PORT
 *
 * POST /test sets { trouble: "500" | "429" | "nonsense" | "oversize" | "slow" | "mute" | "", times }, deaf: true (DNS doesn't answer),
 * zone: { name, records: [{…}] } (makes one), and answers with what it has.
 */
import { randomBytes } from 'node:crypto';
import dgram from 'node:dgram';
import http from 'node:http';

const [address, httpPort, dnsPort] = process.argv.slice(2);
const BATCH = 200;
const TOKEN = 'cf-token-good';
const SERVERS = ['ada.ns.cloudflare.test', 'bob.ns.cloudflare.test'];
const state = { zones: new Map(), trouble: '', times: 0, deaf: false, requests: [], serial: 1 };
const newId = () => randomBytes(16).toString('hex');
const types = ['A', 'AAAA', 'CAA', 'CERT', 'CNAME', 'DNSKEY', 'DS', 'HTTPS', 'LOC', 'MX', 'NAPTR', 'NS', 'OPENPGPKEY', 'PTR', 'SMIMEA', 'SRV', 'SSHFP',
  'SVCB', 'TLSA', 'TXT', 'URI'];
const structured = { SRV: ['priority', 'weight', 'port', 'target'], CAA: ['flags', 'tag', 'value'], SSHFP: ['algorithm', 'type', 'fingerprint'],
  TLSA: ['usage', 'selector', 'matching_type', 'certificate'], DS: ['key_tag', 'algorithm', 'digest_type', 'digest'], HTTPS: ['priority', 'target', 'value'],
  SVCB: ['priority', 'target', 'value'], NAPTR: ['order', 'preference', 'flags', 'service', 'regex', 'replacement'] };

class Refusal extends Error {
  constructor(status, code, message) {
    super(message);
    Object.assign(this, { status, code });
  }
}

/** A record as it is kept; refuses what Cloudflare refuses. */
function record(zone, given, old = {}) {
  const is = { ttl: 1, proxied: false, ...old, ...given };
  if (!types.includes(is.type)) throw new Refusal(400, 1004, 'DNS Validation Error: Invalid type.');
  if (is.ttl !== 1 && (is.ttl < 60 || is.ttl > 86400)) throw new Refusal(400, 9021, 'Invalid TTL. Must be between 60 and 86,400 seconds, or 1 for Automatic.');
  if (is.name !== zone.name && !is.name.endsWith(`.${zone.name}`)) throw new Refusal(400, 9000, 'DNS name is invalid.');
  if (structured[is.type]) {
    if (!is.data) throw new Refusal(400, 9101, `${is.type} records need data.`);
    if (structured[is.type].some((key) => is.data[key] === undefined)) throw new Refusal(400, 9101, `${is.type}: a member of data is missing.`);
    is.content = structured[is.type].map((key) => is.data[key]).join(' ');
  } else if (typeof is.content !== 'string' || !is.content) throw new Refusal(400, 9005, 'Content for the record must be given.');
  if (is.proxied) {
    if (!['A', 'AAAA', 'CNAME'].includes(is.type)) throw new Refusal(400, 9004, 'This record type cannot be proxied.');
    is.ttl = 1;
  }
  return { ...is, id: old.id ?? newId() };
}

function conflicts(records) {
  for (const one of records)
    for (const other of records)
      if (one !== other && one.name === other.name && (one.type === 'CNAME' || (one.type === other.type && one.content === other.content)))
        throw new Refusal(400, 81053, 'An A, AAAA, or CNAME record with that host already exists.');
}

function batch(zone, body) {
  const count = ['deletes', 'patches', 'puts', 'posts'].reduce((n, key) => n + (body[key]?.length ?? 0), 0);
  if (count > BATCH) throw new Refusal(400, 81058, `The batch has too many operations: at most ${BATCH}.`);
  let records = zone.records.map((r) => ({ ...r }));
  const find = (id) => records.find((r) => r.id === id) ?? (() => { throw new Refusal(404, 81044, 'Record does not exist.'); })();
  const done = { deletes: [], patches: [], puts: [], posts: [] };
  for (const one of body.deletes ?? []) {
    done.deletes.push(find(one.id));
    records = records.filter((r) => r.id !== one.id);
  }
  for (const one of body.patches ?? []) done.patches.push(Object.assign(find(one.id), record(zone, one, find(one.id))));
  for (const one of body.posts ?? []) {
    done.posts.push(record(zone, one));
    records.push(done.posts.at(-1));
  }
  conflicts(records);
  zone.records = records;
  state.serial++;
  return done;
}

const page = (list, query, most) => {
  const size = Math.min(Number(query.get('per_page') ?? 100), most), at = Number(query.get('page') ?? 1);
  return { result: list.slice((at - 1) * size, at * size),
    result_info: { page: at, per_page: size, count: Math.min(size, list.length), total_count: list.length, total_pages: Math.ceil(list.length / size) } };
};

function route(method, url, body) {
  const [, , , kind, id, what, more] = url.pathname.split('/'); // /client/v4/zones/ID/dns_records/batch
  if (kind !== 'zones') throw new Refusal(400, 7003, 'Could not route to the requested path.');
  const view = (z) => ({ id: z.id, name: z.name, status: 'active', name_servers: SERVERS });
  if (!id) {
    const name = url.searchParams.get('name');
    return page([...state.zones.values()].filter((z) => !name || z.name === name).map(view), url.searchParams, 50);
  }
  const zone = state.zones.get(id);
  if (!zone) throw new Refusal(404, 7003, 'Could not route to the requested zone, perhaps your object identifier is invalid?');
  if (!what && method === 'DELETE') {
    state.zones.delete(id);
    return { result: { id } };
  }
  if (what === 'dns_records' && !more && method === 'GET') return page(zone.records, url.searchParams, state.pageMost ?? 5000);
  if (what === 'dns_records' && more === 'batch' && method === 'POST') return { result: batch(zone, body) };
  throw new Refusal(405, 10000, 'Method not allowed for this path.');
}

function test(body) {
  for (const key of ['trouble', 'deaf', 'pageMost']) if (key in body) state[key] = body[key];
  if ('trouble' in body) state.times = body.times ?? 0;
  if (body.zone) {
    const zone = { id: newId(), name: body.zone.name, records: [] };
    zone.records = (body.zone.records ?? []).map((r) => record(zone, r));
    state.zones.set(zone.id, zone);
  }
  if (body.set) {
    const zone = [...state.zones.values()].find((z) => z.name === body.set.zone);
    zone.records = [...zone.records.filter((r) => !(r.name === body.set.name && r.type === body.set.type)),
      ...body.set.contents.map((content) => record(zone, { name: body.set.name, type: body.set.type, content, ttl: body.set.ttl ?? 300 }))];
  }
  const requests = state.requests;
  state.requests = [];
  return { zones: [...state.zones.values()], requests };
}

function troubled(res) {
  const { trouble } = state;
  if (!trouble || trouble === 'mute') return false;
  if (state.times && !--state.times) state.trouble = ''; // without a number it lasts
  if (trouble === '500') res.writeHead(500).end('<html>Internal Server Error</html>');
  if (trouble === '429') res.writeHead(429, { 'retry-after': '1', 'content-type': 'application/json' })
    .end(JSON.stringify({ success: false, errors: [{ code: 10429, message: 'More than 1200 requests per 300 seconds reached. Please wait.' }], result: null }));
  if (trouble === 'nonsense') res.writeHead(200, { 'content-type': 'application/json' }).end('{"success": tru');
  if (trouble === 'oversize') res.writeHead(200).end(Buffer.alloc(20 << 20, ' '));
  if (trouble === 'slow') setTimeout(() => res.destroy(), 60000).unref();
  return true;
}

const server = http.createServer((req, res) => {
  let text = '';
  req.on('data', (part) => (text += part));
  req.on('end', () => {
    const url = new URL(req.url, 'http://fake');
    const answer = (status, body) => res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    try {
      if (url.pathname === '/test') return answer(200, test(text ? JSON.parse(text) : {}));
      state.requests.push(`${req.method} ${url.pathname}${url.search}`);
      if (troubled(res)) return undefined;
      if (req.headers.authorization !== `Bearer ${TOKEN}`)
        return answer(403, { success: false, errors: [{ code: 9109, message: 'Invalid access token' }], messages: [], result: null });
      if (state.trouble === 'mute' && req.method === 'POST') { // it is done, and nobody hears of it
        route(req.method, url, JSON.parse(text));
        return state.trouble = '';
      }
      return answer(200, { success: true, errors: [], messages: [], ...route(req.method, url, text ? JSON.parse(text) : {}) });
    } catch (e) {
      return answer(e.status ?? 500, { success: false, errors: [{ code: e.code ?? 10000, message: e.message }], messages: [], result: null });
    }
  });
});

/* DNS. */
const wireName = (name) => Buffer.concat([...name.replace(/\.$/, '').split('.').filter(Boolean).map((l) => Buffer.concat([Buffer.from([l.length]), Buffer.from(l)])), Buffer.from([0])]);
const numbers = { A: 1, NS: 2, CNAME: 5, SOA: 6, MX: 15, TXT: 16, AAAA: 28 };
const u16 = (n) => Buffer.from([n >> 8, n & 255]);
const u32 = (n) => Buffer.from([(n >>> 24) & 255, (n >> 16) & 255, (n >> 8) & 255, n & 255]);
function rdata(r) {
  if (r.type === 'A') return r.proxied ? Buffer.from([104, 16, 0, 1]) : Buffer.from(r.content.split('.').map(Number));
  if (r.type === 'CNAME' || r.type === 'NS') return wireName(r.content);
  if (r.type === 'MX') return Buffer.concat([u16(r.priority), wireName(r.content)]);
  if (r.type === 'TXT') {
    const text = Buffer.from(r.content.replace(/^"|"$/g, '').replace(/" "/g, ''));
    const parts = [];
    for (let i = 0; i < text.length || !i; i += 255) parts.push(Buffer.from([Math.min(255, text.length - i)]), text.subarray(i, i + 255));
    return Buffer.concat(parts);
  }
  return null;
}

const names = dgram.createSocket('udp4');
names.on('message', (query, from) => {
  if (state.deaf) return;
  const labels = [];
  let at = 12;
  while (query[at]) {
    labels.push(query.subarray(at + 1, at + 1 + query[at]).toString().toLowerCase());
    at += query[at] + 1;
  }
  const name = labels.join('.'), type = query.readUInt16BE(at + 1), question = query.subarray(12, at + 5);
  const zone = [...state.zones.values()].find((z) => name === z.name || name.endsWith(`.${z.name}`));
  const records = (zone?.records ?? []).filter((r) => r.name === name && numbers[r.type] === type);
  let answers = records.map((r) => ({ ttl: r.ttl, data: rdata(r) })).filter((r) => r.data);
  if (zone && type === numbers.NS && name === zone.name) answers = SERVERS.map((server) => ({ ttl: 86400, data: wireName(server) }));
  if (zone && type === 6 && name === zone.name)
    answers = [{ ttl: 1800, data: Buffer.concat([wireName(SERVERS[0]), wireName('dns.cloudflare.test'), u32(state.serial), u32(1), u32(1), u32(1), u32(1)]) }];
  const body = answers.map((r) => Buffer.concat([u16(0xc00c), u16(type), u16(1), u32(r.ttl), u16(r.data.length), r.data]));
  const flags = zone ? 0x8400 : 0x8005;
  names.send(Buffer.concat([query.subarray(0, 2), u16(flags), u16(1), u16(body.length), u16(0), u16(0), question, ...body]), from.port, from.address);
});

names.bind(Number(dnsPort), address, () => server.listen(Number(httpPort), address, () => process.stdout.write('ready\n')));
process.on('disconnect', () => process.exit());
