import { exportRecords, type Record } from './api.gen';

/** What a list of records is narrowed by; days as the browser's own calendar has them. */
export type RecordQuery = { organisationId?: string; targetId?: string; action?: string; actor?: string; fromMs?: string; untilMs?: string };

export type Difference = { path: string; before?: string; after?: string };

function flatten(value: unknown, path: string, into: Map<string, string>) {
  if (value !== null && typeof value === 'object') {
    for (const [name, member] of Object.entries(value)) flatten(member, path ? (Array.isArray(value) ? `${path}[${name}]` : `${path}.${name}`) : name, into);
  } else if (value !== '' && value !== null) into.set(path, String(value));
  return into;
}

function read(text: string) {
  try {
    return text ? flatten(JSON.parse(text), '', new Map<string, string>()) : new Map<string, string>();
  } catch {
    return new Map([['', text]]); // not ours to hide
  }
}

/** Members that differ between a record's two states, by their paths; empty members count as absent. */
export function differences({ before, after }: Pick<Record, 'before' | 'after'>): Difference[] {
  const [was, is] = [read(before), read(after)];
  return [...new Set([...was.keys(), ...is.keys()])].filter((path) => was.get(path) !== is.get(path)).map((path) => ({ path, before: was.get(path), after: is.get(path) }));
}

/** The start of a day of a date input (2026-11-26), some days later, as Unix ms; undefined for none. */
export function dayMs(day: string, later = 0) {
  const [year, month, date] = day.split('-').map(Number);
  const ms = year && month && date ? new Date(year, month - 1, date + later).getTime() : NaN;
  return Number.isNaN(ms) || ms < 0 ? undefined : String(ms);
}

const mostPages = 400; // about 100 MB: more is for stralixctl

/** All pages of an export as one file; null when there is more than a browser should hold. */
export async function exportAll(query: RecordQuery, format: 'csv' | 'jsonl', signal?: AbortSignal) {
  const parts: string[] = [];
  let cursor = '';
  do {
    if (parts.length === mostPages) return null;
    const page = await exportRecords({ ...query, format, cursor: cursor || undefined }, { signal });
    parts.push(page.content);
    cursor = page.nextCursor;
  } while (cursor);
  return new Blob(parts, { type: format === 'csv' ? 'text/csv' : 'application/jsonl' });
}

/** Hands a file to the browser. */
export function download(blob: Blob, name: string) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000); // some browsers read it a little later
}
