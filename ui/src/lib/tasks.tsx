'use client';
import { useQueryClient } from '@tanstack/react-query';
import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import type { Task } from './api.gen';
import { setParams, useParam } from './params';
import { isEnded, refresh, useTaskList } from './queries';
import { toast } from './toast';

export const recentLimit = 30;
/** The newest tasks: for the counter in the header and for the drawer. */
export const useRecentTasks = () => useTaskList({ limit: recentLimit });

/** Takes a change back by another one. */
export type Undo = () => Promise<{ taskId?: string } | undefined>;
type Tasks = { follow(id: string, undo?: Undo): void; followed: ReadonlyMap<string, Undo | undefined>; done(id: string): void };
const TaskContext = createContext<Tasks | null>(null);

/** Tasks that were started here: their end is told by a toast, with a way back where there is one. */
export function TaskProvider({ children }: { children: ReactNode }) {
  const [followed, setFollowed] = useState<Tasks['followed']>(() => new Map());
  const follow = useCallback((id: string, undo?: Undo) => setFollowed((all) => new Map(all).set(id, undo)), []);
  const done = useCallback((id: string) => setFollowed((all) => new Map([...all].filter(([other]) => other !== id))), []);
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

/** Takes a change back; what that starts is followed in turn, what it refuses is said. */
function useUndo() {
  const t = useTranslations('tasks');
  const client = useQueryClient();
  const { follow } = useTasks();
  return useCallback(async (undo: Undo) => {
    try {
      const reply = await undo();
      if (reply?.taskId) follow(reply.taskId);
      void refresh(client, 'websites', 'tasks', 'audit');
    } catch (error) {
      toast.failure(t('undoFailed', { why: (error as Error).message }), { label: t('show'), onClick: () => showTask() });
    }
  }, [client, follow, t]);
}

export function TaskToasts() {
  const t = useTranslations('tasks');
  const title = useTaskTitle();
  const { followed, done } = useTasks();
  const takeBack = useUndo();
  const recent = useRecentTasks().data?.tasks;
  useEffect(() => {
    for (const task of recent ?? []) {
      if (!followed.has(task.id) || !isEnded(task)) continue;
      const undo = followed.get(task.id);
      done(task.id);
      const name = task.target?.name ?? '';
      if (task.state === 'success' && undo) toast.undoable(t('doneToast', { title: title(task), name }), { label: t('undo'), onClick: () => void takeBack(undo) });
      else if (task.state === 'success') toast.success(t('doneToast', { title: title(task), name }));
      else if (task.state !== 'superseded') toast.failure(t('failedToast', { title: title(task), name }), { label: t('show'), onClick: () => showTask(task.id) });
    }
  }, [recent, followed, done, t, title, takeBack]);
  return null;
}
