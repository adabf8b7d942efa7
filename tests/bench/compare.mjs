// compare.mjs get|post: the panel against the same job in Python, on the same machine and PostgreSQL, turn by turn.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { env, until } from '../system/panel.mjs';
import { cpu, done, freePort, load, median, note, per, processes, rounds, row, seconds, settled, tokens, tree, within } from './measure.mjs';

const KINDS = {
  get: { words: 'GET 20 websites', path: '/api/v1/websites?limit=20', rps: 8, cpu: 15, time: seconds },
  post: { words: 'POST website', path: '/api/v1/websites', rps: 3, time: 2 },
};
const what = process.argv[2];
const kind = KINDS[what];
const aside = ['nats', 'postgres', 'node']; // shown beside: both have PostgreSQL; the peer has no node that does its work
const token = tokens()[0];

async function startPeer(app) {
  const port = await freePort();
  const host = `${process.env.RUN}/pg-sock`;
  const [program, ...args] = within('nobody', '/usr/bin/python3', '-m', 'uvicorn', `${app}:app`, '--app-dir', `${process.env.RUN}/bench/peer-fastapi`,
    '--host', '127.0.0.1', '--port', String(port), '--workers', '2', '--log-level', 'warning', '--no-access-log');
  const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1',
    PEER_DB_ASYNC: `postgresql+asyncpg://nobody@/peer?host=${host}&port=${env.PG_PORT}`,
    PEER_DB_SYNC: `postgresql+psycopg2://nobody@/peer?host=${host}&port=${env.PG_PORT}` } });
  const url = `http://127.0.0.1:${port}`;
  await until(`${app} to answer`, async () => (await fetch(`${url}/api/websites`, { headers: { authorization: `Bearer ${token}` } })).ok);
  return { name: app, url, path: '/api/websites', child, groups: () => ({ workers: tree(child.pid), postgres: processes().postgres }) };
}

/** One turn of one contender; gives rps and µs of processor time per request for each group of processes. */
async function turn(contender, connections) {
  const groups = contender.groups();
  const before = Object.fromEntries(Object.entries(groups).map(([name, pids]) => [name, cpu(pids)]));
  const tag = what === 'post' ? `b${randomBytes(5).toString('hex')}` : undefined;
  const result = await load(contender.url, { connections, path: contender.path, tag, time: kind.time });
  if (result.refused || result.broken) throw new Error(`${contender.name}: ${result.refused} refused, ${result.broken} broken of ${result.requests}`);
  // PostgreSQL's and the peer's processes may be new: looked at anew.
  const us = Object.fromEntries(Object.entries(contender.groups()).map(([name, pids]) => [name, (cpu(pids) - before[name]) / result.requests]));
  const began = performance.now();
  if (what === 'post') await settled();
  return { ...result, us, rest: (performance.now() - began) / 1000 };
}

const own = (us) => Object.entries(us).reduce((sum, [name, value]) => (aside.includes(name) ? sum : sum + value), 0);

function describe(name, turns) {
  const of = (pick) => per(median(turns.map(pick)));
  const groups = Object.keys(turns[0].us).map((group) => `${group} ${of((t) => t.us[group])}`).join(', ');
  note(`${name}: p50 ${of((t) => t.p50)} ms, p99 ${of((t) => t.p99)} ms; µs of processor a request: ${groups}` +
    (what === 'post' && name === 'panel' ? `; the node was through ${per(median(turns.map((t) => t.rest)), 1)} s after the last` : ''));
}

function report(connections, turns) {
  const rps = (name) => median(turns[name].map((t) => t.rps));
  const time = (name) => median(turns[name].map((t) => own(t.us)));
  const peers = Object.keys(turns).filter((name) => name !== 'panel');
  const better = peers.reduce((a, b) => (rps(a) >= rps(b) ? a : b));
  const leaner = peers.reduce((a, b) => (time(a) <= time(b) ? a : b));
  const ratio = rps('panel') / rps(better), lean = time(leaner) / time('panel');
  row(`${kind.words}, ${connections} connection${connections > 1 ? 's' : ''}: requests/s`, per(rps('panel')), per(rps(better)),
    per(ratio, 1), `>= ${kind.rps}`, ratio >= kind.rps);
  row('  its processor time a request, µs', per(time('panel')), per(time(leaner)), per(lean, 1), kind.cpu ? `>= ${kind.cpu}` : '',
    kind.cpu && lean >= kind.cpu);
  for (const name of Object.keys(turns)) describe(name, turns[name]);
}

const panel = { name: 'panel', url: env.GATEWAY_URL, path: kind.path, groups: () => processes(what === 'post') };
const contenders = [panel];
try {
  contenders.push(await startPeer('app_async'), await startPeer('app_sync'));
  for (const c of contenders) await turn(c, 32); // connections, prepared statements, caches
  for (const connections of [1, 32, 256]) {
    const turns = Object.fromEntries(contenders.map((c) => [c.name, []]));
    for (let i = 0; i < rounds; i += 1) for (const c of contenders) turns[c.name].push(await turn(c, connections));
    report(connections, turns);
  }
} finally {
  for (const { child } of contenders) child?.kill();
}
done();
