'use client';
// A zone's records as rows: what is there and what is pending, as a table and as cards.
import { KeyRound, Lock, Pencil, Trash2, Undo2 } from 'lucide-react';
import Link from 'next/link';
import { useTranslations } from 'use-intl';
import type { DnsRecord, RecordInput } from '@/lib/api.gen';
import { cn } from '@/lib/cn';
import { dataOf, isOwn, type Pending } from '@/lib/zones';
import { Button } from './ui/button';
import type { Column } from './ui/table';

export type Row = { key: string; record?: DnsRecord; input?: RecordInput; mark: '' | 'new' | 'changed' | 'removed' };

export function rowsOf(records: DnsRecord[], pending: Pending[]): Row[] {
  const changed = new Map(pending.map((p) => [p.key, p]));
  const there = records.map((record, i): Row => {
    const own = changed.get(record.id);
    return { key: record.id || `own ${i}`, record, input: own?.input, mark: !own ? '' : own.input ? 'changed' : 'removed' };
  });
  return [...pending.filter((p) => !p.record).map((p): Row => ({ key: p.key, input: p.input, mark: 'new' })), ...there];
}

export const shown = (row: Row) => ({ name: row.input?.name ?? row.record?.name ?? '', type: row.input?.type ?? row.record?.type ?? '', data: row.input ? dataOf(row.input) : (row.record?.data ?? ''), ttl: row.input ? row.input.ttl : row.record?.defaultTtl ? 0 : row.record?.ttl });

/** Whether a person may change it here: it is one's own, and stays. */
export const isOpen = (row: Row) => row.mark !== 'removed' && (!row.record || isOwn(row.record));

/** Whose a record is that is no person's own, and whether it has its place. */
function Keeper({ record }: { record: DnsRecord }) {
  const t = useTranslations('records');
  const by = t.has(`by.${record.managedBy}` as 'by.web') ? t(`by.${record.managedBy}` as 'by.web') : record.managedBy;
  const away = record.message !== '' && !record.inStep;
  const words = <><Lock aria-hidden className="size-3 shrink-0" />{t('managed', { by })}</>;
  const chip = cn('inline-flex w-fit items-center gap-1 rounded-full px-2 py-0.5 text-xs font-medium', away ? 'bg-warn-soft text-warn' : 'bg-info-soft text-info');
  return (
    <span className="mt-0.5 grid gap-0.5">
      {record.managedBy === 'web' && record.ownerId ? <Link prefetch={false} href={`/websites/view/?id=${record.ownerId}`} className={cn(chip, 'underline-offset-2 hover:underline')}>{words}</Link> : <span className={chip}>{words}</span>}
      {away && <span className="text-xs text-muted">{record.message}</span>}
    </span>
  );
}

type Acts = { onEdit(row: Row): void; onRemove(row: Row): void; onTakeBack(row: Row): void; onToken(row: Row): void; chosen: Set<string>; onChoose(row: Row, on: boolean): void };

export function useColumns({ mayEdit, mayToken }: { mayEdit: boolean; mayToken: boolean }, { onEdit, onRemove, onTakeBack, onToken, chosen, onChoose }: Acts) {
  const t = useTranslations('records');
  const mark = (row: Row) => row.mark && <span className={cn('ml-2 rounded-full px-1.5 text-[11px] font-semibold', row.mark === 'removed' ? 'bg-bad-soft text-bad' : row.mark === 'new' ? 'bg-ok-soft text-ok' : 'bg-warn-soft text-warn')}>{t(`mark.${row.mark}`)}</span>;
  const struck = (row: Row) => row.mark === 'removed' && 'line-through opacity-70';
  const name = (row: Row) => <span className="font-mono text-[13px] [overflow-wrap:anywhere]"><span className={cn(struck(row))}>{shown(row).name}</span>{mark(row)}</span>;
  const data = (row: Row) => (
    <span className="block min-w-0">
      <span className={cn('line-clamp-3 font-mono text-[12.5px] [overflow-wrap:anywhere]', struck(row))}>{shown(row).data}</span>
      {row.record && !isOwn(row.record) && <Keeper record={row.record} />}
      {(row.input?.comment ?? row.record?.comment) && <span className="block text-xs text-muted">{row.input?.comment ?? row.record?.comment}</span>}
    </span>
  );
  const ttl = (row: Row) => <span className="text-[13px] whitespace-nowrap text-muted tabular-nums">{shown(row).ttl || t('default')}</span>;
  const label = (row: Row) => `${shown(row).name} ${shown(row).type}`;
  const actions = (row: Row) => (
    <span className="flex justify-end gap-1">
      {mayToken && !row.mark && row.record && isOwn(row.record) && <Button variant="ghost" size="icon-sm" className="max-sm:size-11" aria-label={t('tokenFor', { record: label(row) })} onClick={() => onToken(row)}><KeyRound /></Button>}
      {mayEdit && row.mark && <Button variant="ghost" size="icon-sm" className="max-sm:size-11" aria-label={t('takeBack', { record: label(row) })} onClick={() => onTakeBack(row)}><Undo2 /></Button>}
      {mayEdit && isOpen(row) && <Button variant="ghost" size="icon-sm" className="max-sm:size-11" aria-label={t('editNamed', { record: label(row) })} onClick={() => onEdit(row)}><Pencil /></Button>}
      {mayEdit && !row.mark && row.record && isOwn(row.record) && <Button variant="ghost" size="icon-sm" className="text-bad max-sm:size-11" aria-label={t('removeNamed', { record: label(row) })} onClick={() => onRemove(row)}><Trash2 /></Button>}
    </span>
  );
  const choose = (row: Row) => mayEdit && isOpen(row) && <label className="-m-2 grid size-8 place-items-center max-sm:size-11"><span className="sr-only">{t('choose', { record: label(row) })}</span><input type="checkbox" checked={chosen.has(row.key)} onChange={(event) => onChoose(row, event.target.checked)} /></label>;
  const columns: Column<Row>[] = [
    ...(mayEdit ? [{ key: 'choose', header: t('chosen'), quiet: true, cell: choose, className: 'w-px pr-0' }] : []),
    { key: 'name', header: t('name'), cell: name, className: 'max-w-64' },
    { key: 'type', header: t('type'), cell: (row) => <span className="font-mono text-[12.5px] font-medium">{shown(row).type}</span> },
    { key: 'data', header: t('data'), cell: data, className: 'max-w-[32rem]' },
    { key: 'ttl', header: t('ttl'), cell: ttl },
    { key: 'actions', header: t('actions'), quiet: true, cell: actions, className: 'w-px pl-0' },
  ];
  const card = (row: Row) => (
    <div className="flex items-center gap-2">
      {choose(row)}
      <div className="grid min-w-0 flex-1 gap-0.5"><span className="flex flex-wrap items-center gap-2">{name(row)}<span className="font-mono text-xs font-semibold text-muted">{shown(row).type}</span></span>{data(row)}</div>
      {actions(row)}
    </div>
  );
  return { columns, card };
}
