'use client';
// View state lives in the query string, so that a reload or a shared link shows the same view.
import { useSearchParams } from 'next/navigation';
import { useCallback } from 'react';

type Patch = Record<string, string | null | undefined>;

/** The address with some parameters set, or taken out by null or ''. */
export function patched(search: string, patch: Patch) {
  const params = new URLSearchParams(search);
  for (const [name, value] of Object.entries(patch)) {
    if (value) params.set(name, value);
    else params.delete(name);
  }
  const text = params.toString();
  return text ? `?${text}` : '';
}

export function setParams(patch: Patch, how: 'push' | 'replace' = 'replace') {
  const address = location.pathname + patched(location.search, patch);
  if (how === 'push') history.pushState(null, '', address);
  else history.replaceState(null, '', address);
}

export function useParam(name: string) {
  return useSearchParams().get(name) ?? '';
}

/** The cursors walked past, by list and page: a cursor leads onwards only. */
const trail = new Map<string, string>();
const trailKey = (page: number) => `${location.pathname}${patched(location.search, { after: null, page: null, task: null, new: null })}#${page}`;

/** Pages of a list that answers with a cursor: where it goes on, and the way back as far as it was walked. */
export function useCursor() {
  const cursor = useParam('after');
  const named = Number(useParam('page'));
  const page = cursor ? Math.max(2, Math.trunc(named) || 2) : 1;
  const next = useCallback((to: string) => {
    trail.set(trailKey(page + 1), to);
    setParams({ after: to, page: String(page + 1) }, 'push');
  }, [page]);
  const previous = useCallback(() => {
    const back = trail.get(trailKey(page - 1));
    setParams({ after: back, page: back && String(page - 1) }, 'push');
  }, [page]);
  const first = useCallback(() => setParams({ after: null, page: null }), []);
  return { cursor, page, next, previous, first };
}
