// A prober: asks websites that nobody touches, ten times a second, and keeps what failed.
import { visit } from '../system/panel.mjs';

/** Asks each URL every 100 ms until stop(), which gives { asked, failed: ['time url: why', …] }. */
export function startProber(urls) {
  const result = { asked: 0, failed: [] };
  const under = new Set();
  const ask = async (url) => {
    result.asked += 1;
    try {
      const { status } = await visit(url);
      if (status !== 200) result.failed.push(`${new Date().toISOString()} ${url}: ${status}`);
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
