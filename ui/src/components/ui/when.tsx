'use client';
import { useFormatter, useNow } from 'use-intl';
import { time } from '@/lib/words';

/** "4 minutes ago", exact on hover. */
export function When({ at, className }: { at: string; className?: string }) {
  const format = useFormatter();
  const now = useNow({ updateInterval: 10_000 });
  const date = time(at);
  if (!date) return <span className={className}>–</span>;
  const past = date.getTime() > now.getTime() && date.getTime() - now.getTime() < 30_000 ? now : date; // the two clocks differ a little
  return (
    <time dateTime={at} title={format.dateTime(date, { dateStyle: 'medium', timeStyle: 'medium' })} className={className}>
      {format.relativeTime(past, now)}
    </time>
  );
}

/** A date and time to the minute. */
export function Exact({ at }: { at: string }) {
  const format = useFormatter();
  const date = time(at);
  return date ? <time dateTime={at}>{format.dateTime(date, { dateStyle: 'medium', timeStyle: 'short' })}</time> : <>–</>;
}
