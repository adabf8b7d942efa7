// Killing one process at one step of a request, and a client that does what a client does: it asks again with its key.
import { env, supervised, until, whole } from '../system/panel.mjs';
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
const [onlyStep, onlyVictim] = process.env.CELL?.split('/') ?? []; // CELL=engine.staged/nats runs one

/** Those of the steps, and whether a victim is meant, that CELL leaves. */
export const chosen = (all) => all.filter((step) => !onlyStep || step === onlyStep);
export const meant = (victim) => !onlyVictim || victim === onlyVictim;

/** All of a victim's processes, once it runs. */
const running = (victim) => until(`${victim} to run`, () => {
  const pids = victims[victim]();
  return pids.length >= (['link', 'engine'].includes(victim) ? nodes.length : 1) && pids.every((pid) => pid > 1) && pids;
});

/** Asks, kills the victim while the request stands at the step, lets go; gives the answer. */
export async function killAt(step, victim, ask) {
  await whole();
  await Promise.all(Object.keys(victims).map(running));
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
