'use client';
import { Download, ScrollText, Search } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslations } from 'use-intl';
import { OrganisationPicker } from '@/components/organisation-picker';
import { RecordSheet } from '@/components/record-sheet';
import { Badge, type Tone } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Chips } from '@/components/ui/chips';
import { Field } from '@/components/ui/field';
import { Empty, Failure, Stale } from '@/components/ui/notice';
import { DataTable, PageHead, Pager, type Column } from '@/components/ui/table';
import { When } from '@/components/ui/when';
import type { Record } from '@/lib/api.gen';
import { dayMs, download, exportAll, type RecordQuery } from '@/lib/audit';
import { ApiError } from '@/lib/http';
import { setParams, useCursor, useParam } from '@/lib/params';
import { pageSize, useOrganisations, useRecords, useSession } from '@/lib/queries';

const kinds = ['website', 'task', 'session', 'token', 'user', 'organisation', 'plan', 'node'] as const;
const tones: { [outcome: string]: Tone } = { success: 'ok', accepted: 'info', failed: 'bad', denied: 'warn' };
const reset = { after: null, page: null };
const none = { kind: null, actor: null, target: null, org: null, from: null, until: null, ...reset };

/** Texts are looked for when they are whole: on Enter, or when the field is left. */
function Text({ name, label, type = 'text' }: { name: string; label: string; type?: 'text' | 'date' }) {
  const value = useParam(name);
  const take = (typed: string) => typed.trim() !== value && setParams({ [name]: typed.trim(), ...reset });
  return (
    <Field label={label}>
      {(wiring) => (
        <input {...wiring} key={value} type={type} defaultValue={value} maxLength={253} className="input" onBlur={(event) => take(event.target.value)}
          onKeyDown={(event) => event.key === 'Enter' && take(event.currentTarget.value)} onChange={type === 'date' ? (event) => take(event.target.value) : undefined} />
      )}
    </Field>
  );
}

function Organisation() {
  const t = useTranslations('audit');
  const value = useParam('org');
  const session = useSession().data;
  const list = useOrganisations(session !== undefined && session.role !== 'customer').data?.organisations;
  if (!list || list.length < 2) return null;
  return (
    <Field label={t('organisation')}>
      {(wiring) => (
        <OrganisationPicker wiring={wiring} value={value} onChange={(org) => setParams({ org, ...reset })} none={t('everything')} />
      )}
    </Field>
  );
}

function useQuery(): RecordQuery {
  const [action, actor, targetId, organisationId, from, until] = [useParam('kind'), useParam('actor'), useParam('target'), useParam('org'), useParam('from'), useParam('until')];
  return { action: action || undefined, actor: actor || undefined, targetId: targetId || undefined, organisationId: organisationId || undefined, fromMs: dayMs(from), untilMs: dayMs(until, 1) };
}

function Export({ query }: { query: RecordQuery }) {
  const t = useTranslations('audit');
  const [state, setState] = useState<'idle' | 'busy' | 'failed' | 'tooMuch'>('idle');
  const save = async (format: 'csv' | 'jsonl') => {
    setState('busy');
    try {
      const file = await exportAll(query, format);
      if (file) download(file, `audit-${new Date().toISOString().slice(0, 10)}.${format}`);
      setState(file ? 'idle' : 'tooMuch');
    } catch {
      setState('failed');
    }
  };
  return (
    <div className="flex flex-wrap items-center gap-2">
      <span role="status" className="text-xs text-muted">{state === 'idle' ? '' : t(state)}</span>
      {(['csv', 'jsonl'] as const).map((format) => <Button key={format} size="sm" disabled={state === 'busy'} onClick={() => void save(format)}><Download aria-hidden />{t(format)}</Button>)}
    </div>
  );
}

function useColumns(show: (record: Record) => void) {
  const t = useTranslations('audit');
  const action = (record: Record) => <button type="button" onClick={() => show(record)} className="rounded text-left font-medium hover:text-accent-text hover:underline">{record.action}</button>;
  const actor = (record: Record) => record.actorName || record.actorId;
  const outcome = (record: Record) => <Badge tone={tones[record.outcome] ?? 'idle'}>{record.outcome}</Badge>;
  const columns: Column<Record>[] = [
    { key: 'at', header: t('at'), cell: (record) => <When at={record.at} className="text-[13px] whitespace-nowrap text-muted" /> },
    { key: 'action', header: t('action'), cell: action },
    { key: 'object', header: t('object'), cell: (record) => <span className="block max-w-64 truncate text-[13px]">{record.target?.name || record.target?.id || '–'}</span> },
    { key: 'actor', header: t('actor'), cell: (record) => <span className="block max-w-56 truncate text-[13px]">{actor(record)}</span> },
    { key: 'source', header: t('source'), cell: (record) => <span className="font-mono text-[12.5px] text-muted">{record.sourceIp || '–'}</span> },
    { key: 'outcome', header: t('outcome'), cell: outcome },
  ];
  const card = (record: Record) => (
    <div className="grid gap-1.5 pr-2">
      {action(record)}
      <span className="truncate text-[13px]">{record.target?.name || record.target?.id}</span>
      <span className="flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-muted">{outcome(record)}<When at={record.at} />{actor(record)}</span>
    </div>
  );
  return { columns, card };
}

function Filters({ query }: { query: RecordQuery }) {
  const t = useTranslations('audit');
  const chips = [{ value: '', label: t('everything') }, ...kinds.map((value) => ({ value: value as string, label: t(`kind.${value}`) }))];
  return (
    <div className="grid gap-3 border-b border-line p-3">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <Chips label={t('filter')} chips={chips} value={query.action ?? ''} onChange={(value) => setParams({ kind: value, ...reset })} />
        <Export query={query} />
      </div>
      <div className="grid gap-3 sm:grid-cols-2 lg:grid-cols-5">
        <Text name="actor" label={t('actorFilter')} />
        <Text name="target" label={t('targetFilter')} />
        <Text name="from" label={t('from')} type="date" />
        <Text name="until" label={t('until')} type="date" />
        <Organisation />
      </div>
    </div>
  );
}

export function Audit() {
  const t = useTranslations('audit');
  const query = useQuery();
  const pages = useCursor();
  const read = useRecords({ ...query, cursor: pages.cursor || undefined, limit: pageSize });
  const [shown, show] = useState<Record | null>(null);
  const { columns, card } = useColumns(show);
  const { first, cursor } = pages;
  useEffect(() => {
    if (cursor && read.error instanceof ApiError && read.error.status === 400) first();
  }, [cursor, read.error, first]);
  const rows = read.data?.records;
  const total = Number(read.data?.page?.total ?? 0);
  const narrowed = Object.values(query).some(Boolean);
  return (
    <>
      <PageHead title={t('title')} detail={rows ? t('count', { count: total }) : ''} />
      <section className="card overflow-hidden" aria-label={t('title')}>
        <Filters query={query} />
        <p className="sr-only" role="status">{rows ? t('count', { count: rows.length }) : t('loading')}</p>
        <Stale read={read} />
        {read.error && !rows ? (
          <Failure read={read} />
        ) : rows?.length === 0 ? (
          <Empty icon={narrowed ? Search : ScrollText} title={narrowed ? t('noMatch') : t('noneYet')} detail={narrowed ? t('noMatchHint') : t('none')}>{narrowed && <Button size="sm" onClick={() => setParams(none)}>{t('clear')}</Button>}</Empty>
        ) : (
          <>
            <DataTable caption={t('caption')} columns={columns} rows={rows} id={(record) => record.id} card={card} />
            {rows && <Pager page={pages.page} size={pageSize} shown={rows.length} total={total} nextCursor={read.data?.page?.nextCursor} onNext={pages.next} onPrevious={pages.previous} />}
          </>
        )}
      </section>
      {shown && <RecordSheet record={shown} onClose={() => show(null)} />}
    </>
  );
}
