'use client';
import { Ellipsis, ExternalLink, Globe, Plus, Search, Trash2, X } from 'lucide-react';
import dynamic from 'next/dynamic';
import Link from 'next/link';
import { useEffect, useState, type ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { OrganisationName } from '@/components/organisation-picker';
import { Allowed } from '@/components/people';
import { Site, siteName, sitePath } from '@/components/site';
import { State } from '@/components/state';
import { Button } from '@/components/ui/button';
import { Chips } from '@/components/ui/chips';
import { Menu, MenuContent, MenuItem, MenuSeparator, MenuTrigger } from '@/components/ui/menu';
import { Empty, Failure, Stale } from '@/components/ui/notice';
import { SearchBox } from '@/components/ui/search-box';
import { DataTable, PageHead, Pager, type Column } from '@/components/ui/table';
import { When } from '@/components/ui/when';
import type { Website } from '@/lib/api.gen';
import { ApiError } from '@/lib/http';
import { setParams, useCursor, useParam } from '@/lib/params';
import { pageSize, useCan, useWebsiteCount, useWebsites } from '@/lib/queries';

const loadNew = () => import('@/components/new-website');
const NewWebsite = dynamic(loadNew, { ssr: false });
const RemoveWebsite = dynamic(() => import('@/components/remove-website'), { ssr: false });

const states = ['active', 'pending', 'failed', 'deleted'] as const;
const removable = new Set(['pending', 'active', 'failed']);

function RowMenu({ website, onDelete }: { website: Website; onDelete(): void }) {
  const t = useTranslations('websites');
  const mayDelete = useCan('website:delete');
  return (
    <Menu>
      <MenuTrigger asChild><Button variant="ghost" size="icon-sm" className="size-11 sm:size-8" aria-label={t('actionsFor', { name: siteName(website) })}><Ellipsis /></Button></MenuTrigger>
      <MenuContent>
        <MenuItem asChild><Link prefetch={false} href={sitePath(website.id)}><Globe aria-hidden />{t('open')}</Link></MenuItem>
        {website.url && website.state === 'active' && <MenuItem asChild><a href={website.url} target="_blank" rel="noreferrer"><ExternalLink aria-hidden />{t('visit')}</a></MenuItem>}
        {mayDelete && removable.has(website.state) && <><MenuSeparator /><MenuItem danger onSelect={onDelete}><Trash2 aria-hidden />{t('delete')}</MenuItem></>}
      </MenuContent>
    </Menu>
  );
}

function useChips(search: string, nodeId: string) {
  const t = useTranslations('websites');
  const word = useTranslations('websiteState');
  const base = { search: search || undefined, nodeId: nodeId || undefined };
  const counts = [useWebsiteCount(base), useWebsiteCount({ ...base, state: 'active' }), useWebsiteCount({ ...base, state: 'pending' }), useWebsiteCount({ ...base, state: 'failed' }), useWebsiteCount({ ...base, state: 'deleted' })];
  return [{ value: '', label: t('everything') }, ...states.map((state) => ({ value: state, label: word(state) }))].map((chip, i) => ({ ...chip, count: counts[i]!.data }));
}

function useColumns(detail: (website: Website) => ReactNode, onDelete: (website: Website) => void) {
  const t = useTranslations('websites');
  const menu = (website: Website) => <RowMenu website={website} onDelete={() => onDelete(website)} />;
  const columns: Column<Website>[] = [
    { key: 'domain', header: t('website'), sort: 'domain', cell: (w) => <Site website={w} detail={detail(w)} />, className: 'max-w-80' },
    { key: 'state', header: t('state'), cell: (w) => <State of="websiteState" state={w.state} /> },
    { key: 'node', header: t('node'), cell: (w) => <span className="font-mono text-[12.5px] whitespace-nowrap text-muted">{w.nodeName || w.nodeId || '–'}</span> },
    { key: 'address', header: t('address'), cell: (w) => <span className="font-mono text-[12.5px] whitespace-nowrap text-muted">{w.address || '–'}</span> },
    { key: 'created', header: t('created'), sort: 'created_at', cell: (w) => <When at={w.createdAt} className="text-[13px] whitespace-nowrap text-muted" /> },
    { key: 'actions', header: t('actions'), quiet: true, cell: menu, className: 'w-px pl-0' },
  ];
  const card = (w: Website) => (
    <div className="flex items-center gap-2">
      <div className="min-w-0 flex-1">
        <Site website={w} detail={detail(w)} />
        <div className="mt-2 flex flex-wrap items-center gap-x-3 gap-y-1 pl-11 text-xs text-muted"><State of="websiteState" state={w.state} /><span className="font-mono">{w.nodeName || w.nodeId}</span><When at={w.createdAt} className="whitespace-nowrap" /></div>
      </div>
      {menu(w)}
    </div>
  );
  return { columns, card };
}

/** The line under a name: for staff whose it is; else the name as machines write it, where that is another. */
function useDetail() {
  const staff = useCan('node:read');
  return (w: Website) => (staff ? <OrganisationName id={w.organisationId} /> : siteName(w) === w.domain ? undefined : w.domain);
}

function NothingThere({ filtered, onClear, onNew }: { filtered: boolean; onClear(): void; onNew?: () => void }) {
  const t = useTranslations('websites');
  if (filtered) return <Empty icon={Search} title={t('noMatch')} detail={t('noMatchHint')}><Button size="sm" onClick={onClear}>{t('clear')}</Button></Empty>;
  return <Empty icon={Globe} title={t('none')} detail={t('noneHint')}>{onNew && <Button variant="primary" onClick={onNew}><Plus />{t('new')}</Button>}</Empty>;
}

function NodeChip({ id }: { id: string }) {
  const t = useTranslations('websites');
  return (
    <span className="flex h-8 items-center gap-1 rounded-lg bg-accent-soft pr-1 pl-2.5 text-[13px] font-medium text-accent-text">
      {t('onNode', { node: id })}
      <Button variant="ghost" size="icon-sm" className="size-6 text-accent-text [&_svg]:size-3.5" aria-label={t('anyNode')} onClick={() => setParams({ node: null, after: null, page: null })}><X /></Button>
    </span>
  );
}

function useList() {
  const [state, search, nodeId, sort] = [useParam('state'), useParam('q'), useParam('node'), useParam('sort') || 'domain'];
  const pages = useCursor();
  const read = useWebsites({ state: state || undefined, search: search || undefined, nodeId: nodeId || undefined, sort, cursor: pages.cursor || undefined, limit: pageSize });
  const { first, cursor } = pages;
  useEffect(() => {
    if (cursor && read.error instanceof ApiError && read.error.status === 400) first(); // a cursor of another day
  }, [cursor, read.error, first]);
  return { state, search, nodeId, sort, pages, read };
}

export function Websites() {
  const t = useTranslations('websites');
  const { state, search, nodeId, sort, pages, read } = useList();
  const chips = useChips(search, nodeId);
  const mayCreate = useCan('website:create');
  const creating = useParam('new') === '1' && mayCreate;
  const [deleting, setDeleting] = useState<Website | null>(null);
  const { columns, card } = useColumns(useDetail(), setDeleting);
  const rows = read.data?.websites;
  const total = Number(read.data?.page?.total ?? 0);
  const openNew = () => setParams({ new: '1' });
  const clear = () => setParams({ q: null, state: null, node: null, after: null, page: null });
  return (
    <>
      <PageHead title={t('title')} detail={chips[0]!.count === undefined ? '' : <>{t('count', { count: chips[0]!.count })}<Allowed kind="websites" /></>}>
        {mayCreate && <Button data-new variant="primary" onClick={openNew} onPointerEnter={() => void loadNew()} onFocus={() => void loadNew()}><Plus />{t('new')}</Button>}
      </PageHead>
      <section className="card overflow-hidden" aria-label={t('title')}>
        <div className="flex flex-wrap items-center gap-2 border-b border-line p-3">
          <Chips label={t('filter')} chips={chips} value={state} onChange={(value) => setParams({ state: value, after: null, page: null })} />
          {nodeId && <NodeChip id={nodeId} />}
          <SearchBox label={t('search')} />
        </div>
        <p className="sr-only" role="status">{rows ? t('shown', { count: rows.length }) : t('loading')}</p>
        <Stale read={read} />
        {read.error && !rows ? (
          <Failure read={read} />
        ) : rows?.length === 0 ? (
          <NothingThere filtered={!!(search || state || nodeId || pages.cursor)} onClear={clear} onNew={mayCreate ? openNew : undefined} />
        ) : (
          <>
            <DataTable caption={t('caption')} columns={columns} rows={rows} id={(w) => w.id} card={card} sorting={{ sort, onSort: (to) => setParams({ sort: to === 'domain' ? null : to, after: null, page: null }) }} />
            {rows && <Pager page={pages.page} size={pageSize} shown={rows.length} total={total} nextCursor={read.data?.page?.nextCursor} onNext={pages.next} onPrevious={pages.previous} />}
          </>
        )}
      </section>
      {creating && <NewWebsite onClose={() => setParams({ new: null })} />}
      {deleting && <RemoveWebsite website={deleting} how="delete" onClose={() => setDeleting(null)} />}
    </>
  );
}
