// A customer adds accounts at other DNS providers, mends a wrong token, keeps a zone there, and lets go of both. The providers
// run here: a PowerDNS and a small Cloudflare (tests/fakes). Begins and ends signed in as the customer. By itself, on a running
// panel: node tests/e2e/providers.mjs
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cloudflare, powerdns } from '../fakes/providers.mjs';
import { eventually, open, person, readEnv, root } from './harness.mjs';

async function run({ browser, base, pdns, cf }) {
  const { page, check } = browser;
  const { at, button, main } = person(page, base);
  const word = randomBytes(4).toString('hex');
  const [name, taken] = [`elsewhere-${word}.example`, `cf-${word}.example`];
  const text = (label) => page.getByRole('textbox', { name: label, exact: true });
  const password = (label) => page.getByLabel(label, { exact: true });
  const dialog = (title) => page.getByRole('dialog', { name: title });
  const row = (words) => main.getByRole('row').filter({ hasText: words });
  const choose = (label, option) => page.getByRole('combobox', { name: label }).selectOption(option);

  await check('providers: an account is added, refused in the provider\'s words, and mended', async () => {
    await page.goto(at('/zones/'));
    await page.getByRole('link', { name: 'DNS accounts' }).click();
    await page.getByRole('heading', { name: 'DNS accounts' }).waitFor();
    await browser.looks('DNS accounts');
    await button('Add account').first().click();
    await choose('Provider', 'powerdns');
    await text('Name').fill(`PowerDNS ${word}`);
    await text('API address').fill('http://127.0.0.1:8081');
    await password('API key').fill('wrong');
    await text('Name servers').fill(pdns.server);
    await dialog('Add account').getByRole('button', { name: 'Add account' }).click();
    await dialog('Add account').getByText(/Use https|isn't to be connected to/).waitFor();
    await browser.looks('an account with an error');
    await browser.theme('light');
    await text('API address').fill(pdns.base);
    await dialog('Add account').getByRole('button', { name: 'Add account' }).click();
    await dialog('Add account').waitFor({ state: 'detached' });
    await row(`PowerDNS ${word}`).getByText('Refused').waitFor({ timeout: 20_000 });
    await row(`PowerDNS ${word}`).getByText(/doesn't accept the token/).waitFor();
    await browser.looks('a refused account');
    await browser.theme('light');
    await button(`Change PowerDNS ${word}`).click();
    await password('API key').fill(pdns.token);
    await button('Save').click();
    await row(`PowerDNS ${word}`).getByText('Good').waitFor({ timeout: 20_000 });
    assert.ok(!(await page.content()).includes(pdns.token), 'the token is shown');
  });

  await check('providers: a zone is made there, and changes of its records with it', async () => {
    await page.goto(at('/zones/?new=1'));
    await text('Name').fill(name);
    await choose('Served by', `PowerDNS ${word} (PowerDNS)`);
    await page.getByRole('checkbox', { name: "Make the zone there if it isn't yet" }).check();
    await browser.looks('a new zone at a provider');
    await browser.theme('light');
    await button('Create zone').click();
    await page.getByRole('heading', { name }).waitFor();
    await main.getByRole('heading', { name }).getByText('Active').waitFor({ timeout: 30_000 });
    await main.getByRole('heading', { name: 'Provider' }).waitFor();
    await button('Add record').click();
    await text('Name').fill('www');
    await text('Address').fill('192.0.2.10');
    await button('Keep for now').click();
    await button('Review…').click();
    await dialog('Review changes').getByText(/\+ www/).waitFor();
    await button('Save changes').click();
    await eventually('the record at the provider', () => pdns.set(name, `www.${name}`, 'A'), (set) => set[0] === '192.0.2.10');
    await main.getByRole('heading', { name }).getByText('Active').waitFor({ timeout: 30_000 });
    await button('Ask them now').click();
    await main.getByText('Answers with the newest records').waitFor();
    await browser.looks('a zone at a provider');
    await browser.theme('light');
    await page.setViewportSize({ width: 390, height: 844 });
    await page.reload();
    await page.getByText('192.0.2.10').locator('visible=true').first().waitFor();
    await browser.axe('a zone at a provider on a phone');
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  await check('providers: what isn\'t there is said plainly, and what is there is taken in', async () => {
    await page.goto(at('/dns-accounts/?new=1'));
    await text('Name').fill(`Cloudflare ${word}`);
    await password('API token').fill(cf.token);
    await text('Name servers').fill(cf.server);
    await dialog('Add account').getByRole('button', { name: 'Add account' }).click();
    await dialog('Add account').waitFor({ state: 'detached' });
    // Its own address can't be had here: the account is pointed to the small one by the API.
    const moved = await page.evaluate(async ({ who, baseUrl, token, server }) => {
      const headers = { 'content-type': 'application/json', 'x-requested-with': 'stralix' };
      const { accounts } = await (await fetch('/api/v1/dns-accounts')).json();
      const account = accounts.find((a) => a.name === who);
      return (await fetch(`/api/v1/dns-accounts/${account.id}`, { method: 'PUT', headers: { ...headers, 'if-match': `"${account.etag}"` }, body: JSON.stringify({ name: who, baseUrl, token, nameServers: [server] }) })).status;
    }, { who: `Cloudflare ${word}`, baseUrl: cf.base, token: cf.token, server: cf.server });
    assert.equal(moved, 200);
    await row(`Cloudflare ${word}`).getByText('Good').waitFor({ timeout: 20_000 });
    await page.goto(at('/zones/?new=1'));
    await text('Name').fill(taken);
    await choose('Served by', `Cloudflare ${word} (Cloudflare)`);
    await button('Create zone').click();
    await page.getByRole('heading', { name: taken }).waitFor();
    await main.getByText("The provider doesn't serve this zone as it is here").first().waitFor({ timeout: 30_000 });
    await main.getByText(/has no zone .* Add the domain there first/).first().waitFor();
    await browser.looks('a zone that a provider lacks');
    await browser.theme('light');
    await cf.test({ zone: { name: taken, records: [{ name: `old.${taken}`, type: 'A', content: '192.0.2.77', ttl: 300 }] } });
    await button('Try again').click();
    await main.getByRole('heading', { name: taken }).getByText('Active').waitFor({ timeout: 30_000 });
    await row('192.0.2.77').waitFor();
  });

  await check('providers: a zone is let go of, and stays there unless asked', async () => {
    for (const [zone, removes] of [[taken, false], [name, true]]) {
      await page.goto(at(`/zones/?q=${zone}`));
      await row(zone).getByRole('link', { name: zone }).click();
      await page.getByRole('heading', { name: zone }).waitFor();
      await button('Delete…').click();
      const box = page.getByRole('checkbox', { name: 'Remove it there, too, when the grace period is over' });
      if (removes) await box.check();
      await text(`Type ${zone} to confirm`).fill(zone);
      await browser.looks('letting go of a zone');
      await browser.theme('light');
      await button('Delete zone').click();
      await main.getByText('This zone is deleted').waitFor({ timeout: 30_000 });
      await main.getByText(removes ? 'It is removed there when the grace period is over.' : 'It stays there as it is.').waitFor();
      await button('Remove for good…').click();
      await text(`Type ${zone} to confirm`).fill(zone);
      await button('Remove zone').click();
      await eventually('the zone to be gone', () => page.evaluate((q) => fetch(`/api/v1/zones?search=${q}`).then((r) => r.json()), zone), (list) => list.zones?.length === 0, 30_000);
    }
    assert.equal((await pdns.api('GET', `/zones/${name}.`)).status, 404);
    assert.ok(await cf.zone(taken));
  });

  await check('providers: an account without zones is deleted', async () => {
    await page.goto(at('/dns-accounts/'));
    for (const account of [`PowerDNS ${word}`, `Cloudflare ${word}`]) {
      await button(`Delete ${account}`).click();
      await button('Delete account').click();
      await row(account).waitFor({ state: 'detached' });
    }
  });
}

export async function providers({ browser, base }) {
  const [pdns, cf] = await Promise.all([powerdns(), cloudflare()]);
  try {
    await run({ browser, base, pdns, cf });
  } finally {
    await Promise.all([pdns.end(), cf.end()]);
  }
}

if (process.argv[1] === import.meta.filename) {
  const { values: options } = parseArgs({ options: { env: { type: 'string', default: join(root, '.run/panel.env') }, shots: { type: 'string' } } });
  const env = readEnv(options.env);
  const browser = await open({ shots: options.shots });
  const base = env.PANEL_URL.replace(/\/$/, '');
  const { signIn, signedIn, at } = person(browser.page, base);
  await browser.page.goto(at('/login/'));
  await signIn(env.CUSTOMER_EMAIL, env.CUSTOMER_PASSWORD);
  await signedIn();
  await providers({ browser, base });
  await browser.close();
  console.log(`${browser.tally.passed} passed, ${browser.tally.failed} failed`, browser.faults().join('\n'));
  process.exit(browser.tally.failed ? 1 : 0);
}
