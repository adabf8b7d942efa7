// A website gets its certificate before the eyes: the HTTPS card, its settings, an own certificate that is none, the list and the
// story. Begins and ends signed in as the customer. By itself, on a running panel: node tests/e2e/certificates.mjs
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { eventually, open, person, readEnv, root } from './harness.mjs';

/** Where names point, for the demo's authority; everywhere: those that nobody pointed. */
export function resolver(env) {
  const say = async (what, body) => assert.equal((await fetch(`${env.NAMES_MANAGE_URL}/${what}`, { method: 'POST', body: JSON.stringify(body) })).status, 200);
  return {
    everywhere: (ip) => say('set-default-ipv4', { ip }),
    point: (name, ip) => say('add-a', { host: `${name}.`, addresses: [ip] }),
  };
}

export async function certificates({ browser, base, env }) {
  const { page, check } = browser;
  const { at, button, main, signIn, signOut, signedIn } = person(page, base);
  const names = resolver(env);
  const domain = `tls-${randomBytes(4).toString('hex')}.example`;
  const card = page.getByRole('region', { name: 'HTTPS', exact: true });
  const website = () => page.evaluate((name) => fetch(`/api/v1/websites?search=${name}`).then((r) => r.json()).then((r) => r.websites[0]), domain);

  await check('certificates: a website whose name points elsewhere says so, in words', async () => {
    await names.point(domain, '203.0.113.9');
    await page.goto(at('/websites/?new=1'));
    await page.getByRole('textbox', { name: 'Domain' }).fill(domain);
    await button('Create website').click();
    await page.getByText(`Create website: ${domain} is done`).waitFor({ timeout: 30_000 });
    await page.goto(at(`/websites/view/?id=${(await website()).id}`));
    await card.getByText(/points to 203\.0\.113\.9/).first().waitFor({ timeout: 30_000 });
    await card.getByRole('button', { name: 'Look', exact: true }).click();
    await card.getByRole('button', { name: 'Look again' }).waitFor();
    await browser.looks('HTTPS that waits');
    await browser.theme('light');
  });

  await check('certificates: once it points here it is tried again, and served', async () => {
    await fetch(`${env.NAMES_MANAGE_URL}/clear-a`, { method: 'POST', body: JSON.stringify({ host: `${domain}.` }) });
    await names.point(domain, '127.0.0.1');
    await card.getByRole('button', { name: 'Look again' }).click();
    await card.getByText('Points here').waitFor();
    await card.getByRole('button', { name: 'Try now' }).click();
    await card.getByText(/Pebble Intermediate/).waitFor({ timeout: 90_000 });
    await card.getByText('HTTP leads to HTTPS').waitFor();
    await browser.looks('HTTPS');
    await browser.theme('light');
    await browser.shot('https');
  });

  await check('certificates: the ways are told, with a CNAME to set where the DNS is elsewhere; a wildcard comes by a record', async () => {
    const far = `far-${randomBytes(4).toString('hex')}.example`;
    const send = (method, path, body) => page.evaluate(([m, p, b]) => fetch(p, { method: m, headers: { 'content-type': 'application/json', 'x-requested-with': 'stralix' }, body: JSON.stringify(b) }).then((r) => r.json()), [method, path, body]);
    await send('POST', '/api/v1/zones', { name: domain });
    const { website: other } = await send('POST', '/api/v1/websites', { domain: far });
    await page.goto(at(`/websites/view/?id=${other.id}`));
    await card.getByRole('button', { name: 'Look', exact: true }).click();
    await card.getByRole('button', { name: 'Copy the CNAME' }).first().waitFor();
    await card.getByText(`_acme-challenge.${far}. CNAME `).first().waitFor();
    await browser.looks('a CNAME to set');
    await browser.theme('light');
    await browser.shot('https-alias');

    await page.goto(at(`/websites/view/?id=${(await website()).id}`));
    await card.getByRole('button', { name: 'With wildcard…' }).click();
    const form = page.getByRole('dialog', { name: `Wildcard certificate for ${domain}` });
    await eventually('the zone to show it', async () => {
      await form.getByRole('button', { name: 'Look again' }).click();
      return form.getByText(`Shown by a record in your zone ${domain}`).first().isVisible();
    }, Boolean, 30_000);
    await browser.looks('wildcard form');
    await browser.theme('light');
    await form.getByRole('button', { name: 'Request the wildcard' }).click();
    await card.getByText('Automatic, with every name right below').waitFor();
    await card.getByText(`*.${domain}`, { exact: true }).first().waitFor({ timeout: 120_000 });
    await card.getByText(/Pebble Intermediate/).waitFor({ timeout: 120_000 });
  });

  await check('certificates: a new website may begin with a wildcard, where a zone here covers its name', async () => {
    const zone = `wild-${randomBytes(4).toString('hex')}.example`, below = `shop.${zone}`;
    assert.equal(await page.evaluate((name) => fetch('/api/v1/zones', { method: 'POST', headers: { 'content-type': 'application/json', 'x-requested-with': 'stralix' }, body: JSON.stringify({ name }) }).then((r) => r.status), zone), 202);
    await names.point(below, '127.0.0.1');
    await page.goto(at('/websites/?new=1'));
    const form = page.getByRole('dialog', { name: 'New website' });
    const field = form.getByRole('textbox', { name: 'Domain' });
    const choice = (name) => form.getByRole('checkbox', { name: `Its certificate is for every name right below ${name}, too` });
    await field.fill(below);
    await choice(below).check();
    await form.getByText(`A record in the zone ${zone} here shows that the names are yours.`).waitFor();
    await browser.looks('a new website with a wildcard');
    await browser.theme('light');
    await field.fill(`not-${zone}`); // no zone covers that
    await form.getByRole('checkbox').waitFor({ state: 'detached' });
    await field.fill(below);
    assert.equal(await choice(below).isChecked(), true);
    await button('Create website').click();
    await page.getByText(`Create website: ${below} is done`).waitFor({ timeout: 30_000 });
    const { id, settings } = await page.evaluate(async (name) => {
      const read = (path) => fetch(`/api/v1/websites${path}`).then((r) => r.json());
      return (await read(`/${(await read(`?search=${name}`)).websites[0].id}`)).website;
    }, below);
    assert.deepEqual([settings.https.certificate, settings.https.wildcard, settings.https.keepHttp], ['AUTOMATIC', true, false]);
    await page.goto(at(`/websites/view/?id=${id}`));
    await card.getByText('Automatic, with every name right below').waitFor();
    await card.getByText(`*.${below}`, { exact: true }).first().waitFor({ timeout: 120_000 });
    await page.goto(at(`/websites/view/?id=${(await website()).id}`));
    await card.waitFor();
  });

  await check('certificates: browsers are told to insist, in a form', async () => {
    await card.getByRole('button', { name: 'Change…' }).click();
    const form = page.getByRole('dialog', { name: `HTTPS of ${domain}` });
    await form.getByRole('combobox', { name: 'Browsers insist on HTTPS' }).selectOption({ label: '5 minutes (to try it)' });
    await browser.looks('HTTPS form');
    await browser.theme('light');
    await button('Save HTTPS').click();
    await page.getByText(`Update website: ${domain} is done`).last().waitFor({ timeout: 30_000 });
    await page.keyboard.press('Escape'); // the drawer
    await card.getByText(/browsers insist for 5 minutes/).waitFor();
  });

  await check('certificates: what is no certificate is refused at its field, and a signing request comes without a key', async () => {
    await card.getByRole('button', { name: 'Upload…' }).click();
    const form = page.getByRole('dialog', { name: `Certificate for ${domain}` });
    await form.getByRole('textbox', { name: 'Certificate chain' }).fill('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----');
    await form.getByRole('textbox', { name: 'Private key' }).fill('-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----');
    await button('Upload certificate').click();
    await form.getByRole('alert').first().waitFor();
    await browser.looks('upload with an error');
    await browser.theme('light');
    await form.getByRole('combobox', { name: 'Its private key' }).selectOption('csr');
    await button('Make a signing request').click();
    const request = form.getByRole('group', { name: 'Signing request' });
    await request.getByText('BEGIN CERTIFICATE REQUEST').waitFor();
    assert.doesNotMatch(await request.innerText(), /PRIVATE KEY/);
    await browser.axe('signing request');
    await page.keyboard.press('Escape');
    await button('Discard them').click();
  });

  await check('certificates: the list goes by expiry; the story of one is told', async () => {
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Certificates' }).click();
    await page.getByRole('searchbox', { name: 'Search by name' }).fill(domain);
    await main.getByRole('row').filter({ hasText: domain }).getByText('Active').first().waitFor();
    await browser.looks('certificates');
    await browser.theme('light');
    await browser.shot('certificates');
    await page.getByRole('button', { name: /^Active/ }).first().click();
    await main.getByRole('link', { name: domain }).first().click();
    await page.getByRole('heading', { name: domain }).waitFor();
    await main.getByText('All names are validated.').waitFor();
    await browser.looks('certificate');
    await browser.theme('light');
    await browser.shot('certificate');
    await main.getByText(`A record at _acme-challenge.${domain}. (dns-01)`).waitFor();
    await button('Revoke…').click();
    const form = page.getByRole('dialog', { name: `Revoke the certificate of ${domain}?` });
    await form.getByText('A new one for').waitFor();
    await form.getByRole('combobox', { name: 'Reason' }).selectOption({ label: 'Its key is in strange hands' });
    await form.getByText('It is revoked at once.').waitFor();
    await browser.looks('revocation');
    await browser.theme('light');
    await form.getByRole('button', { name: 'Revoke certificate' }).click();
    await main.getByText('The certificate authority has revoked it.').waitFor({ timeout: 60_000 });
    await main.getByText('Revoked', { exact: true }).first().waitFor();
    await page.setViewportSize({ width: 390, height: 844 });
    await browser.axe('certificate on a phone');
    await page.goto(at(`/certificates/?q=${domain}`));
    await main.getByText(domain).locator('visible=true').first().waitFor();
    await browser.axe('certificates on a phone');
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  await check("certificates: the authority's account is an administrator's to see and change", async () => {
    await signOut();
    await signIn(env.ADMIN_EMAIL, env.ADMIN_PASSWORD);
    await signedIn();
    await page.goto(at('/certificates/'));
    const authority = page.getByRole('region', { name: 'Certificate authority' });
    await authority.getByText(env.ACME_DIRECTORY).waitFor();
    await authority.getByText('Orders in 3 hours').waitFor();
    await browser.looks('certificate authority');
    await browser.theme('light');
    await browser.shot('certificate-authority');
    await authority.getByRole('button', { name: 'Contact…' }).click();
    const form = page.getByRole('dialog', { name: 'Contact at the certificate authority' });
    await form.getByRole('textbox', { name: 'Contact' }).fill('tls@panel.example');
    await browser.axe('contact form');
    await form.getByRole('button', { name: 'Save contact' }).click();
    await authority.getByText('tls@panel.example').waitFor();
    await authority.getByRole('button', { name: 'New key…' }).click();
    await button('Change the key').click();
    await authority.getByText(/^Changed /).waitFor();
    await signOut();
    await signIn(env.CUSTOMER_EMAIL, env.CUSTOMER_PASSWORD);
    await signedIn();
    assert.equal(await page.getByRole('region', { name: 'Certificate authority' }).count(), 0);
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
  await resolver(env).everywhere('');
  await certificates({ browser, base, env });
  await browser.close();
  console.log(`${browser.tally.passed} passed, ${browser.tally.failed} failed`);
  process.exit(browser.tally.failed ? 1 : 0);
}
