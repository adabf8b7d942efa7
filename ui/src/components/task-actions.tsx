'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { LoaderCircle, RotateCcw, X } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { cancelTask, retryTask, type Task } from '@/lib/api.gen';
import { setParams } from '@/lib/params';
import { refresh, useCan } from '@/lib/queries';
import { showTask } from '@/lib/tasks';
import { Button } from './ui/button';
import { FormError } from './ui/notice';

/** What can be done about a task that waits; and where its work went when something newer took its place. */
export function TaskActions({ task, page }: { task: Task; page?: boolean }) {
  const t = useTranslations('tasks');
  const client = useQueryClient();
  const mayCancel = useCan('task:cancel');
  const mayRetry = useCan('task:retry');
  const refreshed = { onSettled: () => refresh(client, 'tasks', 'websites', 'audit') };
  const cancel = useMutation({ mutationFn: () => cancelTask({ taskId: task.id }), ...refreshed });
  const retry = useMutation({ mutationFn: () => retryTask({ taskId: task.id }), ...refreshed });
  if (task.supersededBy) return <Button size="sm" className="justify-self-start" onClick={() => (page ? setParams({ id: task.supersededBy }, 'push') : showTask(task.supersededBy))}>{t('successor')}</Button>;
  if (task.state !== 'queued') return null;
  return (
    <div className="grid gap-2">
      <FormError error={cancel.error ?? retry.error} />
      <div className="flex flex-wrap gap-2">
        {mayRetry && <Button size="sm" disabled={retry.isPending} onClick={() => retry.mutate()}>{retry.isPending ? <LoaderCircle className="animate-spin" /> : <RotateCcw />}{t('retry')}</Button>}
        {mayCancel && <Button size="sm" disabled={cancel.isPending} onClick={() => cancel.mutate()}>{cancel.isPending ? <LoaderCircle className="animate-spin" /> : <X />}{t('cancel')}</Button>}
      </div>
    </div>
  );
}
