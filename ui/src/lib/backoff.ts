/** Milliseconds to wait after so many failures in a row: 1 s, 2 s, 4 s … at most 30 s, spread by a quarter. */
export function backoff(failures: number, random = Math.random) {
  const base = Math.min(30_000, 1000 * 2 ** Math.max(0, failures - 1));
  return Math.round(base * (0.75 + random() * 0.5));
}
