import type { Tone } from '@/components/ui/badge';

/** How a state looks; its word is in the messages. Unknown states are shown as they came. */
export const websiteTone: Record<string, Tone> = { pending: 'info', active: 'ok', suspended: 'warn', failed: 'bad', deleting: 'info', deleted: 'idle', purging: 'info', purged: 'idle' };
export const taskTone: Record<string, Tone> = { queued: 'idle', running: 'info', success: 'ok', failed: 'bad', superseded: 'idle', denied: 'warn', cancelled: 'idle' };
export const healthTone: Record<string, Tone> = { healthy: 'ok', warning: 'warn', unreachable: 'bad' };
export const busy = new Set(['pending', 'deleting', 'purging', 'running']);

/** Names of domain tiles get one of five tints, always the same for one letter. */
const tints = ['bg-info-soft text-info', 'bg-ok-soft text-ok', 'bg-warn-soft text-warn', 'bg-accent-soft text-accent-text', 'bg-bad-soft text-bad'];
export const tint = (name: string) => tints[(name.codePointAt(0) ?? 0) % tints.length]!;

/** 1536 MB as "1.5 GB". Counts come as text, since they may pass 2^53. */
export function bytes(value: string | number) {
  const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];
  let size = Number(value);
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${size < 10 && unit > 0 ? size.toFixed(1) : Math.round(size)} ${units[unit]}`;
}

export const percent = (used: number, total: number) => (total > 0 ? Math.min(100, Math.max(0, Math.round((used / total) * 100))) : 0);

/** "41 ms", "1.2 s", "2 min 5 s". */
export function duration(ms: number) {
  if (ms < 1000) return `${Math.max(1, Math.round(ms))} ms`;
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 60_000) return `${Math.round(ms / 1000)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

/** A time of the API, or null for the empty text of "not yet". */
export function time(text: string | undefined) {
  if (!text) return null;
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? null : date;
}

/** How long a task took, or has been taking until `now`; null before it began. */
export function taken(task: { startedAt: string; finishedAt: string }, now: number) {
  const from = time(task.startedAt);
  if (!from) return null;
  return (time(task.finishedAt)?.getTime() ?? Math.max(now, from.getTime())) - from.getTime();
}
