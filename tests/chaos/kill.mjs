// Killing one process at one step of a request, and a client that does what a client does: it asks again with its key.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { childrenOf, runDir, supervised, until, whole } from '../system/panel.mjs';
import { nodes } from './checks.mjs';
import { arm, disarm, hit, release } from './failpoints.mjs';

export const steps = [
  'gateway.request', 'web.committed', 'web.relayed', 'link.delivered', 'engine.begun', 'engine.staged', 'engine.testing',
  'engine.activated', 'engine.reloaded', 'engine.verified', 'engine.reported', 'tasks.stored',
];
const services = ['gateway', 'authz', 'audit', 'tasks', 'web', 'nats', 'postgres'];
/** Victim: its pids. Both nodes' agents are meant: before a site is placed nobody knows which. */
export const victims = {
  ...Object.fromEntries(services.map((name) => [name, () => [supervised.pid(name)]])),
  signer: () => supervised.children('authz', 'stralix-signer'),
  link: () => nodes.flatMap((node) => supervised.children(`agent-${node}`, 'stralix-agent-link')),
  engine: () => nodes.flatMap((node) => supervised.children(`agent-${node}`, 'stralix-agent-engine')),
};
/** Those that only zones or certificates have to do with. */
const others = {
  dns: () => [supervised.pid('dns')],
  pebble: () => [supervised.pid('pebble')],
  caller: () => victims.engine().flatMap((pid) => childrenOf(pid, 'stralix-agent-caller')),
  pdns: () => [Number(readFileSync(join(runDir, 'nodes', nodes[0], 'pdns/run/pdns.pid'), 'utf8'))], // one of a zone's servers
};
const anybody = { ...victims, ...others };
const [onlyStep, onlyVictim] = process.env.CELL?.split('/') ?? []; // CELL=engine.staged/nats runs one

/** Those of the steps, and whether a victim is meant, that CELL leaves. */
export const chosen = (all) => all.filter((step) => !onlyStep || step === onlyStep);
export const meant = (victim) => !onlyVictim || victim === onlyVictim;

/** All of a victim's processes, once it runs. */
const onNodes = ['link', 'engine', 'caller'];
const running = (victim) => until(`${victim} to run`, () => {
  try {
    const pids = anybody[victim]();
    return pids.length >= (onNodes.includes(victim) ? nodes.length : 1) && pids.every((pid) => pid > 1 && process.kill(pid, 0)) && pids;
  } catch {
    return null; // it ended while it was looked at
  }
});

/** Asks, kills the victim while the request, or what follows from it, stands at the step, lets go; gives the answer. */
export async function killAt(step, victim, ask) {
  await whole();
  await Promise.all(Object.keys(anybody).map(running));
  arm(step);
  const asked = ask();
  try {
    await hit(step);
    const pids = await running(victim);
    for (const pid of pids) process.kill(pid, 'SIGKILL');
  } finally {
    release(step);
    disarm();
  }
  const answer = await asked;
  await whole();
  return answer;
}

/** Asks until somebody answers. */
export const insist = (what, ask) => until(`an answer for ${what}`, async () => {
  const answer = await ask();
  return answer.status < 500 && answer.status !== 429 ? answer : null;
}, 40);
