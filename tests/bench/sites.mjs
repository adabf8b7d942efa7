// Websites that are only to be there: created through the panel, served by its node.
import { api, customer, env, freshDomain } from '../system/panel.mjs';
import { note, per, settled } from './measure.mjs';

const AT_ONCE = 16;

async function active() {
  const { body } = await customer('GET', '/api/v1/websites?state=active&limit=1');
  return Number(body.page.total);
}

/** Creates until so many are served; says how long many took. */
export async function bringTo(count) {
  const wanted = count - (await active()), began = performance.now();
  let missing = wanted;
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while ((missing -= 1) >= 0) {
      const { status, body } = await api(env.CUSTOMER_TOKEN, 'POST', '/api/v1/websites', { domain: freshDomain('there') });
      if (status !== 202) throw new Error(`${status} ${JSON.stringify(body)}`);
    }
  }));
  await settled();
  const served = await active();
  if (served < count) throw new Error(`${served} of ${count} websites are served`);
  if (wanted >= 100) note(`${wanted} websites, ${AT_ONCE} at once, were all served after ${per((performance.now() - began) / 1000, 1)} s`);
}
