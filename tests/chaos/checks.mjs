// What must be true of websites whatever was killed while they were made: of one, and of all of a run together.
import assert from 'node:assert/strict';
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { configtest, customer, ended, env, journal, runDir, sql, until, visit } from '../system/panel.mjs';

export const nodes = Array.from({ length: Number(env.NODES) }, (_, i) => `n${i + 1}`);

const facts = (query) => JSON.parse(sql(query));
const ls = (node, ...path) => readdirSync(join(runDir, 'nodes', node, ...path)).sort();

/** What the services' tables hold of a name. */
const records = (domain) => facts(`select json_build_object(
  'websites', (select coalesce(json_agg(state), '[]') from web.websites where domain = '${domain}'),
  'tasks', (select coalesce(json_agg(json_build_array(verb, epoch, n, state)), '[]') from tasks.task where target_name = '${domain}'),
  'claims', (select count(*) from authz.claims where domain = '${domain}' and state = 'confirmed'),
  'audited', (select count(*) from audit.records where action = 'website.create' and target_name = '${domain}'),
  'unsaid', (select count(*) from web.outbox) + (select count(*) from tasks.outbox) + (select count(*) from authz.outbox))`);

const whole = { websites: ['active'], tasks: [['apply', 1, 1, 'success']], claims: 1, audited: 1, unsaid: 0 };
const nothing = { websites: [], tasks: [], claims: 0, audited: 0, unsaid: 0 };

/** Waits until the condition's value is what it should be; shows both when it never is. */
export async function becomes(what, read, wanted, seconds = 20) {
  let last;
  await until(what, () => {
    last = read();
    return JSON.stringify(last) === JSON.stringify(wanted);
  }, seconds).catch((e) => {
    assert.deepEqual(last, wanted, what);
    throw e;
  });
}

/** Wholly there, and once: API, tables, journal, configuration, files, and what a visitor sees. */
export async function wholeAndOnce(domain, website, taskId) {
  const task = await ended(env.CUSTOMER_TOKEN, taskId, 60);
  assert.equal(task.state, 'success', JSON.stringify(task));
  const page = await visit(website.url);
  assert.equal(page.status, 200);
  assert.ok(page.text.includes(domain), 'the site shows its name');
  await becomes(`the records of ${domain}`, () => records(domain), whole);
  const { body } = await customer('GET', `/api/v1/websites/${website.id}`);
  assert.equal(body.website.state, 'active');

  const { id, nodeId } = website;
  assert.deepEqual(journal(nodeId, `select epoch, n from objects where id = '${id}'`), [['1', '1']], 'the node has generation 1');
  assert.deepEqual(journal(nodeId, `select state from tasks where resource_id = '${id}'`), [['3']], 'the node did one task');
  assert.ok(ls(nodeId, 'nginx/live/sites').includes(`${id}.conf`), 'nginx has it');
  assert.equal(lstatSync(join(runDir, 'nodes', nodeId, 'srv', id, 'public')).uid, uidOf(id), 'the folder is its own');
  for (const other of nodes.filter((name) => name !== nodeId)) {
    assert.deepEqual(journal(other, `select id from objects where id = '${id}'`), [], `${other} knows nothing of it`);
  }
  configtest(nodeId);
}

const uidOf = (id) => Number(sql(`select uid from web.websites where id = '${id}'`));

/** For a request whose answer was lost: wholly there or wholly not, and which of both. */
export async function wholeOrNothing(domain) {
  const found = sql(`select json_build_object('id', id, 'taskId', task_id) from web.websites where domain = '${domain}'`);
  if (!found) {
    await becomes(`nothing of ${domain}`, () => records(domain), nothing);
    return 'nothing';
  }
  const { id, taskId } = JSON.parse(found);
  const { status, body } = await customer('GET', `/api/v1/websites/${id}`);
  assert.equal(status, 200, JSON.stringify(body));
  await wholeAndOnce(domain, body.website, taskId);
  return 'whole';
}

/** A node holds what its journal says and nothing half: generations, configurations, folders, the lane. */
async function nodeIsTidy(node) {
  await until(`${node} to have said everything`, () => journal(node, 'select id from reports').length === 0);
  assert.deepEqual(journal(node, 'select id from tasks where state in (1, 2)'), [], `${node} has work left`);
  assert.deepEqual(ls(node, 'lane'), [], `${node}: the lane is empty`);
  const tree = ls(node, 'nginx');
  assert.deepEqual(tree.filter((name) => !/^(live|gen-\d+)$/.test(name)), [], `${node}: half a generation`);
  assert.ok(tree.length <= 4, `${node} keeps three generations: ${tree}`);
  const known = new Set(journal(node, "select id from objects where kind = 'website'").flat());
  const served = ls(node, 'nginx/live/sites').map((name) => name.replace('.conf', ''));
  const folders = ls(node, 'srv');
  assert.deepEqual([...served, ...folders].filter((id) => !known.has(id)), [], `${node} has files of what it doesn't know`);
  const placed = sql(`select id, state from web.websites where node_id = '${node}'`).split('\n').filter(Boolean).map((line) => line.split('|'));
  const ids = new Set(placed.map(([id]) => id));
  assert.deepEqual([...known].filter((id) => !ids.has(id)), [], `${node} holds what nobody has`);
  for (const [id, state] of placed) {
    if (state === 'active') assert.ok(served.includes(id) && folders.includes(id), `${node} lacks ${id}`);
  }
  configtest(node);
}

/** Counts over all tables that must be zero, for names like the pattern. */
const strays = (like) => facts(`with site as (select * from web.websites where domain like '${like}')
  select json_build_object(
  'tasks of nothing', (select count(*) from tasks.task t where target_name like '${like}' and not exists (select from site s where s.id = t.resource_id)),
  'claims of nothing', (select count(*) from authz.claims c where domain like '${like}' and state = 'confirmed' and not exists (select from site s where s.id = c.resource_id)),
  'audit of nothing', (select count(*) from audit.records r where target_name like '${like}' and action = 'website.create' and not exists (select from site s where s.id = r.target_id)),
  'sites without one task', (select count(*) from site s where 1 <> (select count(*) from tasks.task t where t.resource_id = s.id and t.id = s.task_id and state = 'success')),
  'sites without one claim', (select count(*) from site s where 1 <> (select count(*) from authz.claims c where c.resource_id = s.id and c.domain = s.domain and state = 'confirmed')),
  'sites without one audit record', (select count(*) from site s where 1 <> (select count(*) from audit.records r where r.target_id = s.id and action = 'website.create')),
  'names twice', (select count(*) - count(distinct domain) from site),
  'tasks at work', (select count(*) from tasks.task where state in ('queued', 'running')),
  'words unsaid', (select count(*) from web.outbox) + (select count(*) from tasks.outbox) + (select count(*) from authz.outbox),
  'wrong quotas', (select count(*) from web.quota q where name = 'websites' and used <> (select count(*) from web.websites w where w.org_id = q.org_id and state <> 'purged')),
  'wrong windows', (select count(*) from tasks.node where running <> 0),
  'wrong loads', (select count(*) from tasks.node n where assigned <> (select count(*) from tasks.resource r where r.node_id = n.id and removed_at is null)))`);

/** The driver's ledger against database, journals and served sites: nothing lost, nothing twice, nothing half. */
export async function agree(ledger, like) {
  const none = Object.fromEntries(Object.keys(strays(like)).map((word) => [word, 0]));
  await becomes('the tables to agree with each other', () => strays(like), none);
  const present = new Map(sql(`select domain, task_id from web.websites where domain like '${like}'`)
    .split('\n').filter(Boolean).map((line) => line.split('|')));
  const asked = new Set(ledger.map(({ domain }) => domain));
  for (const { domain, task } of ledger.filter(({ status }) => status === 202)) {
    assert.equal(present.get(domain), task, `${domain} was accepted with this task`);
  }
  for (const domain of present.keys()) assert.ok(asked.has(domain), `${domain} is there and nobody asked for it`);
  for (const node of nodes) await nodeIsTidy(node);
}
