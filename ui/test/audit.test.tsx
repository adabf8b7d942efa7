import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { IntlProvider } from 'use-intl';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Audit } from '../src/app/(panel)/audit/audit';
import type { Record } from '../src/lib/api.gen';
import { dayMs, differences, exportAll } from '../src/lib/audit';
import { sessionQuery } from '../src/lib/queries';
import en from '../src/messages/en.json';

let search = '';
vi.mock('next/navigation', () => ({ useSearchParams: () => new URLSearchParams(search), useRouter: () => ({ replace: vi.fn(), push: vi.fn() }), usePathname: () => '/audit/' }));

const sent: string[] = [];
let answers: unknown[] = [];
beforeEach(() => {
  sent.length = 0;
  search = '';
  vi.stubGlobal('fetch', async (address: string) => {
    sent.push(address);
    return new Response(JSON.stringify(answers.shift() ?? {}), { status: 200 });
  });
});
afterEach(cleanup);

const record: Record = {
  id: 'r1', at: '2026-11-26T12:00:00.000Z', service: 'web', action: 'website.update', actorId: 'u1', actorName: 'cleo@bakery.example', sourceIp: '192.0.2.1', requestId: 'q1', outcome: 'accepted',
  target: { kind: 'website', id: 'w1', name: 'shop.example', organisationId: 'o1', nodeId: 'n1', objectId: '' }, onBehalfOf: '', onBehalfName: '',
  before: '{"domain":"shop.example","aliases":["a.example"],"password":"***"}', after: '{"domain":"shop.example","aliases":["b.example","c.example"],"password":"***"}',
};

describe('differences', () => {
  it('names the members that changed', () => {
    expect(differences(record)).toEqual([{ path: 'aliases[0]', before: 'a.example', after: 'b.example' }, { path: 'aliases[1]', before: undefined, after: 'c.example' }]);
  });
  it('takes no state for an empty one, and shows what is not JSON as it came', () => {
    expect(differences({ before: '', after: '{"a":1,"b":""}' })).toEqual([{ path: 'a', before: undefined, after: '1' }]);
    expect(differences({ before: 'x', after: '' })).toEqual([{ path: '', before: 'x', after: undefined }]);
  });
});

describe('days', () => {
  it('begin and end where the browser is', () => {
    expect(dayMs('2026-11-26')).toBe(String(new Date(2026, 10, 26).getTime()));
    expect(dayMs('2026-11-30', 1)).toBe(String(new Date(2026, 11, 1).getTime()));
    expect(dayMs('')).toBeUndefined();
    expect(dayMs('soon')).toBeUndefined();
  });
});

describe('export', () => {
  it('puts all pages behind each other', async () => {
    answers = [{ content: 'head\r\n1\r\n', nextCursor: 'c1' }, { content: '2\r\n', nextCursor: '' }];
    const file = await exportAll({ actor: 'u1' }, 'csv');
    expect(await file!.text()).toBe('head\r\n1\r\n2\r\n');
    expect(sent).toEqual(['/api/v1/audit/export?actor=u1&format=csv', '/api/v1/audit/export?cursor=c1&actor=u1&format=csv']);
  });
});

describe('page', () => {
  it('asks for what the address says, and shows what a change made of its object', async () => {
    search = 'kind=website&actor=cleo@bakery.example';
    answers = [{ records: [record], page: { nextCursor: '', total: '1' } }];
    const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
    client.setQueryData(sessionQuery.queryKey, { userId: 'u', email: 'a@b.example', name: 'Ann', role: 'customer', permissions: ['audit:read'], expiresAt: '', mustChangePassword: false });
    render(<IntlProvider locale="en" messages={en} timeZone="UTC"><QueryClientProvider client={client}><Audit /></QueryClientProvider></IntlProvider>);
    const user = userEvent.setup();
    await user.click((await screen.findAllByRole('button', { name: 'website.update' }))[0]!);
    expect(sent[0]).toBe('/api/v1/audit?limit=25&action=website&actor=cleo%40bakery.example');
    expect(screen.getByRole('rowheader', { name: 'aliases[1]' })).toBeTruthy();
    expect(screen.queryByRole('rowheader', { name: 'password' })).toBeNull();
  });
});
