// PHP of a website, from the API to a visitor who sees what a script says: versions, pools, directives, and what is refused.
import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { admin, anotherOrganisation, api, createWebsite, customer, ended, env, freshDomain, journal, runDir, until, visit } from './panel.mjs';

let site, version;

const path = (id = site.id) => `/api/v1/websites/${id}`;
const read = async (id = site.id) => (await customer('GET', path(id))).body.website;
const offered = async () => (await customer('GET', `${path()}/php`)).body;
const at = (where) => new URL(where, site.url).href;
const script = (name, text, of = site) => writeFileSync(join(runDir, 'nodes', of.nodeId, 'srv', of.id, 'public', name), text);

/** Another website of the same node. */
const beside = () => createWebsite(env.ADMIN_TOKEN, undefined, { nodeId: site.nodeId, organisationId: site.organisationId });

async function patch(php, id = site.id) {
  const { etag } = await read(id);
  return customer('PATCH', path(id), { settings: { php } }, { 'if-match': `"${etag}"` });
}

async function set(php, id = site.id) {
  const answer = await patch(php, id);
  assert.equal(answer.status, 202, JSON.stringify(answer.body));
  const task = await ended(env.CUSTOMER_TOKEN, answer.body.taskId);
  assert.equal(task.state, 'success', JSON.stringify(task));
  return until('the website to hear of it', async () => {
    const now = await read(id);
    return now.state === 'pending' ? null : now;
  });
}

before(async () => {
  site = await createWebsite();
  version = (await until('a heartbeat to tell the versions', async () => {
    const answer = await offered();
    return answer.versions.length ? answer : null;
  }, 40)).versions[0];
});

test('the node says its versions to staff, the website to its owner; directives come with their rules', async () => {
  const node = (await admin('GET', `/api/v1/nodes/${site.nodeId}`)).body.node;
  assert.ok(node.phpVersions.includes(version), JSON.stringify(node));
  const { versions, directives } = await offered();
  assert.deepEqual(versions, node.phpVersions);
  const memory = directives.find((d) => d.name === 'memory_limit');
  assert.deepEqual(memory, { name: 'memory_limit', kind: 'size', rule: 'Enter a size from 16M to 1024M, such as 256M.', fallback: '128M', guarded: true });
  for (const never of ['open_basedir', 'disable_functions', 'sendmail_path', 'auto_prepend_file']) {
    assert.ok(!directives.some((d) => d.name === never), never);
  }
});

test('what belongs to another organisation is as absent', async () => {
  const other = await anotherOrganisation();
  const answer = await api(other.token, 'GET', `${path()}/php`);
  assert.equal(answer.status, 404);
});

test('a visitor sees what a script says, as the website that it is', async () => {
  script('index.php', '<?php echo "uid ", posix_getuid(), " memory ", ini_get("memory_limit"), " at ", $_SERVER["REQUEST_URI"];');
  const without = await visit(at('/index.php'));
  assert.equal(without.status, 404, 'without PHP nobody reads its text');
  const now = await set({ version, ini: [{ name: 'memory_limit', value: '96M' }] });
  assert.equal(now.settings.php.version, version);
  const page = await visit(at('/'));
  assert.equal(page.status, 200);
  assert.match(page.text, /^uid [1-9]\d{3,} memory 96M at \/$/);
  assert.equal((await visit(at('/none'))).status, 404);
  await set({ version, mode: 'DYNAMIC', maxChildren: 3, frontController: true });
  assert.match((await visit(at('/none'))).text, /memory 128M at \/none$/);
});

test('a script is told its own name and nothing of the node; a visitor\'s Proxy header is no setting', async () => {
  script('told.php', '<?php echo json_encode($_SERVER);');
  const told = await new Promise((resolve, reject) => {
    const { port } = new URL(site.url);
    http.get({ host: '127.0.0.1', port, path: '/told.php', headers: { host: site.domain, proxy: 'http://192.0.2.9' } }, async (answer) => {
      let text = '';
      for await (const piece of answer) text += piece;
      resolve(JSON.parse(text));
    }).on('error', reject);
  });
  assert.equal(told.SERVER_NAME, site.domain);
  assert.ok(!told.HTTP_PROXY, told.HTTP_PROXY);
  for (const [name, value] of Object.entries(told)) assert.doesNotMatch(String(value), new RegExp(`${site.id}[^/]`), `${name}: the name that it has in the logs`);
});

test('a node with PHP is as the panel wrote it, when nobody has changed anything', async () => {
  const { status, body } = await admin('POST', `/api/v1/nodes/${site.nodeId}/observe`, {});
  assert.equal(status, 200, JSON.stringify(body));
  assert.deepEqual(body.files, []);
  assert.deepEqual((await admin('GET', `/api/v1/websites/${site.id}/drift`)).body.files, []);
});

test('two websites never share a user, and read nothing of each other', async () => {
  const other = await beside();
  script('secret.txt', 'a secret', other);
  await set({ version }, other.id);
  script('spy.php', `<?php echo posix_getuid(), " "; var_dump(@file_get_contents(dirname(__DIR__, 2) . "/${other.id}/public/secret.txt"));`);
  const page = await visit(at('/spy.php'));
  assert.match(page.text, /bool\(false\)/, page.text);
});

const hostile = [
  [{ version: '9.9' }, 'settings.php.version', 'available'],
  [{ version: '8.2; user = root' }, 'settings.php.version', 'PHP_VERSION'],
  [{ version: '../8.2' }, 'settings.php.version', 'PHP_VERSION'],
  [{ version: '8' }, 'settings.php.version', 'PHP_VERSION'],
  [{ mode: 'FORKING' }, 'settings.php.mode', 'enum'],
  [{ maxChildren: 51 }, 'settings.php.maxChildren', 'range'],
  [{ idleTimeoutS: 3601 }, 'settings.php.idleTimeoutS', 'range'],
  [{ maxRequests: 100001 }, 'settings.php.maxRequests', 'range'],
  [{ ini: [{ name: 'open_basedir', value: '/' }] }, 'settings.php.ini[0].name', 'allowed'],
  [{ ini: [{ name: 'sendmail_path', value: '/bin/sh' }] }, 'settings.php.ini[0].name', 'allowed'],
  [{ ini: [{ name: 'disable_functions', value: 'none' }] }, 'settings.php.ini[0].name', 'allowed'],
  [{ ini: [{ name: 'memory_limit] = 1\nuser', value: 'root' }] }, 'settings.php.ini[0].name', 'WORD'],
  [{ ini: [{ name: 'memory_limit', value: '-1' }] }, 'settings.php.ini[0].value', 'memory_limit'],
  [{ ini: [{ name: 'memory_limit', value: '2048M' }] }, 'settings.php.ini[0].value', 'memory_limit'],
  [{ ini: [{ name: 'memory_limit', value: '128M"\nuser = root' }] }, 'settings.php.ini[0].value', 'LINE'],
  [{ ini: [{ name: 'memory_limit', value: '${HOME}' }] }, 'settings.php.ini[0].value', 'memory_limit'],
  [{ ini: [{ name: 'memory_limit', value: '' }] }, 'settings.php.ini[0].value', 'required'],
  [{ ini: [{ name: 'display_errors', value: 'stderr' }] }, 'settings.php.ini[0].value', 'display_errors'],
  [{ ini: [{ name: 'date.timezone', value: 'Europe/../etc' }] }, 'settings.php.ini[0].value', 'date.timezone'],
  [{ ini: [{ name: 'post_max_size', value: '1G' }] }, 'settings.php.ini[0].value', 'post_max_size'],
  [{ ini: [{ name: 'upload_max_filesize', value: '9M' }] }, 'settings.php.ini[0].value', 'post_max_size'],
  [{ ini: [{ name: 'post_max_size', value: '16M' }, { name: 'upload_max_filesize', value: '32M' }] }, 'settings.php.ini[1].value', 'post_max_size'],
  [{ ini: [{ name: 'post_max_size', value: '1M' }] }, 'settings.php.ini[0].value', 'upload_max_filesize'],
  [{ version: '', ini: [{ name: 'upload_max_filesize', value: '9M' }] }, 'settings.php.ini[0].value', 'post_max_size'],
  [{ ini: [{ name: 'memory_limit', value: '64M' }, { name: 'memory_limit', value: '96M' }] }, 'settings.php.ini[1].name', 'repeated'],
  [{ ini: Array.from({ length: 33 }, () => ({ name: 'memory_limit', value: '64M' })) }, 'settings.php.ini', 'count'],
];
for (const [php, field, rule] of hostile) {
  test(`refused: ${JSON.stringify(php).slice(0, 70)}`, async () => {
    const answer = await patch({ version, ...php });
    assert.equal(answer.status, 400, JSON.stringify(answer.body));
    assert.ok(answer.body.violations.some((v) => v.field === field && v.rule === rule), JSON.stringify(answer.body.violations));
  });
}

test('a website is made with its settings, on a node that has its PHP; what is wrong with them is said and holds nothing', async () => {
  assert.ok((await customer('GET', '/api/v1/php-versions')).body.versions.includes(version));
  const domain = freshDomain('made'), alias = `www.${domain}`;
  const create = (settings, token = env.CUSTOMER_TOKEN) => api(token, 'POST', '/api/v1/websites', { domain, settings });
  for (const [settings, field, rule] of [
    [{ php: { version: '9.9' } }, 'settings.php.version', 'available'],
    [{ php: { version: 'x' } }, 'settings.php.version', 'PHP_VERSION'],
    [{ php: { ini: [{ name: 'upload_max_filesize', value: '9M' }] } }, 'settings.php.ini[0].value', 'post_max_size'],
    [{ aliases: [alias, domain] }, 'settings.aliases[1]', 'repeated'],
    [{ aliases: [alias], proxy: 'http://127.0.0.1:1' }, 'settings.proxy', 'forbidden'],
  ]) {
    const { status, body } = await create(settings);
    assert.equal(status, 400, JSON.stringify(body));
    assert.deepEqual(body.violations.map((v) => [v.field, v.rule]), [[field, rule]]);
  }
  const taken = await create({ aliases: [alias, site.domain] }, (await anotherOrganisation()).token);
  assert.deepEqual([taken.status, taken.body.violations[0].field], [409, 'settings.aliases[1]']);
  const protectedFolders = [{ path: 'intern', users: [{ name: 'ann', password: 'correct horse battery' }] }];
  const made = await createWebsite(env.CUSTOMER_TOKEN, domain, { settings: { aliases: [alias], protectedFolders, php: { version } } });
  assert.equal(made.state, 'active', JSON.stringify(made));
  assert.deepEqual([made.settings.php.version, made.settings.aliases], [version, [alias]]);
  assert.ok(!JSON.stringify(made).includes('$2b$') && !JSON.stringify(made).includes('correct horse'));
  script('index.php', '<?php echo "made with ", PHP_VERSION;', made);
  for (const name of [domain, alias]) {
    const url = new URL(made.url);
    url.hostname = name;
    assert.match((await visit(url.href)).text, new RegExp(`^made with ${version}`));
  }
  assert.equal((await visit(new URL('/intern/', made.url).href)).status, 401);
});

test('who read before somebody else wrote is told so', async () => {
  const { etag } = await read();
  const both = await Promise.all([64, 96].map((n) => customer('PATCH', path(),
    { settings: { php: { version, ini: [{ name: 'memory_limit', value: `${n}M` }] } } }, { 'if-match': `"${etag}"` })));
  assert.deepEqual(both.map((a) => a.status).sort(), [202, 412], JSON.stringify(both.map((a) => a.body)));
  await ended(env.CUSTOMER_TOKEN, both.find((a) => a.status === 202).body.taskId);
  await until('it is settled', async () => (await read()).state !== 'pending');
});

test('switched off, its script is neither run nor read, its master is gone, and the choice is kept', async () => {
  const now = await set({ version: '', mode: 'STATIC', maxChildren: 2 });
  assert.equal(now.settings.php.mode, 'STATIC');
  assert.equal((await visit(at('/index.php'))).status, 404);
  await until('its place in a shard to be free', () => journal(site.nodeId, `select shard from pools where id = '${site.id}'`).length === 0);
});

test('a website that is gone leaves no pool behind', async () => {
  const gone = await beside();
  await set({ version }, gone.id);
  for (const [method, where] of [['DELETE', path(gone.id)], ['POST', `${path(gone.id)}/purge`]]) {
    const answer = await customer(method, where, method === 'POST' ? {} : undefined);
    assert.equal(answer.status, 202, JSON.stringify(answer.body));
    assert.equal((await ended(env.CUSTOMER_TOKEN, answer.body.taskId)).state, 'success');
    await until('the website to hear of it', async () => !/ing$/.test((await read(gone.id))?.state ?? 'purged'));
  }
  await until('its place to be free', () => journal(gone.nodeId, `select shard from pools where id = '${gone.id}'`).length === 0);
  assert.ok(!readdirSync(join(runDir, 'nodes', gone.nodeId, 'srv')).includes(gone.id));
});
