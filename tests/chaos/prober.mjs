// A prober: asks websites that nobody touches, ten times a second, and keeps what failed.
import assert from 'node:assert/strict';
import { createWebsite, freshDomain, onNode, visit } from '../system/panel.mjs';
import { nodes } from './checks.mjs';

/** Asks each URL every 100 ms until stop(), which gives { asked, failed: ['time url: why', …] }. */
export function startProber(urls) {
  const result = { asked: 0, failed: [] };
  const under = new Set();
  const ask = async (url) => {
    result.asked += 1;
    try {
      const { status, text } = await visit(url, 2000);
      const right = status === 200 && text.includes(new URL(url).hostname);
      if (!right) result.failed.push(`${new Date().toISOString()} ${url}: ${status} ${text.slice(0, 80)}`);
    } catch (e) {
      result.failed.push(`${new Date().toISOString()} ${url}: ${e.message}`);
    }
  };
  const timer = setInterval(() => {
    for (const url of urls) {
      const one = ask(url).finally(() => under.delete(one));
      under.add(one);
    }
  }, 100);
  return {
    async stop() {
      clearInterval(timer);
      await Promise.all(under);
      return result;
    },
  };
}

/** Probes three fresh websites that nobody touches, on each node in turn, wherever the panel would have put them. */
export async function watchThree() {
  const urls = [];
  for (let i = 0; i < 3; i += 1) {
    const { token, body } = onNode(nodes[i % nodes.length]);
    urls.push((await createWebsite(token, freshDomain(), body)).url);
  }
  return startProber(urls);
}

/** For a test file: three websites probed from before() on; afterwards none may have failed. */
export function nobodyNotices({ before, after, test }) {
  let prober;
  before(async () => { prober = await watchThree(); });
  after(() => prober?.stop());
  return () => test('three untouched sites answered all the time', async () => {
    const { asked, failed } = await prober.stop();
    assert.ok(asked > 0, `asked ${asked} times`);
    assert.deepEqual(failed, []);
  });
}
