'use client';
// One EventSource for the whole app. Events carry ids only: what they name is read again, a few at a time.
import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useState, type ReactNode } from 'react';
import { backoff } from './backoff';
import { sessionQuery } from './queries';

const LiveContext = createContext(false);
/** Whether the stream is up. */
export const useLive = () => useContext(LiveContext);

/** What has to be read again when a thing of this kind changed. */
const touched: Record<string, string[]> = { website: ['websites', 'audit'], task: ['tasks'], zone: ['zones', 'audit'], 'dns-account': ['dnsAccounts', 'audit'], 'zone-template': ['zones', 'audit'], 'website-defaults': ['websiteDefaults', 'audit'], certificate: ['certificates', 'websites', 'audit'], node: ['nodes'], organisation: ['organisations', 'usage'], user: ['users', 'organisations'], plan: ['plans', 'organisations', 'usage'] };
const gatherMs = 300;

/** Gathers what events touched, so that a burst of them costs one read. */
class Refresher {
  private readonly kinds = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly client: QueryClient) {}

  add(kinds: string[]) {
    for (const kind of kinds) this.kinds.add(kind);
    this.timer ??= setTimeout(() => this.flush(), gatherMs);
  }

  all() {
    void this.client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== 'session' });
  }

  stop() {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private flush() {
    this.timer = undefined;
    for (const kind of this.kinds) void this.client.invalidateQueries({ queryKey: [kind] });
    this.kinds.clear();
  }
}

/** Opens the stream and opens it again whenever it is lost, for as long as the app is on screen. */
function follow(client: QueryClient, onLive: (live: boolean) => void) {
  const refresher = new Refresher(client);
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let lost = false;

  const open = () => {
    source = new EventSource('/api/v1/events');
    source.onopen = () => {
      failures = 0;
      onLive(true);
      if (lost) refresher.all(); // what happened meanwhile was told to nobody
      lost = false;
    };
    source.onerror = () => {
      onLive(false);
      lost = true;
      if (source?.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
      failures += 1;
      timer = setTimeout(open, backoff(failures));
      void client.invalidateQueries({ queryKey: sessionQuery.queryKey }); // signed out elsewhere: this ends in 401
    };
    for (const [name, kinds] of Object.entries(touched)) source.addEventListener(name, () => refresher.add(kinds));
    source.addEventListener('reset', () => refresher.all());
  };
  const onVisible = () => {
    if (document.visibilityState === 'visible' && lost) refresher.all();
  };
  document.addEventListener('visibilitychange', onVisible);
  open();
  return () => {
    document.removeEventListener('visibilitychange', onVisible);
    clearTimeout(timer);
    refresher.stop();
    source?.close();
  };
}

/** Follows the stream while `on`: before anybody is known to be signed in there is nothing to follow. */
export function LiveProvider({ on, children }: { on: boolean; children: ReactNode }) {
  const client = useQueryClient();
  const [live, setLive] = useState(false);
  useEffect(() => (on ? follow(client, setLive) : undefined), [client, on]);
  return <LiveContext value={live}>{children}</LiveContext>;
}
