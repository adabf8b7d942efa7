// The audit trail of a running panel: the chain is whole, and what somebody with every right on the database does shows.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createWebsite, customer, inside, runDir, shortDir, sql, until } from './panel.mjs';

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
