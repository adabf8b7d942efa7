// A customer makes a zone, changes its records as one change with a look before it, takes one back, and brings a zone file in.
// Begins and ends signed in as the customer. By itself, on a running panel: node tests/e2e/zones.mjs
import assert from 'node:assert/strict';
import { Resolver } from 'node:dns/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { eventually, open, person, readEnv, root } from './harness.mjs';

export async function zones({ browser, base, env }) {
  const { page, check } = browser;
  const { at, button, main } = person(page, base);
  const name = `zone-${randomBytes(4).toString('hex')}.example`;
  const text = (label) => page.getByRole('textbox', { name: label, exact: true });
  const dialog = (title) => page.getByRole('dialog', { name: title });
  const bar = page.getByRole('region', { name: "Changes that aren't saved" });
  const row = (words) => main.getByRole('row').filter({ hasText: words });
  const resolver = new Resolver({ timeout: 1000, tries: 1 });
  resolver.setServers([`127.0.0.1:${env.DNS_PORT_1}`]);
  const addRecord = async (owner, type, fields) => {
    await button('Add record').click();
    await dialog('Add record').waitFor();
    await text('Name').fill(owner);
    await page.getByRole('combobox', { name: 'Type' }).selectOption(type);
    for (const [label, value] of Object.entries(fields)) await text(label).fill(value);
    await button('Keep for now').click();
    await dialog('Add record').waitFor({ state: 'detached' });
  };

  await check('zones: one is made in a form, and its name servers answer', async () => {
    await page.goto(at('/zones/'));
    await page.getByRole('heading', { name: 'DNS zones' }).waitFor();
    await button('New zone').first().click();
    await text('Name').fill('no zone');
    await button('Create zone').click();
    await dialog('New zone').getByRole('alert').first().waitFor();
    await browser.looks('zone dialog with an error');
    await browser.theme('light');
    await text('Name').fill(name);
    await button('Create zone').click();
    await page.getByRole('heading', { name }).waitFor();
    await main.getByRole('heading', { name }).getByText('Active').waitFor({ timeout: 30_000 });
    await button('Ask them now').click();
    await main.getByText(/Answers with serial/).first().waitFor();
    await browser.looks('a new zone');
    await browser.theme('light');
  });

  await check('zones: changes wait in a bar, are looked at, and are made together', async () => {
    await addRecord('www', 'A', { Address: '192.0.2.10' });
    await addRecord('@', 'MX', { Priority: '10', Target: 'mail' });
    await addRecord('mail', 'A', { Address: '192.0.2.25' });
    await bar.getByText("3 changes aren't saved yet").waitFor();
    await browser.looks('pending records');
    await browser.theme('light');
    await button('Review…').click();
    const diff = dialog('Review changes').getByRole('group', { name: 'What would change' });
    await diff.getByText(/\+ www .*192\.0\.2\.10/).waitFor();
    await text('Why').fill('First records');
    await browser.looks('review of records');
    await browser.theme('light');
    await button('Save changes').click();
    await bar.waitFor({ state: 'detached' });
    await row('192.0.2.10').waitFor();
    await eventually('an answer', () => resolver.resolve4(`www.${name}`), (addresses) => addresses[0] === '192.0.2.10');
    assert.equal((await resolver.resolveMx(name))[0].exchange, `mail.${name}`);
  });

  await check('zones: what breaks a rule between records is said, and mended', async () => {
    await addRecord('www', 'CNAME', { Target: 'elsewhere.example.' });
    await button('Review…').click();
    await dialog('Review changes').getByText(/stands alone/).first().waitFor();
    await browser.looks('review with a fault');
    await browser.theme('light');
    await button('Mend it').first().click();
    await dialog('Change record').getByText(/stands alone/).waitFor();
    await text('Name').fill('shop');
    await button('Keep for now').click();
    await button('Review…').click();
    await dialog('Review changes').getByText(/\+ shop/).waitFor();
    await button('Save changes').click();
    await bar.waitFor({ state: 'detached' });
    await eventually('the alias', () => resolver.resolveCname(`shop.${name}`), (names) => names[0] === 'elsewhere.example');
  });

  await check('zones: a change is taken back from the history', async () => {
    await main.getByRole('button', { name: 'First records' }).click();
    await page.getByRole('group', { name: 'What it changed' }).getByText(/192\.0\.2\.10/).waitFor();
    await browser.axe('one change of a zone');
    await button('Undo this change').click();
    await row('192.0.2.10').waitFor({ state: 'detached' });
    await eventually('the name to be gone', () => resolver.resolve4(`www.${name}`).then(() => 'there', (error) => error.code), (code) => code === 'ENOTFOUND' || code === 'ENODATA');
  });

  await check('zones: a zone file is looked at line by line, then taken in', async () => {
    await button('Import…').click();
    await text('Zone file').fill('www 300 IN A 192.0.2.77\n$INCLUDE /etc/passwd\n');
    await button('Look what would change').click();
    await page.getByText(/^Line 2: /).waitFor();
    await browser.looks('zone file with a fault');
    await browser.theme('light');
    await text('Zone file').fill('www 300 IN A 192.0.2.77\n');
    await button('Look what would change').click();
    await page.getByRole('group', { name: 'What it changed' }).getByText(/192\.0\.2\.77/).waitFor();
    await button('Take records in').click();
    await row('192.0.2.77').waitFor();
    await eventually('an answer', () => resolver.resolve4(`www.${name}`), (addresses) => addresses[0] === '192.0.2.77');
    await browser.shot('zone');
    await page.setViewportSize({ width: 390, height: 844 });
    await page.reload();
    await page.getByText('192.0.2.77').locator('visible=true').first().waitFor();
    await browser.axe('zone on a phone');
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  await check('zones: pasted lines are read by the server and wait with the other changes', async () => {
    await button('Add several…').click();
    await text('Lines of a zone file').fill('a1 IN A 192.0.2.101\na2 300 IN A 192.0.2\n');
    await button('Keep for now').click();
    await dialog('Add several records').getByText(/^Line 2: /).waitFor();
    await browser.looks('pasted lines with a fault');
    await browser.theme('light');
    await text('Lines of a zone file').fill('a1 IN A 192.0.2.101\na2 300 IN A 192.0.2.102\na3 IN MX 10 a1\nwww 300 IN A 192.0.2.77\n');
    await button('Keep for now').click();
    await bar.getByText("3 changes aren't saved yet").waitFor();
    await button('Change a3 MX').click();
    assert.equal(await text('Value').inputValue(), `10 a1.${name}.`);
    await page.keyboard.press('Escape');
    await button('Review…').click();
    await dialog('Review changes').getByText(/\+ a2 .* 300 A .*192\.0\.2\.102/).waitFor();
    await button('Save changes').click();
    await bar.waitFor({ state: 'detached' });
    await eventually('an answer', () => resolver.resolve4(`a2.${name}`, { ttl: true }), (all) => all[0]?.address === '192.0.2.102' && all[0].ttl === 300);
  });

  await check('zones: several records get another TTL, and go, together', async () => {
    for (const record of ['a1 A', 'a2 A']) await page.getByRole('checkbox', { name: `Choose ${record}` }).check();
    await main.getByRole('group', { name: 'Chosen records' }).getByText('2 records chosen').waitFor();
    await button('Change TTL…').click();
    await text('TTL').fill('120');
    await browser.looks('one TTL for several');
    await browser.theme('light');
    await button('Keep for now').click();
    await bar.getByText("2 changes aren't saved yet").waitFor();
    await page.getByRole('checkbox', { name: 'Choose a3 MX' }).check();
    await main.getByRole('group', { name: 'Chosen records' }).getByRole('button', { name: 'Remove' }).click();
    await bar.getByText("3 changes aren't saved yet").waitFor();
    await browser.looks('chosen records');
    await browser.theme('light');
    await button('Review…').click();
    await dialog('Review changes').getByText(/\+ a1 .* 120 A /).waitFor();
    await button('Save changes').click();
    await bar.waitFor({ state: 'detached' });
    await eventually('the TTL', () => resolver.resolve4(`a1.${name}`, { ttl: true }), (all) => all[0]?.ttl === 120);
    await eventually('no more mail', () => resolver.resolveMx(`a3.${name}`).then(() => 'there', (error) => error.code), (code) => code === 'ENOTFOUND' || code === 'ENODATA');
    await page.getByRole('checkbox', { name: /^Choose all/ }).check();
    await page.getByRole('checkbox', { name: /^Choose all/ }).uncheck();
    await main.getByRole('button', { name: 'Change TTL…' }).waitFor({ state: 'detached' });
  });

  await check('zones: one is signed, and says what its registrar has to know', async () => {
    await button('Sign this zone').click();
    await main.getByText('Your registrar has to know this DS record:').waitFor({ timeout: 30_000 });
    await button('Copy DS record').first().click();
    assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^\d+ 13 2 [0-9a-fA-F]{64}$/);
    await browser.looks('a signed zone');
    await browser.theme('light');
  });

  await check('zones: it is found by the palette, deleted by its name, and brought back', async () => {
    await page.goto(at('/'));
    await page.keyboard.press('Control+k');
    await page.locator('[role=dialog] input:focus').waitFor(); // else the first letters go nowhere
    await page.keyboard.type(name);
    await page.getByRole('option', { selected: true }).filter({ hasText: name }).first().waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name }).waitFor();
    await button('Delete…').click();
    await text(`Type ${name} to confirm`).fill(name);
    await button('Delete zone').click();
    await main.getByText('This zone is deleted').waitFor({ timeout: 30_000 });
    await browser.looks('deleted zone');
    await browser.theme('light');
    await button('Bring it back').click();
    await main.getByRole('heading', { name }).getByText('Active').waitFor({ timeout: 30_000 });
    await page.goto(at(`/zones/?q=${name}`));
    await row(name).waitFor();
    await browser.looks('zones');
    await browser.theme('light');
  });

  await check('zones: what a website keeps in a zone says so, and leads to it', async () => {
    await row(name).getByRole('link').first().click();
    await page.getByRole('heading', { name }).waitFor();
    const made = await page.evaluate((domain) => fetch('/api/v1/websites', { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Requested-With': 'stralix' }, body: JSON.stringify({ domain }) }).then((r) => r.status), `kept.${name}`);
    assert.equal(made, 202);
    await eventually('its record', async () => {
      await page.reload();
      await row('kept').getByText('Kept by a website').waitFor({ timeout: 3000 });
      return true;
    }, Boolean, 40_000);
    assert.equal(await page.getByRole('checkbox', { name: 'Choose kept A' }).count(), 0);
    await browser.looks('a record of a website');
    await browser.theme('light');
    await row('kept').getByRole('link', { name: 'Kept by a website' }).click();
    await page.getByRole('heading', { name: `kept.${name}` }).waitFor();
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
  await zones({ browser, base, env });
  await browser.close();
  console.log(`${browser.tally.passed} passed, ${browser.tally.failed} failed`);
  process.exit(browser.tally.failed ? 1 : 0);
}
