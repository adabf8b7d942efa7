'use client';
import { CircleAlert, LoaderCircle, TriangleAlert, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { ApiError } from '@/lib/http';
import { Button } from './button';
import { RequestId } from './copy';

/** What went wrong, in words that say what to do. */
export function useProblem() {
  const t = useTranslations('problem');
  return (error: Error) => {
    if (!(error instanceof ApiError)) return { title: t('unexpected'), detail: error.message };
    if (error.status === 0) return { title: t('unreachable'), detail: t('unreachableHint') };
    if (error.status === 404) return { title: t('notFound'), detail: t('notFoundHint') };
    if (error.status === 403) return { title: t('forbidden'), detail: error.message };
    if (error.passing) return { title: t('away'), detail: error.message };
    return { title: t('unexpected'), detail: error.message };
  };
}

type Read = { error: Error | null; isFetching: boolean; refetch(): unknown };

/** In the place of what could not be read. It is read again by itself when that may help. */
export function Failure({ read, action }: { read: Read; action?: ReactNode }) {
  const t = useTranslations('common');
  const words = useProblem();
  if (!read.error) return null;
  const { title, detail } = words(read.error);
  const passing = read.error instanceof ApiError && read.error.passing;
  return (
    <div role="alert" className="grid justify-items-center gap-1.5 px-6 py-14 text-center">
      <span aria-hidden className="mb-2 grid size-11 place-items-center rounded-xl bg-bad-soft text-bad"><CircleAlert className="size-5" /></span>
      <p className="font-medium">{title}</p>
      <p className="max-w-md text-[13px] text-muted">{detail}</p>
      {passing && <p className="text-xs text-muted">{t('triesAgain')}</p>}
      {read.error instanceof ApiError && <RequestId id={read.error.requestId} />}
      <div className="mt-3 flex gap-2">
        <Button size="sm" onClick={() => void read.refetch()}>{read.isFetching && <LoaderCircle className="animate-spin" />}{t('tryAgain')}</Button>
        {action}
      </div>
    </div>
  );
}

/** Above rows that are still there from before, when reading them again failed. */
export function Stale({ read }: { read: Read & { data: unknown } }) {
  const t = useTranslations('common');
  const words = useProblem();
  if (!read.error || read.data === undefined) return null;
  return (
    <div role="status" className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line bg-warn-soft px-4 py-2 text-[13px] text-warn">
      <TriangleAlert aria-hidden className="size-4 shrink-0" />
      <span className="min-w-0 flex-1">{t('stale', { reason: words(read.error).title })}</span>
      <button type="button" className="rounded font-semibold underline underline-offset-2" onClick={() => void read.refetch()}>{t('tryAgain')}</button>
    </div>
  );
}

/** At the top of a form: what the server said that belongs to no field. */
export function FormError({ error, children }: { error: Error | null; children?: ReactNode }) {
  const words = useProblem();
  if (!error) return null;
  const known = error instanceof ApiError && error.status !== 0 && !error.passing;
  return (
    <div role="alert" className="flex gap-2.5 rounded-lg bg-bad-soft p-3 text-[13px] text-bad">
      <CircleAlert aria-hidden className="size-4.5 shrink-0" />
      <div className="min-w-0">
        <p className="font-medium">{known ? error.message : words(error).title}</p>
        {!known && <p>{words(error).detail}</p>}
        {children}
        {error instanceof ApiError && <RequestId id={error.requestId} className="mt-0.5 text-bad" />}
      </div>
    </div>
  );
}

export function Empty({ icon: Icon, title, detail, children }: { icon: LucideIcon; title: string; detail: string; children?: ReactNode }) {
  return (
    <div className="grid justify-items-center gap-1.5 px-6 py-16 text-center">
      <span aria-hidden className="mb-2 grid size-11 place-items-center rounded-xl bg-accent-soft text-accent-text"><Icon className="size-5" /></span>
      <p className="font-medium">{title}</p>
      <p className="max-w-sm text-[13px] text-muted">{detail}</p>
      {children && <div className="mt-3">{children}</div>}
    </div>
  );
}
