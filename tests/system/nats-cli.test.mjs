// The runbook's commands, run with the real `nats` CLI; skipped and counted where it can't be had.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { test } from 'node:test';
import { createWebsite, customer, env, freshDomain, until } from './panel.mjs';

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

test('a request in JSON is answered in JSON', { skip }, () => {
  const out = nats('req', 'rpc.web.ListWebsites', '{}', '-H', 'Content-Type:application/json', '--raw');
  assert.match(out, /UNAUTHENTICATED/);
});

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
