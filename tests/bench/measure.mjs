// What the figures share: the panel's database and processes, processor time, load by wrk, medians, rows of the table.
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { env, runDir, supervised, until } from '../system/panel.mjs';

export const here = new URL('.', import.meta.url).pathname;
export const tokensFile = join(runDir, 'bench', 'tokens');
export const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
export const seconds = Number(process.env.BENCH_SECONDS ?? 4);

const TICK_US = 10_000; // of /proc/<pid>/stat
const run = RUN();
function RUN() {
  if (!process.env.RUN) throw new Error('start it by scripts/bench');
  return process.env.RUN;
}

export const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
export const tokens = () => readFileSync(tokensFile, 'utf8').trim().split('\n');

/** The command line that runs a program where the panel runs (its mount namespace), as a user of the system. */
export const within = (user, ...command) => ['nsenter', '-t', readFileSync(join(runDir, 'svscan.pid'), 'utf8').trim(), '-m',
  'setpriv', '--reuid', user, '--regid', user === 'nobody' ? 'nogroup' : user, '--clear-groups', ...command];

/** One statement as PostgreSQL's superuser; gives the text. */
export function sql(database, statement) {
  const [program, ...args] = within('postgres', 'psql', '-X', '-q', '-At', '-v', 'ON_ERROR_STOP=1', '-h', `${run}/pg-sock`,
    '-p', env.PG_PORT, '-d', database, '-c', statement);
  return execFileSync(program, args, { encoding: 'utf8' }).trim();
}

/** A process and all below it. */
export function tree(pid) {
  let below;
  try {
    below = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
  return [pid, ...below.flatMap(tree)];
}

/** The processes that have a part in a request, by what they are; with those that work on what it asks for. */
export function processes(withWork = false) {
  const of = (name) => tree(supervised.pid(name));
  const work = () => ({ tasks: of('tasks'), audit: of('audit'), node: [...of('agent-n1'), ...nodeDaemon()] });
  return { gateway: of('gateway'), authz: of('authz'), web: of('web'), ...(withWork ? work() : {}), nats: of('nats'), postgres: of('postgres') };
}

/** The node's own nginx isn't a child of its agent. */
const nodeDaemon = () => tree(Number(readFileSync(join(runDir, 'nodes/n1/run/nginx.pid'), 'utf8')));

/** Processor time in µs so far; of children that ended as well. */
export function cpu(pids) {
  let ticks = 0;
  for (const pid of pids) {
    let text;
    try {
      text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    } catch {
      continue; // ended: the parent has counted it
    }
    const field = text.slice(text.lastIndexOf(')') + 2).split(' ');
    ticks += Number(field[11]) + Number(field[12]) + Number(field[13]) + Number(field[14]);
  }
  return ticks * TICK_US;
}

const rollup = (field) => (pids) => pids.reduce((sum, pid) =>
  sum + 1024 * Number(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8').match(new RegExp(`^${field}: +(\\d+)`, 'm'))[1]), 0);

/** Proportional set size in bytes: own memory, and a share of what several map; and what of it is no file's. */
export const pss = rollup('Pss'), anonymous = rollup('Pss_Anon');

export const MIB = 1024 * 1024;

/** The panel's own processes, without the daemons that it uses. */
export const services = () => Object.fromEntries(['gateway', 'authz', 'audit', 'tasks', 'web'].map((name) => [name, tree(supervised.pid(name))]));

/** Loads an address; gives { requests, rps, refused, broken, p50, p99 } with times in ms. */
export async function load(url, { connections, path = '', tag, time = seconds, file = tokensFile }) {
  const { stdout } = await promisify(execFile)('wrk', ['-t1', `-c${connections}`, `-d${time}s`, '--timeout', '20s', '-s',
    join(here, 'load.lua'), url], { env: { ...process.env, LOAD_TOKENS: file, LOAD_PATH: path, ...(tag ? { LOAD_TAG: tag } : {}) } });
  const figures = stdout.match(/^FIGURES (.*)$/m);
  if (!figures) throw new Error(`wrk says: ${stdout}`);
  const [requests, took, refused, broken, p50, p99] = figures[1].split(' ').map(Number);
  return { requests, rps: (requests * 1e6) / took, refused, broken, p50, p99 };
}

/** Until the node has nothing left to do and every service has said its words. */
export const settled = () => until('all tasks to end', () =>
  sql('stralix', `select (select count(*) from tasks.task where state in ('queued', 'running'))
    + (select count(*) from tasks.outbox) + (select count(*) from web.outbox)`) === '0', 600);

export const freePort = () => new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

let missed = 0;

/** A row of the table. holds: whether the aim is met; undefined: there is none. */
export function row(name, ours, reference, ratio, aim = '', holds = undefined) {
  const word = holds === undefined ? '' : holds ? 'ok' : 'MISSED';
  if (holds === false) missed += 1;
  console.log(`${name.padEnd(46)} ${ours.padStart(12)} ${reference.padStart(12)} ${ratio.padStart(8)} ${aim.padStart(8)}  ${word}`);
}

export const note = (text) => console.log(`    ${text}`);
export const per = (value, digits = 0) => value.toFixed(digits);
export const done = () => { process.exitCode = missed ? 1 : 0; };
