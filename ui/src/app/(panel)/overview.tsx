'use client';
import { CircleAlert, CircleCheck, CircleDashed, Globe, History, Plus, Server, TriangleAlert, Trash2, Undo2, type LucideIcon } from 'lucide-react';
import Link from 'next/link';
import { useMemo, type ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { NodeState } from '@/components/node-state';
import { Site, sitePath } from '@/components/site';
import { State } from '@/components/state';
import { Button } from '@/components/ui/button';
import { Meter } from '@/components/ui/meter';
import { Failure, Stale } from '@/components/ui/notice';
import { PageHead } from '@/components/ui/table';
import { When } from '@/components/ui/when';
import type { Record as Change } from '@/lib/api.gen';
import { attention, type Attention } from '@/lib/attention';
import { useCertificates } from '@/lib/certificates';
import { changes } from '@/lib/changes';
import { cn } from '@/lib/cn';
import { diskUsed, memoryUsed, nodePath } from '@/lib/nodes';
import { useCan, useNodes, useRecords, useSession, useWebsiteCount, useWebsites } from '@/lib/queries';
import { showTask, useRecentTasks } from '@/lib/tasks';

function Tile({ label, value, href, icon: Icon, tone }: { label: string; value: number | string | undefined; href: string; icon: LucideIcon; tone: string }) {
  return (
    <Link prefetch={false} href={href} className="card group flex items-center gap-3.5 p-4 transition hover:border-line-strong">
      <span aria-hidden className={cn('grid size-10 shrink-0 place-items-center rounded-xl', tone)}><Icon className="size-5" /></span>
      <span className="min-w-0">
        <span className="block text-xs text-muted">{label}</span>
        <span className="block min-h-7 text-xl leading-7 font-semibold tabular-nums group-hover:text-accent-text">{value ?? ''}</span>
      </span>
    </Link>
  );
}

function Tiles() {
  const t = useTranslations('overview');
  const [all, active, pending, failed] = [useWebsiteCount({}).data, useWebsiteCount({ state: 'active' }).data, useWebsiteCount({ state: 'pending' }).data, useWebsiteCount({ state: 'failed' }).data];
  return (
    <div className="mb-4 grid grid-cols-2 gap-3 sm:gap-4 xl:grid-cols-4">
      <Tile label={t('websites')} value={all} href="/websites/" icon={Globe} tone="bg-accent-soft text-accent-text" />
      <Tile label={t('active')} value={active} href="/websites/?state=active" icon={CircleCheck} tone="bg-ok-soft text-ok" />
      <Tile label={t('pending')} value={pending} href="/websites/?state=pending" icon={CircleDashed} tone="bg-info-soft text-info" />
      <Tile label={t('failed')} value={failed} href="/websites/?state=failed" icon={CircleAlert} tone={failed ? 'bg-bad-soft text-bad' : 'bg-sunken text-muted'} />
    </div>
  );
}

function Card({ id, title, more, className, children }: { id: string; title: string; more?: ReactNode; className?: string; children: ReactNode }) {
  return (
    <section className={cn('card flex flex-col overflow-hidden', className)} aria-labelledby={id}>
      <div className="flex items-center gap-3 border-b border-line px-5 py-3.5"><h2 id={id} className="mr-auto text-sm font-semibold">{title}</h2>{more}</div>
      {children}
    </section>
  );
}

const Lines = ({ n }: { n: number }) => <div aria-busy="true" className="grid gap-4 p-5">{Array.from({ length: n }, (_, i) => <div key={i} className="h-8 animate-pulse rounded bg-sunken" />)}</div>;

function AttentionRow({ item }: { item: Attention }) {
  const t = useTranslations('overview');
  const Icon = item.tone === 'bad' ? CircleAlert : TriangleAlert;
  return (
    <li className="flex items-center gap-3 px-5 py-3.5">
      <Icon aria-hidden className={cn('size-4 shrink-0', item.tone === 'bad' ? 'text-bad' : 'text-warn')} />
      <p className="min-w-0 flex-1 text-[13px]"><span className="block font-medium [overflow-wrap:anywhere]">{t(`attention.${item.kind}`, { name: item.name })}</span>{item.detail && <span className="line-clamp-2 text-xs [overflow-wrap:anywhere] text-muted">{item.detail}</span>}</p>
      {item.href ? <Button size="sm" asChild><Link prefetch={false} href={item.href} aria-label={t('lookAt', { name: item.name })}>{t('look')}</Link></Button> : <Button size="sm" aria-label={t('lookAt', { name: item.name })} onClick={() => showTask(item.task)}>{t('look')}</Button>}
    </li>
  );
}

function NeedsAttention({ className }: { className?: string }) {
  const t = useTranslations('overview');
  const failed = useWebsites({ state: 'failed', sort: '-created_at', limit: 5 });
  const nodes = useNodes(useCan('node:read'));
  const tasks = useRecentTasks();
  const certificates = useCertificates({ state: 'failed', limit: 5 }, useCan('certificate:read'));
  const items = useMemo(() => attention({ failed: failed.data?.websites ?? [], nodes: nodes.data?.nodes ?? [], tasks: tasks.data?.tasks ?? [], certificates: certificates.data?.certificates }), [failed.data, nodes.data, tasks.data, certificates.data]);
  const broken = [failed, tasks].find((read) => read.error && !read.data);
  return (
    <Card id="attention" title={t('needsAttention')} className={className}>
      {broken ? (
        <Failure read={broken} />
      ) : !failed.data || !tasks.data ? (
        <Lines n={3} />
      ) : items.length === 0 ? (
        <p className="flex items-center gap-2.5 px-5 py-6 text-[13px] text-muted"><CircleCheck aria-hidden className="size-5 text-ok" />{t('allWell')}</p>
      ) : (
        <ul className="divide-y divide-line">{items.slice(0, 8).map((item) => <AttentionRow key={item.key} item={item} />)}</ul>
      )}
    </Card>
  );
}

const icons: Record<string, LucideIcon> = { create: Plus, delete: Trash2, purge: Trash2, undelete: Undo2 };

function ChangeRow({ change, last }: { change: Change; last: boolean }) {
  const t = useTranslations('change');
  const Icon = icons[change.action.split('.').at(-1) ?? ''] ?? History;
  const did = t.has(change.action as 'website.create') ? t(change.action as 'website.create') : change.action;
  const ended = t.has(`outcome.${change.outcome}` as 'outcome.denied') ? t(`outcome.${change.outcome}` as 'outcome.denied') : '';
  const name = change.target?.name || change.target?.id || '';
  const by = change.actorId.startsWith('system:') ? t('panel') : change.actorName || change.actorId;
  return (
    <li className="relative flex gap-3 pb-4 last:pb-0">
      {!last && <span aria-hidden className="absolute top-7 bottom-0 left-[13px] w-px bg-line" />}
      <span aria-hidden className="grid size-7 shrink-0 place-items-center rounded-full bg-sunken text-muted ring-1 ring-line"><Icon className="size-3.5" /></span>
      <p className="min-w-0 text-[13px] [overflow-wrap:anywhere]">
        {change.target?.kind === 'website' ? <Link prefetch={false} href={sitePath(change.target.id)} className="rounded font-medium hover:text-accent-text hover:underline">{name}</Link> : <span className="font-medium">{name}</span>}
        <span className="text-muted"> {did}{ended && ` (${ended})`}</span>
        <span className="block text-xs text-muted"><When at={change.at} /> · {by}</span>
      </p>
    </li>
  );
}

function RecentChanges() {
  const t = useTranslations('overview');
  const read = useRecords({ limit: 50 }, useCan('audit:read'));
  const records = read.data && changes(read.data.records).slice(0, 8);
  return (
    <Card id="changes" title={t('recentChanges')}>
      <Stale read={read} />
      {read.error && !records ? <Failure read={read} /> : !records ? <Lines n={4} /> : records.length === 0 ? <p className="px-5 py-6 text-[13px] text-muted">{t('noChanges')}</p> : <ol className="px-5 py-4">{records.map((change, i) => <ChangeRow key={change.id} change={change} last={i === records.length - 1} />)}</ol>}
    </Card>
  );
}

function NodeList() {
  const t = useTranslations('nodes');
  const overview = useTranslations('overview');
  const read = useNodes();
  const nodes = read.data?.nodes;
  return (
    <Card id="nodes" title={t('title')} more={<Link prefetch={false} href="/nodes/" className="rounded text-[13px] font-medium text-accent-text hover:underline">{overview('allNodes')}</Link>}>
      <Stale read={read} />
      {read.error && !nodes ? (
        <Failure read={read} />
      ) : !nodes ? (
        <Lines n={2} />
      ) : (
        <ul className="divide-y divide-line">
          {nodes.slice(0, 8).map((node) => (
            <li key={node.id} className="grid grid-cols-[1fr_auto] items-center gap-x-5 gap-y-2 px-5 py-3.5 md:grid-cols-[minmax(0,1.6fr)_7rem_minmax(0,1fr)_minmax(0,1fr)]">
              <span className="flex min-w-0 items-center gap-3">
                <span aria-hidden className="grid size-8 shrink-0 place-items-center rounded-lg bg-sunken text-muted"><Server className="size-4" /></span>
                <span className="min-w-0"><Link prefetch={false} href={nodePath(node.id)} className="block truncate rounded font-mono text-[13px] leading-6 font-medium hover:text-accent-text hover:underline">{node.name || node.id}</Link><Link prefetch={false} href={`/websites/?node=${encodeURIComponent(node.id)}`} className="block truncate rounded text-xs leading-6 text-muted hover:text-accent-text hover:underline">{t('carries', { count: node.resources })}</Link></span>
              </span>
              <span className="justify-self-start"><NodeState node={node} /></span>
              <Meter className="hidden md:block" label={t('memory')} value={memoryUsed(node)} />
              <Meter className="hidden md:block" label={t('disk')} value={diskUsed(node)} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function Newest() {
  const t = useTranslations('overview');
  const read = useWebsites({ sort: '-created_at', limit: 5 });
  const websites = read.data?.websites;
  if (websites?.length === 0) return null; // the attention card and the button say enough
  return (
    <Card id="newest" title={t('newest')} more={<Link prefetch={false} href="/websites/?sort=-created_at" className="rounded text-[13px] font-medium text-accent-text hover:underline">{t('allWebsites')}</Link>}>
      <Stale read={read} />
      {read.error && !websites ? (
        <Failure read={read} />
      ) : !websites ? (
        <Lines n={3} />
      ) : (
        <ul className="divide-y divide-line">
          {websites.map((website) => (
            <li key={website.id} className="flex items-center gap-3 px-5 py-3">
              <span className="min-w-0 flex-1"><Site website={website} /></span>
              <When at={website.createdAt} className="hidden text-xs whitespace-nowrap text-muted sm:inline" />
              <State of="websiteState" state={website.state} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

export function Overview() {
  const t = useTranslations('overview');
  const session = useSession().data;
  const staff = useCan('node:read');
  const mayCreate = useCan('website:create');
  return (
    <>
      <PageHead title={t('title')} detail={session ? (session.role === 'customer' && session.organisation?.name) || t('installation') : ''}>
        {mayCreate && <Button asChild variant="primary"><Link prefetch={false} href="/websites/?new=1"><Plus />{t('newWebsite')}</Link></Button>}
      </PageHead>
      <Tiles />
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <div className="grid gap-4">
          <NeedsAttention />
          {staff && <NodeList />}
          <Newest />
        </div>
        <RecentChanges />
      </div>
    </>
  );
}
