'use client';
// A website's files on its node: as the panel wrote them, or what somebody made of them.
import { useQueryClient } from '@tanstack/react-query';
import { CircleCheck, LoaderCircle, RefreshCw } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { adoptFiles, restoreFiles, type Website } from '@/lib/api.gen';
import { refresh, useCan, useDrift } from '@/lib/queries';
import { showTask, useTasks } from '@/lib/tasks';
import { DecideDialog, DriftFiles, useDecision, type Decision } from './drift-files';
import { Badge } from './ui/badge';
import { Button } from './ui/button';
import { useProblem } from './ui/notice';

export function DriftCard({ website }: { website: Website }) {
  const t = useTranslations('drift');
  const words = useProblem();
  const client = useQueryClient();
  const { follow } = useTasks();
  const mayChange = useCan('website:update');
  const read = useDrift(website.id);
  const { decision, decide, close } = useDecision();
  const files = read.data?.files ?? [];
  const drifted = files.filter((file) => file.state !== 'adopted').length;
  const act = async ({ how, file }: Decision) => {
    const choice = file ? [how === 'adopt' ? { path: file.path, digest: file.digest } : { path: file.path }] : [];
    const { taskId } = await (how === 'adopt' ? adoptFiles : restoreFiles)({ websiteId: website.id, files: choice });
    follow(taskId);
    showTask(taskId);
    void refresh(client, 'websites', 'tasks', 'audit');
  };
  return (
    <section className="card overflow-hidden" aria-labelledby="drift" aria-busy={read.isPending}>
      <div className="flex flex-wrap items-center gap-3 border-b border-line px-5 py-2.5">
        <h2 id="drift" className="text-sm font-semibold">{t('title')}</h2>
        {drifted > 0 && <Badge tone="warn">{t('drifted', { count: drifted })}</Badge>}
        <Button size="sm" variant="ghost" className="ml-auto" disabled={read.isFetching} onClick={() => void read.refetch()}>{read.isFetching ? <LoaderCircle className="animate-spin" /> : <RefreshCw />}{t('look')}</Button>
      </div>
      {read.isPending && <div className="m-5 h-5 w-64 max-w-full animate-pulse rounded bg-sunken" />}
      {read.error && <p role="status" className="px-5 py-3.5 text-[13px] text-warn">{t('unread', { why: words(read.error).detail })}</p>}
      {read.data && files.length === 0 && <p className="flex items-center gap-2 px-5 py-3.5 text-[13px] text-muted"><CircleCheck aria-hidden className="size-4 shrink-0 text-ok" />{t('none')}</p>}
      {files.length > 0 && <DriftFiles files={files} own onDecide={mayChange ? decide : undefined} />}
      {decision && <DecideDialog decision={decision} act={act} onClose={close} />}
    </section>
  );
}
