// seed.mjs panel|peer DIR: SQL on standard output that fills the databases of scripts/bench; psql reads it. Both get the
// same 50 organisations, 2,000 users with a token each, and 6,250 websites (25 for each organisation, 5,000 more for the
// first). DIR/tokens is made by the panel's run, mode 0600. The panel's rows are those that a finished creation leaves.
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ORGS = 50, USERS = 2000, SITES = 25, BIG = 5000, QUOTA = 5000;
const NODE = 'seed'; // no machine behind it: nobody applies these rows again
const [what, dir] = process.argv.slice(2);
const file = join(dir, 'tokens');

const digest = (token) => createHash('sha256').update(token).digest('hex');
const sitesOf = (org) => SITES + (org === 0 ? BIG : 0);
const domainOf = (org, i) => `seed-${org}-${i}.example`;
const copy = (table, columns, rows) => console.log(`copy ${table} (${columns}) from stdin;\n${rows.map((row) => row.join('\t')).join('\n')}\n\\.`);
const range = (n, make) => Array.from({ length: n }, (_, i) => make(i));

// Version 7, in the order of making, as the services write them.
const start = Date.now() - 86_400_000;
let made = 0;
function uuid() {
  const hex = (start + (made += 1)).toString(16).padStart(12, '0') + randomBytes(10).toString('hex');
  const variant = ((Number.parseInt(hex[16], 16) & 3) | 8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}

function seedPanel() {
  const tokens = range(USERS, () => `st_${randomBytes(32).toString('base64url')}`);
  const orgs = range(ORGS, uuid), users = range(USERS, uuid);
  const sites = orgs.flatMap((org, o) => range(sitesOf(o), (i) => ({ id: uuid(), task: uuid(), org, domain: domainOf(o, i) })));

  writeFileSync(file, tokens.join('\n') + '\n', { mode: 0o600 });
  copy('authz.organisations', 'id, name', orgs.map((id, o) => [id, `Bench ${o}`]));
  copy('authz.users', 'id, org_id, email, name, role, password',
    users.map((id, u) => [id, orgs[u % ORGS], `user${u}@bench.example`, `User ${u}`, 'customer', '$argon2id$nobody signs in']));
  copy('authz.api_tokens', 'id, org_id, user_id, name, digest, expires_at',
    users.map((id, u) => [uuid(), orgs[u % ORGS], id, 'bench', `\\\\x${digest(tokens[u])}`, '2100-01-01']));
  copy('authz.claims', 'domain, resource_id, org_id, resource_kind, state, held_until',
    sites.map((s) => [s.domain, s.id, s.org, 'website', 'confirmed', 'now']));
  copy('web.quota', 'org_id, name, used, lim', orgs.map((id, o) => [id, 'websites', sitesOf(o), QUOTA + sitesOf(o)]));
  copy('web.websites', `id, org_id, domain, display_domain, node_id, node_name, address, http_port, https_port, uid, serving,
    state, epoch, n, applied_serving, applied_epoch, applied_n, task_id, created_at, updated_at`,
    sites.map((s, i) => [s.id, s.org, s.domain, s.domain, NODE, 'seeded', '127.0.0.1', 80, 443, 200000 + i, 'live',
      'active', 1, 1, 'live', 1, 1, s.task, 'now', 'now']));
  copy('tasks.node', 'id, uid, name, address, http_port, https_port, report_key, capabilities, state, next_uid, assigned',
    [[NODE, uuid(), 'seeded', '127.0.0.1', 80, 443, '', '{}', 'suspended', 300000, sites.length]]);
  copy('tasks.resource', 'id, org_id, kind, node_id, uid, epoch_enqueued, n_enqueued, epoch_done, n_done',
    sites.map((s, i) => [s.id, s.org, 'website', NODE, 200000 + i, 1, 1, 1, 1]));
  copy('tasks.task', `id, org_id, resource_id, node_id, kind, verb, target_name, epoch, n, desired, state, attempt, actor_id,
    actor_name, permission, request_id, traceparent, owner, started_at, finished_at`,
    sites.map((s) => [s.task, s.org, s.id, NODE, 'website', 'apply', s.domain, 1, 1, '\\\\x', 'success', 1, 'bench', 'bench',
      'website:create', '', '', 'web', 'now', 'now']));
}

function seedPeer() {
  const tokens = readFileSync(file, 'utf8').trim().split('\n');

  copy('orgs', 'id, name', range(ORGS, (o) => [o, `Bench ${o}`]));
  copy('users', 'id, org_id, email', range(USERS, (u) => [u, u % ORGS, `user${u}@bench.example`]));
  copy('sessions', 'token_sha256, user_id, expires_at', tokens.map((token, u) => [`\\\\x${digest(token)}`, u, '2100-01-01']));
  copy('websites', 'org_id, domain, php_version',
    range(ORGS, (o) => o).flatMap((o) => range(sitesOf(o), (i) => [o, domainOf(o, i), '8.2'])));
}

(what === 'peer' ? seedPeer : seedPanel)();
console.log('vacuum analyze;');
