'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { CircleCheck, CirclePause, LoaderCircle, Play, SlidersHorizontal, TriangleAlert } from 'lucide-react';
import dynamic from 'next/dynamic';
import Link from 'next/link';
import { useState, type ReactNode } from 'react';
import { useNow, useTranslations } from 'use-intl';
import { NodeDrift } from '@/components/node-drift';
import { Crumbs, ObjectPage } from '@/components/object-page';
import { NodeState } from '@/components/node-state';
import { TaskRows } from '@/components/task-rows';
import { Words } from '@/components/task-steps';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Meter } from '@/components/ui/meter';
import { Failure, FormError, Stale } from '@/components/ui/notice';
import { When } from '@/components/ui/when';
import { resumeNode, type Node } from '@/lib/api.gen';
import { diskUsed, loadShare, memoryUsed, room } from '@/lib/nodes';
import { useParam } from '@/lib/params';
import { refresh, useCan, useNode, useTaskList } from '@/lib/queries';
import { bytes, duration, time } from '@/lib/words';

const SuspendNode = dynamic(() => import('@/components/node-forms').then((m) => m.SuspendNodeDialog), { ssr: false });
const EditNode = dynamic(() => import('@/components/node-forms').then((m) => m.EditNodeDialog), { ssr: false });

function Row({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="grid gap-0.5 px-5 py-3 sm:grid-cols-[11rem_1fr] sm:gap-4">
      <dt className="text-[13px] text-muted">{label}</dt>
      <dd className="min-w-0 text-[13.5px] [overflow-wrap:anywhere]">{children}</dd>
    </div>
  );
}

function Card({ id, title, more, children }: { id: string; title: string; more?: ReactNode; children: ReactNode }) {
  return (
    <section className="card overflow-hidden" aria-labelledby={id}>
      <div className="flex items-center gap-3 border-b border-line px-5 py-3.5"><h2 id={id} className="mr-auto text-sm font-semibold">{title}</h2>{more}</div>
      {children}
    </section>
  );
}

const To = ({ href, children }: { href: string; children: ReactNode }) => <Link prefetch={false} href={href} className="inline-block min-w-6 rounded leading-6 font-medium text-accent-text hover:underline">{children}</Link>;

/** "3 min 2 s ago" of a time that goes on growing. */
function Age({ at }: { at: string }) {
  const now = useNow({ updateInterval: 1000 });
  const from = time(at);
  return <span className="tabular-nums">{from ? duration(Math.max(0, now.getTime() - from.getTime())) : '–'}</span>;
}

function Reasons({ node }: { node: Node }) {
  const t = useTranslations('node');
  return (
    <>
      {node.state === 'suspended' && (
        <section role="group" aria-label={t('suspended')} className="card mb-4 grid gap-1 p-5">
          <p className="text-sm font-semibold text-warn">{t('suspended')}</p>
          <p className="text-[13px] text-muted">{t('suspendedHint')}</p>
          <p className="text-[13px] [overflow-wrap:anywhere]">{node.suspendReason} <When at={node.suspendedAt} className="text-xs text-muted" /></p>
        </section>
      )}
      {node.reasons.length > 0 && (
        <section role="group" aria-label={t('notWell')} className="card mb-4 p-5">
          <ul className="grid gap-2">{node.reasons.map((reason) => <li key={reason.code + reason.message} className="flex gap-2 text-[13px] text-warn"><TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" /><span className="min-w-0 [overflow-wrap:anywhere]">{reason.message}</span></li>)}</ul>
        </section>
      )}
    </>
  );
}

function Health({ node }: { node: Node }) {
  const t = useTranslations('node');
  const nodes = useTranslations('nodes');
  const known = Number(node.memoryTotal) > 0;
  const share = loadShare(node);
  const clock = Number(node.clockOffsetMs);
  return (
    <Card id="health" title={t('health')}>
      <dl className="divide-y divide-line">
        <Row label={t('heartbeat')}>{node.lastHeartbeatAt ? t.rich('ago', { age: () => <Age at={node.lastHeartbeatAt} /> }) : nodes('never')}</Row>
        {known && (
          <>
            <Row label={nodes('load')}>{share === null ? node.load1.toFixed(2) : <Meter label={nodes('loadOf', { load: node.load1.toFixed(2), cores: node.cores })} value={Math.min(100, share)} note={`${share}%`} />}</Row>
            <Row label={nodes('memory')}><Meter label={`${memoryUsed(node)}%`} value={memoryUsed(node)} note={nodes('free', { free: bytes(node.memoryAvailable), total: bytes(node.memoryTotal) })} /></Row>
            <Row label={nodes('disk')}><Meter label={`${diskUsed(node)}%`} value={diskUsed(node)} note={nodes('free', { free: bytes(node.diskAvailable), total: bytes(node.diskTotal) })} /></Row>
            <Row label={t('clock')}>{Math.abs(clock) < 1000 ? t('clockRight') : t(clock < 0 ? 'clockBehind' : 'clockAhead', { by: duration(Math.abs(clock)) })}</Row>
            {Number(node.uptimeS) > 0 && <Row label={t('uptime')}>{duration(Number(node.uptimeS) * 1000)}</Row>}
          </>
        )}
        <Row label={t('agent')}>{node.version || '–'}</Row>
      </dl>
    </Card>
  );
}

function Daemons({ node }: { node: Node }) {
  const t = useTranslations('node');
  return (
    <Card id="daemons" title={t('daemons')}>
      {node.services.length === 0 ? <p className="px-5 py-6 text-[13px] text-muted">{t('noDaemons')}</p> : (
        <ul className="divide-y divide-line">
          {node.services.map((one) => (
            <li key={one.name} className="grid gap-2 px-5 py-3">
              <span className="flex items-center gap-3 text-[13.5px]"><span className="font-mono font-medium">{one.name}</span><span className="mr-auto text-muted">{one.version}</span><Badge tone={one.alive ? 'ok' : 'bad'}>{t(one.alive ? 'alive' : 'dead')}</Badge></span>
              {one.message && <Words text={one.message} label={t('says', { name: one.name })} />}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function About({ node }: { node: Node }) {
  const t = useTranslations('node');
  const left = room(node);
  return (
    <Card id="about" title={t('about')}>
      <dl className="divide-y divide-line">
        <Row label={t('id')}><span className="font-mono">{node.id}</span></Row>
        <Row label={t('address')}><span className="font-mono">{node.address}</span></Row>
        <Row label={t('location')}>{node.settings?.location || '–'}</Row>
        {node.settings?.description && <Row label={t('description')}><span className="whitespace-pre-line">{node.settings.description}</span></Row>}
        <Row label={t('websites')}><To href={`/websites/?node=${encodeURIComponent(node.id)}`}>{t('nWebsites', { n: node.resources })}</To>{left !== null && <span className="text-muted"> · {t('left', { left, limit: node.settings?.websiteLimit ?? 0 })}</span>}</Row>
        <Row label={t('placement')}>{t(node.state === 'suspended' ? 'placeNothing' : node.settings?.onlyChosen ? 'placeChosen' : 'placeAll')}</Row>
        <Row label={t('capabilities')}>{node.capabilities.join(', ') || '–'}</Row>
        <Row label={t('added')}><When at={node.createdAt} /></Row>
      </dl>
    </Card>
  );
}

function Queue({ node }: { node: Node }) {
  const t = useTranslations('node');
  const read = useTaskList({ nodeId: node.id, limit: 10 });
  const to = (state: string) => `/tasks/?state=${state}&node=${encodeURIComponent(node.id)}`;
  return (
    <Card id="queue" title={t('queue')} more={<To href={`/tasks/?node=${encodeURIComponent(node.id)}`}>{t('allTasks')}</To>}>
      <dl className="divide-y divide-line border-b border-line">
        <Row label={t('queued')}><To href={to('queued')}>{node.tasksQueued}</To></Row>
        <Row label={t('running')}><To href={to('running')}>{node.tasksRunning}</To></Row>
        <Row label={t('oldest')}>{node.oldestQueuedAt ? <Age at={node.oldestQueuedAt} /> : <span className="inline-flex items-center gap-1.5 text-muted"><CircleCheck aria-hidden className="size-4 text-ok" />{t('nothingWaits')}</span>}</Row>
      </dl>
      <Stale read={read} />
      {read.error && !read.data ? <Failure read={read} /> : <TaskRows tasks={read.data?.tasks} />}
    </Card>
  );
}

function Actions({ node }: { node: Node }) {
  const t = useTranslations('node');
  const client = useQueryClient();
  const maySuspend = useCan('node:suspend');
  const mayUpdate = useCan('node:edit');
  const [open, setOpen] = useState<'suspend' | 'edit' | null>(null);
  const resume = useMutation({ mutationFn: () => resumeNode({ nodeId: node.id }), onSettled: () => refresh(client, 'nodes', 'audit') });
  return (
    <>
      {mayUpdate && <Button onClick={() => setOpen('edit')}><SlidersHorizontal />{t('edit')}</Button>}
      {maySuspend && node.state === 'trusted' && <Button onClick={() => setOpen('suspend')}><CirclePause />{t('suspend')}</Button>}
      {maySuspend && node.state === 'suspended' && <Button variant="primary" disabled={resume.isPending} onClick={() => resume.mutate()}>{resume.isPending ? <LoaderCircle className="animate-spin" /> : <Play />}{t('resume')}</Button>}
      {resume.error && <div className="w-full"><FormError error={resume.error} /></div>}
      {open === 'edit' && <EditNode node={node} onClose={() => setOpen(null)} />}
      {open === 'suspend' && <SuspendNode node={node} onClose={() => setOpen(null)} />}
    </>
  );
}

function Page({ node }: { node: Node }) {
  const t = useTranslations('node');
  const name = node.name || node.id;
  return (
    <>
      <Crumbs href="/nodes/" list={t('nodes')} name={name} />
      <div className="mb-5 flex flex-wrap items-center gap-3">
        <h1 className="mr-auto flex min-w-0 flex-wrap items-center gap-3 text-xl font-semibold tracking-tight [overflow-wrap:anywhere]">{name}<NodeState node={node} /></h1>
        <Actions node={node} />
      </div>
      <Reasons node={node} />
      <div className="grid grid-cols-1 items-start gap-4 xl:grid-cols-2">
        <div className="grid grid-cols-1 gap-4"><Health node={node} /><Daemons node={node} /><section className="card px-5 py-3"><NodeDrift node={node} /></section></div>
        <div className="grid grid-cols-1 gap-4"><About node={node} /><Queue node={node} /></div>
      </div>
    </>
  );
}

export function NodeView() {
  const t = useTranslations('node');
  const read = useNode(useParam('id'));
  return <ObjectPage read={read} title={t('title')} list={{ href: '/nodes/', name: t('toList') }}>{(node) => <Page node={node} />}</ObjectPage>;
}
