// PHP of a website in the browser: chosen in a form, refused at its fields, at work for a visitor a moment later.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, visit } from './harness.mjs';

export async function php({ browser, button, at, website, env, domain }) {
  const { page, check } = browser;
  const open = async () => {
    await page.goto(at(`/websites/view/?id=${(await website()).id}`));
    await button('Change PHP…').click();
    return page.getByRole('dialog', { name: `PHP of ${domain}` });
  };

  await check('PHP is chosen in a form; what is wrong is said at its field', async () => {
    const form = await open();
    await form.getByText("Scripts aren't run, and nobody can read them.").waitFor();
    await form.getByRole('combobox', { name: 'Version' }).selectOption({ index: 1 });
    await form.getByRole('textbox', { name: 'At most at once' }).fill('500');
    await button('Add a directive').click();
    await form.getByText('Enter a size from 16M to 1024M, such as 256M. Not set: 128M.').waitFor();
    await form.getByRole('textbox', { name: 'Value' }).fill('lots');
    await button('Save PHP').click();
    await form.getByText('Use a number from 0 to 50.').waitFor();
    await form.getByRole('textbox', { name: 'At most at once' }).fill('4');
    await button('Save PHP').click();
    await form.getByRole('alert').filter({ hasText: 'Enter a size from 16M to 1024M, such as 256M.' }).waitFor();
    await browser.looks('PHP with errors');
    await browser.theme('light');
    await page.setViewportSize({ width: 390, height: 844 });
    await browser.axe('PHP, phone');
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.keyboard.press('Escape');
    await form.getByText("There are changes that aren't saved.").waitFor();
    await form.getByRole('textbox', { name: 'Value' }).fill('96M');
    await button('Add a directive').click();
    await form.getByRole('combobox', { name: 'Name' }).last().selectOption('display_errors');
    await form.getByRole('combobox', { name: 'Value' }).selectOption('on');
    await button('Save PHP').click();
    await page.getByText(`Update website: ${domain} is done`).first().waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('definition').filter({ hasText: 'memory_limit = 96M' }).waitFor();
    await page.getByRole('definition').filter({ hasText: 'On demand, at most 4 at once' }).waitFor();
    await browser.looks('website with PHP');
    await browser.theme('light');
  });

  await check('a visitor sees what a script of it says', async () => {
    const { id, nodeId, url } = await website();
    writeFileSync(join(env.RUN_DIR, 'nodes', nodeId, 'srv', id, 'public', 'index.php'), '<?php echo "limit ", ini_get("memory_limit");');
    const { body } = await eventually('the script', () => visit(Number(new URL(url).port || 80), domain), (answer) => answer.body?.startsWith('limit'));
    assert.equal(body, 'limit 96M');
  });

  await check('PHP is switched off again', async () => {
    const form = await open();
    await form.getByRole('combobox', { name: 'Version' }).selectOption('Off');
    await button('Save PHP').click();
    await page.getByText(`Update website: ${domain} is done`).first().waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('definition').filter({ hasText: /^Off$/ }).waitFor();
    const { url } = await website();
    const { body } = await eventually('its page', () => visit(Number(new URL(url).port || 80), domain), (answer) => answer.status === 200);
    assert.ok(!body.includes('ini_get'));
  });
}
