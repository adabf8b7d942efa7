// The browser, the count of checks, and what every page is held to: axe without violations, a quiet console, no sideways scroll.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');
const need = createRequire(join(root, 'ui/package.json'));
const { chromium } = need('playwright-core');
const axeSource = readFileSync(need.resolve('axe-core/axe.min.js'), 'utf8');
const axeTags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** NAME=value lines as a shell reads them. */
export function readEnv(file) {
  const values = {};
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const match = /^(?:export )?([A-Z_][A-Z0-9_]*)=(.*)$/.exec(line.trim());
    if (match) values[match[1]] = match[2].replace(/^'(.*)'$/s, '$1').replace(/^"(.*)"$/s, '$1').replaceAll("'\\''", "'");
  }
  return values;
}

/** One GET of a customer's website by its name, wherever that name points. */
export function visit(port, host) {
  return new Promise((resolve, reject) => {
    const req = request({ host: '127.0.0.1', port, path: '/', headers: { host }, timeout: 5000 }, (res) => {
      let body = '';
      res.setEncoding('utf8');
      res.on('data', (part) => (body += part));
      res.on('end', () => resolve({ status: res.statusCode, body }));
    });
    req.on('timeout', () => req.destroy(new Error('no answer in 5 s')));
    req.on('error', reject);
    req.end();
  });
}

/** Asks until the answer is right; the last one is in the error. */
export async function eventually(what, ask, right, timeoutMs = 15_000) {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask().catch((error) => ({ error: error.message }));
    if (right(answer)) return answer;
    if (Date.now() > end) throw new Error(`${what}: still ${JSON.stringify(answer).slice(0, 200)} after ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/**
 * Requests that failed (net::ERR_FAILED) while their page was being left: sent by a document that a navigation had begun to
 * replace when they ended. Answers whether that is all that ever failed so of an address, and describes what else did.
 */
function leftBehind(page) {
  const begun = new WeakMap(), failed = new Map();
  let navigations = 0, since = Date.now();
  page.on('request', (request) => {
    if (request.isNavigationRequest() && request.frame() === page.mainFrame()) [navigations, since] = [navigations + 1, Date.now()];
    begun.set(request, navigations);
  });
  page.on('requestfailed', (request) => {
    if (request.failure()?.errorText !== 'net::ERR_FAILED') return;
    const words = `${request.resourceType()} ${request.method()}, ${Date.now() - since} ms after the page's own request`;
    failed.set(request.url(), [...(failed.get(request.url()) ?? []), { left: begun.get(request) < navigations, words }]);
  });
  return {
    alone: (url) => failed.has(url) && failed.get(url).every((one) => one.left),
    words: (url) => (failed.get(url) ?? []).filter((one) => !one.left).map((one) => one.words).join('; '),
  };
}

/**
 * In the page: an answer that cannot be had on demand takes the place of the server's. Not by intercepting requests at the
 * browser: switched on and off around requests under way, that now and then loses one.
 */
function fakedAnswers() {
  const fetched = window.fetch.bind(window);
  window.fetch = (input, init) => {
    const faked = JSON.parse(sessionStorage.getItem('e2e.faked'));
    if (faked?.path !== new URL(input.url ?? input, location.href).pathname) return fetched(input, init);
    const type = faked.status >= 400 ? 'application/problem+json' : 'application/json';
    return Promise.resolve(new Response(JSON.stringify(faked.body), { status: faked.status, headers: { 'content-type': type, ...faked.headers } }));
  };
}

/** Refusals that the checks ask for, and what the page gives up by itself. */
const expected = /Failed to load resource: the server responded with a status of (400|401|403|404|409|412|429|503)|net::ERR_ABORTED/;

const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export async function open({ shots }) {
  const profile = mkdtempSync(join(tmpdir(), 'stralix-e2e-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    viewport: { width: 1440, height: 900 },
    ignoreHTTPSErrors: true, // the panel's certificate is its own CA's
    permissions: ['clipboard-read', 'clipboard-write'],
    args: flags,
  });
  await context.addInitScript(fakedAnswers);
  const page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(10_000);
  const complaints = [];
  const left = leftBehind(page);
  page.on('console', (message) => { if (['error', 'warning'].includes(message.type())) complaints.push({ text: `${message.type()}: ${message.text().slice(0, 300)} of ${message.location().url} (on ${page.url()})`, url: message.location().url }); });
  page.on('pageerror', (error) => complaints.push({ text: `page error: ${error.message.slice(0, 200)} (on ${page.url()})` }));
  const tally = { passed: 0, failed: 0 };

  return {
    page,
    tally,
    /** What the console had against the pages, each once, but for what is expected. */
    faults: () => [...new Set(complaints
      .filter(({ text, url }) => !expected.test(text) && !(/net::ERR_FAILED/.test(text) && left.alone(url)))
      .map(({ text, url }) => [text, left.words(url)].filter(Boolean).join(': ')))],
    /** While run(undo) runs, or until it calls undo(), requests for a path get this answer; the page takes it for real. */
    async faked(path, { status = 200, body, headers }, run) {
      const undo = () => page.evaluate(() => sessionStorage.removeItem('e2e.faked'));
      await page.evaluate((faked) => sessionStorage.setItem('e2e.faked', JSON.stringify(faked)), { path, status, body, headers });
      try { await run(undo); } finally { await undo(); }
    },
    /** What a page says when it can't be read, and that it can be tried again. */
    async away(path, read) {
      const main = page.locator('main'), words = main.getByText('A part of the panel is away right now.');
      await this.faked(read, { status: 503, body: { status: 503, code: 'UNAVAILABLE', title: 'away', detail: 'Away.', requestId: 'test' } }, async (undo) => {
        await page.goto(new URL(path, page.url()).href);
        await words.first().waitFor();
        await this.axe(`${path}, away`);
        await undo();
        await main.getByRole('button', { name: 'Try again' }).first().click();
        await words.first().waitFor({ state: 'detached' });
      });
    },
    async check(name, run) {
      try {
        await run();
        tally.passed += 1;
        console.log(`ok   ${name}`);
      } catch (error) {
        tally.failed += 1;
        const shown = await page.locator('main').innerText({ timeout: 1000 }).catch(() => 'no main');
        console.log(`FAIL ${name}: ${String(error.message).split('\n').slice(0, 8).join(' | ')}; ${page.url()} shows: ${shown.replace(/\s+/g, ' ').slice(0, 400)}`);
        if (process.env.E2E_FAILURES) await page.screenshot({ path: join(process.env.E2E_FAILURES, `${name.replace(/\W+/g, '-')}.png`) }).catch(() => undefined);
      }
    },
    /** Every rule but `region`: popovers stand outside of the landmarks. */
    async axe(label) {
      await this.still();
      await page.evaluate(axeSource);
      const look = () => page.evaluate(
        (tags) => window.axe.run(document, { rules: { region: { enabled: false } }, runOnly: tags }).then((r) => r.violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => `${n.target} ${n.any[0]?.message ?? n.failureSummary ?? ''}`).join(' ; ')}`)),
        axeTags,
      );
      let found = await look();
      if (found.length > 0) { // a colour on its way to another (a button that was just enabled) is none that stays
        await this.still();
        found = await look();
      }
      assert.deepEqual(found, [], `${label}: ${found.join('\n')}`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(wide <= 0, `${label}: ${wide} px too wide`);
    },
    /** In both themes. */
    async looks(label) {
      for (const theme of ['light', 'dark']) {
        await this.theme(theme);
        await this.axe(`${label}, ${theme}`);
      }
    },
    theme: (theme) => page.evaluate((value) => { localStorage.setItem('theme', value); dispatchEvent(new Event('stralix:theme')); }, theme),
    /** Until nothing moves: fonts are there, entrances are over. Endless ones (spinners) do not count. */
    still: () => page.evaluate(async () => {
      await document.fonts.ready;
      const passing = document.getAnimations().filter((a) => a.effect?.getComputedTiming().endTime !== Infinity);
      await Promise.allSettled(passing.map((a) => a.finished));
    }),
    async shot(name) {
      if (!shots) return;
      await this.still();
      await page.screenshot({ path: join(shots, `${name}.png`) });
    },
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** What a person at the panel does on any page. */
export function person(page, base) {
  const button = (name) => page.getByRole('button', { name, exact: true });
  return {
    button,
    main: page.locator('main'),
    at: (path) => `${base}${path}`,
    signedIn: () => page.getByRole('button', { name: /^Account of / }).waitFor(),
    async signIn(email, password) {
      await page.getByRole('textbox', { name: 'E-mail address' }).fill(email);
      await page.getByRole('textbox', { name: 'Password' }).fill(password);
      await button('Sign in').click();
    },
    async signOut() {
      await page.getByRole('button', { name: /^Account of / }).click();
      await page.getByRole('menuitem', { name: 'Sign out' }).click();
      await page.waitForURL(/\/login\/$/);
    },
  };
}
