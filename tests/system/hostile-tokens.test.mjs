// Service tokens signed with a service's real key: one right spelling is believed, everything beside it is not.
import assert from 'node:assert/strict';
import { createHash, createHmac, createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { witness } from './hostile.mjs';
import { connect, disconnectAll, identity } from './nats.mjs';
import { env, runDir } from './panel.mjs';

const b64 = (value) => Buffer.from(value).toString('base64url');
const seedKey = (folder) => createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.from(readFileSync(join(runDir, 'etc', folder, 'token.key'), 'utf8').trim(), 'base64url')]),
  format: 'der', type: 'pkcs8',
});
const own = seedKey('web'), stranger = generateKeyPairSync('ed25519').privateKey;
const subject = 'rpc.tasks.PlaceResource', now = () => Math.floor(Date.now() / 1000);
const digest = (body) => createHash('sha256').update(body).digest('base64url');
const good = (change = {}) => {
  const claims = { aud: 'tasks.PlaceResource', dig: digest(''), exp: now() + 30, iat: now(), iss: 'web', rid: 'hostile', sub: 'hostile', ...change };
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined).sort(([a], [b]) => (a < b ? -1 : 1)));
};
const header = '{"alg":"EdDSA","typ":"JWT"}';
const signed = (head, claims, key = own) => {
  const text = `${b64(head)}.${b64(typeof claims === 'string' ? claims : JSON.stringify(claims))}`;
  return `${text}.${b64(sign(null, Buffer.from(text), key))}`;
};

let client, unharmed;
before(async () => {
  unharmed = await witness();
  client = await connect(identity('web'));
});
after(async () => {
  disconnectAll();
  await unharmed();
});

const ask = (token, body = '', to = subject) => client.request(to, body, { headers: `Authorization: Bearer ${token}\r\n` });

test('the right token is believed', async () => {
  const answer = await ask(signed(header, good()));
  assert.equal(answer?.code, '400', `what is asked has no fields, so it is invalid: ${answer?.headers}`);
});

const cut = (token, change) => { const parts = token.split('.'); change(parts); return parts.join('.'); };
const twice = () => JSON.stringify(good()).replace('"aud":', '"aud":"web.CreateWebsite","aud":');
const wrong = [
  ['alg none', () => `${b64('{"alg":"none","typ":"JWT"}')}.${b64(JSON.stringify(good()))}.`],
  ['alg none, signed', () => signed('{"alg":"none","typ":"JWT"}', good())],
  ['HS256 with the public key', () => { const text = `${b64('{"alg":"HS256","typ":"JWT"}')}.${b64(JSON.stringify(good()))}`; return `${text}.${createHmac('sha256', 'web').update(text).digest('base64url')}`; }],
  ['a header in another order', () => signed('{"typ":"JWT","alg":"EdDSA"}', good())],
  ['a header with a kid', () => signed('{"alg":"EdDSA","kid":"web","typ":"JWT"}', good())],
  ['a header with a jwk', () => signed('{"alg":"EdDSA","jwk":{},"typ":"JWT"}', good(), stranger)],
  ["a stranger's key", () => signed(header, good(), stranger)],
  ['the name of another service', () => signed(header, good({ iss: 'gateway' }))],
  ['the name of authz', () => signed(header, good({ iss: 'authz' }))],
  ['no issuer', () => signed(header, good({ iss: undefined }))],
  ['an issuer nobody knows', () => signed(header, good({ iss: 'nobody' }))],
  ['expired', () => signed(header, good({ iat: now() - 300, exp: now() - 200 }))],
  ['not yet', () => signed(header, good({ iat: now() + 300, exp: now() + 330 }))],
  ['good for a year', () => signed(header, good({ exp: now() + 31536000 }))],
  ['no end', () => signed(header, good({ exp: undefined }))],
  ['an end as text', () => signed(header, good({ exp: String(now() + 30) }))],
  ['an end as a fraction', () => signed(header, good({ exp: now() + 30.5 }))],
  ['a negative end', () => signed(header, good({ exp: -1 }))],
  ['for another method', () => signed(header, good({ aud: 'tasks.Enqueue' }))],
  ['for a service', () => signed(header, good({ aud: 'tasks' }))],
  ['for everybody', () => signed(header, good({ aud: '*' }))],
  ['for a list', () => signed(header, good({ aud: ['tasks.PlaceResource'] }))],
  ['of another body', () => signed(header, good({ dig: digest('x') }))],
  ['of no body', () => signed(header, good({ dig: undefined }))],
  ['of nobody', () => signed(header, good({ sub: undefined }))],
  ['a claim that nobody knows', () => signed(header, { ...good(), zzz: 'x' })],
  ['claims in another order', () => signed(header, JSON.stringify(Object.fromEntries(Object.entries(good()).reverse())))],
  ['a claim twice', () => signed(header, twice())],
  ['blanks between claims', () => signed(header, JSON.stringify(good(), null, 1))],
  ['an escape in a claim', () => signed(header, JSON.stringify(good()).replace('"web"', '"w\\u0065b"'))],
  ['something behind the claims', () => signed(header, `${JSON.stringify(good())} `)],
  ['claims that are a list', () => signed(header, '[]')],
  ['no claims', () => signed(header, '{}')],
  ['a padded part', () => `${signed(header, good())}=`],
  ['a part too many', () => `${signed(header, good())}.x`],
  ['no signature', () => cut(signed(header, good()), (p) => { p[2] = ''; })],
  ['a signature cut by one', () => signed(header, good()).slice(0, -1)],
  ['another last bit', () => cut(signed(header, good()), (p) => { const abc = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'; p[2] = p[2].slice(0, -1) + abc[abc.indexOf(p[2].at(-1)) ^ 1]; })],
  ['standard base64', () => cut(signed(header, good()), (p) => { p[2] = `${p[2].slice(0, 10)}+${p[2].slice(11)}`; })],
  ['100 kB', () => signed(header, good({ rid: 'a'.repeat(100_000) }))],
  ["a person's API token", () => env.ADMIN_TOKEN],
];
for (const [name, make] of wrong)
  test(`refused: ${name}`, async () => {
    const answer = await ask(make());
    assert.ok(['401', '403'].includes(answer?.code), `${answer?.code} ${answer?.headers.slice(0, 200)}`);
  });

test('refused: a good token beside another body, and twice over', async () => {
  const token = signed(header, good());
  assert.ok(['401', '403'].includes((await ask(token, Buffer.from([0x0a, 0x01, 0x61])))?.code));
  assert.ok(['401', '403'].includes((await ask(`${token} ${token}`))?.code));
  assert.ok(['401', '403'].includes((await ask(token, '', 'rpc.audit.Append'))?.code), 'at another method');
});
