// What people do most takes no more clicks than it may; and an administrator acts for a customer. Begins and ends signed
// out. By itself, on a running panel: node tests/e2e/flows.mjs [--env .run/panel.env]
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { open, person, readEnv, root } from './harness.mjs';

const fresh = (word) => `${word}-${randomBytes(4).toString('hex')}.example`;

/** Counts what a hand does: presses of the pointer, on whatever page; keys are free. */
async function counter(page) {
  await page.addInitScript(() => addEventListener('click', (event) => {
    if (event.isTrusted && event.detail > 0) sessionStorage.setItem('clicks', String(Number(sessionStorage.getItem('clicks')) + 1));
  }, true));
  return {
    reset: () => page.evaluate(() => sessionStorage.setItem('clicks', '0')),
    clicks: () => page.evaluate(() => Number(sessionStorage.getItem('clicks'))),
  };
}

export async function flows({ browser, base, env }) {
  const { page, check } = browser;
  const { at, button, main, signedIn, signIn, signOut } = person(page, base);
  const { reset, clicks } = await counter(page);
  const text = (label) => page.getByRole('textbox', { name: label, exact: true });
  const done = (what) => page.getByText(what).last().waitFor({ timeout: 30_000 });
  const within = async (most) => {
    const n = await clicks();
    assert.ok(n > 0 || most === 0, 'the counter counts');
    assert.ok(n <= most, `${n} clicks, at most ${most}`);
  };
  const banner = page.getByRole('region', { name: 'Acting for an organisation' });
  const first = fresh('first');

  await check('flows: a new website is two clicks from its list', async () => {
    await page.goto(at('/login/'));
    await signIn(env.CUSTOMER_EMAIL, env.CUSTOMER_PASSWORD);
    await signedIn();
    await page.goto(at('/websites/'));
    await reset();
    await button('New website').first().click();
    await text('Domain').fill(first);
    await button('Create website').click();
    await done(`Create website: ${first} is done`);
    await within(2);
  });

  await check('flows: PHP is chosen with the website, with no click more', async () => {
    const name = fresh('php');
    await page.goto(at('/websites/'));
    await reset();
    await button('New website').first().click();
    const choice = page.getByRole('combobox', { name: 'PHP version' });
    await choice.waitFor();
    assert.equal(await choice.inputValue(), '');
    await choice.selectOption({ index: 1 });
    const version = await choice.inputValue();
    await browser.looks('dialog with PHP');
    await browser.theme('light');
    await text('Domain').fill(name);
    await button('Create website').click();
    await done(`Create website: ${name} is done`);
    await within(2);
    await page.keyboard.press('Escape');
    await page.goto(at(`/websites/?q=${name}`));
    await main.getByRole('link', { name, exact: true }).click();
    await main.getByRole('region', { name: 'PHP' }).getByText(version).first().waitFor();
  });

  await check('flows: a new website is three clicks from elsewhere, or none', async () => {
    const [second, third] = [fresh('second'), fresh('third')];
    await page.goto(at('/audit/'));
    await reset();
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Websites' }).click();
    await button('New website').first().click();
    await text('Domain').fill(second);
    await button('Create website').click();
    await done(`Create website: ${second} is done`);
    await within(3);
    await page.goto(at('/tasks/'));
    await reset();
    await page.keyboard.press('Control+k');
    await page.locator('[role=dialog] input:focus').waitFor(); // else the first letters go nowhere
    await page.keyboard.type('new');
    await page.getByRole('option').first().waitFor();
    await page.keyboard.press('Enter');
    await text('Domain').fill(third);
    await page.keyboard.press('Enter');
    await done(`Create website: ${third} is done`);
    await within(0);
  });

  await check('flows: a website is found without a click', async () => {
    await page.goto(at('/'));
    await reset();
    await page.keyboard.press('Control+k');
    await page.locator('[role=dialog] input:focus').waitFor(); // else the first letters go nowhere
    await page.keyboard.type(first);
    await page.getByRole('option', { selected: true }).filter({ hasText: first }).first().waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: first }).waitFor();
    await within(0);
    await signOut();
  });

  await check('flows: a website is suspended in two clicks, with a reason, and resumed by one', async () => {
    await page.goto(at('/login/'));
    await signIn(env.ADMIN_EMAIL, env.ADMIN_PASSWORD);
    await signedIn();
    await page.goto(at(`/websites/?q=${first}`));
    await page.getByRole('link', { name: first, exact: true }).click();
    await button('Suspend…').waitFor();
    await reset();
    await button('Suspend…').click();
    await text('Reason').fill('Counting clicks');
    await button('Suspend website').click();
    await done(`Update website: ${first} is done`);
    await within(2);
    await page.keyboard.press('Escape'); // the drawer
    await reset();
    await button('Undo').click();
    await main.getByText('Active', { exact: true }).waitFor({ timeout: 30_000 });
    await within(1);
  });

  await check('flows: acting as a customer is two clicks, with a reason', async () => {
    await page.goto(at('/organisations/?q=Bakery'));
    await main.getByRole('link', { name: /Bakery/ }).first().waitFor();
    await reset();
    await main.getByRole('link', { name: /Bakery/ }).first().click();
    await button('Act as…').click();
    await page.getByRole('dialog', { name: /^Act as / }).getByRole('textbox').waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('Fill this in.').waitFor();
    await browser.looks('acting dialog');
    await browser.theme('light');
    await text('Reason').fill('They asked for help');
    await page.keyboard.press('Enter');
    await banner.getByText(/^You act as .*Bakery/).waitFor();
    await within(2);
  });

  await check('flows: who acts sees what the customer sees, and always that it is so', async () => {
    const nav = page.getByRole('navigation', { name: 'Main' });
    await nav.getByRole('link', { name: 'Websites' }).waitFor();
    for (const name of ['Nodes', 'Organisations', 'Settings']) assert.equal(await nav.getByRole('link', { name }).count(), 0, name);
    for (const path of ['/', `/websites/?q=${first}`, '/tasks/', '/audit/', '/settings/']) {
      await page.goto(at(path));
      await banner.getByText('They asked for help').waitFor();
      await browser.axe(`acting at ${path}`);
    }
    await page.getByText('These are your own settings').waitFor();
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(at('/websites/'));
    await banner.waitFor();
    await page.getByRole('heading', { name: 'Websites' }).waitFor();
    await browser.looks('acting on a phone');
    await browser.theme('light');
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goto(at('/'));
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await banner.waitFor();
    await browser.shot('acting');
  });

  await check('flows: stopped, one is at the customer again, as oneself', async () => {
    await button('Stop acting').click();
    await page.waitForURL(/\/organisations\/view\/\?id=/);
    await button('Act as…').waitFor();
    assert.equal(await banner.count(), 0);
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Nodes' }).waitFor();
    await page.goto(at('/audit/?kind=organisation.act'));
    await main.getByRole('row').filter({ hasText: 'organisation.act' }).filter({ hasText: 'Bakery' }).first().waitFor();
    await signOut();
  });
}

if (process.argv[1] === import.meta.filename) {
  const { values: options } = parseArgs({ options: { env: { type: 'string', default: join(root, '.run/panel.env') } } });
  const env = readEnv(options.env);
  const browser = await open({});
  await flows({ browser, base: env.PANEL_URL.replace(/\/$/, ''), env });
  await browser.check('flows: no console errors, no violation of the content security policy', () => assert.deepEqual(browser.faults(), []));
  await browser.close();
  console.log(`${browser.tally.passed} passed, ${browser.tally.failed} failed`);
  process.exit(browser.tally.failed ? 1 : 0);
}
