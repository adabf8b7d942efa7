import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, cleanup, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi, type MockInstance } from 'vitest';
import { LiveProvider, useLive } from '../src/lib/live';

class FakeSource extends EventTarget {
  static readonly CLOSED = 2;
  static all: FakeSource[] = [];
  readyState = 0;
  onopen?: () => void;
  onerror?: () => void;
  close = vi.fn();
  constructor(readonly address: string) {
    super();
    FakeSource.all.push(this);
  }
  open() { this.readyState = 1; this.onopen?.(); }
  fail(readyState: number) { this.readyState = readyState; this.onerror?.(); }
  send(name: string) { this.dispatchEvent(new MessageEvent(name, { data: '{"id":"1","verb":"updated"}' })); }
}

const Dot = () => <p>{useLive() ? 'live' : 'lost'}</p>;
let client: QueryClient;
let read: MockInstance<QueryClient['invalidateQueries']>;
const kinds = () => read.mock.calls.map(([filter]) => filter?.queryKey?.[0]);
const last = () => FakeSource.all.at(-1)!;

function show(on = true) {
  return render(<QueryClientProvider client={client}><LiveProvider on={on}><Dot /></LiveProvider></QueryClientProvider>);
}
const wait = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

beforeEach(() => {
  vi.useFakeTimers();
  FakeSource.all = [];
  vi.stubGlobal('EventSource', FakeSource);
  client = new QueryClient();
  read = vi.spyOn(client, 'invalidateQueries');
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

describe('the live stream', () => {
  it('is not opened before somebody is known to be signed in', () => {
    show(false);
    expect(FakeSource.all).toHaveLength(0);
  });

  it('reads a burst of events once', async () => {
    show();
    act(() => last().open());
    expect(screen.getByText('live')).toBeTruthy();
    for (let i = 0; i < 20; i += 1) last().send('task');
    await wait(1000);
    expect(kinds()).toEqual(['tasks']);
  });

  it('reads websites and changes again when a website changed', async () => {
    show();
    last().send('website');
    await wait(1000);
    expect(kinds()).toEqual(['websites', 'audit']);
  });

  it('reads everything again on reset', () => {
    show();
    last().send('reset');
    expect(read).toHaveBeenCalledWith(expect.objectContaining({ predicate: expect.any(Function) }));
  });

  it('is opened again when the server closed it, and then reads what it may have missed', async () => {
    show();
    act(() => last().open());
    act(() => last().fail(FakeSource.CLOSED));
    expect(screen.getByText('lost')).toBeTruthy();
    await wait(2000);
    expect(FakeSource.all).toHaveLength(2);
    read.mockClear();
    act(() => last().open());
    expect(screen.getByText('live')).toBeTruthy();
    expect(read).toHaveBeenCalledTimes(1);
  });

  it('leaves reconnecting to the browser while that still tries', async () => {
    show();
    act(() => last().fail(0));
    await wait(60_000);
    expect(FakeSource.all).toHaveLength(1);
  });

  it('ends with the app', () => {
    const view = show();
    const source = last();
    view.unmount();
    expect(source.close).toHaveBeenCalled();
  });
});
