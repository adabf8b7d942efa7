'use client';
// Suspending and resuming a website: for staff. Both are taken back where their end is told.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { CirclePause, LoaderCircle, Play } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import { useTranslations } from 'use-intl';
import { resumeWebsite, suspendWebsite, type Website } from '@/lib/api.gen';
import { refresh } from '@/lib/queries';
import { showTask, useTasks } from '@/lib/tasks';
import { siteName } from './site';
import { Button } from './ui/button';
import { Field } from './ui/field';
import { FormError } from './ui/notice';
import { Dialog } from './ui/overlay';

const reasonMax = 200;

function useSuspension(website: Website, onDone?: () => void) {
  const client = useQueryClient();
  const { follow } = useTasks();
  const suspended = website.serving === 'suspended';
  const suspend = (reason: string) => suspendWebsite({ websiteId: website.id, ...(reason && { reason }) });
  const resume = () => resumeWebsite({ websiteId: website.id });
  return useMutation({
    mutationFn: (reason: string) => (suspended ? resume() : suspend(reason)),
    onSuccess: ({ taskId }) => {
      follow(taskId, suspended ? () => suspend(website.suspendReason) : resume);
      onDone?.();
      showTask(taskId);
      void refresh(client, 'websites', 'tasks', 'audit');
    },
  });
}

function SuspendDialog({ website, onClose }: { website: Website; onClose(): void }) {
  const t = useTranslations('suspend');
  const common = useTranslations('common');
  const [reason, setReason] = useState('');
  const change = useSuspension(website, onClose);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!change.isPending) change.mutate(reason.trim());
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('title', { name: siteName(website) })} description={t('detail')}>
      <form className="grid gap-4 px-5 py-5" onSubmit={submit}>
        <FormError error={change.error} />
        <Field label={t('reason')} hint={t('reasonHint')}>{(wiring) => <input {...wiring} className="input" value={reason} maxLength={reasonMax} onChange={(event) => setReason(event.target.value)} autoComplete="off" />}</Field>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{common('cancel')}</Button>
          <Button type="submit" variant="primary" disabled={change.isPending}>{change.isPending && <LoaderCircle className="animate-spin" />}{t('confirm')}</Button>
        </div>
      </form>
    </Dialog>
  );
}

export function Suspend({ website }: { website: Website }) {
  const t = useTranslations('suspend');
  const [asking, setAsking] = useState(false);
  const resume = useSuspension(website);
  if (website.serving === 'suspended') {
    return (
      <>
        <FormError error={resume.error} />
        <Button disabled={resume.isPending} onClick={() => resume.mutate('')}>{resume.isPending ? <LoaderCircle className="animate-spin" /> : <Play />}{t('resume')}</Button>
      </>
    );
  }
  return (
    <>
      <Button onClick={() => setAsking(true)}><CirclePause />{t('suspend')}</Button>
      {asking && <SuspendDialog website={website} onClose={() => setAsking(false)} />}
    </>
  );
}
