'use client';
// For whom a session acts: the banner that says so on every page, and the way in. The browser's caches are of one of the
// two, so both ways begin a new page.
import { useMutation } from '@tanstack/react-query';
import { LoaderCircle, VenetianMask } from 'lucide-react';
import { useForm } from 'react-hook-form';
import { useFormatter, useTranslations } from 'use-intl';
import { actFor, stopActing, type Organisation } from '@/lib/api.gen';
import { useSession } from '@/lib/queries';
import { useSaving } from '@/lib/saving';
import { FormDialog } from './form-dialog';
import { Button } from './ui/button';
import { Field } from './ui/field';

export function ActDialog({ organisation, onClose }: { organisation: Organisation; onClose(): void }) {
  const t = useTranslations('organisations');
  const { register, handleSubmit, setError, formState: { errors, isDirty } } = useForm<{ reason: string }>({ defaultValues: { reason: '' } });
  const { save, unplaced } = useSaving<{ reason: string }, unknown>({
    send: ({ reason }, options) => actFor({ organisationId: organisation.id, reason: reason.trim() }, options),
    onSaved: () => location.assign('/'),
    fields: ['reason'],
    setError,
  });
  return (
    <FormDialog title={t('actTitle', { name: organisation.name })} description={t('actDetail')} submit={t('actConfirm')} busy={save.isPending || save.isSuccess} error={unplaced} dirty={isDirty && !save.isSuccess} onSubmit={handleSubmit((form) => save.mutate(form))} onClose={onClose}>
      <Field label={t('reason')} error={errors.reason?.message} hint={t('actReasonHint')} required>
        {(wiring) => <input {...wiring} {...register('reason', { validate: (value) => (value.trim() ? true : 'required'), maxLength: { value: 200, message: 'maxLength' } })} className="input" autoComplete="off" />}
      </Field>
    </FormDialog>
  );
}

export function ActingBanner() {
  const t = useTranslations('acting');
  const format = useFormatter();
  const acting = useSession().data?.acting;
  const stop = useMutation({ mutationFn: () => stopActing(), onSuccess: () => location.assign(`/organisations/view/?id=${acting?.organisationId ?? ''}`) });
  if (!acting) return null;
  const time = format.dateTime(new Date(acting.until), { timeStyle: 'short' });
  return (
    <section aria-label={t('label')} className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line bg-warn-soft px-4 py-1.5 text-[13px] text-warn sm:px-6">
      <VenetianMask aria-hidden className="size-4 shrink-0" />
      <p className="min-w-0 flex-1 [overflow-wrap:anywhere]"><strong className="font-semibold">{t('as', { name: acting.organisationName })}</strong> <span>{t('until', { time })} · {acting.reason}</span></p>
      {stop.isError && <span role="alert">{t('failed')}</span>}
      <Button size="sm" disabled={stop.isPending || stop.isSuccess} onClick={() => stop.mutate()}>{stop.isPending && <LoaderCircle className="animate-spin" />}{t('stop')}</Button>
    </section>
  );
}
