// Certificates of websites on a whole panel: from the demo's authority (pebble, which rejects a fifth of all nonces) to what
// a visitor's TLS sees.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { HERE, certificate, change, handshake, ports, roots, served, waiting } from './certificates.mjs';
import { anotherOrganisation, api, createWebsite, customer, ended, env, freshDomain, names, runDir, sql, supervised, until, visit, whole } from './panel.mjs';

await whole();

async function certified(domain = freshDomain('tls')) {
  await names.point(domain, HERE);
  const site = await createWebsite(env.CUSTOMER_TOKEN, domain);
  return { site, serving: await served(site) };
}

const count = (site, more = '') => Number(sql(`select count(*) from web.certificates where website_id = '${site.id}' ${more}`));

describe('a certificate by itself', () => {
  it('a new website gets one and answers HTTPS that a visitor trusts', async () => {
    const { site, serving } = await certified();
    const seen = await handshake(site);
    assert.equal(seen.fingerprint, serving.fingerprint);
    assert.equal(seen.alpn, 'h2');
    assert.deepEqual(serving.names, [site.domain]);
    assert.match(serving.issuer, /Pebble/);
    assert.equal(serving.keyType, 'P-256');
    const life = Date.parse(serving.notAfter) - Date.parse(serving.notBefore);
    const renewal = (Date.parse(serving.renewAt) - Date.parse(serving.notBefore)) / life;
    assert.ok(renewal > 0.63 && renewal < 0.7, `renewed at ${renewal} of its life`);
    assert.deepEqual(serving.story.map(({ state }) => state),
      ['waiting', 'ordering', 'validating', 'issuing', 'issuing', 'installing', 'active']);
    const { body } = await customer('GET', `/api/v1/websites/${site.id}`);
    assert.match(body.website.url, /^https:/);
    assert.equal(body.website.certificateId, serving.id);
  });

  it('HTTP is sent on to HTTPS, unless the settings keep it; HSTS is told when it is set', async () => {
    const { site } = await certified();
    const http = `http://${site.domain}:${ports[`SITES_HTTP_PORT_${site.nodeId.slice(1)}`]}/`;
    const moved = await visit(http);
    assert.equal(moved.status, 301);
    assert.match(moved.headers.location, new RegExp(`^https://${site.domain}:`));
    await change(site, { https: { keepHttp: true } });
    await until('HTTP to be served', async () => (await visit(http)).status === 200);
    assert.equal(count(site), 1); // and nothing was asked for anew
  });

  it('an added alias brings a new certificate with both names, without an old one being missed', async () => {
    const { site, serving } = await certified();
    const alias = `www.${site.domain}`;
    await names.point(alias, HERE);
    await change(site, { aliases: [alias] });
    const next = await served(site, ({ id }) => id !== serving.id);
    assert.deepEqual(next.names, [site.domain, alias]);
    assert.equal(next.replaces, serving.id);
    assert.equal((await handshake(site, alias)).fingerprint, next.fingerprint);
    const old = await customer('GET', `/api/v1/certificates/${serving.id}`);
    assert.equal(old.body.certificate.state, 'replaced');
  });

  it('an alias that points elsewhere is left out, and told', async () => {
    const domain = freshDomain('part'), alias = `www.${domain}`;
    await names.point(domain, HERE);
    await names.point(alias, '203.0.113.9');
    const site = await createWebsite(env.CUSTOMER_TOKEN, domain);
    const serving = await served(site);
    await change(site, { aliases: [alias] });
    const coming = await waiting(site, /points to 203\.0\.113\.9, not to 127\.0\.0\.1/);
    assert.equal(coming.state, 'waiting');
    assert.equal((await handshake(site)).fingerprint, serving.fingerprint);
    await names.point(alias, HERE);
    assert.equal((await customer('POST', `/api/v1/certificates/${coming.id}/retry`, {})).status, 202);
    assert.deepEqual((await served(site, ({ id }) => id === coming.id)).names, [domain, alias]);
  });
});

describe('a name that points elsewhere', () => {
  it('is told in plain words, by the certificate and beforehand, and mended by a retry', async () => {
    const domain = freshDomain('astray');
    await names.point(domain, '203.0.113.9');
    const site = await createWebsite(env.CUSTOMER_TOKEN, domain);
    const coming = await waiting(site, /astray-\w+\.example points to 203\.0\.113\.9, not to 127\.0\.0\.1/);
    assert.ok(Date.parse(coming.nextTryAt) > Date.now());
    const flight = await customer('GET', `/api/v1/websites/${site.id}/certificate/preflight`);
    const [{ name, ready, method, addresses, message }] = flight.body.names;
    assert.deepEqual([name, ready, method, addresses, message], [domain, false, '', ['203.0.113.9'], coming.message]);
    assert.equal((await visit(site.url)).status, 200);
    await names.point(domain, HERE);
    const again = await customer('POST', `/api/v1/certificates/${coming.id}/retry`, {});
    assert.equal(again.status, 202, JSON.stringify(again.body));
    assert.equal((await served(site)).id, coming.id);
  });

  it('one that points nowhere is told, too', async () => {
    const site = await createWebsite();
    await waiting(site, /doesn't point anywhere; it should point to 127\.0\.0\.1/);
    assert.equal(Number(sql(`select count(*) from web.certificates where website_id = '${site.id}' and order_url <> ''`)), 0);
  });
});

describe('renewal', () => {
  it('comes when it is due, and the one before serves until then', async () => {
    const { site, serving } = await certified();
    sql(`update web.certificates set renew_at = now(), next_try_at = now() where id = '${serving.id}'`);
    const next = await served(site, ({ id }) => id !== serving.id);
    assert.equal(next.replaces, serving.id);
    await until('the new one to be seen', async () => (await handshake(site)).fingerprint === next.fingerprint);
    assert.equal(count(site, "and state = 'active'"), 1);
  });

  it('is warned about 14, 7 and 1 days before the end, once each, and told at the end', async () => {
    const { site, serving } = await certified();
    await change(site, { https: { certificate: 'OWN' } }); // so that nothing renews it
    for (const [days, words] of [[13, 'It expires in 14 days.'], [6, 'It expires in 7 days.'], [0.5, 'It expires in 1 day.'], [-0.1, 'It has expired.']]) {
      sql(`update web.certificates set not_after = now() + interval '${days} days', next_try_at = now() where id = '${serving.id}'`);
      await until(words, async () => (await certificate(site)).serving.story.at(-1).message === words);
    }
    assert.equal((await certificate(site)).serving.state, 'expired');
  });
});

describe('an authority that is away', () => {
  after(async () => {
    supervised.up('pebble');
    await whole();
  });

  it('leaves websites served; the attempt is told and made again', async () => {
    const { site: old, serving } = await certified();
    supervised.down('pebble');
    const domain = freshDomain('away');
    await names.point(domain, HERE);
    const site = await createWebsite(env.CUSTOMER_TOKEN, domain);
    const coming = await waiting(site, /can't be reached/);
    assert.ok(coming.attempt >= 1 && Date.parse(coming.nextTryAt) > Date.now(), JSON.stringify(coming));
    assert.equal((await visit(site.url)).status, 200);
    assert.equal((await handshake(old)).fingerprint, serving.fingerprint);

    const before = roots().toString();
    supervised.up('pebble'); // it has forgotten the account, and has another root
    await until('the new root', () => roots().toString() !== before, 30);
    assert.equal((await customer('POST', `/api/v1/certificates/${coming.id}/retry`, {})).status, 202);
    assert.equal((await handshake(site, domain).catch(() => null)), null);
    await served(site);
    assert.equal((await handshake(site)).alpn, 'h2');
  });
});

describe('an own certificate', () => {
  let dir, ca;
  const openssl = (...args) => execFileSync('openssl', args, { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] }).toString();
  const file = (name) => readFileSync(join(dir, name), 'utf8');

  /** A leaf for names, by the test's own authority. */
  function issue(name, dnsNames, { newkey = ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'], days = 90, from } = {}) {
    openssl('req', '-new', '-newkey', ...newkey, '-nodes', '-subj', '/CN=leaf', '-keyout', `${name}.key`, '-out', `${name}.csr`,
      '-addext', `subjectAltName=${dnsNames.map((n) => `DNS:${n}`).join(',')}`);
    sign(name, days, from);
    return { chain: file(`${name}.crt`) + ca, key: file(`${name}.key`) };
  }
  function sign(name, days, from) {
    const args = ['x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-copy_extensions', 'copy', '-days', String(days), '-out', `${name}.crt`];
    if (from) execFileSync('faketime', [from, 'openssl', ...args], { cwd: dir, stdio: 'pipe' });
    else openssl(...args);
  }

  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'certificates-'));
    openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '300', '-subj', '/CN=Own CA', '-keyout', 'ca.key', '-out', 'ca.crt');
    ca = file('ca.crt');
  });
  after(() => rmSync(dir, { recursive: true }));

  const put = (site, body) => customer('PUT', `/api/v1/websites/${site.id}/certificate`, body);

  it('is served with its key, which stands nowhere else', async () => {
    const site = await createWebsite();
    await change(site, { https: { certificate: 'OWN' } });
    const own = issue('good', [site.domain]);
    const answer = await put(site, own);
    assert.equal(answer.status, 202, JSON.stringify(answer.body));
    assert.equal((await ended(env.CUSTOMER_TOKEN, answer.body.taskId)).state, 'success');
    const serving = await served(site);
    assert.equal(serving.source, 'own');
    assert.equal(serving.issuer, 'Own CA');
    assert.equal((await handshake(site, site.domain, ca)).fingerprint, serving.fingerprint);
    assert.match(serving.story.map(({ message }) => message).join(), /Browsers may not trust it/);

    const secret = own.key.split('\n')[2]; // a line of the key's base64
    assert.doesNotMatch(JSON.stringify([answer.body, serving]), /PRIVATE KEY/);
    assert.ok(!JSON.stringify([answer.body, serving]).includes(secret));
    const found = execFileSync('sh', ['-c', 'grep -rlF -e "$1" "$2/log" "$2/front" "$2/nodes"/*/journal.db* || true', 'sh', secret, runDir]).toString();
    assert.equal(found, '');
    const dump = sql("select coalesce(string_agg(t::text, ''), '') from (select * from web.certificates) t") +
      sql("select coalesce(string_agg(t::text, ''), '') from (select * from audit.records) t");
    assert.ok(!dump.includes(secret) && !dump.includes(Buffer.from(secret).toString('hex')));
  });

  it('is refused with the field and the rule that it breaks', async () => {
    const site = await createWebsite();
    const good = issue('fits', [site.domain]), other = issue('other', ['other.example']);
    openssl('pkey', '-in', 'fits.key', '-aes256', '-passout', 'pass:secret', '-out', 'locked.key');
    const rows = [
      ['chain', 'names', other],
      ['key', 'match', { chain: good.chain, key: other.key }],
      ['key', 'required', { chain: good.chain }],
      ['chain', 'order', { chain: ca + good.chain, key: good.key }, 'leaf'],
      ['chain', 'order', { chain: file('fits.crt') + file('other.crt'), key: good.key }],
      ['chain', 'PEM', { chain: 'nonsense', key: good.key }],
      ['chain', 'expired', issue('old', [site.domain], { days: 1, from: '3 days ago' })],
      ['chain', 'not_yet', issue('early', [site.domain], { from: '+3 days' })],
      ['chain', 'strength', issue('weak', [site.domain], { newkey: ['rsa:1024'] })],
      ['key', 'password', { chain: good.chain, key: file('locked.key') }],
      ['chain', 'key', { chain: good.chain + good.key, key: good.key }],
    ];
    for (const [field, rule, body, instead] of rows) {
      const answer = await put(site, body);
      assert.equal(answer.status, 400, `${field} ${rule}: ${JSON.stringify(answer.body)}`);
      assert.deepEqual(answer.body.violations.map((v) => [v.field, v.rule]), [[field, instead ?? rule]], JSON.stringify(answer.body));
    }
    assert.equal(count(site, "and source = 'own'"), 0);
  });

  it('may be signed from a request whose key the node made', async () => {
    const site = await createWebsite();
    await change(site, { https: { certificate: 'OWN' } });
    const made = await customer('POST', `/api/v1/websites/${site.id}/certificate/csr`, { keyType: 'rsa2048' });
    assert.equal(made.status, 200, JSON.stringify(made.body));
    writeFileSync(join(dir, 'node.csr'), made.body.certificate.csr);
    sign('node', 60);
    const wrong = await put(site, { chain: issue('not-it', [site.domain]).chain });
    assert.deepEqual(wrong.body.violations.map((v) => [v.field, v.rule]), [['chain', 'match']]);
    const answer = await put(site, { chain: file('node.crt') + ca });
    assert.equal(answer.status, 202, JSON.stringify(answer.body));
    const serving = await served(site);
    assert.equal(serving.id, made.body.certificate.id);
    assert.equal(serving.keyType, 'RSA 2048');
    assert.equal((await handshake(site, site.domain, ca)).fingerprint, serving.fingerprint);

    const gone = await customer('DELETE', `/api/v1/certificates/${serving.id}`);
    assert.equal(gone.status, 202, JSON.stringify(gone.body));
    assert.equal((await ended(env.CUSTOMER_TOKEN, gone.body.taskId)).state, 'success');
    await assert.rejects(handshake(site, site.domain, ca));
    assert.equal((await customer('GET', `/api/v1/websites/${site.id}`)).body.website.certificateId, '');
  });
});

describe('other eyes', () => {
  it('see no certificate of another organisation', async () => {
    const { site, serving } = await certified();
    const other = await anotherOrganisation();
    for (const [method, path] of [
      ['GET', `/certificates/${serving.id}`], ['POST', `/certificates/${serving.id}/retry`], ['DELETE', `/certificates/${serving.id}`],
      ['GET', `/websites/${site.id}/certificate`], ['POST', `/websites/${site.id}/certificate`], ['GET', `/websites/${site.id}/certificate/preflight`],
    ]) {
      const answer = await api(other.token, method, `/api/v1${path}`, method === 'POST' ? {} : undefined);
      assert.equal(answer.status, 404, `${method} ${path}`);
    }
    const list = await api(other.token, 'GET', '/api/v1/certificates');
    assert.deepEqual(list.body.certificates, []);
    const mine = await customer('GET', `/api/v1/certificates?websiteId=${site.id}&sort=-not_after&limit=1`);
    assert.deepEqual(mine.body.certificates.map(({ id }) => id), [serving.id]);
  });
});

describe('web killed on the way', () => {
  for (const state of ['waiting', 'preflight', 'ordering', 'validating', 'issuing', 'installing'])
    it(`while it is ${state}: one certificate, once`, async () => {
      const domain = freshDomain(`kill-${state}`);
      await names.point(domain, HERE);
      const issued = () => Number(execFileSync('sh', ['-c', 'cat "$1"/* | grep -c "Issued certificate serial" || true', 'sh', join(runDir, 'log/pebble')]));
      const before = issued();
      const site = await createWebsite(env.CUSTOMER_TOKEN, domain);
      let seen;
      await until(`the state ${state}`, () => {
        seen = sql(`select state from web.certificates where website_id = '${site.id}'`);
        return seen === state || ['installing', 'active'].includes(seen);
      });
      supervised.kill('web');
      const serving = await served(site, () => true, 90);
      assert.equal(count(site), 1);
      assert.equal((await handshake(site)).fingerprint, serving.fingerprint);
      await until('pebble to have logged it', () => issued() === before + 1, 5);
    });
});
