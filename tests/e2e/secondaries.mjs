// A customer lets a name server outside transfer a zone, sees its key once, and takes it away; and leaves DNSSEC the slow way.
// Begins and ends signed in as the customer. By itself, on a running panel: node tests/e2e/secondaries.mjs
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { eventually, open, person, readEnv, root } from './harness.mjs';

export async function secondaries({ browser, base, env }) {
  const { page, check } = browser;
  const { at, button, main } = person(page, base);
  const name = `second-${randomBytes(4).toString('hex')}.example`;
  const text = (label) => page.getByRole('textbox', { name: label, exact: true });
  const dialog = (title) => page.getByRole('dialog', { name: title });
  const card = (title) => main.getByRole('region', { name: title });
  const dig = (...words) => execFileSync('dig', ['@127.0.0.1', '-p', env.DNS_PORT_1, '+norecurse', '+tries=1', '+time=3', ...words], { encoding: 'utf8' });
  const copied = async (label) => {
    await button(`Copy: ${label}`).click();
    return page.evaluate(() => navigator.clipboard.readText());
  };

  await check('secondaries: one gets a key that is shown once, and transfers the zone with it', async () => {
    await page.goto(at('/zones/'));
    await button('New zone').first().click();
    await text('Name').fill(name);
    await button('Create zone').click();
    await main.getByRole('heading', { name }).getByText('Active').waitFor({ timeout: 30_000 });
    await card('Secondaries').getByText('No name server outside').waitFor();
    await button('Add secondary').click();
    await text('IP address').fill('127.0.0.1');
    await button('Let it transfer').click();
    await dialog(/A secondary for/).getByText("can't be that of a secondary").waitFor();
    await browser.looks('secondary dialog with an error');
    await browser.theme('light');
    await text('IP address').fill('192.0.2.53');
    await text('Name server').fill('ns.elsewhere.example');
    await button('Let it transfer').click();
    await dialog('The key for the secondary').waitFor({ timeout: 30_000 });
    await browser.looks('the key of a secondary');
    await browser.theme('light');
    const key = `${await copied('Algorithm')}:${await copied('Name of the key')}:${await copied('Secret')}`;
    await button('Done').click();
    await page.keyboard.press('Escape'); // the drawer of tasks
    await card('Secondaries').getByText('ns.elsewhere.example').waitFor();
    await eventually('a transfer', async () => dig('-y', key, name, 'AXFR'), (answer) => /NS\s+ns\.elsewhere\.example/.test(answer));
    assert.match(dig(name, 'AXFR'), /Transfer failed/);
    await main.getByText('192.0.2.53 may transfer it', { exact: true }).waitFor();
    await browser.looks('a zone with a secondary');
    await browser.theme('light');
  });

  await check('secondaries: the servers are asked, and one that answers nothing is said so', async () => {
    await button('Ask them now').click();
    await card('Secondaries').getByRole('status').waitFor({ timeout: 20_000 });
  });

  await check('secondaries: one is taken away', async () => {
    await button('Remove 192.0.2.53').click();
    await dialog('Remove ns.elsewhere.example?').waitFor();
    await browser.axe('removing a secondary');
    await dialog('Remove ns.elsewhere.example?').getByRole('button', { name: 'Remove' }).click();
    await card('Secondaries').getByText('No name server outside').waitFor({ timeout: 30_000 });
    await eventually('the NS record to go', async () => dig('+short', name, 'NS'), (answer) => !answer.includes('elsewhere'));
  });

  await check('dnssec: leaving is said by CDS first, and can be taken back', async () => {
    await main.getByRole('heading', { name }).getByText('Active').waitFor({ timeout: 30_000 });
    await button('Sign this zone').click();
    await main.getByText('The zone publishes it as CDS and CDNSKEY', { exact: false }).waitFor({ timeout: 30_000 });
    await eventually('CDS', async () => dig('+short', name, 'CDS'), (answer) => / 13 2 /.test(answer));
    await button('Ask the registrar to forget it first').click();
    await main.getByText('On its way to be signed no more').waitFor({ timeout: 30_000 });
    await eventually('the delete CDS', async () => dig('+short', name, 'CDS'), (answer) => answer.trim() === '0 0 0 00');
    await browser.looks('leaving DNSSEC');
    await browser.theme('light');
    await button('Stay signed').click();
    await main.getByText('Signed, not known to the parent yet').waitFor({ timeout: 30_000 });
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
  await secondaries({ browser, base, env });
  await browser.close();
  console.log(`${browser.tally.passed} passed, ${browser.tally.failed} failed`);
  process.exit(browser.tally.failed ? 1 : 0);
}
