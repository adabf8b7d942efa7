// The audit trail of a running panel: the chain is whole, and what somebody with every right on the database does shows.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { admin, anotherOrganisation, api, createWebsite, customer, env, inside, runDir, shortDir, signIn, sql, until } from './panel.mjs';

/** Runs `stralixctl audit verify` where the panel's programs live: { status, out }. */
function verify(...args) {
  const pid = readFileSync(join(runDir, 'svscan.pid'), 'utf8').trim();
  try {
    const out = execFileSync('nsenter', ['-t', pid, '-m', '--', `${shortDir()}/bin/stralixctl`, 'audit', 'verify', '--dir', shortDir(), ...args],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    return { status: 0, out };
  } catch (e) {
    return { status: e.status, out: e.stdout + e.stderr };
  }
}

/** As somebody who rules the database: no trigger holds. */
const tamper = (statements) => sql(`begin; set local session_replication_role = replica; ${statements}; commit`);

const recordOf = (site) => until('the audit record', async () => {
  const { body } = await customer('GET', `/api/v1/audit?targetId=${site.id}&action=website.create`);
  return body.records?.[0];
});

test('the chain is whole, and a changed record shows', async () => {
  const record = await recordOf(await createWebsite());
  const before = verify();
  assert.equal(before.status, 0, before.out);
  tamper(`update audit.records set actor_name = actor_name || 'x' where id = '${record.id}'`);
  const after = verify();
  tamper(`update audit.records set actor_name = left(actor_name, -1) where id = '${record.id}'`);
  assert.equal(after.status, 1, after.out);
  assert.match(after.out, new RegExp(`FAULT link \\d+, record ${record.id}: names a record that was changed`));
  assert.equal(verify().status, 0);
});

test('a deleted record shows', async () => {
  const record = await recordOf(await createWebsite());
  tamper(`create table audit.saved as select * from audit.records where id = '${record.id}'; delete from audit.records where id = '${record.id}'`);
  const after = verify();
  tamper('insert into audit.records overriding system value select * from audit.saved; drop table audit.saved');
  assert.equal(after.status, 1, after.out);
  assert.match(after.out, new RegExp(`record ${record.id}: names a record that was deleted`));
  assert.equal(verify().status, 0);
});

test('a cut-off end shows to who kept a checkpoint elsewhere', async () => {
  const kept = `${shortDir()}/kept-checkpoints`;
  await createWebsite();
  await until('a checkpoint of the end', async () => sql('select (select max(position) from audit.checkpoints) = (select max(position) from audit.chain)') === 't', 60);
  try {
    assert.equal(verify('--kept', kept).status, 0);
    assert.match(inside('cat', kept), /^eyJ/);
    tamper('create table audit.cut as select * from audit.chain order by position desc limit 1;'
      + 'create table audit.cut_records as select * from audit.records where id in (select record_id from audit.cut);'
      + 'create table audit.cut_points as select * from audit.checkpoints where position in (select position from audit.cut);'
      + 'delete from audit.chain where position in (select position from audit.cut);'
      + 'delete from audit.records where id in (select record_id from audit.cut);'
      + 'delete from audit.checkpoints where position in (select position from audit.cut)');
    const unseen = verify();
    const seen = verify('--kept', kept);
    tamper('insert into audit.chain select * from audit.cut; insert into audit.records overriding system value select * from audit.cut_records;'
      + 'insert into audit.checkpoints select * from audit.cut_points; drop table audit.cut, audit.cut_records, audit.cut_points');
    assert.equal(unseen.status, 0, 'the database alone can not tell');
    assert.equal(seen.status, 1, seen.out);
    assert.match(seen.out, /a checkpoint kept elsewhere tells of it/);
    assert.equal(verify('--kept', kept).status, 0);
  } finally {
    rmSync(join(runDir, 'kept-checkpoints'), { force: true });
  }
});

/** All pages of an export. */
async function exported(token, query) {
  let text = '';
  for (let cursor = ''; ;) {
    const { status, body } = await api(token, 'GET', `/api/v1/audit/export?${query}&limit=2${cursor && `&cursor=${cursor}`}`);
    assert.equal(status, 200, JSON.stringify(body));
    text += body.content;
    if (!body.nextCursor) return text;
    cursor = body.nextCursor;
  }
}

test('an export holds what the list holds, page by page', async () => {
  const site = await createWebsite();
  await recordOf(site);
  const list = await until('the record of the outcome', async () => {
    const { body } = await customer('GET', `/api/v1/audit?targetId=${site.id}`);
    return body.records.length > 1 ? body.records : null;
  });
  const lines = (await exported(env.CUSTOMER_TOKEN, `format=jsonl&targetId=${site.id}`)).trim().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual(lines, list);
  const csv = (await exported(env.CUSTOMER_TOKEN, `format=csv&targetId=${site.id}`)).trim().split('\r\n');
  assert.equal(csv.length, list.length + 1);
  assert.match(csv[0], /^id,at,organisation,/);
  assert.ok(csv[1].startsWith(`"${list[0].id}","${list[0].at}"`), csv[1]);
  assert.equal((await customer('GET', '/api/v1/audit/export?format=xlsx')).status, 400);
});

test('what the panel does with a task is on behalf of whose task it was', async () => {
  const site = await createWebsite();
  const made = await recordOf(site);
  const outcome = await until('the record of the outcome', async () => {
    const { body } = await customer('GET', `/api/v1/audit?targetId=${site.id}&action=website.apply`);
    return body.records?.[0];
  });
  assert.equal(outcome.actorId, 'system:web');
  assert.equal(outcome.onBehalfOf, made.actorId);
  const { body } = await customer('GET', `/api/v1/audit?targetId=${site.id}&actor=${made.actorId}`);
  assert.equal(body.records.length, 2, 'by the actor: own deeds and those for them');
  assert.equal(JSON.parse(outcome.after).domain, site.domain);
});

test('records are filtered by kind of action, object and time, within what one may see', async () => {
  const site = await createWebsite();
  const { at } = await recordOf(site);
  const count = async (query) => (await customer('GET', `/api/v1/audit?targetId=${site.id}&${query}`)).body.records.length;
  const ms = Date.parse(at);
  assert.equal(await count(`action=website.create&fromMs=${ms}&untilMs=${ms + 1}`), 1);
  assert.equal(await count(`action=website.create&fromMs=${ms + 1}`), 0);
  assert.equal(await count(`action=website.create&untilMs=${ms}`), 0);
  assert.ok(await count('action=website') >= 1);
  assert.equal(await count('action=web'), 0);
  assert.equal(await count('targetKind=token'), 0);
});

test('signing in and out and tokens say what was and what is, without a secret; others see none of it', async () => {
  const other = await anotherOrganisation();
  const cookie = await signIn(other.email, other.password);
  const out = await api(null, 'DELETE', '/api/v1/session', undefined, { cookie, 'x-requested-with': 'stralix' });
  assert.equal(out.status, 204);
  const records = await until('the records', async () => {
    const { body } = await api(other.token, 'GET', '/api/v1/audit?limit=200');
    return ['session.create', 'session.delete', 'token.create', 'user.create'].every((action) => body.records.some((r) => r.action === action)) ? body.records : null;
  });
  const of = (action) => records.find((record) => record.action === action);
  assert.equal(JSON.parse(of('session.create').after).email, other.email);
  assert.equal(JSON.parse(of('session.delete').before).userId, other.user.id);
  assert.ok(JSON.parse(of('token.create').after).ttlS > 0);
  assert.equal(JSON.parse(of('user.create').after).email, other.email);
  const all = JSON.stringify(records);
  for (const secret of [other.password, other.token, cookie.split('=')[1]]) assert.ok(!all.includes(secret));
  const foreign = await customer('GET', `/api/v1/audit?organisationId=${other.organisation.id}`);
  assert.equal(foreign.status, 404);
  assert.equal((await customer('GET', `/api/v1/audit/export?format=csv&organisationId=${other.organisation.id}`)).status, 404);
  assert.equal((await customer('GET', `/api/v1/audit?actor=${encodeURIComponent(other.email)}`)).body.records.length, 0);
  assert.ok((await admin('GET', `/api/v1/audit?actor=${encodeURIComponent(other.email)}`)).body.records.length > 0);
});

test('stralixctl lists, and writes the whole export', async () => {
  const site = await createWebsite();
  await recordOf(site);
  const dir = mkdtempSync(join(tmpdir(), 'stralix-audit-'));
  try {
    writeFileSync(join(dir, 'token'), env.CUSTOMER_TOKEN, { mode: 0o600 });
    const ctl = (...args) => execFileSync(join(runDir, 'bin/stralixctl'),
      ['audit', ...args, '--url', env.PANEL_URL, '--ca', join(runDir, 'pki/ca.crt'), '--token-file', join(dir, 'token'), '--target-id', site.id],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    assert.match(ctl('list'), /website\.create/);
    await until('the record of the outcome', async () => (await customer('GET', `/api/v1/audit?targetId=${site.id}`)).body.records.length > 1);
    const lines = ctl('export', '--format', 'jsonl', '--limit', '1', '--all').trim().split('\n').map((line) => JSON.parse(line).action);
    assert.deepEqual(lines, ['website.apply', 'website.create']);
    assert.equal(ctl('export', '--format', 'csv', '--limit', '1', '--all').trim().split('\r\n').length, 3);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
