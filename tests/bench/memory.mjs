// memory.mjs: what the panel's processes hold with 1,000 websites on the node, after work.
import { env, supervised } from '../system/panel.mjs';
import { MIB, done, note, per, pss, row, services, tree } from './measure.mjs';
import { bringTo } from './sites.mjs';

const SITES = 1000, LISTS = 2000, AT_ONCE = 32;
const AIMS = { panel: 60, agent: 12 };

async function list() {
  let left = LISTS;
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while ((left -= 1) >= 0) {
      const answer = await fetch(`${env.GATEWAY_URL}/api/v1/websites?limit=20`, { headers: { authorization: `Bearer ${env.CUSTOMER_TOKEN}` } });
      if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
      await answer.arrayBuffer();
    }
  }));
}

const names = (sizes) => Object.entries(sizes).map(([name, size]) => `${name} ${per(size / MIB, 1)}`).join(', ');
const report = (words, sizes, aim) => {
  const total = Object.values(sizes).reduce((a, b) => a + b, 0) / MIB;
  row(words, per(total, 1), '', '', `<= ${aim}`, total <= aim);
  note(`MiB: ${names(sizes)}`);
};

await bringTo(SITES);
await list();
report('memory, services and gateway: MiB', Object.fromEntries(Object.entries(services()).map(([name, pids]) => [name, pss(pids)])), AIMS.panel);
const [parent, ...halves] = tree(supervised.pid('agent-n1'));
report('memory, agent with 1,000 websites: MiB', { parent: pss([parent]), halves: pss(halves) }, AIMS.agent);
done();
