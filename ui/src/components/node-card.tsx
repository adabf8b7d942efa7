'use client';
import { Server, TriangleAlert } from 'lucide-react';
import Link from 'next/link';
import { useTranslations } from 'use-intl';
import type { Node } from '@/lib/api.gen';
import { bytes, percent } from '@/lib/words';
import { NodeDrift } from './node-drift';
import { State } from './state';
import { Badge } from './ui/badge';
import { Meter } from './ui/meter';
import { When } from './ui/when';

export const memoryUsed = (node: Node) => percent(Number(node.memoryTotal) - Number(node.memoryAvailable), Number(node.memoryTotal));
export const diskUsed = (node: Node) => percent(Number(node.diskTotal) - Number(node.diskAvailable), Number(node.diskTotal));

export function NodeState({ node }: { node: Node }) {
  const t = useTranslations('nodeState');
  if (node.state === 'trusted') return <State of="health" state={node.health} />;
  return <Badge tone="warn">{t.has(node.state as 'pending') ? t(node.state as 'pending') : node.state}</Badge>;
}

function Figure({ label, value, href }: { label: string; value: string | number; href?: string }) {
  return (
    <div>
      <dt className="text-xs text-muted">{label}</dt>
      <dd className="text-base font-semibold tabular-nums">{href ? <Link prefetch={false} href={href} className="rounded hover:text-accent-text hover:underline">{value}</Link> : value}</dd>
    </div>
  );
}

export function NodeCard({ node }: { node: Node }) {
  const t = useTranslations('nodes');
  const daemons = Object.entries(node.daemons);
  const known = Number(node.memoryTotal) > 0;
  return (
    <article className="card flex flex-col gap-4 p-5" aria-label={node.name || node.id}>
      <div className="flex items-center gap-3">
        <span aria-hidden className="grid size-9 shrink-0 place-items-center rounded-lg bg-sunken text-muted"><Server className="size-4" /></span>
        <div className="min-w-0 flex-1">
          <h2 className="truncate font-mono text-[13.5px] font-medium">{node.name || node.id}</h2>
          <p className="truncate text-xs text-muted">{node.name && node.name !== node.id ? `${node.id} · ` : ''}{node.address}</p>
        </div>
        <NodeState node={node} />
      </div>
      {node.message && <p className="flex gap-2 rounded-lg bg-warn-soft p-3 text-[13px] text-warn"><TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" /><span className="min-w-0 [overflow-wrap:anywhere]">{node.message}</span></p>}
      {known && (
        <div className="grid gap-4 sm:grid-cols-2">
          <Meter label={t('memory')} value={memoryUsed(node)} note={t('free', { free: bytes(node.memoryAvailable), total: bytes(node.memoryTotal) })} />
          <Meter label={t('disk')} value={diskUsed(node)} note={t('free', { free: bytes(node.diskAvailable), total: bytes(node.diskTotal) })} />
        </div>
      )}
      <dl className="grid grid-cols-2 gap-3 sm:grid-cols-4">
        <Figure label={t('load')} value={known ? node.load1.toFixed(2) : '–'} />
        <Figure label={t('websites')} value={node.resources} href={`/websites/?node=${encodeURIComponent(node.id)}`} />
        <Figure label={t('queued')} value={node.tasksQueued} href={`/tasks/?state=queued&node=${encodeURIComponent(node.id)}`} />
        <Figure label={t('running')} value={node.tasksRunning} href={`/tasks/?state=running&node=${encodeURIComponent(node.id)}`} />
      </dl>
      <NodeDrift node={node} />
      <p className="mt-auto flex flex-wrap gap-x-3 gap-y-1 border-t border-line pt-3 text-xs text-muted">
        <span>{t('heartbeat')} {node.lastHeartbeatAt ? <When at={node.lastHeartbeatAt} /> : t('never')}</span>
        {node.version && <span>{t('agent', { version: node.version })}</span>}
        {daemons.map(([name, version]) => <span key={name}>{name} {version}</span>)}
      </p>
    </article>
  );
}
