// Hostile JSON and hostile values: every field of every operation refuses every wrong type, by name; odd but right input is taken.
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { operations, witness } from './hostile.mjs';
import { anotherOrganisation, api, createWebsite, customer, admin, ended, env, freshDomain, openapi, signIn } from './panel.mjs';

let unharmed, other, site;
before(async () => {
  other = await anotherOrganisation();
  site = await createWebsite();
  unharmed = await witness();
});
after(async () => { await unharmed(); });

/** Bytes as a body, as they are. */
async function sent(bytes, { token = env.ADMIN_TOKEN, method = 'POST', path = '/api/v1/websites', headers = {} } = {}) {
  const answer = await fetch(env.PANEL_URL + path, {
    method, body: bytes, signal: AbortSignal.timeout(20_000),
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}), ...headers },
  });
  const text = await answer.text();
  return { status: answer.status, body: text ? JSON.parse(text) : null };
}

const refused = (answer, what, statuses = [400]) => {
  assert.ok(statuses.includes(answer.status), `${what}: ${answer.status} ${JSON.stringify(answer.body)}`);
  if (answer.body) assert.equal(answer.body.status, answer.status);
};

const nested = (depth, open, close, leaf = '1') => open.repeat(depth) + leaf + close.repeat(depth);
const d = '"a.example"';
const documents = [
  ['nothing', ''], ['a blank', ' '], ['null', 'null'], ['a text', '"a"'], ['a number', '1'], ['a list', '[]'], ['an empty object', '{}'],
  ['a list of objects', `[{"domain":${d}}]`], ['a cut object', '{"domain":'], ['something behind', `{"domain":${d}}x`],
  ['two objects', `{"domain":${d}}{"domain":${d}}`], ['a comma too many', `{"domain":${d},}`], ['single quotes', "{'domain':'a.example'}"],
  ['a comment', `{"domain":${d}/**/}`], ['a byte order mark', `\ufeff{"domain":${d}}`], ['UTF-16', Buffer.from(`{"domain":${d}}`, 'utf16le')],
  ['a key twice', `{"domain":${d},"domain":"b.example"}`], ['a key twice, once escaped', `{"domain":${d},"doma\\u0069n":"b.example"}`],
  ['camel and snake', `{"domain":${d},"organisationId":"${randomUUID()}","organisation_id":"${randomUUID()}"}`],
  ['an unknown field', `{"domain":${d},"colour":"red"}`], ['__proto__', `{"domain":${d},"__proto__":{"a":1}}`], ['an empty key', `{"domain":${d},"":1}`],
  ['NaN', `{"domain":${d},"ttlS":NaN}`], ['Infinity', '{"domain":Infinity}'], ['-Infinity', '{"domain":-Infinity}'], ['a hexadecimal number', '{"domain":0x1}'],
  ['a number of 400 digits', `{"domain":${'9'.repeat(400)}}`], ['1e999', '{"domain":1e999}'], ['a number of 100,000 digits', `{"domain":0.${'1'.repeat(100_000)}}`],
  ['a lone high surrogate', '{"domain":"\\ud800.example"}'], ['a lone low surrogate', '{"domain":"\\udc00.example"}'],
  ['an escaped NUL', '{"domain":"a\\u0000.example"}'], ['a NUL', '{"domain":"a\0.example"}'], ['a NUL behind', `{"domain":${d}}\0`],
  ['a key with a NUL', `{"domain\\u0000":${d}}`], ['a bad escape', '{"domain":"\\x41"}'], ['a raw newline', '{"domain":"a\n.example"}'],
  ['bytes that are no UTF-8', Buffer.concat([Buffer.from('{"domain":"'), Buffer.from([0xff, 0xfe]), Buffer.from('.example"}')])],
  ['an overlong slash', Buffer.concat([Buffer.from('{"domain":"a'), Buffer.from([0xc0, 0xaf]), Buffer.from('.example"}')])],
  ['a surrogate in UTF-8', Buffer.concat([Buffer.from('{"domain":"a'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('.example"}')])],
  ['a cut UTF-8 sequence', Buffer.concat([Buffer.from('{"domain":"a'), Buffer.from([0xf0, 0x9f]), Buffer.from('"}')])],
  ['100,000 lists', `{"domain":${nested(100_000, '[', ']')}}`], ['30,000 objects', `{"domain":${nested(30_000, '{"a":', '}')}}`],
  ['lists without end', '['.repeat(200_000)], ['33 levels of an unknown field', `{"x":${nested(33, '[', ']')}}`],
  ['20,000 keys', `{${Array.from({ length: 20_000 }, (_, i) => `"k${i}":1`).join(',')}}`], ['random bytes', randomBytes(4096)],
];

for (const [name, bytes] of documents)
  test(`JSON: ${name} is refused`, async () => refused(await sent(bytes), name));

test('JSON: a text of 1 MB is too large', async () => refused(await sent(`{"domain":"${'a'.repeat(1 << 20)}"}`), '1 MB', [413]));

test('JSON: other types of content are refused', async () => {
  for (const type of ['text/plain', 'application/xml', 'application/x-protobuf', 'multipart/form-data; boundary=a', 'application/jsonx', 'application/json, text/plain', ''])
    refused(await sent('{"domain":"a.example"}', { headers: { 'content-type': type } }), type, [400, 415]);
});

test('JSON: odd spellings that mean the same are taken', async () => {
  const word = freshDomain('json');
  for (const [name, bytes] of [
    ['blanks', `\r\n\t {  "domain" :\n"a-${word}" } \n`], ['escapes', `{"dom\\u0061in":"\\u0062-${word}"}`],
    ['snake case', `{"domain":"c-${word}","node_id":"n1"}`], ['null is absent', `{"domain":"d-${word}","nodeId":null}`],
  ]) {
    const answer = await sent(bytes, { token: env.ADMIN_TOKEN });
    assert.ok([202, 400].includes(answer.status), name);
    if (name !== 'null is absent') assert.equal(answer.status, 202, `${name}: ${JSON.stringify(answer.body)}`);
    if (answer.status === 202) await ended(env.ADMIN_TOKEN, answer.body.taskId);
  }
});

const resolve = (schema) => (schema?.$ref ? openapi.components.schemas[schema.$ref.split('/').pop()] : schema);
const wrong = {
  string: [0, 1, -1, 1.5, true, false, [], {}, ['a'], { a: 1 }, [[]]],
  integer: ['', 'x', '1x', ' 1', '0x1', 1.5, -1, 4294967296, 1e300, -9007199254740993, true, [], {}, [1], { a: 1 }],
  boolean: [0, 1, 'true', '', [], {}],
  array: [0, 1, 'a', true, {}, { 0: 'a' }, [1], [null], [[]], [{}], ['a', 1]],
  object: [0, 'a', true, [], [{}]],
};

for (const { method, path, operation, anonymous } of operations(openapi)) {
  const schema = resolve(operation.requestBody?.content?.['application/json']?.schema);
  const filled = path.replace(/\{\w+\}/g, (name) => (name === '{nodeId}' ? 'n1' : site?.id ?? randomUUID()));
  for (const [field, raw] of Object.entries(schema?.properties ?? {})) {
    const property = resolve(raw);
    test(`${method} ${path}: ${field} refuses what is no ${property.type}`, async () => {
      assert.ok(wrong[property.type], `no wrong values for ${property.type}`);
      for (const value of wrong[property.type]) {
        if (property.enum && typeof value === 'number') continue; // numbers of an enum are a spelling of it
        refused(await sent(JSON.stringify({ [field]: value }), { method, path: filled, token: anonymous ? null : env.ADMIN_TOKEN }), JSON.stringify(value));
      }
    });
  }
  for (const parameter of (operation.parameters ?? []).filter((p) => p.in === 'query'))
    test(`${method} ${path}?${parameter.name}: garbage is a 4xx or an empty list`, async () => {
      const values = ['', '%00', '%ff', '%c0%af', "'", "' or 1=1 --", '%25', '_', '\\', '-1', '1e9', '99999999999999999999', 'a'.repeat(4000), '[]', '%0d%0aa:b', '\u202e', 'AAAA', '../..', '${x}', '{{x}}'];
      for (const value of values) {
        const { status, body } = await admin('GET', `${filled}?${parameter.name}=${/^%|%0d/.test(value) ? value : encodeURIComponent(value)}`);
        assert.ok(status === 200 || (status >= 400 && status < 500), `${value}: ${status} ${JSON.stringify(body)}`);
        if (['integer', 'boolean'].includes(parameter.schema.type) && !['', 'a'].includes(value)) assert.equal(status, 400, value);
      }
      refused(await admin('GET', `${filled}?${parameter.name}=1&${parameter.name}=1`), 'twice');
      refused(await admin('GET', `${filled}?nonsense=1`), 'unknown');
    });
}

// Each is refused with the field's name, and nothing of it reaches a node.
const names = [
  'localhost', 'example', 'com', 'co.uk', 'a.localhost', '127.0.0.1', '1.2.3', '[::1]', '::1', '0x7f.1', '*.example.com', 'a..example', '.example.com', 'a.example..',
  '-a.example', 'a-.example', 'a_b.example', '_dmarc.example.com', 'a b.example', 'a;}.example', 'a.example;', 'a.example{', '$host.example', '~^.*$', '"a".example', "a'.example",
  'a.example\n', 'a\nb.example', 'a.example\r\nServer: x', 'a\t.example', 'a\u0000.example', 'a%2e.example', 'a%00.example', 'a/b.example', 'a\\b.example', 'a.example/', 'a.example:80',
  'http://a.example', 'a@b.example', 'a#.example', 'a?.example', '..', '../../etc/passwd', `${'a'.repeat(64)}.example`, `${'a.'.repeat(126)}aa.example`, 'a'.repeat(10_000),
  'xn--.example', 'xn--a.example', 'xn--\u0000.example', 'xn--zzzzzzzzzzzzzzzzz.example', 'xn--a-.example', '\u202ea.example', 'a\u200d.example', 'a\u200d\u200db.example',
  '\ud83d\ude00.example', '\u2028.example', 'a\u0301\u0301'.repeat(30) + '.example', '\u0660\u06f0.example', 'ab--cd.example', 'a,b.example', '<b>.example', '=1+1.example',
];
for (const domain of names)
  test(`the domain ${JSON.stringify(domain.slice(0, 32))} is refused`, async () => {
    const answer = await customer('POST', '/api/v1/websites', { domain });
    refused(answer, domain);
    // A NUL is refused before anybody asks which field it is in.
    if (!domain.includes('\0')) assert.equal(answer.body.violations[0]?.field, 'domain', JSON.stringify(answer.body));
  });

test('what UTS 46 drops from a name is dropped before it is kept and claimed', async () => {
  for (const [before, after] of [['a\u200b', 'a'], ['\ufeffa', 'a'], ['a\u00ad', 'a'], ['\uff21', 'a'], ['A', 'a']]) {
    const word = freshDomain('uts');
    const made = await customer('POST', '/api/v1/websites', { domain: `${before}.${word}` });
    assert.equal(made.status, 202, JSON.stringify(made.body));
    assert.equal(made.body.website.domain, `${after}.${word}`);
    assert.equal((await api(other.token, 'POST', '/api/v1/websites', { domain: `a.${word}` })).status, 409);
    await ended(env.CUSTOMER_TOKEN, made.body.taskId);
  }
});

test('names of people and organisations: text is text, what hides is refused', async () => {
  for (const name of ['a\u0000b', 'a\nb', 'a\r\nSet-Cookie: b', '\u001b[31mred', '\u202eevil', 'a\u2066b', 'a\u0085b', '\u2028', '', ' ', '\ud83d\ude00'.repeat(10_000)])
    refused(await admin('POST', '/api/v1/organisations', { name }), JSON.stringify(name.slice(0, 20)), [400]);
  for (const name of ['<script>alert(1)</script>', '=cmd|\'/c calc\'!A0', '+1', '-1', '@a', "O'Brien & Söhne; DROP TABLE", '\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67', 'עברית', '中文', '${x}{{y}}%s%n']) {
    const made = await admin('POST', '/api/v1/organisations', { name: `${name} ${randomBytes(3).toString('hex')}` });
    assert.equal(made.status, 201, `${name}: ${JSON.stringify(made.body)}`);
    assert.ok(made.body.organisation.name.startsWith(name));
  }
});

test('ids: nothing but a uuid, said in one way', async () => {
  for (const id of [`{${site.id}}`, site.id.replaceAll('-', ''), `${site.id} `, `urn:uuid:${site.id}`, '0', '-1', 'null', "1'--", site.id.slice(1), `${site.id}0`, '%00'])
    for (const method of ['GET', 'DELETE']) {
      const answer = await customer(method, `/api/v1/websites/${id.startsWith('%') ? id : encodeURIComponent(id)}`);
      refused(answer, id, [400, 404]);
    }
  assert.equal((await customer('GET', `/api/v1/websites/${site.id.toUpperCase()}`)).body.website.id, site.id, 'capitals are the same id');
  assert.equal((await customer('GET', `/api/v1/websites/00000000-0000-0000-0000-000000000000`)).status, 404);
});

test('cursors: forged ones and those of others give nothing of others', async () => {
  const { cursor } = (await customer('GET', '/api/v1/tasks?limit=1')).body;
  for (const forged of ['A', 'AAAA', '_'.repeat(512), 'a'.repeat(513), Buffer.from('{"id":"x"}').toString('base64url'), randomBytes(24).toString('base64url'), `${cursor ?? ''}AA`]) {
    const answer = await customer('GET', `/api/v1/websites?cursor=${forged}`);
    assert.ok([200, 400].includes(answer.status), `${forged}: ${answer.status}`);
  }
  const mine = (await customer('GET', '/api/v1/websites?limit=1')).body.nextCursor;
  if (mine) {
    const answer = await api(other.token, 'GET', `/api/v1/websites?cursor=${mine}`);
    assert.ok(answer.status === 400 || !JSON.stringify(answer.body).includes(env.CUSTOMER_EMAIL.split('@')[1]) && answer.body.websites.length === 0, JSON.stringify(answer.body));
  }
});

test('Idempotency-Key: garbage is refused, another body is another question', async () => {
  for (const key of ['', ' ', 'a b', 'a'.repeat(65), 'a'.repeat(6000), 'é', '\u00ff\u00fe', 'a;b', '../a', "a'"])
    refused(await sent(JSON.stringify({ domain: freshDomain('key') }), { token: env.CUSTOMER_TOKEN, headers: { 'idempotency-key': key } }), key.slice(0, 9));
  const key = randomUUID(), first = JSON.stringify({ domain: freshDomain('key') });
  const made = await sent(first, { token: env.CUSTOMER_TOKEN, headers: { 'idempotency-key': key } });
  assert.equal(made.status, 202);
  assert.equal((await sent(first, { token: env.CUSTOMER_TOKEN, headers: { 'idempotency-key': key } })).body.website.id, made.body.website.id);
  const answer = await sent(JSON.stringify({ domain: freshDomain('key') }), { token: env.CUSTOMER_TOKEN, headers: { 'idempotency-key': key } });
  refused(answer, 'another body', [409, 422]);
  const theirs = await sent(first, { token: other.token, headers: { 'idempotency-key': key } });
  assert.equal(theirs.status, 409, 'a key is no key to what others did');
  assert.ok(!JSON.stringify(theirs.body).includes(made.body.website.id));
});

test('tokens and cookies that nobody gave', async () => {
  const b64 = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
  const claims = { sub: 'admin', org: site.organisationId, role: 'admin', aud: 'web', exp: 4102444800, iat: 1 };
  const tokens = [
    `${b64({ alg: 'none' })}.${b64(claims)}.`, `${b64({ alg: 'HS256', typ: 'JWT' })}.${b64(claims)}.${b64('x'.repeat(32))}`,
    `${b64({ alg: 'EdDSA', kid: 'authz' })}.${b64(claims)}.${randomBytes(64).toString('base64url')}`, `${b64({ alg: 'EdDSA', jwk: {} })}.${b64(claims)}.AA`,
    `${env.CUSTOMER_TOKEN}=`, `${env.CUSTOMER_TOKEN}A`, env.CUSTOMER_TOKEN.slice(0, -1), env.CUSTOMER_TOKEN.toUpperCase(), `.${env.CUSTOMER_TOKEN}`,
    'null', 'undefined', '..', 'a'.repeat(7000), `${env.CUSTOMER_TOKEN},${env.ADMIN_TOKEN}`, `${env.CUSTOMER_TOKEN} ${env.ADMIN_TOKEN}`,
  ];
  for (const token of tokens) refused(await api(token, 'GET', '/api/v1/websites'), token.slice(0, 40), [401]);
  for (const value of [`Basic ${b64('admin:admin')}`, 'Bearer', 'Bearer  ', `bearer${env.CUSTOMER_TOKEN}`, env.CUSTOMER_TOKEN, `Digest username="a"`])
    refused(await api(null, 'GET', '/api/v1/websites', undefined, { authorization: value }), value.slice(0, 20), [401]);
  const session = await signIn(other.email, other.password);
  const value = session.split('=')[1];
  for (const cookie of [`session=${value}`, `__host-session=${value}`, `__Host-session="${value}"`, `__Host-session=${value}; __Host-session=x`, `__Host-session=x; __Host-session=${value}`,
    '__Host-session=', `__Host-session=${value.slice(1)}`, `__Host-session =${value}`])
    refused(await api(null, 'GET', '/api/v1/websites', undefined, { cookie }), cookie.slice(0, 24), [401]);
  assert.equal((await api(null, 'GET', '/api/v1/websites', undefined, { cookie: `a=b;${session} ; c="d"` })).status, 200, 'one among others is found');
  for (const headers of [{ cookie: session }, { cookie: session, origin: 'https://evil.example', 'x-requested-with': 'stralix' }, { cookie: session, origin: 'null', 'x-requested-with': 'stralix' },
    { cookie: session, 'x-requested-with': 'XMLHttpRequest' }])
    refused(await api(null, 'POST', '/api/v1/websites', { domain: freshDomain('csrf') }, headers), JSON.stringify(Object.keys(headers)), [403]);
});

test('Last-Event-ID and odd headers: an answer in time, or a refusal', async () => {
  const tokens = [env.CUSTOMER_TOKEN, env.ADMIN_TOKEN, other.token]; // each may have a few streams, and those given up count for a while
  for (const [i, id] of ['', '0', '-1', 'a', '99999999999999999999-1', '1-99999999999999999999', 'a'.repeat(5000), "'", '1-1-1'].entries()) {
    const stop = new AbortController();
    const answer = await fetch(`${env.PANEL_URL}/api/v1/events`, { headers: { authorization: `Bearer ${tokens[i % 3]}`, 'last-event-id': id }, signal: stop.signal });
    assert.ok([200, 400].includes(answer.status), `${id}: ${answer.status}`);
    stop.abort();
  }
  for (const headers of [{ 'if-match': 'x' }, { 'if-none-match': '"' }, { range: 'bytes=0-,1-,2-' }, { accept: 'a'.repeat(3000) }, { 'accept-encoding': 'x;q=9' }, { traceparent: '00-zz' }, { 'x-request-id': '../'.repeat(50) },
    { 'x-forwarded-for': '1.2.3.4, ::' }, { 'x-real-ip': "'" }, { 'content-encoding': 'gzip' }, { 'x-http-method-override': 'DELETE' }])
    assert.equal((await customer('GET', '/api/v1/websites?limit=1', undefined, headers)).status, 200, JSON.stringify(headers).slice(0, 60));
});
