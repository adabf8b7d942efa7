'use client';
// Creating, editing and deleting plans.
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslations } from 'use-intl';
import { createPlan, deletePlan, updatePlan, type Plan } from '@/lib/api.gen';
import { kinds, limitsFrom, limitsOf } from '@/lib/people';
import { refresh } from '@/lib/queries';
import { useSaving } from '@/lib/saving';
import { FormDialog } from './form-dialog';
import { useAct } from './organisation-forms';
import { Field } from './ui/field';

type Form = { name: string; websites: string };
const number = (value: string) => (!value.trim() || (/^\d{1,7}$/.test(value.trim()) && Number(value) <= 1_000_000) ? true : 'count');

/** With a plan it is changed, else a new one is made. */
export default function PlanDialog({ plan, onClose }: { plan?: Plan; onClose(): void }) {
  const t = useTranslations('plans');
  const limits = useTranslations('limits');
  const client = useQueryClient();
  const [start] = useState<Form>(() => ({ name: plan?.name ?? '', ...limitsOf(plan ?? null) }));
  const { register, handleSubmit, setError, formState: { errors, isDirty } } = useForm<Form>({ defaultValues: start });
  const { save, unplaced } = useSaving<Form, unknown>({
    send: ({ name, ...rest }, options) => {
      const body = { name: name.trim(), limits: limitsFrom(rest) };
      return plan ? updatePlan({ planId: plan.id, etag: plan.etag, settings: body }, options) : createPlan(body, options);
    },
    onSaved: () => {
      onClose();
      void refresh(client, 'plans', 'organisations', 'usage', 'audit');
    },
    fields: ['name', ...kinds],
    setError,
  });
  const submit = handleSubmit((form) => (plan && !isDirty ? onClose() : save.mutate(form)));
  return (
    <FormDialog title={plan ? t('edit', { name: plan.name }) : t('new')} description={plan ? t('editDetail', { count: plan.organisations }) : t('newDetail')} submit={plan ? t('save') : t('create')} busy={save.isPending} error={unplaced} dirty={isDirty} onSubmit={submit} onClose={onClose}>
      <Field label={t('name')} error={errors.name?.message} required>
        {(wiring) => <input {...wiring} {...register('name', { validate: (value) => (value.trim() ? true : 'required'), maxLength: { value: 80, message: 'maxLength' } })} className="input" autoComplete="off" />}
      </Field>
      {kinds.map((kind) => (
        <Field key={kind} label={limits(`kind.${kind}`)} error={errors[kind]?.message} hint={limits('hint')}>
          {(wiring) => <input {...wiring} {...register(kind, { validate: number })} className="input w-40" inputMode="numeric" placeholder={limits('unlimited')} autoComplete="off" />}
        </Field>
      ))}
    </FormDialog>
  );
}

export function DeletePlanDialog({ plan, onClose }: { plan: Plan; onClose(): void }) {
  const t = useTranslations('plans');
  const remove = useAct(() => deletePlan({ planId: plan.id }), onClose);
  return <FormDialog title={t('deleteTitle', { name: plan.name })} description={t('deleteDetail')} submit={t('deleteConfirm')} danger busy={remove.isPending} error={remove.error} onSubmit={(event) => { event.preventDefault(); remove.mutate(); }} onClose={onClose} />;
}
