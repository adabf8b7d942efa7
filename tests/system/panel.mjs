// What the system tests share: a running panel (scripts/test starts it), its API, its processes.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';

export const root = new URL('../..', import.meta.url).pathname;
export const runDir = process.env.STRALIX_RUN_DIR ?? join(root, '.run');
export const env = Object.fromEntries(
  readFileSync(join(runDir, 'panel.env'), 'utf8').trim().split('\n').map((line) => line.split(/=(.*)/s).slice(0, 2)),
);
export const openapi = JSON.parse(readFileSync(join(runDir, 'share/openapi.json'), 'utf8'));

/** What the resolver of the demo's certificate authority says. No name points anywhere here until a test says so: else every
 * website would get a certificate, and send its visitors on to HTTPS, while a test looks at something else. */
const resolver = async (what, body) => {
  const answer = await fetch(`${env.NAMES_MANAGE_URL}/${what}`, { method: 'POST', body: JSON.stringify(body) });
  assert.equal(answer.status, 200, what);
};
export const names = {
  point: async (name, ...addresses) => {
    await resolver('clear-a', { host: `${name}.` });
    if (addresses.length) await resolver('add-a', { host: `${name}.`, addresses });
  },
  everywhere: (ip) => resolver('set-default-ipv4', { ip }),
  /** Has the internet ask this server ("127.0.0.9:5300") for a zone and what is below it. */
  delegate: (zone, server) => resolver('set-txt', { host: `_delegation.${zone}.`, value: server }),
  /** An alias, as a name whose DNS is elsewhere has it. */
  alias: (name, target) => resolver('set-cname', { host: name, target }),
};
await names.everywhere('');

/** One request; never throws for a status. Gives { status, headers, body }. */
export async function api(token, method, path, body, headers = {}, timeoutMs = 20_000) {
  const answer = await fetch(env.PANEL_URL + path, {
    method,
    headers: {
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
  });
  const text = await answer.text();
  let parsed = text;
  if (/json/.test(answer.headers.get('content-type') ?? '')) parsed = JSON.parse(text);
  return { status: answer.status, headers: answer.headers, body: parsed };
}

export const customer = (method, path, body, headers) => api(env.CUSTOMER_TOKEN, method, path, body, headers);
export const admin = (method, path, body, headers) => api(env.ADMIN_TOKEN, method, path, body, headers);

/** Waits for a condition, with a deadline; gives what the condition gave. */
export async function until(what, condition, seconds = 20) {
  const deadline = Date.now() + seconds * 1000;
  let last;
  for (;;) {
    try {
      last = await condition();
      if (last) return last;
    } catch (e) {
      last = e;
    }
    if (Date.now() > deadline) assert.fail(`gave up waiting for: ${what} (${last?.message ?? JSON.stringify(last)})`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const terminal = new Set(['success', 'failed', 'superseded', 'denied', 'cancelled']);

/** The task, once it has ended. */
export async function ended(token, taskId, seconds = 30) {
  return until(`task ${taskId} to end`, async () => {
    const { status, body } = await api(token, 'GET', `/api/v1/tasks/${taskId}`);
    return status === 200 && terminal.has(body.task.state) ? body.task : null;
  }, seconds);
}

export const freshDomain = (word = 'site') => `${word}-${randomBytes(5).toString('hex')}.example`;

/** What of a request puts the customer's website on one node, which staff may choose. */
export const onNode = (node) => ({
  token: env.ADMIN_TOKEN,
  body: { nodeId: node, organisationId: sql("select org_id from authz.users where email = 'customer@bakery.example'").trim() },
});

/** Creates a website and waits until its task succeeded. */
export async function createWebsite(token = env.CUSTOMER_TOKEN, domain = freshDomain(), body = {}) {
  const made = await api(token, 'POST', '/api/v1/websites', { domain, ...body });
  assert.equal(made.status, 202, JSON.stringify(made.body));
  const task = await ended(token, made.body.taskId);
  assert.equal(task.state, 'success', JSON.stringify(task));
  return until(`${domain} to hear of its task's end`, async () => { // which comes a moment after the task's own
    const { body } = await api(token, 'GET', `/api/v1/websites/${made.body.website.id}`);
    return body.website?.state === 'pending' ? null : body.website;
  });
}

/** What a node's nginx says to a name: { status, text }. */
export function visit(url, timeout = 5000) {
  const { hostname, port, pathname } = new URL(url);
  return new Promise((resolve, reject) => {
    const request = http.get(
      { host: '127.0.0.1', port: port || 80, path: pathname, headers: { host: hostname }, agent: false, timeout },
      (answer) => {
        let text = '';
        answer.on('data', (piece) => (text += piece));
        answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text }));
      },
    );
    request.on('error', reject);
    request.on('timeout', () => request.destroy(new Error('timeout')));
  });
}

const run = (program, ...args) => execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 28 });
const service = (name) => join(runDir, 'sv', name);

/** A supervised process: down, up, kill, pid. */
export const supervised = {
  pid: (name) => Number(run('s6-svstat', '-o', 'pid', service(name))),
  down: (name) => run('s6-svc', '-wD', '-T', '20000', '-d', service(name)),
  up: (name) => run('s6-svc', '-wu', '-T', '20000', '-u', service(name)),
  restart: (name) => run('s6-svc', '-wr', '-T', '20000', '-r', service(name)),
  kill: (name) => run('s6-svc', '-k', service(name)),
  /** Pids of a supervised process's children that run a program. */
  children: (name, program) => childrenOf(supervised.pid(name), program),
};

/** Pids of a process's children that run a program, whichever of its threads began them. */
export const childrenOf = (parent, program) => (parent > 0
  ? readdirSync(`/proc/${parent}/task`).flatMap((thread) => readFileSync(`/proc/${parent}/task/${thread}/children`, 'utf8').split(' '))
    .filter(Boolean).map(Number).filter((pid) => readlinkSync(`/proc/${pid}/exe`).includes(program))
  : []);

/** Runs a command in the panel's own mount namespace, where it has its short name ($RUN); gives what it says. */
export const inside = (...command) => enter(readFileSync(join(runDir, 'svscan.pid'), 'utf8').trim(), ...command);

/** The same in the mount namespace of a process. */
const enter = (pid, ...command) => run('nsenter', '-t', pid, '-m', '--', ...command).trimEnd();

/** The panel's short name, as its programs know it. */
export const shortDir = () => readFileSync(join(runDir, 'sv/web/run'), 'utf8').match(/ (\/run\/stralix-[0-9a-f]+)\//)[1];

/** What PostgreSQL answers to its superuser: rows as lines, columns with '|' between. */
export const sql = (query) => inside(
  'setpriv', '--reuid', 'postgres', '--regid', 'postgres', '--clear-groups', '/usr/lib/postgresql/15/bin/psql', '-X', '-At',
  '-v', 'ON_ERROR_STOP=1', '-h', `${shortDir()}/pg-sock`, '-p', env.PG_PORT, '-U', 'postgres', '-d', 'stralix', '-c', query);

/** Until every service answers from its tables. */
export const whole = (seconds = 20) => until('every service to answer', async () => {
  const answers = await Promise.all(['session', 'audit', 'tasks', 'websites', 'zones'].map((path) => admin('GET', `/api/v1/${path}`)));
  return answers.every(({ status }) => status === 200) && sql('select 1') === '1';
}, seconds);

/** Rows of a node's journal, each an array of texts. */
export const journal = (node, query) => run('sqlite3', '-readonly', '-separator', '\t', join(runDir, 'nodes', node, 'journal.db'), query)
  .split('\n').filter(Boolean).map((line) => line.split('\t'));

/** Throws unless nginx takes a node's live tree; in the namespace of its nginx, which knows the users of websites. */
export function configtest(node) {
  const dir = `${shortDir()}/nodes/${node}`;
  return enter(readFileSync(join(runDir, 'nodes', node, 'run/nginx.pid'), 'utf8').trim(),
    '/usr/sbin/nginx', '-t', '-q', '-p', dir, '-e', 'stderr', '-c', `${dir}/nginx/live/nginx.conf`);
}

/** The number of a node's live nginx tree: each reload had one. */
export const generation = (node) => Number(readlinkSync(join(runDir, 'nodes', node, 'nginx/live')).replace('gen-', ''));

/** A hash over a node's live nginx tree. */
export function liveTree(node = 'n1') {
  const dir = join(runDir, 'nodes', node, 'nginx', 'live');
  return run('sh', '-c', 'cd "$1"/. && find . -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum', 'sh', dir).trim();
}

/** A second organisation with a customer and a token of theirs. */
export async function anotherOrganisation() {
  const word = randomBytes(4).toString('hex');
  const org = await admin('POST', '/api/v1/organisations', { name: `Other ${word}` });
  assert.equal(org.status, 201, JSON.stringify(org.body));
  const password = randomBytes(12).toString('base64url');
  const email = `user-${word}@other.example`;
  const user = await admin('POST', '/api/v1/users', {
    organisationId: org.body.organisation.id, email, name: 'Otto Other', password, role: 'CUSTOMER',
  });
  assert.equal(user.status, 201, JSON.stringify(user.body));
  const session = await signIn(email, password);
  const token = await api(null, 'POST', '/api/v1/tokens', { name: 'test' }, { cookie: session, 'x-requested-with': 'stralix' });
  assert.equal(token.status, 201, JSON.stringify(token.body));
  return { organisation: org.body.organisation, user: user.body.user, email, password, token: token.body.secret };
}

/** Signs in and gives the cookie. */
export async function signIn(email, password) {
  const answer = await api(null, 'POST', '/api/v1/session', { email, password }, { 'x-requested-with': 'stralix' });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return answer.headers.get('set-cookie').split(';')[0];
}
