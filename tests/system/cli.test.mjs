// stralixctl against a panel: every operation has its command; tables, JSON, waiting, completion, doctor, errors.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { anotherOrganisation, env, freshDomain, openapi, runDir, supervised, whole } from './panel.mjs';

let dir;
const file = (name, text) => {
  writeFileSync(join(dir, name), text);
  chmodSync(join(dir, name), 0o600);
  return join(dir, name);
};

before(() => { dir = mkdtempSync(join(tmpdir(), 'stralixctl-')); });
after(() => rmSync(dir, { recursive: true }));

/** Runs it as somebody; gives { status, out, err }. */
function ctl(words, { token = env.CUSTOMER_TOKEN, input = '', more = {} } = {}) {
  const ran = spawnSync(join(runDir, 'bin/stralixctl'), words, {
    encoding: 'utf8', input, timeout: 60_000,
    env: { PATH: process.env.PATH, STRALIX_URL: env.PANEL_URL, STRALIX_CA: env.PANEL_CA, STRALIX_TOKEN_FILE: file('token', `${token}\n`), ...more },
  });
  return { status: ran.status, out: ran.stdout, err: ran.stderr };
}
const json = (words, options) => {
  const { status, out, err } = ctl([...words, '--json'], options);
  assert.equal(status, 0, err);
  return JSON.parse(out);
};
const kebab = (name) => name.replace(/[A-Z]/g, (c, i) => (i ? '-' : '') + c.toLowerCase());

for (const operation of Object.values(openapi.paths).flatMap((path) => Object.values(path))) {
  const id = operation.operationId;
  if (['SignIn', 'SignOut', 'ActFor', 'StopActing'].includes(id)) continue; // for browsers
  test(`${id} is a command with its own help`, () => {
    const [verb, ...words] = kebab(id).split('-');
    const many = words.join('-');
    const noun = ['list', 'export'].includes(verb) ? many.replace(/ies$/, 'ys').replace(/s$/, '') : many;
    const said = { 'list record': ['audit', 'list'], 'export record': ['audit', 'export'], 'create sre-token': ['sre', 'token'],
      'get website-log': ['website', 'log'], 'get website-php': ['website', 'php'] }; // beside audit verify, sre context
    const { status, out } = ctl([...(said[`${verb} ${noun}`] ?? [noun, verb]), '--help']);
    assert.equal(status, 0);
    assert.ok(out.includes(operation.summary), out);
    for (const parameter of operation.parameters) if (parameter.in === 'query') assert.match(out, new RegExp(`--${kebab(parameter.name)}\\b`));
  });
}

test('a plan is shown as a difference; one that breaks a rule fails; drift is told', () => {
  const made = ctl(['website', 'create', '--domain', freshDomain('cliplan'), '--wait', '--json']);
  const { website } = JSON.parse(made.out);
  const good = ctl(['website', 'plan', website.id, '--settings.document-root', 'web']);
  assert.equal(good.status, 0, good.err);
  assert.match(good.out, /^sites\/[0-9a-f-]+\.conf: changed\n@@ [\s\S]*\n-.*\n\+.*\/public\/web[\s\S]*The node's daemon takes it\.\n$/);
  assert.ok(!good.out.includes('\u001b'), 'no colours but on a terminal');
  const wrong = ctl(['website', 'plan', website.id, '--settings.document-root', '../etc']);
  assert.equal(wrong.status, 1);
  assert.match(wrong.err, /settings\.documentRoot: Enter a folder/);
  assert.equal(ctl(['website', 'plan', website.id]).out, "No file changes.\nThe node's daemon takes it.\n");
  assert.equal(ctl(['drift', 'get', website.id]).out, 'All files are as the panel wrote them.\n');
  assert.equal(ctl(['node', 'observe', website.nodeId]).status, 1, 'for staff');
  assert.equal(ctl(['node', 'observe', website.nodeId], { token: env.ADMIN_TOKEN }).status, 0);
});

test('a website is created, waited for, changed, shown and listed', () => {
  const domain = freshDomain('cli');
  const made = ctl(['website', 'create', '--domain', domain, '--wait', '--json']);
  assert.equal(made.status, 0, made.err);
  assert.match(made.err, /stage +success[\s\S]*commit +success/);
  const { website } = JSON.parse(made.out);
  const changed = ctl(['website', 'update', website.id, '--settings.aliases', `www.${domain}`, '--settings.aliases', `b.${domain}`,
    '--settings.redirects', '{"from":"/a","to":"/b","status":301}', '--wait']);
  assert.equal(changed.status, 0, changed.err);
  const now = json(['website', 'get', website.id]).website;
  assert.deepEqual(now.settings.aliases, [`www.${domain}`, `b.${domain}`]);
  assert.equal(now.settings.redirects[0].status, 301);
  assert.equal(ctl(['website', 'update', website.id, '--settings.aliases', '', '--wait']).status, 0, 'an empty value empties a list');
  assert.deepEqual(json(['website', 'get', website.id]).website.settings.aliases, []);
  const { out } = ctl(['website', 'list', '--search', domain]);
  assert.match(out, /^DOMAIN +STATE.* ID\n/);
  assert.match(out, new RegExp(`^${domain} +active .*${website.id}\\n`, 'm'));
  const stale = ctl(['website', 'update', website.id, '--settings.index', 'a.html', '--etag', '1.1']);
  assert.equal(stale.status, 1);
  assert.match(stale.err, /changed meanwhile/);
});

test('a refusal names the option and the request; a task that fails is another status', () => {
  const bad = ctl(['website', 'create', '--domain', 'no domain']);
  assert.equal(bad.status, 1);
  assert.match(bad.err, /domain: Enter a full domain/);
  assert.match(bad.err, /HTTP 400, request [0-9a-f-]{36}/);
  const id = JSON.parse(ctl(['website', 'create', '--domain', freshDomain('cli'), '--wait', '--json']).out).website.id;
  const failed = ctl(['website', 'update', id, '--settings.document-root', 'index.html', '--wait']);
  assert.equal(failed.status, 3, failed.err);
  assert.match(failed.err, /index\.html/);
});

test('one member of an answer by itself, for scripts', () => {
  const id = ctl(['website', 'create', '--domain', freshDomain('cli'), '--only', 'website.id']).out;
  assert.match(id, /^[0-9a-f-]{36}\n$/);
  const missing = ctl(['website', 'get', id.trim(), '--only', 'website.nothing']);
  assert.equal(missing.status, 1);
  assert.match(missing.err, /the answer has no website\.nothing/);
});

test('a token for the bus by hand: of an administrator, ten minutes, on record without itself', () => {
  assert.match(ctl(['sre', 'token', '--service', 'web']).err, /may not|permission|right/i);
  assert.match(ctl(['sre', 'token', '--service', 'nowhere'], { token: env.ADMIN_TOKEN }).err, /service: There is no such service/);
  const { token, expiresAt } = json(['sre', 'token', '--service', 'web'], { token: env.ADMIN_TOKEN });
  const claims = JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
  assert.equal(claims.exp - claims.iat, 600);
  assert.equal(claims.exp * 1000, Date.parse(expiresAt));
  assert.equal(claims.aud, 'web');
  assert.ok(claims.scp.includes('website:read') && claims.scp.every((scope) => scope.endsWith(':read')), claims.scp.join());
  const wider = json(['sre', 'token', '--service', 'web', '--write'], { token: env.ADMIN_TOKEN }).token;
  assert.ok(JSON.parse(Buffer.from(wider.split('.')[1], 'base64url')).scp.includes('website:create'));
  const records = JSON.stringify(json(['audit', 'list', '--action', 'sre-token.create', '--limit', '2'], { token: env.ADMIN_TOKEN }));
  assert.match(records, /admin@panel\.example/);
  assert.ok(!records.includes(token.slice(-40)) && !records.includes(wider.slice(-40)));
});

test('what is not understood says what is, and calls nobody', () => {
  const cases = [
    [['website', 'create', '--nonsense', 'x'], /there is no option --nonsense/],
    [['website', 'get'], /websiteId is missing/],
    [['website', 'get', 'a', 'b'], /'b' is too much/],
    [['website', 'list', '--limit'], /--limit needs a value/],
    [['website', 'list', '--limit', '--json'], /--limit needs a value/],
    [['website', 'list', '--only'], /--only needs a value/],
    [['website', 'create', '--domain', '--json'], /--domain needs a value/],
    [['sre', 'token', '--service', 'web', '--write=perhaps'], /true or false/],
    [['node', 'register', '--http-port', 'x'], /is no whole number/],
    [['website', 'update', 'a', '--settings.redirects', '{'], /no JSON/],
    [['website', 'fly'], /usage: stralixctl website VERB/],
    [['nothing'], /usage: stralixctl COMMAND/],
  ];
  for (const [words, message] of cases) {
    const { status, err } = ctl(words, { more: { STRALIX_URL: 'https://127.0.0.1:1' } });
    assert.equal(status, 2, words.join(' '));
    assert.match(err, message);
  }
});

test('secrets are no arguments; tokens travel over nothing but TLS', () => {
  const words = ['user', 'create', '--organisation-id', 'x', '--email', 'a@b.example', '--name', 'A', '--password'];
  const told = ctl([...words, 'correct horse battery']);
  assert.equal(told.status, 2);
  assert.match(told.err, /@FILE/);
  assert.ok(!told.err.includes('horse'));
  const organisation = JSON.parse(ctl(['organisation', 'list', '--json', '--limit', '1'], { token: env.ADMIN_TOKEN }).out).organisations[0].id;
  words[3] = organisation;
  words[5] = `${freshDomain('user')}@cli.example`.replace(/@.*@/, '@').replace(/^([^@]*)$/, '$1@cli.example');
  const made = ctl([...words, '@-'], { token: env.ADMIN_TOKEN, input: 'correct horse battery\n' });
  assert.equal(made.status, 0, made.err);
  assert.match(ctl(['session', 'get'], { more: { STRALIX_URL: env.GATEWAY_URL } }).err, /protocol/i);
  assert.match(ctl(['session', 'get'], { more: { STRALIX_CA: '' , STRALIX_TOKEN_FILE: '/nonexistent' } }).err, /token file/);
  const stranger = ctl(['session', 'get'], { more: { STRALIX_CA: '/etc/ssl/certs/ca-certificates.crt' } });
  assert.equal(stranger.status, 1);
  assert.match(stranger.err, /certificate/i);
});

test('all pages are one list', () => {
  for (let i = 0; i < 3; i += 1) assert.equal(ctl(['website', 'create', '--domain', freshDomain('pages')]).status, 0);
  const page = ctl(['website', 'list', '--limit', '2']);
  assert.equal(page.out.trim().split('\n').length, 3);
  assert.match(page.err, /There are more/);
  const all = json(['website', 'list', '--limit', '2', '--all']);
  assert.equal(all.websites.length, Number(all.page.total));
  assert.equal(new Set(all.websites.map((w) => w.id)).size, all.websites.length);
});

test('words of others do not steer the terminal', async () => {
  const { out } = ctl(['task', 'list', '--limit', '5']);
  assert.ok(!/[\x00-\x08\x0b-\x1f\x7f]/.test(out));
});

test('another organisation sees nothing of it', async () => {
  const other = await anotherOrganisation();
  const { website } = JSON.parse(ctl(['website', 'create', '--domain', freshDomain('cli'), '--json']).out);
  const { status, err } = ctl(['website', 'get', website.id], { token: other.token });
  assert.equal(status, 1);
  assert.match(err, /no such website/);
});

test('with a service away it says so, and when to try again', async () => {
  supervised.down('web');
  try {
    const { status, out, err } = ctl(['website', 'list']);
    assert.equal(status, 1);
    assert.equal(out, '');
    assert.match(err, /HTTP 503/);
    assert.match(err, /Try again in \d+ s\./);
  } finally {
    supervised.up('web');
  }
  await whole();
});

test('the shell is offered nouns, verbs and options', () => {
  const offered = (...words) => ctl(['complete', '--', ...words]).out.trim().split('\n');
  assert.ok(offered('').includes('website'));
  assert.deepEqual(offered('web').sort(), ['website', 'website-certificate', 'website-defaults']);
  assert.ok(offered('website', '').includes('suspend'));
  assert.deepEqual(offered('node', 'in'), ['init']);
  assert.ok(offered('website', 'update', 'x', '--settings.').includes('--settings.document-root'));
  assert.deepEqual(offered('website', 'list', '--js'), ['--json']);
  const script = ctl(['completion', 'bash']).out;
  const ran = spawnSync('bash', ['-c', `${script}\nCOMP_WORDS=(${join(runDir, 'bin/stralixctl')} website pu); COMP_CWORD=2; _stralixctl; echo "\${COMPREPLY[@]}"`], { encoding: 'utf8' });
  assert.equal(ran.stdout.trim(), 'purge', ran.stderr);
});

test('doctor finds all well, and says what is not', () => {
  const well = ctl(['doctor'], { token: env.ADMIN_TOKEN });
  assert.equal(well.status, 0, well.out + well.err);
  for (const part of ['authz', 'web', 'tasks', 'audit', 'node n1']) assert.match(well.out, new RegExp(`^ok +${part} `, 'm'));
  const nobody = ctl(['doctor'], { token: 'st_nobody' });
  assert.equal(nobody.status, 1);
  assert.match(nobody.err, /Sign in again/);
});
