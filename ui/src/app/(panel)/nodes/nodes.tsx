'use client';
import { Lock, Search, Server } from 'lucide-react';
import Link from 'next/link';
import { useMemo } from 'react';
import { useTranslations } from 'use-intl';
import { NodeState } from '@/components/node-state';
import { Button } from '@/components/ui/button';
import { Chips } from '@/components/ui/chips';
import { Meter } from '@/components/ui/meter';
import { Empty, Failure, Stale } from '@/components/ui/notice';
import { DataTable, PageHead, type Column } from '@/components/ui/table';
import { When } from '@/components/ui/when';
import type { Node } from '@/lib/api.gen';
import { condition, conditions, diskUsed, loadShare, memoryUsed, nodePath, sorted } from '@/lib/nodes';
import { setParams, useParam } from '@/lib/params';
import { can, useNodes, useSession } from '@/lib/queries';

const known = (node: Node) => Number(node.memoryTotal) > 0;

function Name({ node }: { node: Node }) {
  const more = [node.name && node.name !== node.id ? node.id : '', node.address, node.settings?.location ?? ''].filter(Boolean).join(' · ');
  return (
    <span className="block min-w-0">
      <Link prefetch={false} href={nodePath(node.id)} className="block truncate rounded font-mono text-[13.5px] leading-6 font-medium hover:text-accent-text hover:underline">{node.name || node.id}</Link>
      <span className="block truncate text-xs text-muted">{more}</span>
    </span>
  );
}

function Condition({ node }: { node: Node }) {
  return (
    <span className="grid gap-1">
      <NodeState node={node} />
      {node.message && <span className="line-clamp-2 max-w-64 text-xs [overflow-wrap:anywhere] text-muted">{node.message}</span>}
    </span>
  );
}

function Websites({ node }: { node: Node }) {
  const t = useTranslations('nodes');
  const limit = node.settings?.websiteLimit;
  return (
    <Link prefetch={false} href={`/websites/?node=${encodeURIComponent(node.id)}`} className="inline-flex min-h-6 min-w-6 items-center rounded text-[13px] whitespace-nowrap tabular-nums hover:text-accent-text hover:underline">
      {limit ? t('ofLimit', { n: node.resources, limit }) : node.resources}
    </Link>
  );
}

function Queue({ node }: { node: Node }) {
  const t = useTranslations('nodes');
  const to = (state: string) => `/tasks/?state=${state}&node=${encodeURIComponent(node.id)}`;
  return (
    <span className="flex flex-wrap gap-x-2 text-[13px] whitespace-nowrap tabular-nums">
      <Link prefetch={false} href={to('queued')} className="inline-flex min-h-6 items-center rounded hover:text-accent-text hover:underline">{t('nWaiting', { n: node.tasksQueued })}</Link>
      <Link prefetch={false} href={to('running')} className="inline-flex min-h-6 items-center rounded hover:text-accent-text hover:underline">{t('nRunning', { n: node.tasksRunning })}</Link>
    </span>
  );
}

function useColumns() {
  const t = useTranslations('nodes');
  const meter = (node: Node, label: string, value: number) => (known(node) ? <Meter label={label} value={value} /> : '–');
  const load = (node: Node) => {
    const share = loadShare(node);
    return <span className="text-[13px] whitespace-nowrap tabular-nums">{!known(node) ? '–' : share === null ? node.load1.toFixed(2) : t('loadOf', { load: node.load1.toFixed(2), cores: node.cores })}</span>;
  };
  const columns: Column<Node>[] = [
    { key: 'name', header: t('node'), sort: 'name', cell: (node) => <Name node={node} />, className: 'max-w-64' },
    { key: 'state', header: t('state'), sort: 'condition', cell: (node) => <Condition node={node} /> },
    { key: 'heartbeat', header: t('heartbeat'), cell: (node) => (node.lastHeartbeatAt ? <When at={node.lastHeartbeatAt} className="text-[13px] whitespace-nowrap text-muted" /> : <span className="text-[13px] text-muted">{t('never')}</span>) },
    { key: 'websites', header: t('websites'), sort: 'websites', cell: (node) => <Websites node={node} /> },
    { key: 'queue', header: t('queue'), sort: 'queue', cell: (node) => <Queue node={node} /> },
    { key: 'load', header: t('load'), sort: 'load', cell: load },
    { key: 'memory', header: t('memory'), sort: 'memory', cell: (node) => meter(node, '', memoryUsed(node)) },
    { key: 'disk', header: t('disk'), sort: 'disk', cell: (node) => meter(node, '', diskUsed(node)) },
  ];
  const card = (node: Node) => (
    <div className="grid gap-2 pr-2">
      <Name node={node} />
      <Condition node={node} />
      <span className="flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-muted"><span>{t('websites')} <Websites node={node} /></span><Queue node={node} />{node.lastHeartbeatAt && <When at={node.lastHeartbeatAt} />}</span>
      {known(node) && <span className="grid grid-cols-2 gap-4">{meter(node, t('memory'), memoryUsed(node))}{meter(node, t('disk'), diskUsed(node))}</span>}
    </div>
  );
  return { columns, card };
}

function Forbidden() {
  const t = useTranslations('nodes');
  return (
    <>
      <PageHead title={t('title')} detail="" />
      <section className="card"><Empty icon={Lock} title={t('forbidden')} detail={t('forbiddenHint')} /></section>
    </>
  );
}

function List() {
  const t = useTranslations('nodes');
  const word = useTranslations('nodeState');
  const [state, sort] = [useParam('state'), useParam('sort') || 'name'];
  const read = useNodes();
  const { columns, card } = useColumns();
  const nodes = read.data?.nodes;
  const rows = useMemo(() => nodes && sorted(nodes.filter((node) => !state || condition(node) === state), sort), [nodes, state, sort]);
  const count = (of: string) => nodes?.filter((node) => condition(node) === of).length;
  const chips = [{ value: '', label: t('everything'), count: nodes?.length }, ...conditions.map((value) => ({ value: value as string, label: word(value), count: count(value) }))];
  return (
    <>
      <PageHead title={t('title')} detail={nodes ? t('count', { count: nodes.length }) : ''} />
      <section className="card overflow-hidden" aria-label={t('title')}>
        <div className="border-b border-line p-3"><Chips label={t('filter')} chips={chips} value={state} onChange={(value) => setParams({ state: value })} /></div>
        <p className="sr-only" role="status">{rows ? t('count', { count: rows.length }) : t('loading')}</p>
        <Stale read={read} />
        {read.error && !rows ? (
          <Failure read={read} />
        ) : rows?.length === 0 ? (
          state ? <Empty icon={Search} title={t('noMatch')} detail={t('noMatchHint')}><Button size="sm" onClick={() => setParams({ state: null })}>{t('clear')}</Button></Empty> : <Empty icon={Server} title={t('none')} detail={t('noneHint')} />
        ) : (
          <DataTable caption={t('caption')} columns={columns} rows={rows} id={(node) => node.id} card={card} skeletons={3} sorting={{ sort, onSort: (to) => setParams({ sort: to === 'name' ? null : to }) }} />
        )}
      </section>
    </>
  );
}

export function Nodes() {
  const session = useSession().data;
  if (session && !can(session, 'node:read')) return <Forbidden />;
  return <List />;
}
