// Zones by the API, and what real name servers say of them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { admin, anotherOrganisation, api, createWebsite, customer, ended, env, runDir, supervised, until } from './panel.mjs';
import { query } from './query.mjs';

const ports = Object.fromEntries(readFileSync(join(runDir, 'ports.env'), 'utf8').trim().split('\n').map((line) => line.split('=')));
const servers = Array.from({ length: Number(env.NODES) }, (_, i) => Number(ports[`DNS_PORT_${i + 1}`]));

/** What a server answers: lines of data. */
const dig = (port, name, type, ...more) =>
  execFileSync('dig', ['@127.0.0.1', '-p', String(port), '+short', '+norecurse', '+tries=1', '+time=3', ...more, name, type], { encoding: 'utf8' })
    .trim().split('\n').filter(Boolean);

const serial = (port, name) => Number(dig(port, name, 'SOA')[0]?.split(' ')[2]);
const freshZone = (word = 'zone') => `${word}-${randomBytes(5).toString('hex')}.example`;
const add = (name, type, data, more) => ({ op: 'add', record: { name, type, data, ...more } });

const show = async (id, token = env.CUSTOMER_TOKEN) => (await api(token, 'GET', `/api/v1/zones/${id}`)).body.zone;
const settled = (id, state = 'active') => until(`zone ${id} to be ${state}`, async () => {
  const zone = await show(id);
  return zone?.state === state ? zone : null;
}, 30);

async function createZone(body = {}, token = env.CUSTOMER_TOKEN) {
  const made = await api(token, 'POST', '/api/v1/zones', { name: freshZone(), ...body });
  assert.equal(made.status, 202, JSON.stringify(made.body));
  return settled(made.body.zone.id);
}

async function change(zone, changes, more = {}) {
  const done = await customer('POST', `/api/v1/zones/${zone.id}/changes`, { changes, ...more });
  assert.equal(done.status, 202, JSON.stringify(done.body));
  for (const id of done.body.taskIds) assert.equal((await ended(env.CUSTOMER_TOKEN, id)).state, 'success');
  return done.body;
}

test('a new zone is answered for by every node, with one serial and the same name servers', async () => {
  const zone = await createZone();
  assert.equal(zone.servers.length, Math.min(2, servers.length));
  for (const port of servers) {
    assert.equal(serial(port, zone.name), zone.serial);
    assert.deepEqual(dig(port, zone.name, 'NS').sort(), zone.nameServers.map((name) => `${name}.`).sort());
  }
  const check = await customer('GET', `/api/v1/zones/${zone.id}/servers`);
  assert.equal(check.body.inStep, true, JSON.stringify(check.body));
  assert.deepEqual(check.body.servers.map((s) => s.serial), zone.servers.map(() => zone.serial));
  const tasks = await customer('GET', `/api/v1/tasks?targetId=${zone.id}`);
  assert.equal(tasks.body.tasks.length, zone.servers.length);
  assert.ok(tasks.body.tasks.every((t) => t.target.objectId === zone.id && t.target.kind === 'zone'));
});

test('one record, many records, all types: what is entered is what is answered', async () => {
  const zone = await createZone();
  await change(zone, [add('@', 'A', '192.0.2.10', { ttl: 300 })]);
  for (const port of servers) assert.deepEqual(dig(port, zone.name, 'A'), ['192.0.2.10']);
  const done = await change(zone, [
    add('www', 'CNAME', '@'), add('mail', 'AAAA', '2001:db8::25'), add('@', 'MX', '10 mail'), add('@', 'TXT', 'v=spf1 mx -all'),
    add('_sip._tcp', 'SRV', '10 5 5060 mail'), add('@', 'CAA', '0 issue "ca.example"'), add('sub', 'NS', 'ns.elsewhere.example.'),
    add('_443._tcp', 'TLSA', `3 1 1 ${'ab'.repeat(32)}`), add('host', 'SSHFP', `4 2 ${'cd'.repeat(32)}`),
    add('svc', 'HTTPS', '1 . alpn=h2'), add('*.wild', 'A', '192.0.2.99'), add('long', 'TXT', 'x'.repeat(400)),
  ]);
  assert.equal(done.sets.length, 12);
  for (const port of servers) {
    assert.deepEqual(dig(port, `www.${zone.name}`, 'CNAME'), [`${zone.name}.`]);
    assert.deepEqual(dig(port, `mail.${zone.name}`, 'AAAA'), ['2001:db8::25']);
    assert.deepEqual(dig(port, zone.name, 'MX'), [`10 mail.${zone.name}.`]);
    assert.deepEqual(dig(port, zone.name, 'TXT'), ['"v=spf1 mx -all"']);
    assert.deepEqual(dig(port, `_sip._tcp.${zone.name}`, 'SRV'), [`10 5 5060 mail.${zone.name}.`]);
    assert.deepEqual(dig(port, `any.wild.${zone.name}`, 'A'), ['192.0.2.99']);
    assert.equal(dig(port, `long.${zone.name}`, 'TXT')[0].replace(/[" ]/g, '').length, 400);
    assert.equal(serial(port, zone.name), done.zone.serial);
  }
});

// A server that keeps an answer which it was making while the records changed would tell it for as long as its cache lasts.
test('who asks all the time sees every change within seconds', async () => {
  const zone = await createZone();
  let stop = false, seen = '';
  const asking = (async () => {
    while (!stop) seen = String(await query(servers[0], `word.${zone.name}`, 'TXT'));
  })();
  for (let i = 0; i < 60; i += 1) {
    const word = `word-${i}-${randomBytes(4).toString('hex')}`;
    await change(zone, [{ op: i ? 'replace' : 'add', record: { name: 'word', type: 'TXT', data: `"${word}"` } }]);
    await until(`${word} to be answered`, () => seen.includes(word), 5);
  }
  stop = true;
  await asking;
});

test('300 records are one change, one serial, and gone again by its undoing', async () => {
  const zone = await createZone();
  const before = (await customer('GET', `/api/v1/zones/${zone.id}/export`)).body.zoneFile;
  const done = await change(zone, Array.from({ length: 300 }, (_, i) => add(`h${i}`, 'A', `192.0.2.${i % 250}`)), { note: 'a rack' });
  assert.equal(done.zone.records, 300);
  for (const port of servers) assert.deepEqual(dig(port, `h299.${zone.name}`, 'A'), ['192.0.2.49']);
  const history = (await customer('GET', `/api/v1/zones/${zone.id}/changes`)).body.changes;
  assert.equal(history[0].note, 'a rack');
  assert.equal(history[0].added, 300);
  const undone = await customer('POST', `/api/v1/zones/${zone.id}/changes/${done.changeId}/undo`, {});
  assert.equal(undone.status, 202, JSON.stringify(undone.body));
  await settled(zone.id);
  for (const port of servers) {
    assert.deepEqual(dig(port, `h299.${zone.name}`, 'A'), []);
    assert.equal(serial(port, zone.name), undone.body.zone.serial);
  }
  const after = (await customer('GET', `/api/v1/zones/${zone.id}/export`)).body.zoneFile;
  const rest = (file) => file.split('\n').filter((line) => !/\tSOA\t/.test(line));
  assert.deepEqual(rest(after), rest(before));
});

test('a plan shows sets before and after and changes nothing', async () => {
  const zone = await createZone();
  await change(zone, [add('a', 'A', '192.0.2.1')]);
  const plan = await customer('POST', `/api/v1/zones/${zone.id}/plan`, {
    changes: [{ op: 'replace', record: { name: 'a', type: 'A', data: '192.0.2.2' } }, add('b', 'A', 'nonsense')],
  });
  assert.equal(plan.status, 200);
  assert.deepEqual(plan.body.sets.map((s) => [s.name, s.before, s.after]), [['a', ['192.0.2.1'], ['192.0.2.2']]]);
  assert.equal(plan.body.violations[0].field, 'changes[1].record.data');
  for (const port of servers) assert.deepEqual(dig(port, `a.${zone.name}`, 'A'), ['192.0.2.1']);
});

test('what one zone exports another imports, and servers answer alike', async () => {
  const from = await createZone();
  await change(from, [add('@', 'A', '192.0.2.1'), add('@', 'TXT', 'quotes " and \\\\ backslash'), add('x', 'MX', '5 elsewhere.example.')]);
  const { zoneFile } = (await customer('GET', `/api/v1/zones/${from.id}/export`)).body;
  const same = await customer('POST', `/api/v1/zones/${from.id}/import/plan`, { zoneFile, replace: true });
  assert.deepEqual(same.body.sets ?? [], []);
  const to = await createZone({ zoneFile: zoneFile.replaceAll(from.name, 'PLACE').replace(/\$ORIGIN.*\n/, '').replace(/.*PLACE.*\n/g, '') });
  for (const port of servers) {
    assert.deepEqual(dig(port, to.name, 'A'), dig(port, from.name, 'A'));
    assert.deepEqual(dig(port, to.name, 'TXT'), dig(port, from.name, 'TXT'));
    assert.deepEqual(dig(port, `x.${to.name}`, 'MX'), ['5 elsewhere.example.']);
  }
});

const refused = [
  ['x', 'TXT', 'a\nevil 300 IN A 192.0.2.66', 'changes[0].record.data'],
  ['x\nevil', 'A', '192.0.2.66', 'changes[0].record.name'],
  ['x', 'A', '192.0.2.1\r\nevil', 'changes[0].record.data'],
  ['www.elsewhere.example.', 'A', '192.0.2.66', 'changes[0].record.name'],
  ['@', 'NS', 'evil.example.', 'changes[0].record.type'],
  ['@', 'SOA', 'a. b. 1 2 3 4 5', 'changes[0].record.type'],
  ['@', 'CNAME', 'evil.example.', 'changes[0].record.type'],
  ['a'.repeat(64), 'A', '192.0.2.66', 'changes[0].record.name'],
  ['x', 'A', '192.0.2.1 ; x', 'changes[0].record.data'],
  ['x', 'MX', '10 a.example. b.example.', 'changes[0].record.data'],
  ['x', 'TXT', '"open', 'changes[0].record.data'],
];

test('hostile input is refused with its field and rule, and no server has seen any of it', async () => {
  const zone = await createZone();
  for (const [name, type, data, field] of refused) {
    const answer = await customer('POST', `/api/v1/zones/${zone.id}/changes`, { changes: [add(name, type, data)] });
    assert.equal(answer.status, 400, `${name} ${type} ${data}`);
    assert.equal(answer.body.violations[0].field, field, JSON.stringify(answer.body));
    assert.ok(answer.body.violations[0].rule && answer.body.violations[0].message);
  }
  for (const port of servers) {
    assert.equal(serial(port, zone.name), zone.serial);
    assert.deepEqual(dig(port, `evil.${zone.name}`, 'A'), []);
  }
});

test('zones of others: neither their names, nor above or below them, nor their records', async () => {
  const zone = await createZone();
  const other = await anotherOrganisation();
  for (const name of [zone.name, `sub.${zone.name}`]) {
    const answer = await api(other.token, 'POST', '/api/v1/zones', { name });
    assert.equal(answer.status, 409, name);
    assert.equal(answer.body.violations[0].field, 'name');
  }
  const parent = `${randomBytes(4).toString('hex')}.example`;
  await createZone({ name: `deep.${parent}` });
  assert.equal((await api(other.token, 'POST', '/api/v1/zones', { name: parent })).status, 409);
  for (const path of ['', '/records', '/changes', '/export', '/servers', '/dnssec'])
    assert.equal((await api(other.token, 'GET', `/api/v1/zones/${zone.id}${path}`)).status, 404, path);
  assert.equal((await api(other.token, 'POST', `/api/v1/zones/${zone.id}/changes`, { changes: [add('a', 'A', '192.0.2.1')] })).status, 404);
  assert.equal((await api(other.token, 'DELETE', `/api/v1/zones/${zone.id}`)).status, 404);
});

test('the same key twice is one change', async () => {
  const zone = await createZone();
  const headers = { 'idempotency-key': randomUUID() };
  const body = { changes: [add('once', 'A', '192.0.2.1')] };
  const [a, b] = [await customer('POST', `/api/v1/zones/${zone.id}/changes`, body, headers), await customer('POST', `/api/v1/zones/${zone.id}/changes`, body, headers)];
  assert.equal(a.status, 202);
  assert.equal(b.status, 202);
  assert.equal(a.body.changeId, b.body.changeId);
  assert.equal((await customer('GET', `/api/v1/zones/${zone.id}/changes`)).body.page.total, '2');
});

test('deleted, brought back, purged: answered for only while it lives', async () => {
  const zone = await createZone();
  await change(zone, [add('@', 'A', '192.0.2.1')]);
  assert.equal((await customer('DELETE', `/api/v1/zones/${zone.id}`)).status, 202);
  await settled(zone.id, 'deleted');
  for (const port of servers) assert.deepEqual(dig(port, zone.name, 'A'), []);
  assert.equal((await customer('POST', `/api/v1/zones/${zone.id}/undelete`, {})).status, 202);
  await settled(zone.id);
  for (const port of servers) assert.deepEqual(dig(port, zone.name, 'A'), ['192.0.2.1']);
  assert.equal((await customer('DELETE', `/api/v1/zones/${zone.id}`)).status, 202);
  await settled(zone.id, 'deleted');
  assert.equal((await customer('POST', `/api/v1/zones/${zone.id}/purge`, {})).status, 202);
  await until('the zone to be gone', async () => (await customer('GET', `/api/v1/zones/${zone.id}`)).status === 404, 30);
  const again = await createZone({ name: zone.name });
  assert.notEqual(again.id, zone.id);
});

test('a website\'s names point to its node in the organisation\'s zone', async () => {
  const zone = await createZone();
  const site = await createWebsite(env.CUSTOMER_TOKEN, `shop.${zone.name}`, { settings: { https: { certificate: 'NONE' } } }); // else records show its name, too
  for (const port of servers)
    await until('the address', () => dig(port, site.domain, 'A')[0] === site.address, 30);
  const { records } = (await customer('GET', `/api/v1/zones/${zone.id}/records?name=shop`)).body;
  assert.equal(records[0].managedBy, 'web');
  assert.equal(records[0].ownerId, site.id);
  assert.equal((await customer('DELETE', `/api/v1/websites/${site.id}`)).status, 202);
  for (const port of servers) await until('the address to go', () => dig(port, site.domain, 'A').length === 0, 30);
});

test('the service may be away: nothing is lost, and other parts of the panel answer', async () => {
  const zone = await createZone();
  supervised.down('dns');
  try {
    assert.equal((await customer('GET', '/api/v1/websites')).status, 200);
    const away = await customer('GET', '/api/v1/zones');
    assert.ok(away.status === 503 || away.status === 504, String(away.status));
  } finally {
    supervised.up('dns');
  }
  await until('zones again', async () => (await customer('GET', '/api/v1/zones')).status === 200, 30);
  await change(zone, [add('later', 'A', '192.0.2.1')]);
  for (const port of servers) assert.deepEqual(dig(port, `later.${zone.name}`, 'A'), ['192.0.2.1']);
});

test('a signed zone validates on every node with the key and DS that the panel shows, and a rollover keeps it so', async () => {
  const zone = await createZone();
  await change(zone, [add('@', 'A', '192.0.2.1')]);
  assert.equal((await customer('GET', `/api/v1/zones/${zone.id}/dnssec`)).body.dnssec.state, 'off');
  const step = async (method, path, body) => {
    const done = await customer(method, `/api/v1/zones/${zone.id}/dnssec${path}`, body);
    assert.equal(done.status, 202, JSON.stringify(done.body));
    for (const id of done.body.taskIds) {
      const task = await ended(env.CUSTOMER_TOKEN, id);
      assert.equal(task.state, 'success', JSON.stringify(task));
    }
    return (await customer('GET', `/api/v1/zones/${zone.id}/dnssec`)).body.dnssec;
  };
  const validates = (dnssec, anchor) => {
    const [flags, protocol, algorithm, key] = anchor.split(' ');
    const file = join(mkdtempSync(join(tmpdir(), 'anchor-')), 'keys');
    writeFileSync(file, `trust-anchors { "${zone.name}." static-key ${flags} ${protocol} ${algorithm} "${key}"; };\n`);
    for (const port of servers) {
      const keys = dig(port, zone.name, 'DNSKEY').map((line) => line.split(' ').slice(0, 3).join(' ') + ' ' + line.split(' ').slice(3).join(''));
      assert.deepEqual(keys.sort(), dnssec.keys.map((k) => k.dnskey).sort());
      const said = execFileSync('delv', ['@127.0.0.1', '-p', String(port), '-a', file, `+root=${zone.name}.`, zone.name, 'A'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
      assert.match(said, /fully validated/);
    }
  };
  const on = await step('POST', '', {});
  assert.equal(on.state, 'unpublished');
  assert.ok(on.nextStep);
  validates(on, on.keys[0].dnskey);
  const [tag, , , digest] = on.ds[0].split(' ');
  const rdata = Buffer.concat([Buffer.from([1, 1, 3, 13]), Buffer.from(on.keys[0].dnskey.split(' ')[3], 'base64')]);
  const wire = Buffer.concat([...zone.name.split('.').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)])), Buffer.from([0])]);
  assert.equal(digest, createHash('sha256').update(wire).update(rdata).digest('hex'));
  assert.equal(Number(tag), on.keys[0].tag);
  const rolling = await step('POST', '/rollover', {});
  assert.equal(rolling.state, 'rolling');
  for (const key of rolling.keys) validates(rolling, key.dnskey);
  const rolled = await step('POST', '/rollover', { force: true });
  assert.equal(rolled.keys.length, 1);
  validates(rolled, rolling.keys.find((k) => k.state === 'active').dnskey);
  const off = await step('DELETE', '?force=true');
  assert.equal(off.state, 'off');
  for (const port of servers) assert.deepEqual(dig(port, zone.name, 'DNSKEY'), []);
});

test('reverse zones are made by operators, and answer', async () => {
  const name = `${randomBytes(1)[0]}.${randomBytes(1)[0]}.10.in-addr.arpa`;
  assert.equal((await customer('POST', '/api/v1/zones', { name })).status, 400);
  const made = await admin('POST', '/api/v1/zones', { name });
  assert.equal(made.status, 202, JSON.stringify(made.body));
  assert.equal(made.body.zone.reverse, true);
  await until('the reverse zone', async () => (await admin('GET', `/api/v1/zones/${made.body.zone.id}`)).body.zone.state === 'active', 30);
  const done = await admin('POST', `/api/v1/zones/${made.body.zone.id}/changes`, { changes: [add('7', 'PTR', 'host.shop.example.')] });
  assert.equal(done.status, 202, JSON.stringify(done.body));
  for (const port of servers) await until('PTR', () => dig(port, `7.${name}`, 'PTR')[0] === 'host.shop.example.');
});
