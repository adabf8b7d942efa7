'use client';
import { Search, ShieldCheck } from 'lucide-react';
import dynamic from 'next/dynamic';
import Link from 'next/link';
import { useTranslations } from 'use-intl';
import { CertificateState, Expiry, certificatePath } from '@/components/certificate-facts';
import { Button } from '@/components/ui/button';
import { Chips } from '@/components/ui/chips';
import { Empty, Failure, Stale } from '@/components/ui/notice';
import { SearchBox } from '@/components/ui/search-box';
import { DataTable, PageHead, Pager, type Column } from '@/components/ui/table';
import { When } from '@/components/ui/when';
import type { WebsiteCertificate } from '@/lib/api.gen';
import { useCertificates } from '@/lib/certificates';
import { setParams, useCursor, useParam } from '@/lib/params';
import { pageSize, useCan } from '@/lib/queries';

const AuthorityCard = dynamic(() => import('@/components/authority-card'), { ssr: false });

const soonDays = 30;
const chips = ['', 'active', 'failed', 'waiting', 'soon'] as const;

function Name({ certificate: c }: { certificate: WebsiteCertificate }) {
  const t = useTranslations('certificates');
  return (
    <span className="block min-w-0">
      <Link prefetch={false} href={certificatePath(c.id)} className="block truncate rounded text-[13.5px] leading-6 font-medium hover:text-accent-text hover:underline">{c.domain}</Link>
      <span className="block truncate text-xs text-muted">{c.names.length > 1 ? t('andMore', { count: c.names.length - 1 }) : c.issuer || t(c.source as 'own')}</span>
    </span>
  );
}

/** When something happens by itself: the next try, or the renewal. */
const Next = ({ certificate: c }: { certificate: WebsiteCertificate }) => <When at={c.state === 'active' ? c.renewAt : c.nextTryAt} className="text-[13px] whitespace-nowrap text-muted" />;

function useColumns() {
  const t = useTranslations('certificates');
  const state = (c: WebsiteCertificate) => <span className="grid justify-items-start gap-1"><CertificateState state={c.state} />{c.state !== 'active' && c.message && <span className="line-clamp-2 max-w-80 text-xs [overflow-wrap:anywhere] text-muted">{c.message}</span>}</span>;
  const columns: Column<WebsiteCertificate>[] = [
    { key: 'name', header: t('website'), cell: (c) => <Name certificate={c} />, className: 'max-w-80' },
    { key: 'state', header: t('state'), cell: state },
    { key: 'expiry', header: t('expiry'), sort: 'not_after', cell: (c) => <span className="text-[13px]"><Expiry until={c.notAfter} /></span> },
    { key: 'next', header: t('goesOn'), cell: (c) => <Next certificate={c} /> },
    { key: 'created', header: t('created'), sort: 'created_at', cell: (c) => <When at={c.createdAt} className="text-[13px] whitespace-nowrap text-muted" /> },
  ];
  const card = (c: WebsiteCertificate) => <div className="grid gap-1.5 pr-2"><Name certificate={c} />{state(c)}<span className="text-xs"><Expiry until={c.notAfter} /></span></div>;
  return { columns, card };
}

export function Certificates() {
  const t = useTranslations('certificates');
  const [state, search, sort] = [useParam('state'), useParam('q'), useParam('sort') || 'not_after'];
  const runs = useCan('authority:read');
  const pages = useCursor();
  const read = useCertificates({ state: state && state !== 'soon' ? state : undefined, expiresWithinDays: state === 'soon' ? soonDays : undefined, search: search || undefined, sort, cursor: pages.cursor || undefined, limit: pageSize });
  const { columns, card } = useColumns();
  const rows = read.data?.certificates;
  const total = Number(read.data?.page?.total ?? 0);
  const clear = () => setParams({ q: null, state: null, after: null, page: null });
  return (
    <>
      <PageHead title={t('title')} detail={t('detail')} />
      <section className="card overflow-hidden" aria-label={t('title')}>
        <div className="flex flex-wrap items-center gap-2 border-b border-line p-3">
          <Chips label={t('filter')} chips={chips.map((value) => ({ value: value as string, label: t(`chip.${value || 'all'}`) }))} value={state} onChange={(value) => setParams({ state: value, after: null, page: null })} />
          <SearchBox label={t('search')} />
        </div>
        <p className="sr-only" role="status">{rows ? t('count', { count: total }) : t('loading')}</p>
        <Stale read={read} />
        {read.error && !rows ? (
          <Failure read={read} />
        ) : rows?.length === 0 ? (
          search || state || pages.cursor ? <Empty icon={Search} title={t('noMatch')} detail={t('noMatchHint')}><Button size="sm" onClick={clear}>{t('clear')}</Button></Empty> : <Empty icon={ShieldCheck} title={t('none')} detail={t('noneHint')} />
        ) : (
          <>
            <DataTable caption={t('caption')} columns={columns} rows={rows} id={(c) => c.id} card={card} sorting={{ sort, onSort: (to) => setParams({ sort: to === 'not_after' ? null : to, after: null, page: null }) }} />
            {rows && <Pager page={pages.page} size={pageSize} shown={rows.length} total={total} nextCursor={read.data?.page?.nextCursor} onNext={pages.next} onPrevious={pages.previous} />}
          </>
        )}
      </section>
      {runs && <AuthorityCard />}
    </>
  );
}
