'use client';
import { ChevronDown } from 'lucide-react';
import Link from 'next/link';
import { useState } from 'react';
import { useNow, useTranslations } from 'use-intl';
import type { Task } from '@/lib/api.gen';
import { cn } from '@/lib/cn';
import { useLive } from '@/lib/live';
import { useTask } from '@/lib/queries';
import { hideTasks, useRecentTasks, useShownTask, useTaskTitle } from '@/lib/tasks';
import { duration, taken } from '@/lib/words';
import { State } from './state';
import { TaskFacts } from './task-facts';
import { TaskDetail, progress, stepsOf } from './task-steps';
import { Badge } from './ui/badge';
import { Failure } from './ui/notice';
import { Sheet } from './ui/overlay';
import { When } from './ui/when';

const bars: Record<string, string> = { failed: '[&::-webkit-progress-value]:bg-bad-solid', success: '[&::-webkit-progress-value]:bg-ok' };

function Bar({ task }: { task: Task }) {
  const t = useTranslations('tasks');
  const value = progress(task);
  return (
    <progress
      aria-label={t('progress', { percent: value })}
      value={value}
      max={100}
      className={cn('block h-1 w-full appearance-none bg-sunken [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-sunken [&::-webkit-progress-value]:transition-all', bars[task.state] ?? '[&::-webkit-progress-value]:bg-accent')}
    />
  );
}

/** How long it took; of one that goes on, how long it has been. */
function Time({ task }: { task: Task }) {
  const now = useNow({ updateInterval: 500 });
  const ms = taken(task, now.getTime());
  return ms === null ? <When at={task.createdAt} /> : <span className="tabular-nums">{duration(ms)}</span>;
}

function TaskCard({ task: listed, open, onToggle }: { task: Task; open: boolean; onToggle(): void }) {
  const title = useTaskTitle();
  const near = useTask(open ? listed.id : null).data; // with all steps and words
  const task = near ?? listed;
  return (
    <li className="card overflow-hidden">
      <button type="button" onClick={onToggle} aria-expanded={open} className="flex w-full items-center gap-3 px-4 py-3 text-left -outline-offset-2">
        <span className="min-w-0 flex-1">
          <span className="block truncate text-[13.5px] font-medium">{title(task)}</span>
          <span className="block truncate text-xs text-muted">{[task.target?.name, task.target?.nodeId].filter(Boolean).join(' · ')} · <Time task={task} /></span>
        </span>
        <State of="taskState" state={task.state} />
        <ChevronDown aria-hidden className={cn('size-4 shrink-0 text-muted transition-transform', open && 'rotate-180')} />
      </button>
      <Bar task={task} />
      {open && (
        <div className="grid gap-3 px-4 py-3.5">
          <TaskDetail task={task} />
          <TaskFacts task={task} />
        </div>
      )}
    </li>
  );
}

/** Says the progress of the newest task to screen readers. */
function Said({ task }: { task: Task | undefined }) {
  const title = useTaskTitle();
  const steps = useTranslations('step');
  const states = useTranslations('taskState');
  if (!task) return null;
  const running = stepsOf(task).find((step) => step.state === 'running')?.name;
  const what = running && steps.has(running as 'stage') ? steps(running as 'stage') : states.has(task.state as 'queued') ? states(task.state as 'queued') : task.state;
  return <p className="sr-only" aria-live="polite">{title(task)}: {what}</p>;
}

export default function TaskDrawer() {
  const t = useTranslations('tasks');
  const live = useLive();
  const shown = useShownTask();
  const recent = useRecentTasks();
  const asked = useTask(shown === 'newest' ? null : shown).data;
  const listed = recent.data?.tasks ?? [];
  const tasks = asked && !listed.some((task) => task.id === asked.id) ? [asked, ...listed] : listed;
  const [chosen, setChosen] = useState<{ shown: string; id: string | null } | null>(null);
  const preset = shown === 'newest' ? (tasks[0]?.id ?? null) : shown;
  const expanded = chosen?.shown === shown ? chosen.id : preset;
  return (
    <Sheet open onOpenChange={hideTasks} title={t('title')} description={t('closeable')} badge={<Badge tone={live ? 'ok' : 'warn'} pulse={!live}>{live ? t('live') : t('reconnecting')}</Badge>}>
      <Said task={tasks.find((task) => task.id === preset)} />
      {recent.error && !recent.data ? (
        <Failure read={recent} />
      ) : (
        <ul className="grid flex-1 auto-rows-max content-start gap-3 overflow-y-auto bg-bg p-4">
          {recent.data && tasks.length === 0 && <li className="py-16 text-center text-sm text-muted">{t('none')}</li>}
          {tasks.map((task) => (
            <TaskCard key={task.id} task={task} open={expanded === task.id} onToggle={() => setChosen({ shown, id: expanded === task.id ? null : task.id })} />
          ))}
        </ul>
      )}
      <footer className="border-t border-line px-5 py-3"><Link prefetch={false} href="/tasks/" className="text-[13px] font-medium text-accent-text hover:underline">{t('all')}</Link></footer>
    </Sheet>
  );
}
