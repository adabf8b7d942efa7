'use client';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { useNow, useTranslations } from 'use-intl';
import type { Task } from '@/lib/api.gen';
import { nodePath } from '@/lib/nodes';
import { useCan } from '@/lib/queries';
import { duration, taken } from '@/lib/words';
import { sitePath } from './site';
import { Copy } from './ui/copy';
import { Exact } from './ui/when';

const taskPath = (id: string) => `/tasks/view/?id=${id}`;
const To = ({ href, children }: { href: string; children: ReactNode }) => <Link prefetch={false} href={href} className="inline-block max-w-full min-w-0 rounded leading-6 font-medium text-accent-text hover:underline">{children}</Link>;

function Row({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="grid grid-cols-[7.5rem_minmax(0,1fr)] gap-3 py-1 text-[13px]">
      <dt className="text-muted">{label}</dt>
      <dd className="min-w-0 [overflow-wrap:anywhere]">{children}</dd>
    </div>
  );
}

/** Whose task, where, when: the same in the drawer and on its page. */
export function TaskFacts({ task }: { task: Task }) {
  const t = useTranslations('tasks');
  const staff = useCan('node:read');
  const now = useNow({ updateInterval: 1000 });
  const ms = taken(task, now.getTime());
  const { kind, id, name, nodeId } = task.target ?? { kind: '', id: '', name: '', nodeId: '' };
  return (
    <dl>
      <Row label={t('target')}>{kind === 'website' ? <To href={sitePath(id)}>{name || id}</To> : name || id || '–'}</Row>
      <Row label={t('node')}>{nodeId && staff ? <To href={nodePath(nodeId)}>{nodeId}</To> : nodeId || '–'}</Row>
      <Row label={t('by')}>{task.actorName || '–'}</Row>
      <Row label={t('started')}><Exact at={task.createdAt} /></Row>
      {task.startedAt && <Row label={t('began')}><Exact at={task.startedAt} /></Row>}
      {task.finishedAt && <Row label={t('ended')}><Exact at={task.finishedAt} /></Row>}
      {ms !== null && <Row label={t('took')}><span className="tabular-nums">{duration(ms)}</span></Row>}
      <Row label={t('attempts')}>{task.attempt}</Row>
      {task.supersededBy && <Row label={t('supersededBy')}><To href={taskPath(task.supersededBy)}>{t('successor')}</To></Row>}
      <Row label={t('id')}><span className="flex items-center gap-1.5"><To href={taskPath(task.id)}>{task.id}</To><Copy text={task.id} label={t('copyId')} /></span></Row>
    </dl>
  );
}
