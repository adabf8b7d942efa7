'use client';
// Creating, editing and suspending organisations.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslations } from 'use-intl';
import { createOrganisation, suspendOrganisation, updateOrganisation, type Organisation } from '@/lib/api.gen';
import { usePlans } from '@/lib/people';
import { refresh } from '@/lib/queries';
import { useSaving } from '@/lib/saving';
import { FormDialog } from './form-dialog';
import { Field } from './ui/field';

type Form = { name: string; planId: string };
const fields = ['name', 'planId'] as const;
const kinds = ['organisations', 'usage', 'plans', 'audit'];

/** With an organisation it is changed, else a new one is made. */
export default function OrganisationDialog({ organisation: now, onClose }: { organisation?: Organisation; onClose(): void }) {
  const [organisation] = useState(now); // as it was read: what others change meanwhile isn't overwritten unseen
  const t = useTranslations('organisations');
  const client = useQueryClient();
  const router = useRouter();
  const plans = usePlans().data?.plans ?? [];
  const [start] = useState<Form>(() => ({ name: organisation?.name ?? '', planId: organisation?.planId ?? '' }));
  const { register, handleSubmit, setError, formState: { errors, isDirty } } = useForm<Form>({ values: start });
  const { save, unplaced } = useSaving<Form, Organisation | undefined>({
    send: ({ name, planId }, options) => organisation
      ? updateOrganisation({ organisationId: organisation.id, etag: organisation.etag, settings: { ...(name.trim() !== start.name && { name: name.trim() }), ...(planId !== start.planId && { planId }) } }, options).then((reply) => reply.organisation)
      : createOrganisation({ name: name.trim(), ...(planId && { planId }) }, options).then((reply) => reply.organisation),
    onSaved: (saved) => {
      onClose();
      if (!organisation && saved) router.push(`/organisations/view/?id=${saved.id}`);
      void refresh(client, ...kinds);
    },
    fields,
    setError,
  });
  const submit = handleSubmit((form) => (organisation && !isDirty ? onClose() : save.mutate(form)));
  return (
    <FormDialog title={organisation ? t('edit', { name: organisation.name }) : t('new')} description={organisation ? undefined : t('newDetail')} submit={organisation ? t('save') : t('create')} busy={save.isPending} error={unplaced} dirty={isDirty} onSubmit={submit} onClose={onClose}>
      <Field label={t('name')} error={errors.name?.message} required>
        {(wiring) => <input {...wiring} {...register('name', { validate: (value) => (value.trim() ? true : 'required'), maxLength: { value: 80, message: 'maxLength' } })} className="input" autoComplete="off" />}
      </Field>
      <Field label={t('plan')} error={errors.planId?.message} hint={t('planHint')}>
        {(wiring) => (
          <select {...wiring} {...register('planId')} key={plans.length} className="input">
            <option value="">{t('noPlan')}</option>
            {plans.map((plan) => <option key={plan.id} value={plan.id}>{plan.name}</option>)}
          </select>
        )}
      </Field>
    </FormDialog>
  );
}

type Reason = { reason: string };

/** Says what it means, and asks why. */
export function SuspendDialog({ organisation, onClose }: { organisation: Organisation; onClose(): void }) {
  const t = useTranslations('organisations');
  const client = useQueryClient();
  const { register, handleSubmit, setError, formState: { errors, isDirty } } = useForm<Reason>({ defaultValues: { reason: '' } });
  const { save, unplaced } = useSaving<Reason, unknown>({
    send: ({ reason }, options) => suspendOrganisation({ organisationId: organisation.id, reason: reason.trim() }, options),
    onSaved: () => {
      onClose();
      void refresh(client, ...kinds);
    },
    fields: ['reason'],
    setError,
  });
  return (
    <FormDialog title={t('suspendTitle', { name: organisation.name })} submit={t('suspendConfirm')} danger busy={save.isPending} error={unplaced} dirty={isDirty} onSubmit={handleSubmit((form) => save.mutate(form))} onClose={onClose}>
      <ul className="grid list-disc gap-1 pl-4 text-[13px] text-muted">{(['suspendPeople', 'suspendTokens', 'suspendWebsites', 'suspendBack'] as const).map((key) => <li key={key}>{t(key)}</li>)}</ul>
      <Field label={t('reason')} error={errors.reason?.message} hint={t('reasonHint')} required>
        {(wiring) => <input {...wiring} {...register('reason', { validate: (value) => (value.trim() ? true : 'required'), maxLength: { value: 200, message: 'maxLength' } })} className="input" autoComplete="off" />}
      </Field>
    </FormDialog>
  );
}

export function useAct<T>(act: () => Promise<T>, onDone?: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSuccess: () => {
      onDone?.();
      void refresh(client, 'organisations', 'users', 'usage', 'plans', 'tokens', 'sessions', 'audit');
    },
  });
}
