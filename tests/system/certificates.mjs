// What the tests of certificates share: what TLS sees of a website, and what the panel says of its certificate.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import tls from 'node:tls';
import { customer, ended, env, runDir, until } from './panel.mjs';

export const HERE = '127.0.0.1';
export const ports = Object.fromEntries(readFileSync(join(runDir, 'ports.env'), 'utf8').trim().split('\n').map((line) => line.split('=')));
export const httpsPort = (site) => Number(ports[`SITES_HTTPS_PORT_${site.nodeId.slice(1)}`]);
export const roots = () => readFileSync(env.ACME_ROOTS);

/** What TLS sees of a website: the certificate it came with, trusted by the authority's root or (ca) another. */
export const handshake = (site, servername = site.domain, ca = roots()) => new Promise((resolve, reject) => {
  const socket = tls.connect({ host: HERE, port: httpsPort(site), servername, ca, ALPNProtocols: ['h2'], timeout: 5000 }, () => {
    const { fingerprint256, subjectaltname } = socket.getPeerCertificate();
    socket.end();
    resolve({ fingerprint: fingerprint256.replaceAll(':', '').toLowerCase(), alpn: socket.alpnProtocol, names: subjectaltname });
  });
  socket.on('timeout', () => socket.destroy(new Error('timeout')));
  socket.on('error', reject);
});

export const certificate = async (site) => {
  const { status, body } = await customer('GET', `/api/v1/websites/${site.id}/certificate`);
  assert.equal(status, 200, JSON.stringify(body));
  return body;
};

/** Waits until the website is served with a certificate that fits. */
export const served = (site, fits = () => true, seconds = 60) => until(`${site.domain} to be served with a certificate`, async () => {
  const { serving, coming } = await certificate(site);
  if (coming) assert.notEqual(coming.state, 'failed', coming.message);
  return serving?.state === 'active' && fits(serving) ? serving : null;
}, seconds);

export const waiting = (site, words) => until(`${site.domain} to wait: ${words}`, async () => {
  const { coming } = await certificate(site);
  return words.test(coming?.message ?? '') ? coming : null;
}, 30);

export async function change(site, settings) {
  const now = await until('the website to rest', async () => {
    const { body } = await customer('GET', `/api/v1/websites/${site.id}`);
    return body.website.state === 'pending' ? null : body.website;
  });
  const answer = await customer('PATCH', `/api/v1/websites/${site.id}`, { settings }, { 'if-match': `"${now.etag}"` });
  assert.equal(answer.status, 202, JSON.stringify(answer.body));
  assert.equal((await ended(env.CUSTOMER_TOKEN, answer.body.taskId)).state, 'success');
}
