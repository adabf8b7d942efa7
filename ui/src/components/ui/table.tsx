'use client';
import { ArrowDown, ArrowUp, ChevronLeft, ChevronRight, ChevronsUpDown } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { cn } from '@/lib/cn';
import { Button } from './button';

export type Column<T> = {
  key: string;
  header: string;
  /** The server's name of the order, when one can sort by it. */
  sort?: string;
  cell(row: T): ReactNode;
  className?: string;
  /** The header is for screen readers only. */
  quiet?: boolean;
};

type Sorting = { sort: string; onSort(sort: string): void };
type Props<T> = { caption: string; columns: Column<T>[]; rows: T[] | undefined; id(row: T): string; card(row: T): ReactNode; sorting?: Sorting; skeletons?: number };

function Header<T>({ column, sorting }: { column: Column<T>; sorting?: Sorting }) {
  const by = column.sort;
  if (!by || !sorting) return <span className={column.quiet ? 'sr-only' : 'px-1.5 text-xs text-muted'}>{column.header}</span>;
  const direction = sorting.sort === by ? 'up' : sorting.sort === `-${by}` ? 'down' : null;
  const Icon = direction === 'up' ? ArrowUp : direction === 'down' ? ArrowDown : ChevronsUpDown;
  return (
    <button
      type="button"
      onClick={() => sorting.onSort(direction === 'up' ? `-${by}` : by)}
      className="inline-flex h-7 items-center gap-1 rounded-md px-1.5 text-xs font-medium whitespace-nowrap text-muted hover:bg-sunken hover:text-text"
    >
      {column.header}
      <Icon aria-hidden className={cn('size-3.5', direction ? 'text-text' : 'opacity-50')} />
    </button>
  );
}

const order = <T,>(column: Column<T>, sort: string | undefined) =>
  column.sort && sort === column.sort ? 'ascending' : column.sort && sort === `-${column.sort}` ? 'descending' : undefined;

/** Rows as a table, and as cards where the screen is narrow. While `rows` is undefined it shows their shape. */
export function DataTable<T>({ caption, columns, rows, id, card, sorting, skeletons = 6 }: Props<T>) {
  return (
    <>
      <div className="hidden overflow-x-auto md:block">
        <table className="w-full text-left">
          <caption className="sr-only">{caption}</caption>
          <thead>
            <tr className="border-b border-line">
              {columns.map((column) => (
                <th key={column.key} scope="col" aria-sort={order(column, sorting?.sort)} className="h-10 px-2 font-medium first:pl-3 last:pr-3">
                  <Header column={column} sorting={sorting} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody className="divide-y divide-line">
            {rows
              ? rows.map((row) => (
                  <tr key={id(row)} className="transition-colors hover:bg-sunken/50">
                    {columns.map((column) => <td key={column.key} className={cn('px-3.5 py-2.5 first:pl-4.5 last:pr-3', column.className)}>{column.cell(row)}</td>)}
                  </tr>
                ))
              : Array.from({ length: skeletons }, (_, i) => (
                  <tr key={i}>
                    {columns.map((column) => <td key={column.key} className="px-3.5 py-4 first:pl-4.5"><div className="h-5 animate-pulse rounded bg-sunken" /></td>)}
                  </tr>
                ))}
          </tbody>
        </table>
      </div>
      <ul className="divide-y divide-line md:hidden">
        {rows
          ? rows.map((row) => <li key={id(row)} className="py-3 pr-2 pl-4">{card(row)}</li>)
          : Array.from({ length: skeletons }, (_, i) => <li key={i} className="px-4 py-4"><div className="h-12 animate-pulse rounded bg-sunken" /></li>)}
      </ul>
    </>
  );
}

type PagerProps = { page: number; size: number; shown: number; total: number; nextCursor: string | undefined; onNext(cursor: string): void; onPrevious(): void };

export function Pager({ page, size, shown, total, nextCursor, onNext, onPrevious }: PagerProps) {
  const t = useTranslations('common');
  const from = (page - 1) * size + 1;
  return (
    <div className="flex items-center justify-between gap-3 border-t border-line py-2.5 pr-3 pl-4.5 text-[13px] text-muted">
      <span className="tabular-nums">{t('range', { from, to: from + shown - 1, total })}</span>
      <div className="flex gap-1.5">
        <Button size="icon-sm" aria-label={t('previous')} disabled={page === 1} onClick={onPrevious}><ChevronLeft /></Button>
        <Button size="icon-sm" aria-label={t('next')} disabled={!nextCursor} onClick={() => nextCursor && onNext(nextCursor)}><ChevronRight /></Button>
      </div>
    </div>
  );
}

/** Title, what there is, and the one thing to do. */
export function PageHead({ title, detail, children }: { title: string; detail: ReactNode; children?: ReactNode }) {
  return (
    <div className="mb-5 flex flex-wrap items-end gap-3">
      <div className="mr-auto">
        <h1 className="text-xl font-semibold tracking-tight">{title}</h1>
        <p className="min-h-5 text-[13px] text-muted">{detail}</p>
      </div>
      {children}
    </div>
  );
}
