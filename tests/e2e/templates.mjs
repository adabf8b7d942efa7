// A customer keeps templates of zones, makes a zone of one, and sets what holds for it as a whole.
// Begins and ends signed in as the customer. By itself, on a running panel: node tests/e2e/templates.mjs
import assert from 'node:assert/strict';
import { Resolver } from 'node:dns/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { eventually, open, person, readEnv, root } from './harness.mjs';

export async function templates({ browser, base, env }) {
  const { page, check } = browser;
  const { at, button, main } = person(page, base);
  const word = randomBytes(4).toString('hex');
  const [zone, shop] = [`tmpl-${word}.example`, `Shops ${word}`];
  const text = (label) => page.getByRole('textbox', { name: label, exact: true });
  const dialog = (title) => page.getByRole('dialog', { name: title, exact: true });
  const row = (words) => main.getByRole('row').filter({ hasText: words });
  const group = (name) => page.getByRole('group', { name, exact: true });
  const looks = async (label) => {
    await browser.looks(label);
    await browser.theme('light');
  };
  const zoneId = () => new URL(page.url()).searchParams.get('id');
  const api = (method, path, body, etag) => page.evaluate(async ([method, path, body, etag]) => {
    const answer = await fetch(path, { method, headers: { 'Content-Type': 'application/json', 'X-Requested-With': 'stralix', ...(etag && { 'If-Match': `"${etag}"` }) }, body: body && JSON.stringify(body) });
    return { status: answer.status, body: await answer.json().catch(() => null) };
  }, [method, path, body, etag]);

  await check('templates: the panel\'s are listed, shown and copied', async () => {
    await page.goto(at('/zones/'));
    await page.getByRole('link', { name: 'Templates' }).click();
    await page.getByRole('heading', { name: 'Zone templates' }).waitFor();
    await row('Fastmail').waitFor();
    await looks('templates');
    await button('Website').click();
    await dialog('Website').getByText('{ipv4}').first().waitFor();
    await looks('one template');
    await button('Copy it').click();
    await dialog('New template').waitFor();
    assert.equal(await text('Name').first().inputValue(), 'Website (copy)');
    await text('Name').first().fill(shop);
    await looks('template form');
    await button('Create template').click();
    await dialog('New template').waitFor({ state: 'detached' });
    await row(shop).getByText('{ipv6}').waitFor();
  });

  await check('templates: what is wrong with a record is said at it, and a variable is declared by a click', async () => {
    await button(`Change ${shop}`).click();
    await dialog(`Change ${shop}`).waitFor();
    await button('Add a record').click();
    await group('Record 4').getByRole('combobox', { name: 'Type' }).selectOption('A');
    await group('Record 4').getByRole('textbox', { name: 'Name' }).fill('mail');
    await group('Record 4').getByRole('textbox', { name: 'Value' }).fill('192.0.2');
    await button('Save template').click();
    await group('Record 4').getByRole('alert').waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('name')), 'records.3.data');
    await looks('template with a fault');
    await group('Record 4').getByRole('textbox', { name: 'Value' }).fill('{mail_host}');
    await button('Add variable mail_host').click();
    await group('Variable 3').getByRole('textbox', { name: 'For people' }).fill('Address of the mail server');
    await page.keyboard.press('Escape');
    await dialog(`Change ${shop}`).getByText("There are changes that aren't saved.").waitFor();
    await button('Save template').click();
    await row(shop).getByText('{mail_host}').waitFor();
  });

  await check('templates: a new zone is asked for what its template needs', async () => {
    await page.goto(at('/zones/?new=1'));
    await text('Name').fill(zone);
    await page.getByRole('combobox', { name: 'Begin with' }).selectOption({ label: shop });
    await text('Address of the mail server').fill('192.0.2.25');
    await button('Create zone').click();
    await dialog('New zone').getByRole('alert').getByText('Fill this in.').waitFor();
    await text('IPv4 address of the web server').fill('192.0.2.80');
    await looks('a zone of an own template');
    await button('Create zone').click();
    await page.getByRole('heading', { name: zone }).waitFor();
    await main.getByRole('heading', { name: zone }).getByText('Active').waitFor({ timeout: 30_000 });
    const resolver = new Resolver({ timeout: 1000, tries: 1 });
    resolver.setServers([`127.0.0.1:${env.DNS_PORT_1}`]);
    await eventually('an answer', () => resolver.resolve4(`mail.${zone}`), (addresses) => addresses[0] === '192.0.2.25');
    await assert.rejects(resolver.resolve6(zone), 'a record without its value is left out');
  });

  await check('zones: settings are changed, with ranges said and nothing lost by a touch', async () => {
    await button('Change settings of the zone').click();
    const form = dialog(`Settings of ${zone}`);
    await text('Default TTL, in seconds').fill('5');
    await button('Save settings').click();
    await form.getByText(/^Enter seconds from 30 to 604800/).waitFor();
    await looks('zone settings with an error');
    await text('Default TTL, in seconds').fill('300');
    await text('Contact').fill(`dns@${zone}`);
    await page.keyboard.press('Escape');
    await form.getByText("There are changes that aren't saved.").waitFor();
    await button('Save settings').click();
    await form.waitFor({ state: 'detached' });
    await main.getByText('5 min').waitFor();
    await main.getByText(`dns@${zone}`).waitFor();
    await looks('zone settings');
  });

  await check('zones: who was slower hears of it, and overwrites nothing', async () => {
    const { body } = await eventually('the zone at rest', () => api('GET', `/api/v1/zones/${zoneId()}`), ({ body }) => body?.zone?.state === 'active');
    await button('Change settings of the zone').click();
    await text('Refresh, in seconds').fill('7200');
    const faster = await api('PATCH', `/api/v1/zones/${zoneId()}`, { settings: { retryS: 900 } }, body.zone.etag);
    assert.equal(faster.status, 202, JSON.stringify(faster.body));
    await button('Save settings').click();
    await dialog(`Settings of ${zone}`).getByText('Somebody changed this meanwhile.').waitFor();
    await browser.axe('zone settings, slower');
    await page.keyboard.press('Escape');
    await button('Discard them').click();
    await main.getByText('15 min').waitFor();
    assert.equal((await api('GET', `/api/v1/zones/${zoneId()}`)).body.zone.settings.refreshS, 0);
  });

  await check('templates: a zone is kept as one, for others to begin with', async () => {
    await button('Save as a template…').click();
    await dialog('New template').waitFor();
    await text('Name').first().fill(`Kept ${word}`);
    assert.equal(await group('Record 1').getByRole('textbox', { name: 'Value' }).inputValue(), '{ipv4}');
    await browser.axe('a zone as a template');
    await button('Create template').click();
    await dialog('New template').waitFor({ state: 'detached' });
    const { body } = await api('GET', '/api/v1/zone-templates');
    const kept = body.templates.find((one) => one.name === `Kept ${word}`);
    assert.deepEqual(kept.records.map((r) => [r.name, r.type, r.data]), [['@', 'A', '{ipv4}'], ['mail', 'A', '192.0.2.25'], ['www', 'CNAME', '{zone}.']]);
  });

  await check('settings: what new websites begin with is set, and holds for the next one', async () => {
    await page.goto(at('/settings/'));
    await main.getByRole('heading', { name: 'New websites' }).waitFor();
    await button('Change what new websites begin with').click();
    await page.getByRole('checkbox', { name: /^Get certificates automatically/ }).uncheck();
    await looks('what new websites begin with');
    await page.keyboard.press('Escape');
    await dialog('New websites').getByText("There are changes that aren't saved.").waitFor();
    await button('Save').last().click();
    await main.getByText('None: HTTP alone').waitFor();
    const made = await api('POST', '/api/v1/websites', { domain: `bare.${zone}` });
    assert.equal(made.body.website.settings.https.certificate, 'NONE', JSON.stringify(made.body));
    await button('Change what new websites begin with').click();
    await page.getByRole('checkbox', { name: /^Get certificates automatically/ }).check();
    await button('Save').last().click();
    await main.getByText('Automatic, as soon as the names point to the website').waitFor();
    await browser.axe('settings with defaults');
  });

  await check('templates and defaults: what cannot be read says so and can be tried again (answers faked)', async () => {
    for (const [path, read] of [['/zones/templates/', '/api/v1/zone-templates'], ['/settings/', '/api/v1/website-defaults']]) await browser.away(path, read);
  });

  await check('templates: none of one\'s own yet (answer faked)', async () => {
    await browser.faked('/api/v1/zone-templates', { body: { templates: [] } }, async () => {
      await page.goto(at('/zones/templates/'));
      await main.getByText('No own templates yet').waitFor();
      await looks('no own templates');
    });
  });

  await check('templates: they are reached by keys, read on a phone, and deleted', async () => {
    await page.goto(at('/zones/templates/'));
    await row(shop).waitFor();
    await page.keyboard.press('n');
    await dialog('New template').waitFor();
    await page.keyboard.press('Escape');
    await dialog('New template').waitFor({ state: 'detached' });
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByText(shop).locator('visible=true').first().waitFor();
    await looks('templates on a phone');
    await page.getByRole('button', { name: `Change ${shop}` }).locator('visible=true').click();
    await dialog(`Change ${shop}`).waitFor();
    await browser.axe('template form on a phone');
    await page.keyboard.press('Escape');
    await page.setViewportSize({ width: 1440, height: 900 });
    for (const name of [shop, `Kept ${word}`]) {
      await button(`Delete ${name}`).click();
      await dialog(`Delete ${name}?`).waitFor();
      await browser.axe('a template\'s end');
      await button('Delete template').click();
      await row(name).waitFor({ state: 'detached' });
    }
  });
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
  await templates({ browser, base, env });
  await browser.close();
  console.log(`${browser.tally.passed} passed, ${browser.tally.failed} failed`);
  process.exit(browser.tally.failed ? 1 : 0);
}
