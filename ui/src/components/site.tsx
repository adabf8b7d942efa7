import Link from 'next/link';
import type { ReactNode } from 'react';
import type { Website } from '@/lib/api.gen';
import { cn } from '@/lib/cn';
import { tint } from '@/lib/words';

export const siteName = (website: Pick<Website, 'domain' | 'displayDomain'>) => website.displayDomain || website.domain;
export const sitePath = (id: string) => `/websites/view/?id=${id}`;

export function Tile({ name, className }: { name: string; className?: string }) {
  return <span aria-hidden className={cn('grid size-8 shrink-0 place-items-center rounded-lg text-[13px] font-semibold uppercase', tint(name), className)}>{[...name][0]}</span>;
}

/** A website's name with what tells it from others below. */
export function Site({ website, detail }: { website: Website; detail?: ReactNode }) {
  const name = siteName(website);
  return (
    <span className="flex min-w-0 items-center gap-3">
      <Tile name={name} />
      <span className="min-w-0">
        <Link prefetch={false} href={sitePath(website.id)} className="block truncate font-medium hover:text-accent-text hover:underline">{name}</Link>
        {detail && <span className="block truncate text-xs text-muted">{detail}</span>}
      </span>
    </span>
  );
}
