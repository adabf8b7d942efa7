'use client';
// A zone's records. What is changed here waits in a bar until it is reviewed and saved as one change.
import { KeyRound, Lock, Pencil, Plus, Search, Trash2, Undo2 } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useEffect, useState } from 'react';
import { useTranslations } from 'use-intl';
import type { DnsRecord, RecordInput, Zone } from '@/lib/api.gen';
import { cn } from '@/lib/cn';
import { useCan } from '@/lib/queries';
import { dataOf, isOwn, mostRecords, useRecords, useRecordTypes, type Pending } from '@/lib/zones';
import { Button } from './ui/button';
import { Empty, Failure, Stale } from './ui/notice';
import { DataTable, type Column } from './ui/table';

const RecordDialog = dynamic(() => import('./record-form'), { ssr: false });
const TokenDialog = dynamic(() => import('./record-token'), { ssr: false });
const ReviewDialog = dynamic(() => import('./review-records'), { ssr: false });

type Row = { key: string; record?: DnsRecord; input?: RecordInput; mark: '' | 'new' | 'changed' | 'removed' };

function rowsOf(records: DnsRecord[], pending: Pending[]): Row[] {
  const changed = new Map(pending.map((p) => [p.key, p]));
  const there = records.map((record, i): Row => {
    const own = changed.get(record.id);
    return { key: record.id || `own ${i}`, record, input: own?.input, mark: !own ? '' : own.input ? 'changed' : 'removed' };
  });
  return [...pending.filter((p) => !p.record).map((p): Row => ({ key: p.key, input: p.input, mark: 'new' })), ...there];
}

const shown = (row: Row) => ({ name: row.input?.name ?? row.record?.name ?? '', type: row.input?.type ?? row.record?.type ?? '', data: row.input ? dataOf(row.input) : (row.record?.data ?? ''), ttl: row.input ? row.input.ttl : row.record?.defaultTtl ? 0 : row.record?.ttl });

type Acts = { onEdit(row: Row): void; onRemove(row: Row): void; onTakeBack(row: Row): void; onToken(row: Row): void };

function useColumns(mayEdit: boolean, mayToken: boolean, { onEdit, onRemove, onTakeBack, onToken }: Acts) {
  const t = useTranslations('records');
  const mark = (row: Row) => row.mark && <span className={cn('ml-2 rounded-full px-1.5 text-[11px] font-semibold', row.mark === 'removed' ? 'bg-bad-soft text-bad' : row.mark === 'new' ? 'bg-ok-soft text-ok' : 'bg-warn-soft text-warn')}>{t(`mark.${row.mark}`)}</span>;
  const struck = (row: Row) => row.mark === 'removed' && 'line-through opacity-70';
  const name = (row: Row) => <span className={cn('font-mono text-[13px] [overflow-wrap:anywhere]', struck(row))}>{shown(row).name}{mark(row)}</span>;
  const data = (row: Row) => (
    <span className="block min-w-0">
      <span className={cn('line-clamp-3 font-mono text-[12.5px] [overflow-wrap:anywhere]', struck(row))}>{shown(row).data}</span>
      {row.record && !isOwn(row.record) && <span className="flex items-center gap-1 text-xs text-muted"><Lock aria-hidden className="size-3" />{row.record.inStep || !row.record.message ? t('managed', { by: t.has(`by.${row.record.managedBy}` as 'by.web') ? t(`by.${row.record.managedBy}` as 'by.web') : row.record.managedBy }) : row.record.message}</span>}
      {(row.input?.comment ?? row.record?.comment) && <span className="block text-xs text-muted">{row.input?.comment ?? row.record?.comment}</span>}
    </span>
  );
  const ttl = (row: Row) => <span className="text-[13px] whitespace-nowrap text-muted tabular-nums">{shown(row).ttl || t('default')}</span>;
  const label = (row: Row) => `${shown(row).name} ${shown(row).type}`;
  const actions = (row: Row) => (
    <span className="flex justify-end gap-1">
      {mayToken && !row.mark && row.record && isOwn(row.record) && <Button variant="ghost" size="icon-sm" className="max-sm:size-11" aria-label={t('tokenFor', { record: label(row) })} onClick={() => onToken(row)}><KeyRound /></Button>}
      {mayEdit && row.mark && <Button variant="ghost" size="icon-sm" className="max-sm:size-11" aria-label={t('takeBack', { record: label(row) })} onClick={() => onTakeBack(row)}><Undo2 /></Button>}
      {mayEdit && row.mark !== 'removed' && (!row.record || isOwn(row.record)) && <Button variant="ghost" size="icon-sm" className="max-sm:size-11" aria-label={t('editNamed', { record: label(row) })} onClick={() => onEdit(row)}><Pencil /></Button>}
      {mayEdit && !row.mark && row.record && isOwn(row.record) && <Button variant="ghost" size="icon-sm" className="text-bad max-sm:size-11" aria-label={t('removeNamed', { record: label(row) })} onClick={() => onRemove(row)}><Trash2 /></Button>}
    </span>
  );
  const columns: Column<Row>[] = [
    { key: 'name', header: t('name'), cell: name, className: 'max-w-64' },
    { key: 'type', header: t('type'), cell: (row) => <span className="font-mono text-[12.5px] font-medium">{shown(row).type}</span> },
    { key: 'data', header: t('data'), cell: data, className: 'max-w-[32rem]' },
    { key: 'ttl', header: t('ttl'), cell: ttl },
    { key: 'actions', header: t('actions'), quiet: true, cell: actions, className: 'w-px pl-0' },
  ];
  const card = (row: Row) => (
    <div className="flex items-center gap-2">
      <div className="grid min-w-0 flex-1 gap-0.5"><span className="flex flex-wrap items-center gap-2">{name(row)}<span className="font-mono text-xs font-semibold text-muted">{shown(row).type}</span></span>{data(row)}</div>
      {actions(row)}
    </div>
  );
  return { columns, card };
}

/** Leaving the page with changes that aren't saved asks once more. */
function useGuard(on: boolean) {
  useEffect(() => {
    if (!on) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [on]);
}

export function RecordEditor({ zone }: { zone: Zone }) {
  const t = useTranslations('records');
  const read = useRecords(zone.id);
  const types = useRecordTypes().data;
  const mayEdit = useCan('zone:update') && zone.serving === 'live';
  const mayToken = useCan('token:create') && mayEdit;
  const [pending, setPending] = useState<Pending[]>([]);
  const [editing, setEditing] = useState<{ row?: Row; fault?: string } | null>(null);
  const [reviewing, setReviewing] = useState(false);
  const [tokenFor, setTokenFor] = useState<DnsRecord | null>(null);
  const [search, setSearch] = useState('');
  const set = (next: Pending) => setPending((now) => [...now.filter((p) => p.key !== next.key), next]);
  const takeBack = (row: Row) => setPending((now) => now.filter((p) => p.key !== row.key));
  const { columns, card } = useColumns(mayEdit, mayToken, { onEdit: (row) => setEditing({ row }), onRemove: (row) => set({ key: row.key, record: row.record }), onTakeBack: takeBack, onToken: (row) => setTokenFor(row.record ?? null) });
  useGuard(pending.length > 0);
  const all = read.data && rowsOf(read.data.records, pending);
  const like = search.trim().toLowerCase();
  const rows = all?.filter((row) => !like || row.mark || `${shown(row).name} ${shown(row).type} ${shown(row).data}`.toLowerCase().includes(like));
  const keep = (input: RecordInput) => {
    set({ key: editing?.row?.key ?? crypto.randomUUID(), record: editing?.row?.record, input });
    setEditing(null);
  };
  const mend = (key: string, fault: string) => {
    setReviewing(false);
    setEditing({ row: all?.find((row) => row.key === key), fault });
  };
  return (
    <section className="card overflow-hidden" aria-labelledby="records">
      <div className="flex flex-wrap items-center gap-3 border-b border-line px-5 py-2.5">
        <h2 id="records" className="mr-auto text-sm font-semibold">{t('title')}</h2>
        <label className="relative w-full sm:w-64">
          <span className="sr-only">{t('search')}</span>
          <Search aria-hidden className="pointer-events-none absolute top-2.5 left-2.5 size-4 text-muted" />
          <input type="search" value={search} onChange={(event) => setSearch(event.target.value)} placeholder={t('search')} className="input pl-8.5" />
        </label>
        {mayEdit && types && <Button data-new size="sm" variant="primary" onClick={() => setEditing({})}><Plus />{t('add')}</Button>}
      </div>
      <Stale read={read} />
      {read.error && !rows ? <Failure read={read} /> : rows?.length === 0 ? <Empty icon={Search} title={t('noMatch')} detail={t('noMatchHint')} /> : <DataTable caption={t('caption')} columns={columns} rows={rows} id={(row) => row.key} card={card} skeletons={4} />}
      {read.data && Number(read.data.page?.total ?? 0) > mostRecords && <p className="border-t border-line px-5 py-2.5 text-[13px] text-muted">{t('tooMany', { count: mostRecords })}</p>}
      {pending.length > 0 && (
        <div role="region" aria-label={t('pending')} className="sticky bottom-0 flex flex-wrap items-center gap-2 border-t border-line bg-raised px-5 py-3">
          <p role="status" className="mr-auto text-[13px] font-medium">{t('waiting', { count: pending.length })}</p>
          <Button size="sm" onClick={() => setPending([])}>{t('discard')}</Button>
          <Button size="sm" variant="primary" onClick={() => setReviewing(true)}>{t('reviewDots')}</Button>
        </div>
      )}
      {editing && types && <RecordDialog types={types} zone={zone.displayName} record={editing.row?.input ?? editing.row?.record} fault={editing.fault} onKeep={keep} onClose={() => setEditing(null)} />}
      {tokenFor && <TokenDialog zone={zone} name={tokenFor.name} type={tokenFor.type} onClose={() => setTokenFor(null)} />}
      {reviewing && read.data && <ReviewDialog zoneId={zone.id} etag={read.data.recordsEtag} pending={pending} onFault={mend} onSaved={() => { setPending([]); setReviewing(false); }} onClose={() => setReviewing(false)} />}
    </section>
  );
}
