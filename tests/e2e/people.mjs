// An administrator looks after people: organisations, users, plans; a person looks after their own account. Begins and
// ends signed out. By itself, on a running panel: node tests/e2e/people.mjs [--env .run/panel.env]
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { eventually, open, person, readEnv, root } from './harness.mjs';

export async function people({ browser, base, env }) {
  const { page, check } = browser;
  const { at, button, main, signedIn, signIn, signOut } = person(page, base);
  const word = randomBytes(3).toString('hex');
  const organisation = `Fjord & Söhne ${word}`, plan = `Starter ${word}`, email = `ann-${word}@fjord.example`, name = `Ann ${word}`;
  const dialog = (title) => page.getByRole('dialog', { name: title });
  const text = (label) => page.getByRole('textbox', { name: label, exact: true });
  const row = (words) => main.getByRole('row').filter({ hasText: words });
  const api = (path) => page.evaluate((address) => fetch(`/api/v1${address}`).then(async (r) => ({ status: r.status, body: await r.json().catch(() => null) })), path);
  let given, own = `${randomBytes(9).toString('base64url')} of her own`, address;

  await check('people: a plan is made; what is no number is said at the field', async () => {
    await page.goto(at('/login/'));
    await signIn(env.ADMIN_EMAIL, env.ADMIN_PASSWORD);
    await signedIn();
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Plans' }).click();
    await button('New plan').first().click();
    await text('Name').fill(plan);
    await text('Websites').fill('a few');
    await button('Create plan').click();
    await page.getByText('Enter a number from 0 to 1000000').waitFor();
    await browser.looks('plan dialog with an error');
    await text('Websites').fill('1');
    await button('Create plan').click();
    await row(plan).getByText('1 website', { exact: true }).waitFor();
    await browser.looks('plans');
    await browser.theme('light');
  });

  await check('people: a name that is taken stays in the form, at its field', async () => {
    await button('New plan').first().click();
    await text('Name').fill(plan.toUpperCase());
    await button('Create plan').click();
    await page.getByText('Another plan has this name already.').waitFor();
    await page.keyboard.press('Escape');
    await page.getByText("There are changes that aren't saved.").waitFor();
    await button('Discard them').click();
    await dialog('New plan').waitFor({ state: 'detached' });
  });

  await check('people: an organisation is made with a plan, and shows its use', async () => {
    await page.goto(at('/organisations/'));
    await row('Bakery').first().waitFor();
    await browser.looks('organisations');
    await browser.theme('light');
    await button('New organisation').click();
    await text('Name').fill(organisation);
    await page.getByRole('combobox', { name: 'Plan' }).selectOption({ label: plan });
    await browser.axe('organisation dialog');
    await button('Create organisation').click();
    await page.getByRole('heading', { name: organisation }).waitFor();
    await main.getByText('0 of 1').waitFor({ timeout: 20_000 });
    await main.getByText('Nobody belongs to it yet.').waitFor();
    address = page.url();
  });

  await check('people: a user is made there, with a password that is told once', async () => {
    await button('New user').click();
    await text('Name').fill(name);
    await text('E-mail address').fill('no address');
    await button('Create user').click();
    await page.getByText('Enter an e-mail address such as').waitFor();
    await text('E-mail address').fill(email);
    await button('Another password').click();
    given = await text('Password').inputValue();
    assert.ok(given.length >= 20, given);
    await page.getByRole('combobox', { name: 'Role' }).selectOption('staff');
    await page.getByRole('group', { name: 'Looks after' }).waitFor();
    await browser.looks('user dialog');
    await browser.theme('light');
    await page.getByRole('combobox', { name: 'Role' }).selectOption('customer');
    await button('Create user').click();
    await main.getByRole('link', { name }).waitFor();
    await browser.looks('organisation');
    await browser.theme('light');
  });

  await check('people: lists are searched and filtered, by the address', async () => {
    await page.goto(at(`/users/?q=${email}`));
    await row(email).waitFor();
    assert.equal(await main.getByRole('row').count(), 2);
    await browser.looks('users');
    await browser.theme('light');
    await page.goto(at('/users/?q=nobody-has-this-name'));
    await main.getByText('No user matches').waitFor();
    await browser.axe('no user');
    await button('Clear filters').click();
    await main.getByRole('row').nth(1).waitFor();
    await page.goto(at(`/organisations/?q=${encodeURIComponent(organisation)}&state=suspended`));
    await main.getByText('No organisation matches').waitFor();
  });

  await check('people: a user is renamed; somebody else who was faster is said', async () => {
    await page.goto(at(`/users/?q=${email}`));
    await main.getByRole('link', { name }).locator('visible=true').click();
    await page.getByRole('heading', { name }).waitFor();
    const id = new URL(page.url()).searchParams.get('id');
    await button('Change…').click();
    await page.evaluate(async (user) => {
      const etag = (await fetch(`/api/v1/users/${user}`)).headers.get('etag');
      await fetch(`/api/v1/users/${user}`, { method: 'PATCH', headers: { 'If-Match': etag, 'X-Requested-With': 'stralix', 'Content-Type': 'application/json' }, body: JSON.stringify({ settings: { name: 'Somebody else' } }) });
    }, id);
    await text('Name').fill('Too late');
    await button('Save').click();
    await page.getByText('Somebody changed this meanwhile.').waitFor();
    await page.keyboard.press('Escape');
    await button('Discard them').click();
    await page.getByRole('heading', { name: 'Somebody else' }).waitFor({ timeout: 15_000 });
    await button('Change…').click();
    await text('Name').fill(name);
    await button('Save').click();
    await page.getByRole('heading', { name }).waitFor();
    await browser.looks('user');
    await browser.theme('light');
  });

  await check('people: who has to change the password meets that and nothing else', async () => {
    await signOut();
    await signIn(email, given);
    await page.getByRole('heading', { name: 'Choose a new password' }).waitFor();
    assert.equal(await page.getByRole('navigation', { name: 'Main' }).count(), 0);
    await browser.looks('has to change the password');
    await browser.theme('light');
    assert.equal((await api('/websites')).status, 403);
    await text('Current password').fill('certainly not this one');
    await text('New password').fill(own);
    await button('Change password').click();
    await page.getByText("This isn't your current password.").waitFor();
    await text('Current password').fill(given);
    await button('Change password').click();
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Settings' }).waitFor();
    await eventually('her websites', () => api('/websites'), (answer) => answer.status === 200);
  });

  await check('people: a customer sees neither people nor plans', async () => {
    const nav = page.getByRole('navigation', { name: 'Main' });
    for (const link of ['Organisations', 'Users', 'Plans']) assert.equal(await nav.getByRole('link', { name: link }).count(), 0, link);
    await page.goto(at('/users/'));
    await main.getByText('You may not do this.').waitFor();
    await browser.axe('users, refused');
  });

  await check('people: the plan refuses one website too many, in words', async () => {
    for (const [i, wanted] of [[1, /is done|Tasks/], [2, /limit of websites is reached/]]) {
      await page.goto(at('/websites/?new=1'));
      await text('Domain').fill(`${word}-${i}.example`);
      await button('Create website').click();
      await page.getByText(wanted).first().waitFor();
    }
    await browser.axe('over the limit');
    await main.getByText('1 website · the plan allows 1').waitFor();
    await page.goto(at('/settings/'));
    await main.getByText('1 of 1').waitFor();
    await main.getByText("The plan's limit is reached.").waitFor();
  });

  await check('people: a name of one’s own', async () => {
    await text('Name').fill('');
    await button('Save').click();
    await page.getByText('Fill this in.').waitFor();
    await text('Name').fill(`${name} Berg`);
    await button('Save').click();
    await page.getByRole('button', { name: `Account of ${name} Berg` }).waitFor();
    await browser.looks('settings');
    await browser.theme('light');
  });

  await check('people: an API token is made for chosen things, shown once, revoked by its name', async () => {
    await button('New token').click();
    await dialog('New token').getByRole('textbox', { name: 'Name' }).fill(`deploy ${word}`);
    await button('Create token').click();
    await page.getByText('Choose at least one.').waitFor();
    await page.getByRole('checkbox', { name: 'website:read' }).check();
    await browser.looks('token dialog');
    await browser.theme('light');
    await button('Create token').click();
    const secret = await dialog('Your new token').locator('code').innerText();
    assert.match(secret, /^st_[A-Za-z0-9_-]{43}$/);
    await button('Copy token').click();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), secret);
    await browser.looks('token');
    await browser.theme('light');
    await button('Done').click();
    const item = main.getByRole('listitem').filter({ hasText: `deploy ${word}` });
    await item.getByText('website:read').waitFor();
    assert.ok(!(await page.content()).includes(secret), 'the secret is gone from the page');
    await button(`Revoke deploy ${word}`).click();
    await dialog(`Revoke deploy ${word}?`).waitFor();
    await browser.axe('revoke');
    await button('Revoke token').click();
    await item.waitFor({ state: 'detached' });
  });

  await check('people: other sessions are seen and ended', async () => {
    await page.evaluate(([who, password]) => fetch('/api/v1/session', { method: 'POST', credentials: 'omit', headers: { 'X-Requested-With': 'stralix', 'Content-Type': 'application/json' }, body: JSON.stringify({ email: who, password }) }), [email, own]);
    await page.reload();
    await main.getByText('This one').waitFor();
    await button('End all others').click();
    await button('End all others').waitFor({ state: 'detached' });
    await main.getByText('This one').waitFor();
  });

  await check('people: suspending says what it means and asks why; who is in is out', async () => {
    const cookies = await page.context().cookies();
    await page.context().clearCookies();
    await page.goto(at('/login/'));
    await signIn(env.ADMIN_EMAIL, env.ADMIN_PASSWORD);
    await signedIn();
    await page.goto(address);
    await button('Suspend…').click();
    await dialog(`Suspend ${organisation}?`).getByText('Its websites are served on.').waitFor();
    await button('Suspend organisation').click();
    await page.getByText('Fill this in.').waitFor();
    await text('Reason').fill('Bill unpaid');
    await browser.looks('suspend');
    await browser.theme('light');
    await button('Suspend organisation').click();
    await main.getByText('This organisation is suspended').waitFor();
    await main.getByText('Bill unpaid').waitFor();
    await browser.looks('suspended');
    await browser.theme('light');
    const admins = await page.context().cookies();
    await page.context().clearCookies();
    await page.context().addCookies(cookies);
    await eventually('her session', () => api('/session'), (answer) => answer.status === 401);
    await page.context().clearCookies();
    await page.context().addCookies(admins);
    await page.reload();
    await button('Resume').click();
    await main.getByText('This organisation is suspended').waitFor({ state: 'detached' });
  });

  await check('people: a user is disabled after a word of warning, and enabled again', async () => {
    await main.getByRole('link', { name: `${name} Berg` }).click();
    await button('Disable…').click();
    await dialog(`Disable ${name} Berg?`).getByText("Their API tokens are deleted and don't come back.").waitFor();
    await browser.axe('disable');
    await button('Disable user').click();
    await main.getByText('Disabled', { exact: true }).waitFor();
    await button('Enable').click();
    await main.getByText('Active', { exact: true }).waitFor();
    await button('New password…').click();
    await browser.axe('new password');
    await button('Set password').click();
    await main.getByText('Has to be changed at the next sign-in').waitFor();
  });

  await check('people: nobody changes their own role', async () => {
    await page.goto(at(`/users/?q=${env.ADMIN_EMAIL}`));
    await row(env.ADMIN_EMAIL).getByRole('link').first().click();
    await button('Change…').click();
    assert.equal(await page.getByRole('combobox', { name: 'Role' }).isDisabled(), true);
    assert.equal(await button('Disable…').count(), 0);
    await page.keyboard.press('Escape');
  });

  await check('people: an organisation is found by a part of its name, and Escape closes the list alone', async () => {
    await page.goto(at('/users/?new=1'));
    const field = page.getByRole('combobox', { name: 'Organisation' });
    await field.click();
    await page.getByRole('listbox', { name: 'Organisations' }).getByRole('option').first().waitFor();
    await field.fill('no organisation has this');
    await page.getByText('No organisation has this in its name.').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('listbox').waitFor({ state: 'detached' });
    await text('Name').waitFor();
    await field.fill(word.toUpperCase());
    await page.getByRole('option', { name: organisation, exact: true, selected: true }).waitFor();
    await browser.looks('choosing an organisation');
    await browser.theme('light');
    await page.keyboard.press('Enter');
    assert.equal(await field.inputValue(), organisation);
    await page.getByRole('combobox', { name: 'Role' }).selectOption('staff');
    const more = page.getByRole('combobox', { name: 'Add an organisation' });
    await more.fill('bakery');
    await page.getByRole('option', { name: /Bakery/ }).first().click();
    await page.getByRole('group', { name: 'Looks after' }).getByRole('listitem').filter({ hasText: 'Bakery' }).waitFor();
    await browser.looks('assigned organisations');
    await browser.theme('light');
    await page.setViewportSize({ width: 390, height: 844 });
    await more.click();
    await page.getByRole('listbox', { name: 'Organisations' }).getByRole('option').first().waitFor();
    await browser.axe('choosing on a phone');
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.keyboard.press('Escape');
    await page.getByRole('group', { name: 'Looks after' }).getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('group', { name: 'Looks after' }).getByRole('listitem').waitFor({ state: 'detached' });
  });

  await check('people: a user gets another address and another organisation, and is deleted by it', async () => {
    const leaving = `leaving-${randomBytes(4).toString('hex')}@people.example`;
    await page.goto(at('/users/?new=1'));
    await text('Name').fill('Lea Ving');
    await page.getByRole('combobox', { name: 'Organisation' }).fill(word);
    await page.getByRole('option', { name: organisation, exact: true, selected: true }).waitFor();
    await page.keyboard.press('Enter');
    await text('E-mail address').fill(`first-${leaving}`);
    await button('Create user').click();
    await page.waitForURL(/users\/view/);
    await button('Change…').click();
    await text('E-mail address').fill(email);
    await button('Save').click();
    await page.getByText('Somebody has this address already.').waitFor();
    await text('E-mail address').fill(leaving);
    await page.getByRole('combobox', { name: 'Organisation' }).fill('bakery');
    await page.getByRole('option', { name: /Bakery/ }).first().click();
    await browser.looks('changing a user');
    await browser.theme('light');
    await button('Save').click();
    await main.getByRole('definition').filter({ hasText: leaving }).waitFor();
    await main.getByRole('definition').filter({ hasText: /Bakery/ }).waitFor();
    await button('Delete…').click();
    await dialog('Delete Lea Ving?').getByText('The audit log keeps the name.').waitFor();
    assert.equal(await button('Delete user').isDisabled(), true);
    await browser.looks('delete a user');
    await browser.theme('light');
    await text(`Type ${leaving} to confirm`).fill(leaving);
    await button('Delete user').click();
    await page.waitForURL(/\/users\/$/);
    await page.goto(at(`/users/?q=${leaving}`));
    await main.getByText('No user matches').waitFor();
  });

  await check('people: what cannot be read says so and can be tried again', async () => {
    for (const [path, read] of [['/organisations/', '/api/v1/organisations'], ['/users/', '/api/v1/users'], ['/plans/', '/api/v1/plans'], ['/settings/', '/api/v1/sessions']]) await browser.away(path, read);
    await page.goto(at('/users/view/?id=0198f2f4-0000-7000-8000-000000000000'));
    await main.getByText('There is nothing here.').waitFor();
  });

  await check('people: phone: everything is there', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    for (const [path, words] of [[`/organisations/?q=${word}`, organisation], [`/users/?q=${word}`, email], ['/plans/', plan], ['/settings/', 'Sessions'], [address.slice(base.length), organisation]]) {
      await page.goto(at(path));
      await main.getByText(words).locator('visible=true').first().waitFor();
      await browser.looks(`phone ${path}`);
    }
    await page.goto(at('/users/?new=1'));
    await text('Name').waitFor();
    await browser.looks('phone user dialog');
    await page.keyboard.press('Escape');
    await browser.theme('light');
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  await check('people: with the keyboard alone', async () => {
    await page.goto(at('/plans/'));
    await row(plan).waitFor();
    await page.keyboard.press('Control+k');
    await page.getByPlaceholder('Type a website').waitFor();
    await page.keyboard.type('Organisations');
    await page.getByRole('option', { name: 'Organisations', selected: true }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/organisations\//);
    await button('New organisation').focus();
    await page.keyboard.press('Enter');
    await dialog('New organisation').waitFor();
    assert.equal(await page.evaluate(() => !!document.activeElement?.closest('[role=dialog]')), true);
    await page.keyboard.press('Escape');
    await dialog('New organisation').waitFor({ state: 'detached' });
    await signOut();
  });
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({ options: { env: { type: 'string', default: join(root, '.run/panel.env') } } });
  const env = readEnv(values.env);
  const browser = await open({});
  await people({ browser, base: env.PANEL_URL.replace(/\/$/, ''), env });
  await browser.check('people: no console errors, no violation of the content security policy', () => {
    assert.deepEqual(browser.faults(), []);
  });
  await browser.close();
  console.log(`${browser.tally.passed} passed, ${browser.tally.failed} failed`);
  process.exit(browser.tally.failed ? 1 : 0);
}
