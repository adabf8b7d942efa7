'use client';
// A website's log, followed: each question is answered when there is a line, so nothing is asked in vain.
import { useEffect, useReducer, useRef, useSyncExternalStore } from 'react';
import { getWebsiteLog, type GetWebsiteLogReply } from './api.gen';
import { ApiError } from './http';

export type LogName = 'access' | 'error';
export type LogLine = { n: number; text: string };
export type LogLook = { websiteId: string; log: LogName; contains: string };

/** So many lines are kept; older ones go. */
export const keptLines = 2000;
const waitMs = 15_000;
const restMs = 250;
/** When an answer without lines comes at once, the node holds none: it is asked now and then. */
const idleMs = 2_000;

type Log = { lines: LogLine[]; next: number; read: boolean; skipped: boolean; error: Error | null };
const nothing: Log = { lines: [], next: 0, read: false, skipped: false, error: null };

type Step = GetWebsiteLogReply | Error | 'clear';
export function addLines(log: Log, step: Step): Log {
  if (step === 'clear') return nothing;
  if (step instanceof Error) return { ...log, error: step };
  const fresh = step.lines.map((text, i) => ({ n: log.next + i, text }));
  const lines = fresh.length ? [...log.lines, ...fresh].slice(-keptLines) : log.lines;
  return { lines, next: log.next + fresh.length, read: true, skipped: log.read ? log.skipped : step.skipped, error: null };
}

/** How a line of the access log ended: the first digit of its status; 0: it says none. */
export function statusClass(line: string) {
  return Number(/^\S+ - \S+ \[[^\]]*\] "(?:[^"\\]|\\.)*" ([1-5])\d\d /.exec(line)?.[1] ?? 0);
}

const rest = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });

async function follow(look: LogLook, cursor: { current: string }, on: (step: Step) => void, once: boolean, signal: AbortSignal) {
  while (!signal.aborted) {
    const began = Date.now();
    try {
      const reply = await getWebsiteLog({ ...look, cursor: cursor.current, lines: cursor.current ? 500 : 200, waitMs: cursor.current ? waitMs : undefined }, { signal });
      cursor.current = reply.cursor;
      on(reply);
      if (once) return;
      await rest(reply.lines.length || reply.more || Date.now() - began > idleMs ? restMs : idleMs, signal);
    } catch (error) {
      if (signal.aborted) return;
      on(error as Error);
      if (!(error instanceof ApiError && error.passing)) return;
      await rest((error.retryAfter ?? 5) * 1000, signal);
    }
  }
}

const onVisibility = (tell: () => void) => {
  document.addEventListener('visibilitychange', tell);
  return () => document.removeEventListener('visibilitychange', tell);
};
const useVisible = () => useSyncExternalStore(onVisibility, () => document.visibilityState === 'visible', () => false);

/** The newest lines and those that come; while it is paused or nobody can see it nothing is asked. */
export function useLog({ websiteId, log, contains }: LogLook, paused: boolean) {
  const [state, step] = useReducer(addLines, nothing);
  const cursor = useRef('');
  const looked = useRef('');
  const running = useVisible() && !paused;
  useEffect(() => {
    const look = `${websiteId} ${log} ${contains}`;
    if (looked.current !== look) {
      looked.current = look;
      cursor.current = '';
      step('clear');
    } else if (!running) return;
    const stop = new AbortController();
    void follow({ websiteId, log, contains }, cursor, step, !running, stop.signal);
    return () => stop.abort();
  }, [websiteId, log, contains, running]);
  return state;
}
