'use client';
// Deleting and purging: both ask for the name, and say what goes and what is kept.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { LoaderCircle } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import { useTranslations } from 'use-intl';
import { deleteWebsite, purgeWebsite, undeleteWebsite, type Website } from '@/lib/api.gen';
import { refresh } from '@/lib/queries';
import { toAscii } from '@/lib/rules';
import { showTask, useTasks } from '@/lib/tasks';
import { Button } from './ui/button';
import { Field } from './ui/field';
import { FormError } from './ui/notice';
import { Dialog } from './ui/overlay';

const calls = { delete: deleteWebsite, purge: purgeWebsite };

export default function RemoveWebsiteDialog({ website, how, onClose }: { website: Website; how: keyof typeof calls; onClose(): void }) {
  const t = useTranslations(how);
  const common = useTranslations('common');
  const client = useQueryClient();
  const { follow } = useTasks();
  const [typed, setTyped] = useState('');
  const name = website.displayDomain || website.domain;
  const matches = typed.trim() === name || toAscii(typed) === website.domain;
  const remove = useMutation({
    mutationFn: () => calls[how]({ websiteId: website.id }),
    onSuccess: ({ taskId }) => {
      if (taskId) follow(taskId, how === 'delete' ? () => undeleteWebsite({ websiteId: website.id }) : undefined);
      onClose();
      if (taskId) showTask(taskId);
      void refresh(client, 'websites', 'tasks', 'audit');
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (matches && !remove.isPending) remove.mutate();
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('title', { name })} description={t('detail')}>
      <form className="grid gap-4 px-5 py-5" onSubmit={submit}>
        <FormError error={remove.error} />
        <p className="text-[13px] text-muted">{t('kept')}</p>
        <Field label={t('label', { name })}>
          {(wiring) => <input {...wiring} className="input font-mono" value={typed} onChange={(event) => setTyped(event.target.value)} autoComplete="off" autoCapitalize="none" spellCheck={false} />}
        </Field>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{common('keep')}</Button>
          <Button type="submit" variant="danger" disabled={!matches || remove.isPending}>{remove.isPending && <LoaderCircle className="animate-spin" />}{t('confirm')}</Button>
        </div>
      </form>
    </Dialog>
  );
}
