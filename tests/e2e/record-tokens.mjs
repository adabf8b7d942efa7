// A customer gives a router a token for one name, copies what it needs, sees the name follow, and takes the token back.
// Begins and ends signed in as the customer. By itself, on a running panel: node tests/e2e/record-tokens.mjs
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { eventually, open, person, readEnv, root } from './harness.mjs';

export async function recordTokens({ browser, base, env }) {
  const { page, check } = browser;
  const { at, button, main } = person(page, base);
  const name = `tokens-${randomBytes(4).toString('hex')}.example`;
  const token = `router ${randomBytes(3).toString('hex')}`;
  const text = (label) => page.getByRole('textbox', { name: label, exact: true });
  const dialog = (title) => page.getByRole('dialog', { name: title });
  const copied = async (label) => {
    await button(label).click();
    return page.evaluate(() => navigator.clipboard.readText());
  };
  const call = (path, body) => page.evaluate(([to, sent]) =>
    fetch(to, { method: 'POST', headers: { 'content-type': 'application/json', 'x-requested-with': 'stralix' }, body: JSON.stringify(sent) }).then((r) => r.json()), [path, body]);
  const zoneId = (await call('/api/v1/zones', { name })).zone.id;
  const update = (secret, address) => page.evaluate(([basic, to]) =>
    fetch(to, { headers: { authorization: `Basic ${basic}` }, credentials: 'omit' }).then((r) => r.text()), [Buffer.from(`any:${secret}`).toString('base64'), `/nic/update?hostname=home.${name}&myip=${address}`]);
  let secret;

  await check('record tokens: one is made at a record, and is shown once with what a router needs', async () => {
    await call(`/api/v1/zones/${zoneId}/changes`, { changes: [{ op: 'add', record: { name: 'home', type: 'A', data: '192.0.2.1' } }] });
    await page.goto(at(`/zones/view/?id=${zoneId}`));
    await button('Token for home A').click();
    await dialog('Token for home').waitFor();
    await button('Create token').click();
    await dialog('Token for home').getByRole('alert').first().waitFor();
    await browser.looks('token for a record');
    await browser.theme('light');
    await dialog('Token for home').getByText(`home.${name} A, AAAA`).waitFor();
    await text('Name').fill(token);
    await button('Create token').click();
    await dialog('The new token').waitFor();
    await browser.looks('the new token with its examples');
    await browser.theme('light');
    await browser.shot('record-token');
    secret = await copied('Copy Token');
    assert.match(secret, /^st_/);
    assert.ok((await copied('Copy ddclient.conf')).includes(`password='${secret}'\nhome.${name}`));
    assert.ok((await copied('Copy curl')).includes(`/nic/update?hostname=home.${name}`));
    await page.setViewportSize({ width: 390, height: 844 });
    await browser.axe('the new token on a phone');
    await page.setViewportSize({ width: 1440, height: 900 });
    await button('Done').click();
  });

  await check('record tokens: the name follows, and the history says by which token', async () => {
    assert.equal(await update(secret, '198.51.100.44'), 'good 198.51.100.44\n');
    assert.equal(await update(secret, '198.51.100.44'), 'nochg 198.51.100.44\n');
    await page.reload();
    await main.getByRole('row').filter({ hasText: '198.51.100.44' }).waitFor();
    await main.getByText('Address followed').first().waitFor();
    await main.getByText(`by token ${token}`).first().waitFor();
    await browser.axe('a zone with a dynamic change');
  });

  await check('record tokens: one for certificates names the challenge', async () => {
    await button('Token for home A').click();
    await page.getByRole('radio', { name: 'Proving this name to a certificate authority' }).check();
    await dialog('Token for home').getByText(`_acme-challenge.home.${name} TXT`).waitFor();
    await text('Name').fill(`${token} acme`);
    await button('Create token').click();
    await dialog('The new token').waitFor();
    assert.ok((await copied('Copy lego (also Traefik: httpreq)')).includes('/api/v1/acme-dns'));
    await button('Done').click();
  });

  await check('record tokens: the list says what it is for; revoked it is out', async () => {
    await page.goto(at('/settings/'));
    const row = main.getByRole('listitem').filter({ hasText: `home.${name} A, AAAA` });
    await row.getByText(token).waitFor();
    await row.getByText('Only').waitFor();
    await browser.shot('record-tokens-list');
    await browser.looks('tokens with records');
    await browser.theme('light');
    await button(`Revoke ${token}`).click();
    await button('Revoke token').click();
    await row.waitFor({ state: 'detached' });
    await eventually('the token to be out', () => update(secret, '198.51.100.44'), (words) => words === 'badauth\n');
    await button(`Revoke ${token} acme`).click();
    await button('Revoke token').click();
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
  await recordTokens({ browser, base, env });
  await browser.close();
  console.log(`${browser.tally.passed} passed, ${browser.tally.failed} failed`);
  process.exit(browser.tally.failed ? 1 : 0);
}
