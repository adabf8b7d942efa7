'use client';
// What the changes would make of the zone, as the server says, and the word to make them: all or none.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { LoaderCircle } from 'lucide-react';
import { useForm } from 'react-hook-form';
import { useTranslations } from 'use-intl';
import { changeRecords, planRecords, type ChangeRecordsReply } from '@/lib/api.gen';
import { refresh } from '@/lib/queries';
import { useSaving } from '@/lib/saving';
import { useTasks } from '@/lib/tasks';
import { changesOf, diffOf, pendingOf, type Pending } from '@/lib/zones';
import { Diff } from './diff';
import { FormDialog } from './form-dialog';
import { Field } from './ui/field';
import { FormError } from './ui/notice';

type Props = { zoneId: string; etag: string; pending: Pending[]; onFault(key: string, words: string): void; onSaved(): void; onClose(): void };

export default function ReviewDialog({ zoneId, etag, pending, onFault, onSaved, onClose }: Props) {
  const t = useTranslations('records');
  const client = useQueryClient();
  const { follow } = useTasks();
  const changes = changesOf(pending);
  const plan = useQuery({ queryKey: ['zones', 'plan', zoneId, changes], queryFn: ({ signal }) => planRecords({ zoneId, changes }, { signal }), retry: false, staleTime: 0, gcTime: 0 });
  const { register, handleSubmit, setError } = useForm<{ note: string }>({ defaultValues: { note: '' } });
  const { save, unplaced } = useSaving<{ note: string }, ChangeRecordsReply>({
    send: ({ note }, options) => changeRecords({ zoneId, etag, changes, ...(note.trim() && { note: note.trim() }) }, options),
    onSaved: ({ taskIds }) => {
      for (const id of taskIds) follow(id);
      void refresh(client, 'zones', 'tasks', 'audit');
      onSaved();
    },
    fields: ['note'],
    setError,
  });
  const wrong = plan.data?.violations ?? [];
  const diff = diffOf(plan.data?.sets ?? []);
  return (
    <FormDialog title={t('review')} description={t('reviewDetail')} submit={t('save')} busy={save.isPending || !plan.data || wrong.length > 0} error={unplaced} onSubmit={handleSubmit((form) => plan.data && wrong.length === 0 && save.mutate(form))} onClose={onClose}>
      {plan.error ? (
        <FormError error={plan.error} />
      ) : !plan.data ? (
        <p role="status" className="flex items-center gap-2 text-[13px] text-muted"><LoaderCircle aria-hidden className="size-4 animate-spin" />{t('planning')}</p>
      ) : wrong.length > 0 ? (
        <div role="alert" className="grid gap-2 rounded-lg bg-bad-soft p-3 text-[13px] text-bad">
          <p className="font-medium">{t('wrong', { count: wrong.length })}</p>
          <ul className="grid gap-1.5">
            {wrong.map((v, i) => {
              const about = pendingOf(pending, v.field);
              const name = about?.input ? `${about.input.name} ${about.input.type}` : about?.record ? `${about.record.name} ${about.record.type}` : v.field;
              return <li key={i}><span className="font-mono text-[12.5px]">{name}</span>: {v.message} {about && <button type="button" className="rounded font-semibold underline underline-offset-2" onClick={() => onFault(about.key, v.message)}>{t('mend')}</button>}</li>;
            })}
          </ul>
        </div>
      ) : diff ? (
        <><Diff text={diff} label={t('diff')} cut={plan.data.more} />{plan.data.foreign.length > 0 && <Diff text={diffOf(plan.data.foreign)} label={t('foreign')} />}</>
      ) : (
        <p className="text-[13px] text-muted">{t('nothing')}</p>
      )}
      <Field label={t('note')} hint={t('noteHint')}>{(wiring) => <input {...wiring} {...register('note', { maxLength: 200 })} className="input" autoComplete="off" />}</Field>
    </FormDialog>
  );
}
