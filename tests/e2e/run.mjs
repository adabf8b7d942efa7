// A person at the panel, in a real browser: signs in, creates a website, sees it live, opens it, deletes it.
// Usage: node tests/e2e/run.mjs [--env .run/panel.env] [--shots DIR]
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { certificates, resolver } from './certificates.mjs';
import { eventually, open, person, readEnv, root, visit } from './harness.mjs';
import { flows } from './flows.mjs';
import { people } from './people.mjs';
import { php } from './php.mjs';
import { providers } from './providers.mjs';
import { recordTokens } from './record-tokens.mjs';
import { scenery } from './scenery.mjs';
import { secondaries } from './secondaries.mjs';
import { templates } from './templates.mjs';
import { zones } from './zones.mjs';

const { values: options } = parseArgs({ options: { env: { type: 'string', default: join(root, '.run/panel.env') }, shots: { type: 'string' } } });
if (options.shots) mkdirSync(options.shots, { recursive: true });
const env = readEnv(options.env);
// No name points here, so that no website gets a certificate and sends visitors on to HTTPS meanwhile.
if (env.NAMES_MANAGE_URL) await fetch(`${env.NAMES_MANAGE_URL}/set-default-ipv4`, { method: 'POST', body: '{"ip":""}' });
const base = env.PANEL_URL.replace(/\/$/, '');
const domain = `shop-${randomBytes(4).toString('hex')}.example`;
const browser = await open({ shots: options.shots });
const { page, check } = browser;
await resolver(env).everywhere(''); // else each website gets a certificate while a test looks at something else

const { at, button, main, signedIn, signIn, signOut } = person(page, base);

/** The website as the API knows it; by its address one finds the port of the node it went to. */
const website = () => page.evaluate((name) => fetch(`/api/v1/websites?search=${name}`).then((r) => r.json()).then((r) => r.websites[0]), domain);
let sitePort = env.SITES_HTTP_PORT;

// Signed out

await check('a deep link asks to sign in first', async () => {
  await page.goto(at('/websites/?state=active'));
  await page.waitForURL(/\/login\/\?next=/);
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await browser.looks('sign-in');
  await browser.theme('light');
});

await check('empty fields are named at the fields', async () => {
  await button('Sign in').click();
  await page.getByText('Fill this in.').first().waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('name')), 'email');
  await browser.axe('sign-in with errors');
});

await check('a wrong password is refused, without saying which of the two is wrong', async () => {
  await signIn(env.CUSTOMER_EMAIL, 'certainly not the password');
  const alert = main.getByRole('alert').first();
  await alert.waitFor();
  assert.match(await alert.innerText(), /wrong|not right|do not match|incorrect|password/i);
  assert.equal(new URL(page.url()).pathname, '/login/');
});

await check('too many attempts show a countdown (answer faked)', async () => {
  const body = { type: 'about:blank', title: 'Too many attempts', status: 429, code: 'RATE_LIMITED', detail: 'Too many attempts.', requestId: 'test' };
  await browser.faked('/api/v1/session', { status: 429, body, headers: { 'retry-after': '2' } }, async () => {
    await signIn(env.CUSTOMER_EMAIL, 'certainly not the password');
    await page.getByText(/Try again in \d seconds?\./).waitFor();
    assert.equal(await button('Sign in').isDisabled(), true);
    await browser.axe('sign-in, limited');
    await page.getByText('You can try again now.').waitFor();
    assert.equal(await button('Sign in').isDisabled(), false);
  });
});

await check('after signing in one is where the link pointed', async () => {
  await signIn(env.CUSTOMER_EMAIL, env.CUSTOMER_PASSWORD);
  await page.waitForURL(at('/websites/?state=active'));
  await signedIn();
});

await check('next= leads to no other host', async () => {
  await signOut();
  await page.goto(at('/login/?next=//evil.example/'));
  await signIn(env.CUSTOMER_EMAIL, env.CUSTOMER_PASSWORD);
  await signedIn();
  assert.equal(page.url(), at('/'));
});

// A customer

await check('what a customer may not see is not in the navigation', async () => {
  const nav = page.getByRole('navigation', { name: 'Main' });
  await nav.getByRole('link', { name: 'Websites' }).waitFor();
  assert.equal(await nav.getByRole('link', { name: 'Nodes' }).count(), 0);
  await page.goto(at('/nodes/'));
  await page.getByText('Nodes are for staff').waitFor();
  await browser.axe('nodes, refused');
});

await check('a refused domain is named at the field', async () => {
  await page.goto(at('/websites/'));
  await button('New website').first().click();
  const field = page.getByRole('textbox', { name: 'Domain' });
  await field.fill('not a domain');
  await button('Create website').click();
  await page.getByText('Enter a full domain such as shop.example.').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('name')), 'domain');
  await browser.axe('dialog with an error');
  await field.fill('shop.localhost'); // the form has nothing against it: the server has the last word
  await button('Create website').click();
  await page.locator('[role=dialog] [role=alert]').first().waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('name')), 'domain');
  await page.keyboard.press('Escape');
});

const stage = options.shots ? scenery(page) : null;
if (stage) await check('the pictures have something to show', () => stage.up());

await check('a new website goes live before the eyes', async () => {
  await page.goto(at('/websites/'));
  await button('New website').first().click();
  await page.getByRole('textbox', { name: 'Domain' }).fill(domain);
  await browser.looks('dialog');
  await browser.theme('light');
  await button('Create website').click();
  const drawer = page.getByRole('dialog', { name: 'Tasks' });
  await drawer.getByText(domain).first().waitFor();
  await drawer.getByText('Prepare the files').click({ trial: true }); // not only there: on screen, under nothing
  await drawer.getByText('Done', { exact: true }).first().waitFor({ timeout: 30_000 });
  await page.getByText(`Create website: ${domain} is done`).waitFor();
  await browser.shot('task');
  await browser.looks('task drawer');
  await browser.theme('light');
});

await check('the task names its request and survives a reload', async () => {
  await page.reload();
  const drawer = page.getByRole('dialog', { name: 'Tasks' });
  await drawer.getByText('See that it answers').waitFor();
  await drawer.getByRole('button', { name: 'Copy request id' }).click();
  await drawer.getByRole('button', { name: 'Copied' }).waitFor();
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^[\w-]{8,64}$/);
  await page.keyboard.press('Escape');
});

await check('it is listed as active', async () => {
  await page.goto(at('/websites/'));
  await page.getByRole('searchbox', { name: 'Search by domain' }).fill(domain.split('.')[0]);
  const row = page.getByRole('row').filter({ hasText: domain });
  await row.getByText('Active').waitFor();
  await page.waitForURL(/q=shop-/);
});

await check('it answers with a welcome page that names it', async () => {
  sitePort = Number(new URL((await website()).url).port || 80);
  const { body } = await eventually('the website', () => visit(sitePort, domain), (answer) => answer.status === 200);
  assert.ok(body.includes(domain), 'the page shows the domain');
});

await check('its settings are changed in a form and at work a moment later', async () => {
  await page.goto(at(`/websites/view/?id=${(await website()).id}`));
  await button('Change settings…').click();
  const form = page.getByRole('dialog', { name: `Settings of ${domain}` });
  await form.getByRole('textbox', { name: 'Further names' }).fill(`www.${domain}\nnot a name`);
  await form.getByRole('button', { name: 'Add a redirect' }).click();
  await form.getByRole('textbox', { name: 'From', exact: true }).fill('/old');
  await form.getByRole('textbox', { name: 'To', exact: true }).fill('javascript:alert(1)');
  await button('Save settings').click();
  await form.getByText(/^Line 2: Enter a full domain/).waitFor();
  await form.getByText(/^Enter a path such as \/new/).waitFor();
  await browser.looks('settings with errors');
  await browser.theme('light');
  await page.keyboard.press('Escape');
  await form.getByText("There are changes that aren't saved.").waitFor();
  await form.getByRole('textbox', { name: 'Further names' }).fill(`www.${domain}`);
  await form.getByRole('textbox', { name: 'To', exact: true }).fill('https://shop.example/new');
  await button('Save settings').click();
  await page.getByText(`Update website: ${domain} is done`).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('definition').filter({ hasText: new RegExp(`^www[.]${domain}$`) }).waitFor(); // not the card of the certificate
  await page.getByRole('definition').filter({ hasText: '/old → https://shop.example/new 301' }).waitFor();
  const { body } = await eventually('the alias', () => visit(sitePort, `www.${domain}`), (answer) => answer.status === 200);
  assert.ok(body.includes(domain));
  await browser.looks('website with settings');
  await browser.theme('light');
});

await check('a change is taken back where its end is told', async () => {
  await page.goto(at(`/websites/view/?id=${(await website()).id}`));
  await button('Change settings…').click();
  await page.getByRole('textbox', { name: 'Index files' }).fill('start.html');
  await button('Save settings').click();
  await page.getByText(`Update website: ${domain} is done`).last().waitFor();
  await page.keyboard.press('Escape'); // the drawer
  await page.getByRole('definition').filter({ hasText: /^start\.html$/ }).waitFor();
  await browser.axe('a message with a way back');
  await button('Undo').click();
  await page.getByRole('definition').filter({ hasText: /^index\.html$/ }).waitFor();
  await page.getByRole('definition').filter({ hasText: '/old → https://shop.example/new 301' }).waitFor(); // what was not changed stays
});

await check('settings that somebody else changed meanwhile are not overwritten', async () => {
  await page.goto(at(`/websites/view/?id=${(await website()).id}`));
  await button('Change settings…').click();
  const form = page.getByRole('dialog', { name: `Settings of ${domain}` });
  await form.getByRole('textbox', { name: 'Index files' }).fill('start.html index.html');
  const status = await page.evaluate(async (id) => {
    const { website: { etag } } = await (await fetch(`/api/v1/websites/${id}`)).json();
    const headers = { 'content-type': 'application/json', 'x-requested-with': 'stralix', 'if-match': `"${etag}"` };
    return (await fetch(`/api/v1/websites/${id}`, { method: 'PATCH', headers, body: JSON.stringify({ settings: { errorPages: [] } }) })).status;
  }, (await website()).id);
  assert.equal(status, 202);
  await button('Save settings').click();
  await form.getByText('Somebody changed this website meanwhile.', { exact: false }).waitFor();
  await form.getByRole('button', { name: 'Cancel' }).click();
  await form.getByRole('button', { name: 'Discard them' }).click();
  await form.waitFor({ state: 'detached' });
});

await check('a preview of settings shows what would change, and what is wrong, before anything is saved', async () => {
  await page.goto(at(`/websites/view/?id=${(await website()).id}`));
  await button('Change settings…').click();
  const form = page.getByRole('dialog', { name: `Settings of ${domain}` });
  await form.getByRole('textbox', { name: 'Folder' }).fill('../etc');
  await button('Preview changes').click();
  await form.getByText('Enter a folder such as web/public.').waitFor();
  await form.getByRole('textbox', { name: 'Folder' }).fill('web');
  await button('Preview changes').click();
  const preview = form.getByRole('status', { name: 'What saving would do' });
  await preview.getByText("The node's test passes.").waitFor();
  await preview.getByText('/public/web').first().waitFor();
  await browser.looks('preview of settings');
  await page.setViewportSize({ width: 390, height: 844 });
  await browser.axe('preview of settings, phone');
  await page.setViewportSize({ width: 1440, height: 900 });
  await browser.theme('light');
  await form.getByRole('textbox', { name: 'Folder' }).fill('web/other');
  await preview.waitFor({ state: 'detached' }); // it was about another form
  await form.getByRole('button', { name: 'Cancel' }).click();
  await form.getByRole('button', { name: 'Discard them' }).click();
  await form.waitFor({ state: 'detached' });
});

/** Changes the website's file on its node, as somebody there would. */
async function byHand() {
  const { id, nodeId } = await website();
  const file = join(dirname(options.env), 'nodes', nodeId, 'nginx/live/sites', `${id}.conf`);
  writeFileSync(file, readFileSync(file, 'utf8').replace('add_header X-Content', 'add_header X-By-Hand yes;\n\tadd_header X-Content'));
}

await check('a file that somebody changed on the node is shown with its difference, kept, and taken back', async () => {
  await page.goto(at(`/websites/view/?id=${(await website()).id}`));
  await page.getByText('All files are as the panel wrote them.').waitFor();
  await byHand();
  await button('Look again').click();
  const card = page.getByRole('region', { name: 'Files on the node' });
  await card.getByText('1 file changed by hand').waitFor();
  await card.getByText('What is different').click();
  await card.getByText('+\tadd_header X-By-Hand yes;').waitFor();
  await browser.looks('drift of a website');
  await page.setViewportSize({ width: 390, height: 844 });
  await browser.axe('drift of a website, phone');
  await page.setViewportSize({ width: 1440, height: 900 });
  await browser.theme('light');
  await card.getByRole('button', { name: /^Adopt/ }).click();
  const keep = page.getByRole('dialog', { name: 'Keep this file as it is?' });
  await keep.getByText('this version is lost', { exact: false }).waitFor();
  await browser.axe('adopting a file');
  await keep.getByRole('button', { name: 'Adopt' }).click();
  await page.getByText(`Keep changed files: ${domain} is done`).waitFor();
  await page.keyboard.press('Escape');
  await card.getByText(/^Adopted by /).waitFor();
  await card.getByRole('button', { name: /^Restore/ }).click();
  const back = page.getByRole('dialog', { name: "Write the panel's own?" });
  await back.getByText('The adopted version is lost for good', { exact: false }).waitFor();
  await back.getByRole('button', { name: 'Restore' }).click();
  await page.getByText(`Restore files: ${domain} is done`).waitFor();
  await page.keyboard.press('Escape');
  await card.getByText('All files are as the panel wrote them.').waitFor();
});

await check('its requests appear as they come, are filtered, paused and wrapped', async () => {
  const logs = page.getByRole('region', { name: 'Logs', exact: true });
  const requests = logs.getByRole('region', { name: 'Requests, newest last' });
  const asked = async (path) => { await page.request.get(`http://127.0.0.1:${sitePort}${path}`, { headers: { host: domain, 'user-agent': '<b>strange</b>' } }); };
  await logs.scrollIntoViewIfNeeded();
  await asked('/seen-live');
  await requests.getByText('/seen-live').first().waitFor();
  assert.ok(await requests.getByText('<b>strange</b>').first().isVisible());
  await logs.getByRole('button', { name: 'Pause' }).click();
  await asked('/while-paused');
  await logs.getByRole('button', { name: 'Wrap long lines' }).click();
  await logs.getByRole('searchbox').fill('nothing-like-it');
  await logs.getByText('No line has this text').waitFor();
  await browser.looks('a log without a match');
  await browser.theme('light');
  await logs.getByRole('searchbox').fill('');
  await logs.getByRole('button', { name: 'Follow' }).click();
  await requests.getByText('/while-paused').first().waitFor();
  await browser.looks('logs');
  await browser.theme('light');
  await logs.getByRole('button', { name: 'Errors' }).click();
  await logs.getByText('Nothing yet').waitFor();
});

await check('a folder gets a password, which nobody can read afterwards', async () => {
  await button('Change settings…').click();
  const form = page.getByRole('dialog', { name: `Settings of ${domain}` });
  await form.getByRole('button', { name: 'Protect a folder' }).click();
  await form.getByRole('textbox', { name: 'Path', exact: true }).fill('intern');
  await form.getByRole('textbox', { name: 'User name' }).fill('ann');
  await form.getByLabel('Password', { exact: true }).fill('short');
  await button('Save settings').click();
  await form.getByText(/^Use at least 12 characters/).waitFor();
  await browser.looks('a folder with a password too short');
  await browser.theme('light');
  await form.getByLabel('Password', { exact: true }).fill('correct horse battery');
  await button('Save settings').click();
  await page.getByRole('dialog', { name: 'Tasks' }).waitFor(); // the drawer opens when the form has gone; it hides the page from roles
  await page.keyboard.press('Escape');
  await page.getByRole('definition').filter({ hasText: '/intern ann' }).waitFor();
  await eventually('the folder to ask', () => page.request.get(`http://127.0.0.1:${sitePort}/intern/`, { headers: { host: domain } }).then((r) => r.status()), (status) => status === 401);
  await button('Change settings…').click();
  assert.equal(await form.getByLabel('Password', { exact: true }).inputValue(), '');
  await form.getByRole('button', { name: 'Cancel' }).click();
});
await php({ browser, button, at, website, env, domain });
await certificates({ browser, base, env });

await check('a name that is taken is refused at the field', async () => {
  await page.goto(at('/websites/'));
  await button('New website').first().click();
  await page.getByRole('textbox', { name: 'Domain' }).fill(domain);
  await button('Create website').click();
  await page.locator('[role=dialog] [role=alert]').first().waitFor();
  await browser.axe('dialog, taken');
  await page.keyboard.press('Escape');
});

await check('sorting and filters are in the address', async () => {
  await page.goto(at('/websites/'));
  await page.getByRole('columnheader', { name: 'Created' }).getByRole('button').click();
  await page.locator('th[aria-sort=ascending]').filter({ hasText: 'Created' }).waitFor();
  await page.getByRole('columnheader', { name: 'Created' }).getByRole('button').click();
  await page.locator('th[aria-sort=descending]').filter({ hasText: 'Created' }).waitFor();
  await page.getByRole('row').filter({ hasText: domain }).waitFor(); // the newest stands on the first page
  assert.match(page.url(), /sort=-created_at/);
  await page.getByRole('button', { name: /^Active/ }).click();
  await page.getByRole('row').filter({ hasText: domain }).waitFor();
  await page.reload();
  await page.locator('th[aria-sort=descending]').filter({ hasText: 'Created' }).waitFor();
  await page.getByRole('searchbox', { name: 'Search by domain' }).fill('there-is-no-such-name');
  await page.getByText('No website matches').waitFor();
  await browser.axe('no match');
  await button('Clear filters').click();
  await page.getByRole('row').filter({ hasText: domain }).waitFor();
});

await check('websites: axe in both themes', async () => {
  await page.goto(at('/websites/?sort=-created_at'));
  await page.getByRole('row').nth(1).waitFor();
  await browser.looks('websites');
  await browser.theme('light');
  await browser.shot('websites');
  await page.getByRole('button', { name: /^Actions for/ }).first().click();
  await page.getByRole('menuitem', { name: 'Details' }).waitFor();
  await browser.looks('row menu');
  await page.keyboard.press('Escape');
  await browser.theme('dark');
  await browser.shot('websites-dark');
  await browser.theme('light');
});

await check('single keys: search, rows, pages, help, and off', async () => {
  await page.goto(at('/websites/?sort=-created_at'));
  await page.getByRole('row').nth(1).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('shop-gj?n'); // typing is typing
  assert.equal(await page.getByRole('searchbox').inputValue(), 'shop-gj?n');
  await page.getByRole('searchbox').fill(domain);
  await page.locator('main tbody tr').nth(1).waitFor({ state: 'detached' }); // the list is the search's
  await page.getByRole('link', { name: domain }).waitFor();
  await page.getByRole('searchbox').blur();
  await page.keyboard.press('j');
  await page.waitForFunction((name) => document.activeElement?.textContent === name, domain);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/websites\/view\//);
  await page.keyboard.press('g');
  await page.keyboard.press('t');
  await page.waitForURL(/\/tasks\/$/);
  await page.keyboard.press('g');
  await page.keyboard.press('w');
  await page.waitForURL(/\/websites\/$/);
  await button('New website').waitFor();
  await page.keyboard.press('n');
  await page.getByRole('textbox', { name: 'Domain' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('textbox', { name: 'Domain' }).waitFor({ state: 'detached' });
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
  await browser.looks('keyboard');
  await browser.theme('light');
  await page.getByRole('checkbox', { name: 'Use single keys' }).uncheck();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog', { name: 'Keyboard' }).waitFor({ state: 'detached' });
  await page.keyboard.press('n');
  await page.keyboard.press('Control+k'); // this one is no single key
  await page.getByRole('option', { name: 'Keyboard' }).click();
  assert.equal(await page.getByRole('textbox', { name: 'Domain' }).count(), 0);
  await page.getByRole('checkbox', { name: 'Use single keys' }).check();
  await page.keyboard.press('Escape');
});

await check('the palette finds it', async () => {
  await page.keyboard.press('Control+k');
  await page.getByPlaceholder('Type a website').fill(domain.slice(0, 13));
  const websites = page.getByRole('group', { name: 'Websites' });
  await websites.getByRole('option', { name: domain }).waitFor();
  await browser.looks('palette');
  await browser.theme('light');
  await websites.getByRole('option', { name: domain }).click();
  await page.waitForURL(/\/websites\/view\/\?id=/);
});

await check('the palette finds its tasks too, and new is two keys away', async () => {
  await page.keyboard.press('Control+k');
  await page.getByPlaceholder('Type a website').fill(domain);
  await page.getByRole('group', { name: 'Tasks' }).getByRole('option').first().click();
  await page.waitForURL(/\/tasks\/view\/\?id=/);
  await page.keyboard.press('Control+k');
  await page.getByPlaceholder('Type a website').fill('new');
  await page.getByRole('option', { name: 'New website' }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('textbox', { name: 'Domain' }).waitFor();
  await page.keyboard.press('Escape');
  await page.goto(at(`/websites/view/?id=${(await website()).id}`));
});

await check('what is typed before the code of the palette has come is no single key', async () => {
  await page.goto(at('/websites/'));
  await page.getByRole('row').nth(1).waitFor();
  await page.keyboard.press('Control+k');
  await page.keyboard.press('n'); // by itself it would open the dialog of a new website
  await page.getByPlaceholder('Type a website').fill(domain);
  assert.equal(await page.getByRole('textbox', { name: 'Domain' }).count(), 0);
  await page.getByRole('option').filter({ hasText: domain }).first().waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: domain }).waitFor();
});

await check('its page tells where it is and what was done', async () => {
  await page.getByRole('heading', { name: domain }).waitFor();
  await page.getByText('at work on the node').waitFor();
  await main.getByRole('button', { name: /Create website/ }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: domain }).waitFor();
  assert.ok((await main.getByRole('link', { name: 'Open website' }).getAttribute('href')).includes(domain));
  await browser.looks('website');
  await browser.theme('light');
  await browser.shot('website');
});

await check('a website of nobody is not found', async () => {
  await page.goto(at('/websites/view/?id=00000000-0000-7000-8000-000000000000'));
  await page.getByText('There is nothing here.').waitFor();
  await browser.axe('not found');
});

await check('a failed task shows the words of the daemon (answer faked)', async () => {
  await page.goto(at('/websites/?sort=-created_at'));
  await main.getByRole('link', { name: domain }).click();
  const words = 'nginx: [emerg] unknown directive "servr_name" in sites/a.conf:7';
  await main.getByRole('button', { name: /Create website/ }).click();
  const id = new URL(page.url()).searchParams.get('task');
  const answer = await page.evaluate((task) => fetch(`/api/v1/tasks/${task}`).then((r) => r.json()), id);
  Object.assign(answer.task, { state: 'failed', message: words, steps: [{ name: 'stage', state: 'success', message: '', startedMs: '1', durationUs: '4100' }, { name: 'test', state: 'failed', message: words, startedMs: '1', durationUs: '21000' }] });
  await browser.faked(`/api/v1/tasks/${id}`, { body: answer }, async () => {
    await page.reload();
    await page.getByRole('dialog', { name: 'Tasks' }).getByText(words).waitFor();
    await browser.looks('failed task');
  });
  await browser.theme('light');
  await page.keyboard.press('Escape');
});

await check('a part that is away is said, and it comes back by itself (answer faked)', async () => {
  const body = { type: 'about:blank', title: 'Unavailable', status: 503, code: 'UNAVAILABLE', detail: 'The websites service is away.', requestId: 'req-503' };
  await browser.faked('/api/v1/websites', { status: 503, body, headers: { 'retry-after': '1' } }, async (undo) => {
    await page.goto(at('/websites/?sort=-created_at'));
    await main.getByText('A part of the panel is away right now.').waitFor();
    await main.getByText('req-503').waitFor();
    await browser.looks('away');
    await browser.theme('light');
    await undo();
    await page.getByRole('row').filter({ hasText: domain }).waitFor();
  });
});

await check('overview: figures lead to their lists, changes name their maker', async () => {
  await page.goto(at('/'));
  await main.getByRole('listitem').filter({ hasText: domain }).first().waitFor();
  await main.getByRole('link', { name: domain }).first().waitFor();
  await browser.looks('overview');
  await browser.theme('light');
  await browser.shot('overview');
  await main.getByRole('link', { name: /^Active/ }).click();
  await page.waitForURL(/\/websites\/\?state=active/);
});

await check('tasks: listed, filtered, opened', async () => {
  await page.goto(at(`/tasks/?q=${domain}`));
  const row = page.getByRole('row').filter({ hasText: domain });
  await row.first().waitFor();
  await browser.looks('tasks');
  await browser.theme('light');
  await page.getByRole('button', { name: 'Done', exact: true }).click();
  await page.waitForURL(/state=success/);
  await row.getByRole('button', { name: 'Create website' }).click();
  await page.getByRole('dialog', { name: 'Tasks' }).getByText('Test the configuration').waitFor();
  await page.keyboard.press('Escape');
});

await check('the audit trail shows what a change made, is filtered and exported', async () => {
  await page.goto(at('/audit/?kind=website'));
  await main.getByRole('button', { name: 'website.create' }).locator('visible=true').first().click();
  await page.getByRole('dialog', { name: 'website.create' }).getByRole('rowheader', { name: 'domain', exact: true }).waitFor();
  await browser.looks('audit record');
  await page.keyboard.press('Escape');
  await browser.looks('audit');
  const [file] = await Promise.all([page.waitForEvent('download'), button('CSV').click()]);
  assert.match(file.suggestedFilename(), /^audit-.*[.]csv$/);
});

await check('phone: everything is there', async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  const { id } = await website();
  for (const path of ['/websites/?sort=-created_at', `/tasks/?q=${domain}`, `/audit/?target=${id}`]) {
    await page.goto(at(path));
    await main.getByText(domain).locator('visible=true').first().waitFor();
    await browser.looks(`phone ${path}`);
  }
  await page.goto(at('/'));
  await main.getByRole('listitem').first().waitFor();
  await browser.looks('phone /');
  await page.goto(at('/websites/?sort=-created_at'));
  await main.getByRole('link', { name: domain }).locator('visible=true').first().waitFor();
  await browser.shot('phone');
  await button('Open menu').click();
  await page.getByRole('dialog', { name: 'Menu' }).getByRole('link', { name: 'Tasks' }).waitFor();
  await browser.looks('phone menu');
  for (let i = 0; i < 12; i += 1) await page.keyboard.press('Tab');
  assert.ok(await page.evaluate(() => !!document.activeElement?.closest('[role=dialog]')), 'the focus stays in the menu');
  await page.keyboard.press('Escape');
  await button('New website').first().click();
  await page.getByRole('textbox', { name: 'Domain' }).waitFor();
  await browser.looks('phone dialog');
  await page.keyboard.press('Escape');
  await main.getByRole('link', { name: domain }).locator('visible=true').first().click();
  await page.getByRole('heading', { name: domain }).waitFor();
  await browser.looks('phone website');
  await browser.theme('light');
  await page.setViewportSize({ width: 1440, height: 900 });
});

await check('deleting asks for the name', async () => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await button('Delete…').click();
  const confirm = button('Delete website');
  assert.equal(await confirm.isDisabled(), true);
  await page.getByRole('textbox', { name: `Type ${domain} to confirm` }).fill('another.example');
  assert.equal(await confirm.isDisabled(), true);
  await page.getByRole('textbox', { name: `Type ${domain} to confirm` }).fill(domain);
  await browser.looks('delete');
  await browser.theme('light');
  await confirm.click();
  await page.getByText(`Update website: ${domain} is done`).waitFor({ timeout: 30_000 });
  await page.keyboard.press('Escape');
  await page.getByText('This website is deleted').waitFor();
  await page.getByText('That happens on').waitFor();
  await browser.looks('deleted');
  await browser.theme('light');
  await eventually('the website', () => visit(sitePort, domain), (answer) => answer.status !== 200 || !answer.body.includes(domain));
});

await check('undelete brings it back, with its page', async () => {
  await button('Undelete').click();
  await main.getByText('Active', { exact: true }).waitFor({ timeout: 30_000 });
  await eventually('the website', () => visit(sitePort, domain), (answer) => answer.status === 200 && answer.body.includes(domain));
  await page.keyboard.press('Escape');
});

await check('purged, its name is free', async () => {
  await button('Delete…').click();
  await page.getByRole('textbox', { name: `Type ${domain} to confirm` }).fill(domain);
  await button('Delete website').click();
  await main.getByText('This website is deleted').waitFor({ timeout: 30_000 });
  await page.keyboard.press('Escape');
  await button('Purge now…').click();
  await page.getByRole('textbox', { name: `Type ${domain} to confirm` }).fill(domain);
  await browser.axe('purge');
  await button('Purge for good').click();
  await page.getByRole('dialog', { name: 'Tasks' }).getByText('Remove website').first().waitFor();
  await page.getByText(`Remove website: ${domain} is done`).waitFor({ timeout: 30_000 });
  await page.goto(at(`/websites/?q=${domain}`));
  await page.getByText('No website matches').waitFor();
});

await zones({ browser, base, env });
await secondaries({ browser, base, env });
await providers({ browser, base });
await templates({ browser, base, env });
await recordTokens({ browser, base, env });

await check('signed out, nothing is left on screen', async () => {
  await page.goto(at('/websites/'));
  await signedIn();
  await signOut();
  await page.goBack();
  await page.waitForURL(/\/login\/\?next=/); // not the page that signing out had led to
  await page.getByRole('textbox', { name: 'E-mail address' }).waitFor();
});

// An administrator

await check('an administrator sees the nodes', async () => {
  await page.goto(at('/login/'));
  await signIn(env.ADMIN_EMAIL, env.ADMIN_PASSWORD);
  await signedIn();
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Nodes' }).click();
  await main.getByRole('link', { name: 'node-1' }).first().waitFor();
  await main.getByRole('row').getByText('Healthy').first().waitFor();
  await main.getByRole('button', { name: /^Suspended/ }).click();
  await main.getByText('No node matches').waitFor();
  await main.getByRole('button', { name: 'Show all' }).click();
  await main.getByRole('button', { name: 'Websites' }).click();
  await main.locator('th[aria-sort=ascending]').filter({ hasText: 'Websites' }).waitFor();
  await browser.looks('nodes');
  await browser.theme('light');
  await main.getByRole('link', { name: 'node-1' }).first().click();
  await main.getByRole('button', { name: /^Show files/ }).click();
  const files = page.getByRole('dialog', { name: /^Files of / });
  await files.getByRole('button', { name: 'Look again' }).click();
  await files.getByText('All files are as the panel wrote them.').waitFor();
  await files.getByRole('radio', { name: 'Restore them by itself' }).click();
  await files.getByRole('radio', { name: 'Restore them by itself', checked: true, disabled: false }).waitFor();
  await browser.looks('files of a node');
  await files.getByRole('radio', { name: 'Report it and leave them' }).click();
  await files.getByRole('radio', { name: 'Report it and leave them', checked: true, disabled: false }).waitFor();
  await page.keyboard.press('Escape');
  await browser.theme('light');
  await page.goto(at('/'));
  await main.getByRole('heading', { name: 'Nodes' }).waitFor();
  await main.getByText('Memory').first().waitFor();
  await browser.looks('overview of the installation');
  await browser.shot('overview-dark');
  await browser.theme('light');
});

await check('a node is suspended with a reason, edited, and resumed', async () => {
  await page.goto(at('/nodes/'));
  await main.getByRole('link', { name: 'node-2' }).first().click();
  await main.getByRole('heading', { name: /node-2/ }).waitFor();
  await main.getByText(/^nginx$/).waitFor();
  await main.getByText("as the panel's").waitFor();
  await browser.looks('a node');
  await browser.theme('light');
  await main.getByRole('button', { name: 'Suspend…' }).click();
  await page.getByRole('button', { name: 'Suspend node' }).click();
  await page.getByText('Fill this in.').waitFor();
  await browser.axe('suspending a node');
  await page.getByRole('textbox', { name: 'Reason' }).fill('its fan is loud');
  await page.getByRole('button', { name: 'Suspend node' }).click();
  await main.getByText('its fan is loud').waitFor();
  await main.getByText('This node is suspended').waitFor();
  await main.getByRole('button', { name: 'Edit…' }).click();
  await page.getByRole('textbox', { name: 'Most websites' }).fill('many');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Enter a number up to 1000000.').waitFor();
  await page.getByRole('textbox', { name: 'Most websites' }).fill('4000');
  await page.getByRole('textbox', { name: 'Location' }).fill('Rack 4');
  await browser.axe('editing a node');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByText("There are changes that aren't saved.").waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  await main.getByText('Rack 4').waitFor();
  await main.getByText(/of 4000/).waitFor();
  await main.getByRole('button', { name: 'Resume' }).click();
  await main.getByRole('button', { name: 'Suspend…' }).waitFor();
  await main.getByText('This node is suspended').waitFor({ state: 'detached' });
  await main.getByRole('button', { name: 'Edit…' }).click();
  await page.getByRole('textbox', { name: 'Most websites' }).fill('');
  await page.getByRole('textbox', { name: 'Location' }).fill('');
  await page.getByRole('button', { name: 'Save' }).click();
  await main.getByText('Rack 4').waitFor({ state: 'detached' });
});

await check('tasks are filtered by state, node and name in the address; one has a page', async () => {
  await page.goto(at('/tasks/'));
  await main.getByRole('button', { name: 'Done' }).click();
  await page.waitForURL(/state=success/);
  await main.getByRole('combobox', { name: 'Filter by node' }).selectOption('n1');
  await page.waitForURL(/node=n1/);
  await main.getByRole('searchbox', { name: 'Search by name or id' }).fill('nothing-is-called-this');
  await page.waitForURL(/q=nothing/);
  await main.getByText('No task matches').waitFor();
  await main.getByRole('button', { name: 'Show all' }).click();
  await page.waitForURL((url) => !url.search);
  await browser.looks('tasks');
  await browser.theme('light');
  await main.getByRole('row').nth(1).getByRole('button').first().click();
  await page.getByRole('dialog').getByRole('link', { name: /^[0-9a-f-]{36}$/ }).click();
  await page.waitForURL(/tasks\/view/);
  await main.getByRole('heading', { name: 'Steps' }).waitFor();
  await main.getByRole('button', { name: 'Copy request id' }).waitFor();
  await main.getByText('About this task').waitFor();
  await browser.looks('a task');
  await browser.theme('light');
});

await check('phone: nodes and a task', async () => {
  const task = await page.evaluate(() => fetch('/api/v1/tasks?limit=1').then((r) => r.json()).then((r) => r.tasks[0].id));
  await page.setViewportSize({ width: 390, height: 844 });
  for (const [path, text] of [['/nodes/', 'node-1'], ['/nodes/view/?id=n1', 'Longest wait'], [`/tasks/view/?id=${task}`, 'About this task']]) {
    await page.goto(at(path));
    await main.getByText(text).locator('visible=true').first().waitFor();
    await browser.looks(`phone ${path}`);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, `${path} scrolls sideways`);
  }
  await browser.theme('light');
  await page.setViewportSize({ width: 1440, height: 900 });
});

if (stage) await check('the scenery is gone again', () => stage.down());

await check('the palette finds people and nodes', async () => {
  for (const [typed, option, place] of [['cleo', /customer@bakery\.example/, /\/users\/view\//], ['node-1', /node-1/, /\/nodes\/view\//], ['bakery', /Bakery/i, /\/(organisations|users)\/view\//]]) {
    await page.keyboard.press('Control+k');
    await page.getByPlaceholder('Type a website').fill(typed);
    await page.getByRole('option', { name: option }).first().click();
    await page.waitForURL(place);
  }
});

await check('an administrator chooses organisation and node', async () => {
  await page.goto(at('/websites/?new=1'));
  await page.getByRole('combobox', { name: 'Organisation' }).waitFor();
  await page.getByRole('combobox', { name: 'Node' }).locator('option').nth(1).waitFor({ state: 'attached' });
  await browser.looks('dialog of an administrator');
  await browser.theme('light');
  await page.keyboard.press('Escape');
});

await check('staff suspends with a reason, and takes it back where the end is told', async () => {
  const name = `held-${randomBytes(4).toString('hex')}.example`;
  await page.goto(at('/websites/?new=1'));
  await page.getByRole('textbox', { name: 'Domain' }).fill(name);
  await button('Create website').click();
  await page.getByText(`Create website: ${name} is done`).waitFor({ timeout: 30_000 });
  await page.goto(at(`/websites/?q=${name}`));
  await page.getByRole('link', { name, exact: true }).click();
  await button('Suspend…').click();
  await page.getByRole('textbox', { name: 'Reason' }).fill('The bill is open');
  await browser.looks('suspend');
  await browser.theme('light');
  await button('Suspend website').click();
  await page.getByText(`Update website: ${name} is done`).last().waitFor({ timeout: 30_000 });
  await page.keyboard.press('Escape');
  await main.getByText('Reason: The bill is open').waitFor();
  await browser.looks('suspended website');
  await browser.theme('light');
  await button('Undo').click();
  await main.getByText('Active', { exact: true }).waitFor({ timeout: 30_000 });
  await signOut();
});

await people({ browser, base, env });
await flows({ browser, base, env });

await check('no console errors, no violation of the content security policy', () => {
  const bad = browser.faults();
  assert.deepEqual(bad, [], bad.slice(0, 6).join('\n'));
});

await browser.close();
console.log(`${browser.tally.passed} passed, ${browser.tally.failed} failed`);
process.exit(browser.tally.failed ? 1 : 0);
