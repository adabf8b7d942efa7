'use client';
import { LoaderCircle } from 'lucide-react';
import { useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { useTranslations } from 'use-intl';
import { updateProfile, type User } from '@/lib/api.gen';
import { refresh } from '@/lib/queries';
import { useSaving } from '@/lib/saving';
import { toast } from '@/lib/toast';
import { Button } from './ui/button';
import { Field } from './ui/field';
import { FormError } from './ui/notice';

/** What people change of their own name. */
export default function NameForm({ profile }: { profile: User }) {
  const t = useTranslations('account');
  const client = useQueryClient();
  const { register, handleSubmit, setError, formState: { errors, isDirty } } = useForm<{ name: string }>({ values: { name: profile.name } });
  const { save, unplaced } = useSaving<{ name: string }, unknown>({
    send: ({ name }, options) => updateProfile({ etag: profile.etag, settings: { name: name.trim() } }, options),
    onSaved: () => {
      toast.success(t('saved'));
      void refresh(client, 'profile', 'session', 'users', 'audit');
    },
    fields: ['name'],
    setError,
  });
  return (
    <form noValidate className="grid max-w-md gap-4" onSubmit={handleSubmit((form) => save.mutate(form))}>
      <FormError error={unplaced} />
      <Field label={t('name')} error={errors.name?.message} required>
        {(wiring) => <input {...wiring} {...register('name', { validate: (value) => (value.trim() ? true : 'required'), maxLength: { value: 80, message: 'maxLength' } })} className="input" autoComplete="name" />}
      </Field>
      <div><Button type="submit" variant="primary" disabled={!isDirty || save.isPending}>{save.isPending && <LoaderCircle className="animate-spin" />}{t('save')}</Button></div>
    </form>
  );
}
