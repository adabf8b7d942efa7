import { describe, expect, it, vi } from 'vitest';
import { createWebsite, deleteWebsite, listWebsites, undeleteWebsite } from '../src/lib/api.gen';
import { type ApiError, retrySeconds, without } from '../src/lib/http';

function answer(status: number, body: unknown, headers: Record<string, string> = {}) {
  const fetch = vi.fn(async (_address: string, _init: RequestInit) => new Response(status === 204 ? null : JSON.stringify(body), { status, headers }));
  vi.stubGlobal('fetch', fetch);
  return fetch;
}
const sent = (fetch: ReturnType<typeof answer>) => ({ address: fetch.mock.calls[0]![0], init: fetch.mock.calls[0]![1], headers: fetch.mock.calls[0]![1].headers as Record<string, string> });

describe('a read', () => {
  it('leaves out what was not asked for, and carries no CSRF header', async () => {
    const fetch = answer(200, { websites: [] });
    await listWebsites({ search: 'a&b', state: '', limit: 25 });
    const { address, headers } = sent(fetch);
    expect(address).toBe('/api/v1/websites?limit=25&search=a%26b');
    expect(headers).not.toHaveProperty('X-Requested-With');
    expect(headers).not.toHaveProperty('Idempotency-Key');
  });
});

describe('a change', () => {
  it('carries CSRF header, idempotency key and body', async () => {
    const fetch = answer(202, { taskId: 't' });
    await createWebsite({ domain: 'shop.example' }, { key: 'k1' });
    const { init, headers } = sent(fetch);
    expect(init.method).toBe('POST');
    expect(init.body).toBe('{"domain":"shop.example"}');
    expect(headers).toMatchObject({ 'X-Requested-With': 'stralix', 'Idempotency-Key': 'k1', 'Content-Type': 'application/json' });
  });
  it('makes a key of its own where none is given', async () => {
    const fetch = answer(202, {});
    await undeleteWebsite({ websiteId: 'w1' });
    expect(sent(fetch).address).toBe('/api/v1/websites/w1/undelete');
    expect(sent(fetch).headers['Idempotency-Key']).toMatch(/^[0-9a-f-]{36}$/);
  });
  it('cannot be led elsewhere by an id', async () => {
    const fetch = answer(202, {});
    await deleteWebsite({ websiteId: '../session?x=' });
    expect(sent(fetch).address).toBe('/api/v1/websites/..%2Fsession%3Fx%3D');
  });
});

describe('a failure', () => {
  const failing = () => listWebsites().then(() => { throw new Error('it should have failed'); }, (error: unknown) => error as ApiError);

  it('keeps what the problem says', async () => {
    answer(400, { status: 400, code: 'INVALID', detail: 'A field breaks its rule.', requestId: 'r1', violations: [{ field: 'domain', rule: 'HOSTNAME', message: 'No.' }] });
    expect(await failing()).toMatchObject({ status: 400, code: 'INVALID', message: 'A field breaks its rule.', requestId: 'r1', violations: [{ field: 'domain', rule: 'HOSTNAME', message: 'No.' }], passing: false });
  });
  it('tells when to try again', async () => {
    answer(503, { status: 503, code: 'UNAVAILABLE' }, { 'Retry-After': '7' });
    expect(await failing()).toMatchObject({ retryAfter: 7, passing: true });
  });
  it('survives an answer that is no problem document', async () => {
    vi.stubGlobal('fetch', vi.fn(async () => new Response('<html>', { status: 502, headers: { 'Request-Id': 'r2' } })));
    expect(await failing()).toMatchObject({ status: 502, code: 'HTTP', requestId: 'r2', passing: true });
  });
  it('is status 0 when nobody answers', async () => {
    vi.stubGlobal('fetch', vi.fn(async () => { throw new TypeError('network'); }));
    expect(await failing()).toMatchObject({ status: 0, passing: true });
  });
  it('is one when a good answer cannot be read', async () => {
    vi.stubGlobal('fetch', vi.fn(async () => new Response('not json', { status: 200 })));
    expect(await failing()).toMatchObject({ code: 'BAD_REPLY' });
  });
});

describe('retrySeconds', () => {
  it('reads seconds and dates, and nothing else', () => {
    const now = Date.parse('2026-11-24T12:00:00Z');
    expect(retrySeconds('30', now)).toBe(30);
    expect(retrySeconds('Tue, 24 Nov 2026 12:00:05 GMT', now)).toBe(5);
    expect(retrySeconds('Tue, 24 Nov 2026 11:00:00 GMT', now)).toBe(0);
    expect(retrySeconds('soon', now)).toBeNull();
    expect(retrySeconds(null, now)).toBeNull();
  });
});

describe('without', () => {
  it('leaves the input as it was', () => {
    const input = { id: '1', name: 'a' };
    expect(without(input, ['id'])).toEqual({ name: 'a' });
    expect(input).toEqual({ id: '1', name: 'a' });
  });
});
