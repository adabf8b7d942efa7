// plan.mjs [RUNS]: what a change would make of a website's files with 1,000 websites on the node, from the API and back; and
// a look at all files of the node. Nothing changes in between, which is the common case.
import { admin, api, customer, env } from '../system/panel.mjs';
import { done, median, note, per, row } from './measure.mjs';
import { bringTo } from './sites.mjs';

const SITES = 1000, AIM = 150;
const RUNS = Number(process.argv[2] ?? 60);

async function times(runs, ask) {
  const took = [];
  for (let i = 0; i < runs; i += 1) {
    const began = performance.now();
    const answer = await ask(i);
    took.push(performance.now() - began);
    if (answer.status !== 200) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
  }
  return took;
}

await bringTo(SITES);
const { body: { websites: [site] } } = await customer('GET', '/api/v1/websites?state=active&limit=1');
const plans = await times(RUNS, async (i) => {
  const answer = await api(env.CUSTOMER_TOKEN, 'POST', `/api/v1/websites/${site.id}/plan`, { settings: { documentRoot: `web${i}` } });
  if (!answer.body.passed || answer.body.files.length !== 1) throw new Error(JSON.stringify(answer.body));
  return answer;
});
row(`plan, ${SITES} there: ms`, per(median(plans), 1), '', '', `<= ${AIM}`, median(plans) <= AIM);
note(`the slowest of ${RUNS}: ${per(Math.max(...plans), 1)} ms`);
const looks = await times(10, () => admin('POST', `/api/v1/nodes/${site.nodeId}/observe`, {}));
note(`a look at all files of the node: ${per(median(looks), 1)} ms`);
done();
