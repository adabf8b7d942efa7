'use client';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import type { Record } from '@/lib/api.gen';
import { differences } from '@/lib/audit';
import { RequestId } from './ui/copy';
import { Sheet } from './ui/overlay';
import { Exact } from './ui/when';

function Row({ label, children }: { label: string; children: ReactNode }) {
  return <div className="grid grid-cols-[8rem_1fr] gap-3 py-1.5"><dt className="text-muted">{label}</dt><dd className="min-w-0 [overflow-wrap:anywhere]">{children || '–'}</dd></div>;
}

/** What a change made of its object, member by member. */
export function Difference({ record }: { record: Record }) {
  const t = useTranslations('audit');
  const rows = differences(record);
  if (rows.length === 0) return <p className="text-[13px] text-muted">{t('noDifference')}</p>;
  return (
    <table className="w-full table-fixed text-left text-[12.5px]">
      <caption className="sr-only">{t('difference')}</caption>
      <thead><tr className="text-xs text-muted">{(['member', 'before', 'after'] as const).map((key) => <th key={key} scope="col" className="py-1 pr-2 font-medium">{t(key)}</th>)}</tr></thead>
      <tbody className="divide-y divide-line">
        {rows.map(({ path, before, after }) => (
          <tr key={path} className="align-top [overflow-wrap:anywhere]">
            <th scope="row" className="py-1.5 pr-2 font-mono font-normal">{path}</th>
            <td className="py-1.5 pr-2">{before === undefined ? '–' : <del className="text-bad no-underline">{before}</del>}</td>
            <td className="py-1.5">{after === undefined ? '–' : <ins className="text-ok no-underline">{after}</ins>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Everything about one record. */
export function RecordSheet({ record, onClose }: { record: Record; onClose(): void }) {
  const t = useTranslations('audit');
  return (
    <Sheet open onOpenChange={(open) => !open && onClose()} title={record.action} description={record.target?.name || record.target?.id}>
      <div className="grid gap-5 overflow-y-auto px-5 py-4">
        <dl className="text-[13px]">
          <Row label={t('at')}><Exact at={record.at} /></Row>
          <Row label={t('actor')}>{record.actorName || record.actorId}</Row>
          {record.onBehalfOf && <Row label={t('behalf')}>{record.onBehalfName || record.onBehalfOf}</Row>}
          <Row label={t('source')}><span className="font-mono">{record.sourceIp}</span></Row>
          <Row label={t('outcome')}>{record.outcome}</Row>
          <Row label={t('object')}>{record.target && <>{record.target.kind} <span className="font-mono">{record.target.id}</span></>}</Row>
          <Row label={t('organisation')}><span className="font-mono">{record.target?.organisationId}</span></Row>
          <Row label={t('id')}><span className="font-mono">{record.id}</span></Row>
        </dl>
        <section className="grid gap-2" aria-label={t('difference')}>
          <h3 className="text-[13px] font-semibold">{t('difference')}</h3>
          <Difference record={record} />
        </section>
        <RequestId id={record.requestId} />
      </div>
    </Sheet>
  );
}
