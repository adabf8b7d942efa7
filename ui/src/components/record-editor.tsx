'use client';
// A zone's records. What is changed here waits in a bar until it is reviewed and saved as one change.
import { ClipboardPaste, Clock, Plus, Search, Trash2 } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useEffect, useState } from 'react';
import { useTranslations } from 'use-intl';
import type { DnsRecord, RecordInput, Zone } from '@/lib/api.gen';
import { useCan } from '@/lib/queries';
import { asInput, mostRecords, useRecords, useRecordTypes, withTtl, type Pending } from '@/lib/zones';
import { isOpen, rowsOf, shown, useColumns, type Row } from './record-rows';
import { Button } from './ui/button';
import { Empty, Failure, Stale } from './ui/notice';
import { DataTable } from './ui/table';

const RecordDialog = dynamic(() => import('./record-form'), { ssr: false });
const TokenDialog = dynamic(() => import('./record-token'), { ssr: false });
const ReviewDialog = dynamic(() => import('./review-records'), { ssr: false });
const PasteDialog = dynamic(() => import('./record-bulk'), { ssr: false });
const TtlDialog = dynamic(() => import('./record-bulk').then((m) => m.TtlDialog), { ssr: false });

/** Leaving the page with changes that aren't saved asks once more. */
function useGuard(on: boolean) {
  useEffect(() => {
    if (!on) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [on]);
}

/** What is chosen, and what can be done with all of it at once; nothing of it is saved by that. */
function Chosen({ rows, all, onAll, onTtl, onRemove }: { rows: Row[]; all: Row[]; onAll(on: boolean): void; onTtl(): void; onRemove(): void }) {
  const t = useTranslations('records');
  return (
    <div role="group" aria-label={t('chosen')} className="flex flex-wrap items-center gap-2 border-b border-line bg-sunken/50 px-5 py-2">
      <label className="mr-auto flex items-center gap-2 text-[13px]"><input type="checkbox" checked={rows.length === all.length} ref={(box) => { if (box) box.indeterminate = rows.length > 0 && rows.length < all.length; }} onChange={(event) => onAll(event.target.checked)} />{t('chooseAll', { count: all.length })}</label>
      <p role="status" className="text-[13px] text-muted">{rows.length > 0 && t('nChosen', { count: rows.length })}</p>
      {rows.length > 0 && <><Button size="sm" onClick={onTtl}><Clock />{t('changeTtl')}</Button><Button size="sm" className="text-bad" onClick={onRemove}><Trash2 />{t('removeChosen')}</Button></>}
    </div>
  );
}

export function RecordEditor({ zone }: { zone: Zone }) {
  const t = useTranslations('records');
  const read = useRecords(zone.id);
  const types = useRecordTypes().data;
  const mayEdit = useCan('zone:update') && zone.serving === 'live';
  const mayToken = useCan('token:create') && mayEdit;
  const [pending, setPending] = useState<Pending[]>([]);
  const [editing, setEditing] = useState<{ row?: Row; fault?: string } | null>(null);
  const [open, setOpen] = useState<'review' | 'paste' | 'ttl' | null>(null);
  const [tokenFor, setTokenFor] = useState<DnsRecord | null>(null);
  const [keys, setKeys] = useState<Set<string>>(new Set());
  const [search, setSearch] = useState('');
  const keep = (next: Pending[]) => setPending((now) => [...now.filter((p) => !next.some((one) => one.key === p.key)), ...next]);
  const takeBack = (gone: Row[]) => setPending((now) => now.filter((p) => !gone.some((row) => row.key === p.key)));
  const choose = (rows: Row[], on: boolean) => setKeys((now) => new Set(on ? [...now, ...rows.map((row) => row.key)] : [...now].filter((key) => !rows.some((row) => row.key === key))));
  const { columns, card } = useColumns({ mayEdit, mayToken }, { onEdit: (row) => setEditing({ row }), onRemove: (row) => keep([{ key: row.key, record: row.record }]), onTakeBack: (row) => takeBack([row]), onToken: (row) => setTokenFor(row.record ?? null), chosen: keys, onChoose: (row, on) => choose([row], on) });
  useGuard(pending.length > 0);
  const all = read.data && rowsOf(read.data.records, pending);
  const like = search.trim().toLowerCase();
  const rows = all?.filter((row) => !like || row.mark || `${shown(row).name} ${shown(row).type} ${shown(row).data}`.toLowerCase().includes(like));
  const choosable = mayEdit ? (rows?.filter(isOpen) ?? []) : [];
  const chosen = choosable.filter((row) => keys.has(row.key));
  const close = () => setOpen(null);
  const keepOne = (input: RecordInput) => {
    keep([{ key: editing?.row?.key ?? crypto.randomUUID(), record: editing?.row?.record, input }]);
    setEditing(null);
  };
  const keepAll = (next: Pending[]) => {
    keep(next);
    setKeys(new Set());
    close();
  };
  const removeChosen = () => {
    takeBack(chosen.filter((row) => !row.record));
    keepAll(chosen.filter((row) => row.record).map((row) => ({ key: row.key, record: row.record })));
  };
  const mend = (key: string, fault: string) => {
    close();
    setEditing({ row: all?.find((row) => row.key === key), fault });
  };
  return (
    <section className="card overflow-hidden" aria-labelledby="records">
      <div className="flex flex-wrap items-center gap-3 border-b border-line px-5 py-2.5">
        <h2 id="records" className="mr-auto text-sm font-semibold">{t('title')}</h2>
        <label className="relative w-full sm:w-56">
          <span className="sr-only">{t('search')}</span>
          <Search aria-hidden className="pointer-events-none absolute top-2.5 left-2.5 size-4 text-muted" />
          <input type="search" value={search} onChange={(event) => setSearch(event.target.value)} placeholder={t('search')} className="input pl-8.5" />
        </label>
        {mayEdit && read.data && <Button size="sm" onClick={() => setOpen('paste')}><ClipboardPaste />{t('paste')}</Button>}
        {mayEdit && types && <Button data-new size="sm" variant="primary" onClick={() => setEditing({})}><Plus />{t('add')}</Button>}
      </div>
      <Stale read={read} />
      {choosable.length > 0 && <Chosen rows={chosen} all={choosable} onAll={(on) => choose(choosable, on)} onTtl={() => setOpen('ttl')} onRemove={removeChosen} />}
      {read.error && !rows ? <Failure read={read} /> : rows?.length === 0 ? <Empty icon={Search} title={t('noMatch')} detail={t('noMatchHint')} /> : <DataTable caption={t('caption')} columns={columns} rows={rows} id={(row) => row.key} card={card} skeletons={4} />}
      {read.data && Number(read.data.page?.total ?? 0) > mostRecords && <p className="border-t border-line px-5 py-2.5 text-[13px] text-muted">{t('tooMany', { count: mostRecords })}</p>}
      {pending.length > 0 && (
        <div role="region" aria-label={t('pending')} className="sticky bottom-0 flex flex-wrap items-center gap-2 border-t border-line bg-raised px-5 py-3">
          <p role="status" className="mr-auto text-[13px] font-medium">{t('waiting', { count: pending.length })}</p>
          <Button size="sm" onClick={() => setPending([])}>{t('discard')}</Button>
          <Button size="sm" variant="primary" onClick={() => setOpen('review')}>{t('reviewDots')}</Button>
        </div>
      )}
      {editing && types && <RecordDialog types={types} zone={zone.displayName} record={editing.row?.input ?? editing.row?.record} fault={editing.fault} onKeep={keepOne} onClose={() => setEditing(null)} />}
      {open === 'paste' && read.data && <PasteDialog zone={zone} records={read.data.records} onKeep={keepAll} onClose={close} />}
      {open === 'ttl' && <TtlDialog count={chosen.length} onKeep={(ttl) => keepAll(chosen.map((row) => ({ key: row.key, record: row.record, input: withTtl(row.input ?? asInput(row.record!), ttl) })))} onClose={close} />}
      {open === 'review' && read.data && <ReviewDialog zoneId={zone.id} etag={read.data.recordsEtag} pending={pending} onFault={mend} onSaved={() => { setPending([]); setKeys(new Set()); close(); }} onClose={close} />}
      {tokenFor && <TokenDialog zone={zone} name={tokenFor.name} type={tokenFor.type} onClose={() => setTokenFor(null)} />}
    </section>
  );
}
