'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { CircleAlert, ExternalLink, LoaderCircle, RotateCcw, Trash2, Undo2 } from 'lucide-react';
import dynamic from 'next/dynamic';
import Link from 'next/link';
import { useState, type ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { CertificateCard } from '@/components/certificate-card';
import { DriftCard } from '@/components/drift-card';
import { PhpCard } from '@/components/php-card';
import { Crumbs, ObjectPage } from '@/components/object-page';
import { OrganisationName } from '@/components/organisation-picker';
import { SettingsCard } from '@/components/settings-card';
import { siteName } from '@/components/site';
import { State } from '@/components/state';
import { Suspend } from '@/components/suspend-website';
import { TaskRows } from '@/components/task-rows';
import { Words } from '@/components/task-steps';
import { Button } from '@/components/ui/button';
import { Copy } from '@/components/ui/copy';
import { Failure, FormError, Stale } from '@/components/ui/notice';
import { Exact, When } from '@/components/ui/when';
import { retryWebsite, undeleteWebsite, type Generation, type Website } from '@/lib/api.gen';
import { nodePath } from '@/lib/nodes';
import { useParam } from '@/lib/params';
import { refresh, useCan, useTaskList, useWebsite } from '@/lib/queries';
import { showTask, useTasks } from '@/lib/tasks';

const RemoveWebsite = dynamic(() => import('@/components/remove-website'), { ssr: false });
const LogCard = dynamic(() => import('@/components/log-card'), { ssr: false });
const WebsitePhp = dynamic(() => import('@/components/website-php'), { ssr: false });
const WebsiteSettings = dynamic(() => import('@/components/website-settings'), { ssr: false });
type Removal = 'delete' | 'purge';

function Row({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="grid gap-0.5 px-5 py-3 sm:grid-cols-[11rem_1fr] sm:gap-4">
      <dt className="text-[13px] text-muted">{label}</dt>
      <dd className="min-w-0 text-[13.5px] [overflow-wrap:anywhere]">{children}</dd>
    </div>
  );
}

const generation = (g: Generation | undefined) => (g && g.n !== '0' ? (g.epoch > 1 ? `${g.epoch}.${g.n}` : g.n) : null);

/** How to see the site before its name points at the node. */
function tryCommand(website: Website) {
  try {
    const url = new URL(website.url);
    const port = url.port || (url.protocol === 'https:' ? '443' : '80');
    return `curl --resolve ${url.hostname}:${port}:${website.address} ${website.url}`;
  } catch {
    return null;
  }
}

function Facts({ website: w }: { website: Website }) {
  const t = useTranslations('website');
  const staff = useCan('node:read');
  const applied = generation(w.applied);
  const command = w.state === 'active' && w.address ? tryCommand(w) : null;
  return (
    <section className="card" aria-labelledby="facts">
      <h2 id="facts" className="border-b border-line px-5 py-3.5 text-sm font-semibold">{t('about')}</h2>
      <dl className="divide-y divide-line">
        <Row label={t('domain')}><span className="font-mono">{w.domain}</span>{siteName(w) !== w.domain && <span className="block text-xs text-muted">{t('shownAs', { name: siteName(w) })}</span>}</Row>
        {staff && <Row label={t('organisation')}><OrganisationName id={w.organisationId} /></Row>}
        <Row label={t('node')}>{staff && w.nodeId ? <Link prefetch={false} href={nodePath(w.nodeId)} className="rounded font-mono hover:text-accent-text hover:underline">{w.nodeName || w.nodeId}</Link> : <span className="font-mono">{w.nodeName || w.nodeId || '–'}</span>}</Row>
        <Row label={t('address')}><span className="font-mono">{w.address || '–'}</span></Row>
        <Row label={t('generation')}>
          {generation(w.generation) ?? '–'}
          <span className="text-muted">{applied === generation(w.generation) ? ` · ${t('atWork')}` : applied ? ` · ${t('lastApplied', { n: applied })}` : ` · ${t('notApplied')}`}</span>
        </Row>
        <Row label={t('created')}><When at={w.createdAt} /></Row>
        <Row label={t('changed')}><When at={w.updatedAt} /></Row>
        <Row label={t('id')}><span className="flex items-center gap-1.5"><span className="min-w-0 font-mono text-[12.5px]">{w.id}</span><Copy text={w.id} label={t('copyId')} /></span></Row>
        {command && (
          <Row label={t('before')}>
            <span className="flex items-start gap-1.5 rounded-lg bg-sunken px-3 py-2"><code className="min-w-0 flex-1 font-mono text-[12px]">{command}</code><Copy text={command} label={t('copyCommand')} /></span>
          </Row>
        )}
      </dl>
    </section>
  );
}

function Failed({ website }: { website: Website }) {
  const t = useTranslations('website');
  const client = useQueryClient();
  const { follow } = useTasks();
  const mayRetry = useCan('website:update');
  const retry = useMutation({
    mutationFn: () => retryWebsite({ websiteId: website.id }),
    onSuccess: ({ taskId }) => {
      follow(taskId);
      showTask(taskId);
      void refresh(client, 'websites', 'tasks', 'audit');
    },
  });
  if (website.state !== 'failed') return null;
  return (
    <section role="group" aria-label={t('failed')} className="card mb-4 grid gap-3 border-bad/40 p-5">
      <p className="flex items-center gap-2 text-sm font-semibold text-bad"><CircleAlert aria-hidden className="size-4" />{t('failed')}</p>
      <p className="text-[13px] text-muted">{t('failedHint')}</p>
      {website.message && <Words text={website.message} label={t('said')} />}
      <FormError error={retry.error} />
      <div className="flex flex-wrap gap-2">
        {mayRetry && <Button size="sm" variant="primary" disabled={retry.isPending} onClick={() => retry.mutate()}>{retry.isPending ? <LoaderCircle className="animate-spin" /> : <RotateCcw />}{t('tryAgain')}</Button>}
        {website.taskId && <Button size="sm" onClick={() => showTask(website.taskId)}>{t('showTask')}</Button>}
      </div>
    </section>
  );
}

function Deleted({ website, onPurge }: { website: Website; onPurge(): void }) {
  const t = useTranslations('website');
  const client = useQueryClient();
  const { follow } = useTasks();
  const undelete = useMutation({
    mutationFn: () => undeleteWebsite({ websiteId: website.id }),
    onSuccess: ({ taskId }) => {
      follow(taskId);
      showTask(taskId);
      void refresh(client, 'websites', 'tasks', 'audit');
    },
  });
  return (
    <section role="group" aria-label={t('deleted')} className="card mb-4 grid gap-3 p-5">
      <FormError error={undelete.error} />
      <p className="text-sm font-semibold">{t('deleted')}</p>
      <p className="text-[13px] text-muted">{t('deletedHint')} {website.purgeAt && <>{t('purgedAt')} <b className="font-medium text-text"><Exact at={website.purgeAt} /></b>.</>}</p>
      <div className="flex flex-wrap gap-2">
        <Button size="sm" variant="primary" disabled={undelete.isPending} onClick={() => undelete.mutate()}>{undelete.isPending ? <LoaderCircle className="animate-spin" /> : <Undo2 />}{t('undelete')}</Button>
        <Button size="sm" className="text-bad" onClick={onPurge}><Trash2 />{t('purge')}</Button>
      </div>
    </section>
  );
}

function History({ id }: { id: string }) {
  const t = useTranslations('website');
  const read = useTaskList({ targetId: id, limit: 10 });
  return (
    <section className="card overflow-hidden" aria-labelledby="history">
      <div className="flex items-center gap-3 border-b border-line px-5 py-3.5"><h2 id="history" className="mr-auto text-sm font-semibold">{t('tasks')}</h2><Link prefetch={false} href={`/tasks/?object=${id}`} className="rounded text-[13px] font-medium text-accent-text hover:underline">{t('allTasks')}</Link></div>
      <Stale read={read} />
      {read.error && !read.data ? <Failure read={read} /> : <TaskRows tasks={read.data?.tasks} />}
    </section>
  );
}

function Page({ website }: { website: Website }) {
  const t = useTranslations('website');
  const mayDelete = useCan('website:delete');
  const mayUpdate = useCan('website:update');
  const maySuspend = useCan('website:suspend');
  const [removal, setRemoval] = useState<Removal | null>(null);
  const [editing, setEditing] = useState(false);
  const [editingPhp, setEditingPhp] = useState(false);
  const there = website.serving === 'live' || website.serving === 'suspended';
  const name = siteName(website);
  return (
    <>
      <Crumbs href="/websites/" list={t('websites')} name={name} />
      <div className="mb-5 flex flex-wrap items-center gap-3">
        <h1 className="mr-auto flex min-w-0 flex-wrap items-center gap-3 text-xl font-semibold tracking-tight [overflow-wrap:anywhere]">{name}<State of="websiteState" state={website.state} /></h1>
        {website.state === 'active' && website.url && <Button asChild><a href={website.url} rel="noreferrer" target="_blank"><ExternalLink />{t('open')}</a></Button>}
        {maySuspend && there && <Suspend website={website} />}
        {mayDelete && ['pending', 'active', 'suspended', 'failed'].includes(website.state) && <Button onClick={() => setRemoval('delete')} className="text-bad">{t('delete')}</Button>}
      </div>
      <Failed website={website} />
      {website.serving === 'suspended' && (
        <section role="group" aria-label={t('suspended')} className="card mb-4 grid gap-1 p-5">
          <p className="text-sm font-semibold text-warn">{t('suspended')}</p>
          {website.suspendReason && <p className="text-[13.5px] [overflow-wrap:anywhere]">{t('suspendedFor', { reason: website.suspendReason })}</p>}
          <p className="text-[13px] text-muted">{t('suspendedHint')}</p>
        </section>
      )}
      {website.state === 'deleted' && mayDelete && <Deleted website={website} onPurge={() => setRemoval('purge')} />}
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <div className="grid gap-4">
          <Facts website={website} />
          {website.settings && <SettingsCard website={website} onChange={mayUpdate && there ? () => setEditing(true) : undefined} />}
          {website.settings && <PhpCard website={website} onChange={mayUpdate && there ? () => setEditingPhp(true) : undefined} />}
          {there && <CertificateCard website={website} />}
          {there && <DriftCard website={website} />}
        </div>
        <History id={website.id} />
      </div>
      {website.nodeId && website.state !== 'purged' && <div className="mt-4"><LogCard websiteId={website.id} /></div>}
      {editing && <WebsiteSettings website={website} onClose={() => setEditing(false)} />}
      {editingPhp && <WebsitePhp website={website} onClose={() => setEditingPhp(false)} />}
      {removal && <RemoveWebsite website={website} how={removal} onClose={() => setRemoval(null)} />}
    </>
  );
}

export function WebsiteView() {
  const t = useTranslations('website');
  const read = useWebsite(useParam('id'));
  return <ObjectPage read={read} title={t('title')} list={{ href: '/websites/', name: t('toList') }}>{(website) => <Page website={website} />}</ObjectPage>;
}
