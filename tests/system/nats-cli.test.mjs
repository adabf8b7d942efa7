// The runbook's commands, run with the real `nats` CLI; skipped and counted where it can't be had.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createWebsite, customer, env, freshDomain, root, runDir, sql, until } from './panel.mjs';

const prefix = ['--inbox-prefix', env.NATS_INBOX_PREFIX];
const cliEnv = { ...process.env, ...env };
let skip = false;
try {
  execFileSync('nats', ['--version']);
} catch {
  skip = 'the nats CLI is not installed';
}

const nats = (...args) => execFileSync('nats', [...prefix, ...args], { env: cliEnv, encoding: 'utf8', timeout: 20_000 });

test('micro ls shows every service and the gateway; each agent answers under its own name', { skip }, () => {
  const out = nats('micro', 'ls');
  for (const name of ['authz', 'audit', 'tasks', 'web', 'gateway']) assert.match(out, new RegExp(`\\b${name}\\b`), out);
  for (const node of ['n1', 'n2']) assert.match(nats('micro', 'info', 'agent', node), new RegExp(`node\\.${node}\\.website\\.apply`));
});

test('micro info and stats of web name its methods', { skip }, () => {
  assert.match(nats('micro', 'info', 'web'), /rpc\.web\.CreateWebsite/);
  assert.match(nats('micro', 'stats', 'web'), /ListWebsites/);
});

test('a call by hand needs a token; one for looking can look and not change', { skip }, () => {
  const ask = (subject, body, ...more) => nats('req', subject, body, '-H', 'Content-Type:application/json', '--raw', ...more);
  const token = (...words) => execFileSync(join(runDir, 'bin/stralixctl'), ['sre', 'token', '--service', 'web', ...words, '--only', 'token'], {
    encoding: 'utf8', env: { ...process.env, STRALIX_URL: env.PANEL_URL, STRALIX_CA: env.PANEL_CA, STRALIX_TOKEN_FILE: env.ADMIN_TOKEN_FILE },
  }).trim();
  const bearer = (text) => ['-H', `Authorization:Bearer ${text}`];
  assert.match(ask('rpc.web.ListWebsites', '{}'), /UNAUTHENTICATED/);
  const looking = token();
  assert.ok(Array.isArray(JSON.parse(ask('rpc.web.ListWebsites', '{"limit": 3}', ...bearer(looking))).websites));
  const organisationId = sql("select org_id from authz.users where email = 'customer@bakery.example'").trim();
  const create = JSON.stringify({ domain: freshDomain('byhand'), organisationId });
  assert.match(ask('rpc.web.CreateWebsite', create, ...bearer(looking)), /FORBIDDEN/);
  assert.match(ask('rpc.tasks.ListTasks', '{}', ...bearer(looking)), /UNAUTHENTICATED/, 'another service');
  assert.match(JSON.parse(ask('rpc.web.CreateWebsite', create, ...bearer(token('--write')))).website.id, /^[0-9a-f-]{36}$/);
});

/** The commands that the runbook gives for the nats program, as a reader would paste them; what never ends is cut off. */
const commands = [...readFileSync(join(root, 'docs/runbook.md'), 'utf8').matchAll(/`(nats --[^`]+)`|^ {4}(token=.*\n {4}nats .*)$/gm)].map((m) => m[1] ?? m[2]);

test('the runbook has commands for the nats program', () => assert.ok(commands.length > 8, String(commands.length)));

for (const command of commands) {
  test(`the runbook: ${command}`, { skip }, () => {
    const endless = / sub /.test(command);
    const { status, stdout, stderr } = spawnSync('bash', ['-ec', `set -a; . ${runDir}/panel.env; set +a
      export STRALIX_URL=$PANEL_URL STRALIX_CA=$PANEL_CA STRALIX_TOKEN_FILE=$ADMIN_TOKEN_FILE
      ${command.replaceAll('.run/', `${runDir}/`)}`], { encoding: 'utf8', cwd: root, timeout: endless ? 3000 : 20_000 });
    if (endless) assert.match(`${stdout}${stderr}`, /Subscribing/);
    else assert.equal(status, 0, `${stdout}${stderr}`);
    assert.doesNotMatch(`${stdout}${stderr}`, /Permissions Violation|no responders|no results/i);
    if (/ req rpc/.test(command)) assert.match(stdout, /"websites"/);
  });
}

test('events are seen live', { skip }, async () => {
  const child = spawn('nats', [...prefix, 'sub', 'event.>'], { env: cliEnv });
  let seen = '';
  child.stdout.on('data', (piece) => (seen += piece));
  child.stderr.on('data', (piece) => (seen += piece));
  try {
    await until('the subscription', () => /Subscribing/.test(seen));
    const site = await createWebsite();
    await until('the event', () => seen.includes(site.id));
    assert.match(seen, /event\.[0-9a-f-]{36}\.website\.created/);
  } finally {
    child.kill();
  }
  assert.ok((await customer('GET', `/api/v1/websites?search=${freshDomain()}`)).status === 200);
});

test('the SRE cannot publish events, commands or requests to nodes', { skip }, () => {
  for (const subject of ['event.x.website.created', 'node.n1.website.apply', 'report.n1']) {
    let said = '';
    try {
      said = execFileSync('nats', [...prefix, 'pub', subject, 'x'], { env: cliEnv, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 20_000 });
    } catch (e) {
      said = `${e.stdout}${e.stderr}`;
    }
    assert.match(said, /Permissions Violation/i, `${subject}: ${said}`);
  }
});
