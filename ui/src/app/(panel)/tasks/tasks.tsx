'use client';
import { Activity, Search, X } from 'lucide-react';
import { useEffect } from 'react';
import { useNow, useTranslations } from 'use-intl';
import { sitePath } from '@/components/site';
import Link from 'next/link';
import { State } from '@/components/state';
import { Button } from '@/components/ui/button';
import { Chips } from '@/components/ui/chips';
import { Empty, Failure, Stale } from '@/components/ui/notice';
import { SearchBox } from '@/components/ui/search-box';
import { DataTable, PageHead, Pager, type Column } from '@/components/ui/table';
import { When } from '@/components/ui/when';
import type { Task } from '@/lib/api.gen';
import { ApiError } from '@/lib/http';
import { setParams, useCursor, useParam } from '@/lib/params';
import { pageSize, useCan, useNodes, useTaskList } from '@/lib/queries';
import { showTask, useTaskTitle } from '@/lib/tasks';
import { duration, taken } from '@/lib/words';

const states = ['queued', 'running', 'failed', 'success', 'superseded', 'denied', 'cancelled'] as const;
const reset = { after: null, page: null };

function Title({ task }: { task: Task }) {
  const title = useTaskTitle();
  return (
    <span className="min-w-0">
      <button type="button" onClick={() => showTask(task.id)} className="block max-w-full truncate rounded text-left font-medium hover:text-accent-text hover:underline">{title(task)}</button>
      {task.message && task.state !== 'success' && <span className="line-clamp-1 max-w-md text-xs text-muted">{task.message}</span>}
    </span>
  );
}

function Target({ task }: { task: Task }) {
  const name = task.target?.name || task.target?.id || '–';
  if (task.target?.kind !== 'website') return <>{name}</>;
  return <Link prefetch={false} href={sitePath(task.target.id)} className="hover:text-accent-text hover:underline">{name}</Link>;
}

function Took({ task }: { task: Task }) {
  const now = useNow({ updateInterval: 1000 });
  const ms = taken(task, now.getTime());
  return <span className="text-[13px] whitespace-nowrap text-muted tabular-nums">{ms === null ? '–' : duration(ms)}</span>;
}

function useColumns() {
  const t = useTranslations('tasks');
  const columns: Column<Task>[] = [
    { key: 'task', header: t('task'), cell: (task) => <Title task={task} />, className: 'max-w-96' },
    { key: 'target', header: t('target'), cell: (task) => <span className="block max-w-64 truncate text-[13px]"><Target task={task} /></span> },
    { key: 'state', header: t('state'), cell: (task) => <State of="taskState" state={task.state} /> },
    { key: 'node', header: t('node'), cell: (task) => <span className="font-mono text-[12.5px] whitespace-nowrap text-muted">{task.target?.nodeId || '–'}</span> },
    { key: 'by', header: t('by'), cell: (task) => <span className="block max-w-48 truncate text-[13px] text-muted">{task.actorName || '–'}</span> },
    { key: 'created', header: t('started'), cell: (task) => <When at={task.createdAt} className="text-[13px] whitespace-nowrap text-muted" /> },
    { key: 'took', header: t('took'), cell: (task) => <Took task={task} /> },
  ];
  const card = (task: Task) => (
    <div className="grid gap-2 pr-2">
      <Title task={task} />
      <span className="truncate text-[13px]"><Target task={task} /></span>
      <span className="flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-muted"><State of="taskState" state={task.state} /><When at={task.createdAt} /><Took task={task} /></span>
    </div>
  );
  return { columns, card };
}

function useList() {
  const [state, nodeId, search, object] = [useParam('state'), useParam('node'), useParam('q').slice(0, 100), useParam('object')];
  const pages = useCursor();
  const read = useTaskList({ state: state || undefined, nodeId: nodeId || undefined, search: search || undefined, targetId: object || undefined, cursor: pages.cursor || undefined, limit: pageSize });
  const { first, cursor } = pages;
  useEffect(() => {
    if (cursor && read.error instanceof ApiError && read.error.status === 400) first();
  }, [cursor, read.error, first]);
  return { state, nodeId, object, narrowed: !!(state || nodeId || search || object), pages, read };
}

/** Staff choose among the nodes; others only see, and take away, what the address says. */
function NodeFilter({ nodeId }: { nodeId: string }) {
  const t = useTranslations('tasks');
  const staff = useCan('node:read');
  const nodes = useNodes(staff).data?.nodes;
  const choose = (node: string | null) => setParams({ node, ...reset });
  if (!nodes) return nodeId ? <Button size="sm" onClick={() => choose(null)}>{t('onNode', { node: nodeId })}<X aria-hidden /></Button> : null;
  return (
    <select aria-label={t('filterNode')} value={nodeId} onChange={(event) => choose(event.target.value)} className="input w-auto max-w-full">
      <option value="">{t('anyNode')}</option>
      {!nodes.some((node) => node.id === nodeId) && nodeId && <option value={nodeId}>{nodeId}</option>}
      {nodes.map((node) => <option key={node.id} value={node.id}>{node.name || node.id}</option>)}
    </select>
  );
}

export function Tasks() {
  const t = useTranslations('tasks');
  const word = useTranslations('taskState');
  const { state, nodeId, object, narrowed, pages, read } = useList();
  const { columns, card } = useColumns();
  const rows = read.data?.tasks;
  const total = Number(read.data?.page?.total ?? 0);
  const chips = [{ value: '', label: t('everything') }, ...states.map((value) => ({ value: value as string, label: word(value) }))];
  return (
    <>
      <PageHead title={t('title')} detail={rows ? t('count', { count: total }) : ''} />
      <section className="card overflow-hidden" aria-label={t('title')}>
        <div className="flex flex-wrap items-center gap-2 border-b border-line p-3">
          <Chips label={t('filter')} chips={chips} value={state} onChange={(value) => setParams({ state: value, ...reset })} />
          <NodeFilter nodeId={nodeId} />
          {object && <Button size="sm" onClick={() => setParams({ object: null, ...reset })}>{t('ofObject')}<X aria-hidden /></Button>}
          <SearchBox label={t('search')} />
        </div>
        <p className="sr-only" role="status">{rows ? t('count', { count: rows.length }) : t('loading')}</p>
        <Stale read={read} />
        {read.error && !rows ? (
          <Failure read={read} />
        ) : rows?.length === 0 ? (
          narrowed ? <Empty icon={Search} title={t('noMatch')} detail={t('noMatchHint')}><Button size="sm" onClick={() => setParams({ state: null, node: null, q: null, object: null, ...reset })}>{t('clear')}</Button></Empty> : <Empty icon={Activity} title={t('noneYet')} detail={t('none')} />
        ) : (
          <>
            <DataTable caption={t('caption')} columns={columns} rows={rows} id={(task) => task.id} card={card} />
            {rows && <Pager page={pages.page} size={pageSize} shown={rows.length} total={total} nextCursor={read.data?.page?.nextCursor} onNext={pages.next} onPrevious={pages.previous} />}
          </>
        )}
      </section>
    </>
  );
}
