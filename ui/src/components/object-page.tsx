'use client';
// The frame of an object's own page: what it is while it loads, when it isn't there, and what is old.
import { ChevronRight } from 'lucide-react';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from './ui/button';
import { Failure, Stale } from './ui/notice';

type Read<T> = { data: T | undefined; error: Error | null; fetchStatus: string; isFetching: boolean; refetch(): unknown };
type Props<T> = { read: Read<T>; title: string; list: { href: string; name: string }; children(object: T): ReactNode };

/** fetchStatus idle without an error: the address names no object. */
export function ObjectPage<T>({ read, title, list, children }: Props<T>) {
  const t = useTranslations('form');
  if (read.data !== undefined) {
    return (
      <>
        {read.error && <div className="card mb-4 overflow-hidden"><Stale read={read} /></div>}
        {children(read.data)}
      </>
    );
  }
  if (read.error || read.fetchStatus === 'idle') {
    return (
      <>
        <h1 className="sr-only">{title}</h1>
        <section className="card">
          <Failure read={read.error ? read : { ...read, error: new Error(t('noId')) }} action={<Button size="sm" asChild><Link prefetch={false} href={list.href}>{list.name}</Link></Button>} />
        </section>
      </>
    );
  }
  return (
    <div aria-busy="true">
      <h1 className="sr-only">{title}</h1>
      <div className="mb-5 h-14 w-72 max-w-full animate-pulse rounded-lg bg-sunken" />
      <div className="grid gap-4 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]"><div className="h-96 animate-pulse rounded-xl bg-sunken" /><div className="h-64 animate-pulse rounded-xl bg-sunken" /></div>
    </div>
  );
}

export function Crumbs({ href, list, name }: { href: string; list: string; name: string }) {
  const t = useTranslations('website');
  return (
    <nav aria-label={t('crumbs')} className="mb-2 flex min-w-0 items-center gap-1 text-[13px] text-muted">
      <Link prefetch={false} href={href} className="rounded hover:text-text">{list}</Link>
      <ChevronRight aria-hidden className="size-3.5 shrink-0" />
      <span aria-current="page" className="truncate">{name}</span>
    </nav>
  );
}
