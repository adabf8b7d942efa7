'use client';
import { useTranslations } from 'use-intl';
import type { Task } from '@/lib/api.gen';
import { showTask, useTaskTitle } from '@/lib/tasks';
import { State } from './state';
import { When } from './ui/when';

/** A short list of tasks; each opens in the drawer. */
export function TaskRows({ tasks }: { tasks: Task[] | undefined }) {
  const t = useTranslations('tasks');
  const title = useTaskTitle();
  if (!tasks) return <div aria-busy="true" className="m-5 h-24 animate-pulse rounded bg-sunken" />;
  if (tasks.length === 0) return <p className="px-5 py-8 text-center text-[13px] text-muted">{t('none')}</p>;
  return (
    <ul className="divide-y divide-line">
      {tasks.map((task) => (
        <li key={task.id}>
          <button type="button" onClick={() => showTask(task.id)} className="flex w-full items-center gap-3 px-5 py-3 text-left -outline-offset-2 transition-colors hover:bg-sunken/50">
            <span className="min-w-0 flex-1"><span className="block truncate text-[13px] font-medium">{title(task)}</span><span className="block truncate text-xs text-muted"><When at={task.createdAt} />{task.actorName && ` · ${task.actorName}`}</span></span>
            <State of="taskState" state={task.state} />
          </button>
        </li>
      ))}
    </ul>
  );
}
