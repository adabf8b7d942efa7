'use client';
import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import type { Task } from './api.gen';
import { setParams, useParam } from './params';
import { isEnded, useTaskList } from './queries';
import { toast } from './toast';

export const recentLimit = 30;
/** The newest tasks: for the counter in the header and for the drawer. */
export const useRecentTasks = () => useTaskList({ limit: recentLimit });

type Tasks = { follow(id: string): void; followed: ReadonlySet<string>; done(id: string): void };
const TaskContext = createContext<Tasks | null>(null);

/** Tasks that were started here: their end is told by a toast. */
export function TaskProvider({ children }: { children: ReactNode }) {
  const [followed, setFollowed] = useState<ReadonlySet<string>>(() => new Set());
  const follow = useCallback((id: string) => setFollowed((all) => new Set(all).add(id)), []);
  const done = useCallback((id: string) => setFollowed((all) => new Set([...all].filter((other) => other !== id))), []);
  const value = useMemo(() => ({ follow, followed, done }), [follow, followed, done]);
  return <TaskContext value={value}>{children}</TaskContext>;
}

export function useTasks() {
  const context = useContext(TaskContext);
  if (!context) throw new Error('useTasks outside of TaskProvider');
  return context;
}

/** Opens the drawer with one task in view, or with the newest. */
export const showTask = (id = 'newest') => setParams({ task: id });
export const hideTasks = () => setParams({ task: null });
export const useShownTask = () => useParam('task');

/** "website.apply" in words: what the first generation brings about is the creation. */
export function useTaskTitle() {
  const t = useTranslations('action');
  return (task: Pick<Task, 'action' | 'generation'>) => {
    const first = task.action === 'website.apply' && task.generation?.n === '1';
    const key = (first ? 'website.create' : task.action) as 'website.apply';
    return t.has(key) ? t(key) : task.action;
  };
}

export function TaskToasts() {
  const t = useTranslations('tasks');
  const title = useTaskTitle();
  const { followed, done } = useTasks();
  const recent = useRecentTasks().data?.tasks;
  useEffect(() => {
    for (const task of recent ?? []) {
      if (!followed.has(task.id) || !isEnded(task)) continue;
      done(task.id);
      const name = task.target?.name ?? '';
      if (task.state === 'success') toast.success(t('doneToast', { title: title(task), name }));
      else if (task.state !== 'superseded') toast.failure(t('failedToast', { title: title(task), name }), { label: t('show'), onClick: () => showTask(task.id) });
    }
  }, [recent, followed, done, t, title]);
  return null;
}
