// A client as it should be: it asks again with the same Idempotency-Key until somebody answers, and keeps a ledger.
import { api, env, until } from '../system/panel.mjs';

/** POSTs a website until an answer comes, 503s and lost connections included; gives it. ledger: an array to add to. */
export function insist(domain, ledger = [], { token = env.CUSTOMER_TOKEN, body = {}, seconds = 60, send = api } = {}) {
  return until(`an answer for ${domain}`, async () => {
    const answer = await send(token, 'POST', '/api/v1/websites', { domain, ...body }, { 'idempotency-key': `key-${domain}` })
      .catch((e) => ({ status: 0, body: {}, why: e.message }));
    ledger.push({ domain, status: answer.status, task: answer.body.taskId, why: answer.why });
    return answer.status > 0 && answer.status < 500 && answer.status !== 429 ? answer : null;
  }, seconds);
}

/** Runs jobs, at most so many at once; gives their results in order. */
export async function pool(jobs, width) {
  const results = new Array(jobs.length);
  let next = 0;
  await Promise.all(Array.from({ length: width }, async () => {
    while (next < jobs.length) {
      const i = next;
      next += 1;
      results[i] = await jobs[i]();
    }
  }));
  return results;
}
