// The demo's resolver: what the certificate authority and the panel ask, as the internet's resolvers are asked. A name is what
// challtestsrv was told of it; else what the name servers say that the zone is delegated to; else what one of the panel's own name
// servers says; aliases are followed. UDP alone. A zone is delegated by a TXT of challtestsrv: _delegation.ZONE "ADDRESS:PORT".
//
//   node resolver.mjs PORT NAMES-PORT DNS-PORT…
import dgram from 'node:dgram';

const [port, names, ...servers] = process.argv.slice(2).map(Number);
const PATIENCE_MS = 600, ALIASES = 8;
const TYPES = { A: 1, NS: 2, CNAME: 5, TXT: 16 };
const HERE = '127.0.0.1';
const WITH_NAME = new Set([TYPES.NS, TYPES.CNAME]);
const WITHOUT_NAME = new Set([1, 16, 28, 43, 48, 52, 257]); // A, TXT, AAAA, DS, DNSKEY, TLSA, CAA: no name in their data
const NO_ERROR = 0, SERVER_FAILURE = 2, NO_SUCH_NAME = 3, NOT_IMPLEMENTED = 4;

/** A name at an offset: [name with its dot, where it ends]. */
function readName(message, at) {
  let text = '', end = 0;
  for (let jumps = 0; jumps < 64;) {
    const size = message[at];
    if (size >= 192) {
      end ||= at + 2;
      at = ((size & 63) << 8) | message[at + 1];
      jumps += 1;
    } else if (size === 0) {
      return [text || '.', end || at + 1];
    } else {
      text += `${message.toString('latin1', at + 1, at + 1 + size)}.`;
      at += size + 1;
    }
    if (!(at < message.length)) break;
  }
  throw new Error('not a name');
}

const writeName = (name) => Buffer.concat([
  ...name.split('.').filter(Boolean).map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label, 'latin1')])),
  Buffer.from([0])]);

const question = (name, type) => Buffer.concat([writeName(name), Buffer.from([type >> 8, type & 255, 0, 1])]);

/** The answers of a message, each with its data as it is written. */
function readAnswers(message) {
  const answers = [];
  let [, at] = readName(message, 12);
  at += 4;
  for (let left = message.readUInt16BE(6); left > 0; left -= 1) {
    const [name, end] = readName(message, at);
    const type = message.readUInt16BE(end), size = message.readUInt16BE(end + 8), start = end + 10;
    const target = WITH_NAME.has(type) ? readName(message, start)[0].toLowerCase() : null;
    const data = target ? writeName(target) : message.subarray(start, start + size);
    if (target || WITHOUT_NAME.has(type)) answers.push({ name, type, ttl: message.readUInt32BE(end + 4), data, target });
    at = start + size;
  }
  return answers;
}

/** What one server says: { rcode, authoritative, answers }; null: nothing in time. */
const ask = (server, name, type, address = HERE) => new Promise((resolve) => {
  const socket = dgram.createSocket('udp4'), id = Math.floor(Math.random() * 65536);
  const end = (said) => {
    clearTimeout(timer);
    socket.close();
    resolve(said);
  };
  const timer = setTimeout(() => end(null), PATIENCE_MS);
  socket.on('error', () => end(null));
  socket.on('message', (message) => {
    try {
      if (message.readUInt16BE(0) === id) end({ rcode: message[3] & 15, authoritative: (message[2] & 4) > 0, answers: readAnswers(message) });
    } catch {
      end(null);
    }
  });
  const head = Buffer.from([id >> 8, id & 255, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  socket.send(Buffer.concat([head, question(name, type)]), server, address);
});

/** Where the nearest zone of a name is delegated to: [address, port]; null: nowhere. */
async function delegation(name) {
  const labels = name.split('.').filter(Boolean);
  const told = await Promise.all(labels.map((_, i) => ask(names, `_delegation.${labels.slice(i).join('.')}.`, TYPES.TXT)));
  const text = told.flatMap((one) => one?.answers.filter(({ type }) => type === TYPES.TXT) ?? [])[0]?.data.subarray(1).toString('latin1');
  const [, address, port] = text?.match(/^([\d.]+):(\d+)$/) ?? [];
  return address ? [address, Number(port)] : null;
}

/** What a zone's name servers say. */
async function askZone(name, type) {
  const elsewhere = await delegation(name);
  if (elsewhere) return (await ask(elsewhere[1], name, type, elsewhere[0])) ?? { rcode: SERVER_FAILURE, answers: [] };
  const all = await Promise.all(servers.map((server) => ask(server, name, type)));
  return all.find((one) => one?.authoritative && one.answers.length) ?? all.find((one) => one?.authoritative)
    ?? (all.some(Boolean) ? { rcode: NO_ERROR, answers: [], unknown: true } : null); // a zone that nobody here has
}

/** What the internet would say: { rcode, answers }. */
async function find(name, type, aliases = 0) {
  const told = await ask(names, name, type);
  let said = told;
  if (!told?.answers.length) {
    const zone = await askZone(name, type);
    if (zone && (!zone.unknown || told?.rcode === NOT_IMPLEMENTED)) said = zone; // challtestsrv knows no NS records
  }
  if (!said) return { rcode: SERVER_FAILURE, answers: [] };
  const rcode = said.rcode === NO_SUCH_NAME ? NO_SUCH_NAME : said.rcode === NO_ERROR ? NO_ERROR : SERVER_FAILURE;
  const alias = said.answers.findLast(({ type: of }) => of === TYPES.CNAME);
  if (!alias || type === TYPES.CNAME || said.answers.some((one) => one.type === type) || aliases === ALIASES) return { rcode, answers: said.answers };
  const rest = await find(alias.target, type, aliases + 1);
  return { rcode: rest.rcode, answers: [...said.answers, ...rest.answers] };
}

function reply(request, asked, { rcode, answers }) {
  const head = Buffer.from([request[0], request[1], 0x80 | (request[2] & 1), 0x80 | rcode, 0, 1, answers.length >> 8, answers.length & 255, 0, 0, 0, 0]);
  const records = answers.map(({ name, type, ttl, data }) => {
    const fixed = Buffer.alloc(10);
    fixed.writeUInt16BE(type, 0);
    fixed.writeUInt16BE(1, 2);
    fixed.writeUInt32BE(ttl, 4);
    fixed.writeUInt16BE(data.length, 8);
    return Buffer.concat([writeName(name), fixed, data]);
  });
  return Buffer.concat([head, asked, ...records]);
}

const server = dgram.createSocket('udp4');
server.on('message', async (request, from) => {
  try {
    const [name, end] = readName(request, 12);
    const asked = request.subarray(12, end + 4);
    server.send(reply(request, asked, await find(name.toLowerCase(), request.readUInt16BE(end))), from.port, from.address);
  } catch {
    // no question: nobody is answered
  }
});
server.bind(port, '127.0.0.1');
