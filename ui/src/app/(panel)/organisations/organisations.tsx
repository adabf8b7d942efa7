'use client';
import { Building2, Plus, Search } from 'lucide-react';
import dynamic from 'next/dynamic';
import Link from 'next/link';
import { useEffect } from 'react';
import { useTranslations } from 'use-intl';
import { Standing } from '@/components/people';
import { Button } from '@/components/ui/button';
import { Chips } from '@/components/ui/chips';
import { Empty, Failure, Stale } from '@/components/ui/notice';
import { SearchBox } from '@/components/ui/search-box';
import { DataTable, PageHead, Pager, type Column } from '@/components/ui/table';
import { When } from '@/components/ui/when';
import type { Organisation } from '@/lib/api.gen';
import { ApiError } from '@/lib/http';
import { setParams, useCursor, useParam } from '@/lib/params';
import { useOrganisationList, usePlans } from '@/lib/people';
import { pageSize, useCan } from '@/lib/queries';

const OrganisationDialog = dynamic(() => import('@/components/organisation-forms'), { ssr: false });
const path = (id: string) => `/organisations/view/?id=${id}`;
const none = { q: null, state: null, plan: null, after: null, page: null };

function useColumns() {
  const t = useTranslations('organisations');
  const name = (o: Organisation) => <Link prefetch={false} href={path(o.id)} className="block max-w-80 truncate rounded font-medium hover:text-accent-text hover:underline">{o.name}</Link>;
  const plan = (o: Organisation) => o.planName || <span className="text-muted">{t('noPlan')}</span>;
  const columns: Column<Organisation>[] = [
    { key: 'name', header: t('name'), cell: name },
    { key: 'state', header: t('state'), cell: (o) => <Standing state={o.state} /> },
    { key: 'plan', header: t('plan'), cell: (o) => <span className="text-[13px]">{plan(o)}</span> },
    { key: 'users', header: t('people'), cell: (o) => <Link prefetch={false} href={`/users/?org=${o.id}`} className="rounded text-[13px] tabular-nums hover:text-accent-text hover:underline">{o.users}<span className="sr-only"> {t('peopleOf', { name: o.name })}</span></Link> },
    { key: 'created', header: t('created'), cell: (o) => <When at={o.createdAt} className="text-[13px] whitespace-nowrap text-muted" /> },
  ];
  const card = (o: Organisation) => (
    <div className="grid gap-1.5 pr-2">
      {name(o)}
      <span className="flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-muted"><Standing state={o.state} />{plan(o)}<span>{t('peopleCount', { count: o.users })}</span></span>
    </div>
  );
  return { columns, card };
}

function PlanChip({ id }: { id: string }) {
  const t = useTranslations('organisations');
  const plan = usePlans().data?.plans.find((one) => one.id === id);
  return <Button size="sm" onClick={() => setParams({ plan: null, after: null, page: null })} aria-label={t('anyPlan')}>{t('onPlan', { name: plan?.name ?? '…' })} ×</Button>;
}

export function Organisations() {
  const t = useTranslations('organisations');
  const word = useTranslations('standing');
  const [state, search, planId] = [useParam('state'), useParam('q'), useParam('plan')];
  const pages = useCursor();
  const read = useOrganisationList({ state: state || undefined, search: search || undefined, planId: planId || undefined, cursor: pages.cursor || undefined, limit: pageSize });
  const mayCreate = useCan('organisation:create');
  const creating = useParam('new') === '1' && mayCreate;
  const { columns, card } = useColumns();
  const { first, cursor } = pages;
  useEffect(() => {
    if (cursor && read.error instanceof ApiError && read.error.status === 400) first();
  }, [cursor, read.error, first]);
  const rows = read.data?.organisations;
  const total = Number(read.data?.page?.total ?? 0);
  const filtered = !!(search || state || planId || cursor);
  const openNew = () => setParams({ new: '1' });
  return (
    <>
      <PageHead title={t('title')} detail={rows ? t('count', { count: total }) : ''}>{mayCreate && <Button data-new variant="primary" onClick={openNew}><Plus />{t('new')}</Button>}</PageHead>
      <section className="card overflow-hidden" aria-label={t('title')}>
        <div className="flex flex-wrap items-center gap-2 border-b border-line p-3">
          <Chips label={t('filter')} chips={[{ value: '', label: t('everything') }, { value: 'active', label: word('active') }, { value: 'suspended', label: word('suspended') }]} value={state} onChange={(value) => setParams({ state: value, after: null, page: null })} />
          {planId && <PlanChip id={planId} />}
          <SearchBox label={t('search')} />
        </div>
        <p className="sr-only" role="status">{rows ? t('count', { count: rows.length }) : t('loading')}</p>
        <Stale read={read} />
        {read.error && !rows ? (
          <Failure read={read} />
        ) : rows?.length === 0 ? (
          filtered ? <Empty icon={Search} title={t('noMatch')} detail={t('noMatchHint')}><Button size="sm" onClick={() => setParams(none)}>{t('clear')}</Button></Empty> : <Empty icon={Building2} title={t('none')} detail={t('noneHint')} />
        ) : (
          <>
            <DataTable caption={t('caption')} columns={columns} rows={rows} id={(o) => o.id} card={card} />
            {rows && <Pager page={pages.page} size={pageSize} shown={rows.length} total={total} nextCursor={read.data?.page?.nextCursor} onNext={pages.next} onPrevious={pages.previous} />}
          </>
        )}
      </section>
      {creating && <OrganisationDialog onClose={() => setParams({ new: null })} />}
    </>
  );
}
