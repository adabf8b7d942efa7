'use client';
import { Cloud, LayoutTemplate, Network, Plus, Search } from 'lucide-react';
import dynamic from 'next/dynamic';
import Link from 'next/link';
import { useTranslations } from 'use-intl';
import { Button } from '@/components/ui/button';
import { Chips } from '@/components/ui/chips';
import { Empty, Failure, Stale } from '@/components/ui/notice';
import { SearchBox } from '@/components/ui/search-box';
import { DataTable, PageHead, Pager, type Column } from '@/components/ui/table';
import { When } from '@/components/ui/when';
import { ZoneState } from '@/components/zone-state';
import type { Zone } from '@/lib/api.gen';
import { setParams, useCursor, useParam } from '@/lib/params';
import { pageSize, useCan } from '@/lib/queries';
import { useZones, zonePath } from '@/lib/zones';

const NewZone = dynamic(() => import('@/components/new-zone'), { ssr: false });
const states = ['', 'active', 'pending', 'failed', 'deleted'] as const;

function useColumns() {
  const t = useTranslations('zones');
  const name = (z: Zone) => <Link prefetch={false} href={zonePath(z.id)} className="block truncate rounded text-[13.5px] leading-6 font-medium hover:text-accent-text hover:underline">{z.displayName}</Link>;
  const columns: Column<Zone>[] = [
    { key: 'name', header: t('zone'), sort: 'name', cell: name, className: 'max-w-80' },
    { key: 'state', header: t('state'), cell: (z) => <ZoneState state={z.state} /> },
    { key: 'records', header: t('records'), cell: (z) => <span className="text-[13px] tabular-nums">{z.records}</span> },
    { key: 'servers', header: t('servers'), cell: (z) => <span className="text-[13px] text-muted">{z.provider ? z.provider.accountName : z.servers.map((s) => s.nodeName).join(', ')}</span> },
    { key: 'serial', header: t('serial'), cell: (z) => <span className="font-mono text-[12.5px] text-muted">{z.serial}</span> },
    { key: 'created', header: t('created'), sort: 'created_at', cell: (z) => <When at={z.createdAt} className="text-[13px] whitespace-nowrap text-muted" /> },
  ];
  const card = (z: Zone) => <div className="grid gap-1 pr-2">{name(z)}<span className="flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-muted"><ZoneState state={z.state} />{t('nRecords', { count: z.records })}</span></div>;
  return { columns, card };
}

export function Zones() {
  const t = useTranslations('zones');
  const word = useTranslations('websiteState');
  const [state, search, sort] = [useParam('state'), useParam('q'), useParam('sort') || 'name'];
  const account = useParam('account');
  const pages = useCursor();
  const read = useZones({ state: state || undefined, search: search || undefined, accountId: account || undefined, sort, cursor: pages.cursor || undefined, limit: pageSize });
  const [mayCreate, mayTemplates, mayAccounts] = [useCan('zone:create'), useCan('dns_template:read'), useCan('dns_account:read')];
  const creating = useParam('new') === '1' && mayCreate;
  const { columns, card } = useColumns();
  const rows = read.data?.zones;
  const total = Number(read.data?.page?.total ?? 0);
  const openNew = () => setParams({ new: '1' });
  return (
    <>
      <PageHead title={t('title')} detail={read.data ? t('count', { count: total }) : ''}>{mayTemplates && <Button asChild><Link prefetch={false} href="/zones/templates/"><LayoutTemplate />{t('templates')}</Link></Button>}{mayAccounts && <Button asChild><Link prefetch={false} href="/dns-accounts/"><Cloud />{t('accounts')}</Link></Button>}{mayCreate && <Button data-new variant="primary" onClick={openNew}><Plus />{t('new')}</Button>}</PageHead>
      <section className="card overflow-hidden" aria-label={t('title')}>
        <div className="flex flex-wrap items-center gap-2 border-b border-line p-3">
          <Chips label={t('filter')} chips={states.map((value) => ({ value: value as string, label: value ? word(value) : t('everything') }))} value={state} onChange={(value) => setParams({ state: value, after: null, page: null })} />
          <SearchBox label={t('search')} />
        </div>
        <p className="sr-only" role="status">{rows ? t('count', { count: total }) : t('loading')}</p>
        <Stale read={read} />
        {read.error && !rows ? (
          <Failure read={read} />
        ) : rows?.length === 0 ? (
          search || state || account || pages.cursor ? <Empty icon={Search} title={t('noMatch')} detail={t('noMatchHint')}><Button size="sm" onClick={() => setParams({ q: null, state: null, account: null, after: null, page: null })}>{t('clear')}</Button></Empty> : <Empty icon={Network} title={t('none')} detail={t('noneHint')}>{mayCreate && <Button variant="primary" onClick={openNew}><Plus />{t('new')}</Button>}</Empty>
        ) : (
          <>
            <DataTable caption={t('caption')} columns={columns} rows={rows} id={(z) => z.id} card={card} sorting={{ sort, onSort: (to) => setParams({ sort: to === 'name' ? null : to, after: null, page: null }) }} />
            {rows && <Pager page={pages.page} size={pageSize} shown={rows.length} total={total} nextCursor={read.data?.page?.nextCursor} onNext={pages.next} onPrevious={pages.previous} />}
          </>
        )}
      </section>
      {creating && <NewZone onClose={() => setParams({ new: null })} />}
    </>
  );
}
