import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { ReactNode } from 'react';
import { IntlProvider } from 'use-intl';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import NewWebsiteDialog from '../src/components/new-website';
import RemoveWebsiteDialog from '../src/components/remove-website';
import type { Website } from '../src/lib/api.gen';
import { sessionQuery } from '../src/lib/queries';
import { TaskProvider } from '../src/lib/tasks';
import en from '../src/messages/en.json';

vi.mock('next/navigation', () => ({ useSearchParams: () => new URLSearchParams(), useRouter: () => ({ replace: vi.fn(), push: vi.fn() }), usePathname: () => '/' }));

type Answer = { status: number; body: unknown } | Error;
const sent: { method: string; address: string; key: string; body: string }[] = [];
let answers: Answer[] = [];

beforeEach(() => {
  sent.length = 0;
  vi.stubGlobal('fetch', async (address: string, init: RequestInit) => {
    if (address === '/api/v1/php-versions') return new Response('{"versions":["8.4","8.2"]}');
    sent.push({ method: init.method!, address, key: (init.headers as Record<string, string>)['Idempotency-Key'] ?? '', body: String(init.body) });
    const next = answers.shift() ?? { status: 200, body: {} };
    if (next instanceof Error) throw next;
    return new Response(JSON.stringify(next.body), { status: next.status });
  });
});
afterEach(cleanup);

function show(node: ReactNode) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  client.setQueryData(sessionQuery.queryKey, { userId: 'u', email: 'a@b.example', name: 'Ann', role: 'customer', permissions: ['website:create'], expiresAt: '', mustChangePassword: false });
  render(<IntlProvider locale="en" messages={en} timeZone="UTC"><QueryClientProvider client={client}><TaskProvider>{node}</TaskProvider></QueryClientProvider></IntlProvider>);
  return userEvent.setup();
}

describe('new website', () => {
  const domain = () => screen.getByRole('textbox', { name: 'Domain' });
  const create = () => screen.getByRole('button', { name: 'Create website' });

  it('asks the server nothing while the form itself sees an error', async () => {
    const user = show(<NewWebsiteDialog onClose={vi.fn()} />);
    await user.type(domain(), 'not a domain');
    await user.click(create());
    expect(await screen.findByText('Enter a full domain such as shop.example.')).toBeTruthy();
    expect(sent).toEqual([]);
    expect(document.activeElement).toBe(domain());
  });

  it("shows the server's violation at the field and puts the focus there", async () => {
    answers = [{ status: 400, body: { status: 400, code: 'INVALID', detail: 'x', requestId: 'r', violations: [{ field: 'domain', rule: 'taken', message: 'This domain is taken.' }] } }];
    const user = show(<NewWebsiteDialog onClose={vi.fn()} />);
    await user.type(domain(), 'bücher.example');
    await user.click(create());
    const note = await screen.findByText('This domain is taken.');
    expect(domain().getAttribute('aria-invalid')).toBe('true');
    expect(domain().getAttribute('aria-describedby')).toBe(note.id);
    expect(document.activeElement).toBe(domain());
    expect(sent[0]!.body).toBe('{"domain":"bücher.example"}');
  });

  it('sends a chosen version of PHP, and shows at its field that it is gone', async () => {
    answers = [{ status: 400, body: { status: 400, code: 'INVALID', detail: 'x', requestId: 'r', violations: [{ field: 'settings.php.version', rule: 'available', message: 'There is no PHP 8.4 here.' }] } }];
    const user = show(<NewWebsiteDialog onClose={vi.fn()} />);
    await user.type(domain(), 'shop.example');
    const choice = await screen.findByRole('combobox', { name: 'PHP version' });
    await user.selectOptions(choice, '8.4');
    await user.click(create());
    const note = await screen.findByText('There is no PHP 8.4 here.');
    expect(choice.getAttribute('aria-describedby')).toBe(note.id);
    expect(sent[0]!.body).toBe('{"domain":"shop.example","settings":{"php":{"version":"8.4"}}}');
  });

  it('shows what belongs to no field above the form, with the request id', async () => {
    answers = [{ status: 403, body: { status: 403, code: 'QUOTA', detail: 'Your plan holds 3 websites.', requestId: 'req-7' } }];
    const user = show(<NewWebsiteDialog onClose={vi.fn()} />);
    await user.type(domain(), 'a.example');
    await user.click(create());
    expect(await screen.findByText('Your plan holds 3 websites.')).toBeTruthy();
    expect(screen.getByText('req-7')).toBeTruthy();
  });

  it('keeps its key when no answer came, and takes a new one for another domain', async () => {
    answers = [new TypeError('network'), { status: 409, body: { status: 409, code: 'EXISTS', detail: 'taken', requestId: 'r', violations: [] } }, { status: 202, body: { taskId: 't1' } }];
    const close = vi.fn();
    const user = show(<NewWebsiteDialog onClose={close} />);
    await user.type(domain(), 'a.example');
    await user.click(create());
    await screen.findByText('The panel cannot be reached.');
    await user.click(create());
    await screen.findByText('taken');
    await user.clear(domain());
    await user.type(domain(), 'b.example');
    await user.click(create());
    await waitFor(() => expect(close).toHaveBeenCalled());
    const keys = sent.filter((s) => s.method === 'POST').map((s) => s.key);
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).not.toBe(keys[0]);
    expect(location.search).toContain('task=t1');
  });
});

describe('delete', () => {
  const website = { id: 'w1', domain: 'xn--bcher-kva.example', displayDomain: 'bücher.example' } as Website;

  it('waits for the name, in either form', async () => {
    answers = [{ status: 202, body: { taskId: 't2' } }];
    const close = vi.fn();
    const user = show(<RemoveWebsiteDialog website={website} how="delete" onClose={close} />);
    const confirm = () => screen.getByRole<HTMLButtonElement>('button', { name: 'Delete website' });
    const field = screen.getByRole('textbox');
    expect(confirm().disabled).toBe(true);
    await user.type(field, 'bucher.example{Enter}');
    expect(confirm().disabled).toBe(true);
    expect(sent).toEqual([]);
    await user.clear(field);
    await user.type(field, 'xn--bcher-kva.example');
    expect(confirm().disabled).toBe(false);
    await user.clear(field);
    await user.type(field, 'bücher.example');
    await user.click(confirm());
    await waitFor(() => expect(close).toHaveBeenCalled());
    expect(sent[0]).toMatchObject({ method: 'DELETE', address: '/api/v1/websites/w1' });
  });
});
