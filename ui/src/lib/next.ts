/** Where to go after signing in: a path of this panel, or the overview. Never another host, never back to the form. */
export function safeNext(next: string | null | undefined, origin: string) {
  if (!next || !next.startsWith('/') || next.startsWith('//') || next.includes('\\')) return '/';
  const url = new URL(next, origin);
  if (url.origin !== origin || url.pathname.startsWith('/login') || url.pathname.startsWith('/api/')) return '/';
  return url.pathname + url.search;
}

export const loginPath = (from: string) => (from === '/' ? '/login/' : `/login/?next=${encodeURIComponent(from)}`);
