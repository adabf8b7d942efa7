'use client';
import { ChevronRight } from 'lucide-react';
import Link from 'next/link';
import { useTranslations } from 'use-intl';
import { State } from '@/components/state';
import { TaskDetail } from '@/components/task-steps';
import { TaskFacts } from '@/components/task-facts';
import { Button } from '@/components/ui/button';
import { Failure, Stale } from '@/components/ui/notice';
import type { Task } from '@/lib/api.gen';
import { useParam } from '@/lib/params';
import { useTask } from '@/lib/queries';
import { useTaskTitle } from '@/lib/tasks';

function Page({ task }: { task: Task }) {
  const t = useTranslations('tasks');
  const title = useTaskTitle();
  const name = [title(task), task.target?.name].filter(Boolean).join(': ');
  return (
    <>
      <nav aria-label={t('crumbs')} className="mb-2 flex min-w-0 items-center gap-1 text-[13px] text-muted">
        <Link prefetch={false} href="/tasks/" className="rounded hover:text-text">{t('title')}</Link>
        <ChevronRight aria-hidden className="size-3.5 shrink-0" />
        <span aria-current="page" className="truncate">{name}</span>
      </nav>
      <h1 className="mb-5 flex min-w-0 flex-wrap items-center gap-3 text-xl font-semibold tracking-tight [overflow-wrap:anywhere]">{name}<State of="taskState" state={task.state} /></h1>
      <div className="grid grid-cols-1 items-start gap-4 xl:grid-cols-2">
        <section className="card" aria-labelledby="steps"><h2 id="steps" className="border-b border-line px-5 py-3.5 text-sm font-semibold">{t('steps')}</h2><div className="p-5"><TaskDetail task={task} page /></div></section>
        <section className="card" aria-labelledby="facts"><h2 id="facts" className="border-b border-line px-5 py-3.5 text-sm font-semibold">{t('about')}</h2><div className="px-5 py-3"><TaskFacts task={task} /></div></section>
      </div>
    </>
  );
}

export function TaskView() {
  const t = useTranslations('tasks');
  const id = useParam('id');
  const read = useTask(id || null);
  if (read.data) {
    return (
      <>
        {read.error && <div className="card mb-4 overflow-hidden"><Stale read={read} /></div>}
        <Page key={read.data.id} task={read.data} />
      </>
    );
  }
  if (read.error || read.fetchStatus === 'idle') {
    return (
      <>
        <h1 className="sr-only">{t('one')}</h1>
        <section className="card"><Failure read={read.error ? read : { ...read, error: new Error(t('noId')) }} action={<Button size="sm" asChild><Link prefetch={false} href="/tasks/">{t('all')}</Link></Button>} /></section>
      </>
    );
  }
  return (
    <div aria-busy="true">
      <h1 className="sr-only">{t('one')}</h1>
      <div className="mb-5 h-14 w-72 max-w-full animate-pulse rounded-lg bg-sunken" />
      <div className="h-96 animate-pulse rounded-xl bg-sunken" />
    </div>
  );
}
