'use client';
// One's own password: in the settings, and in the way of everything else for who has to change it.
import { useQueryClient } from '@tanstack/react-query';
import { LoaderCircle } from 'lucide-react';
import { useForm } from 'react-hook-form';
import { useTranslations } from 'use-intl';
import { changePassword, type ChangePasswordRequest } from '@/lib/api.gen';
import { refresh, sessionQuery } from '@/lib/queries';
import { broken } from '@/lib/rules';
import { useSaving } from '@/lib/saving';
import { toast } from '@/lib/toast';
import { Brand } from './brand';
import { ThemeMenu } from './theme-menu';
import { Button } from './ui/button';
import { Field } from './ui/field';
import { FormError } from './ui/notice';
import { PasswordInput } from './ui/password';
import { UserMenu } from './user-menu';

const rule = { validate: (value: string) => broken(value, { required: true, format: 'password', min: 12, max: 128 }) ?? true };

export function PasswordForm({ onChanged }: { onChanged?: () => void }) {
  const t = useTranslations('account');
  const client = useQueryClient();
  const { register, handleSubmit, setError, reset, formState: { errors } } = useForm<ChangePasswordRequest>({ defaultValues: { currentPassword: '', password: '' } });
  const { save, unplaced } = useSaving<ChangePasswordRequest, unknown>({
    send: changePassword,
    onSaved: () => {
      reset();
      onChanged?.();
      toast.success(t('passwordChanged'));
      void refresh(client, 'session', 'sessions', 'audit');
    },
    fields: ['currentPassword', 'password'],
    setError,
  });
  return (
    <form noValidate className="grid max-w-md gap-4" onSubmit={handleSubmit((form) => save.mutate(form))}>
      <FormError error={unplaced} />
      <Field label={t('currentPassword')} error={errors.currentPassword?.message} required>{(wiring) => <PasswordInput wiring={wiring} register={register('currentPassword', rule)} autoComplete="current-password" />}</Field>
      <Field label={t('newPassword')} error={errors.password?.message} hint={t('passwordHint')} required>{(wiring) => <PasswordInput wiring={wiring} register={register('password', rule)} autoComplete="new-password" />}</Field>
      <div><Button type="submit" variant="primary" disabled={save.isPending}>{save.isPending && <LoaderCircle className="animate-spin" />}{t('changePassword')}</Button></div>
    </form>
  );
}

/** The only page of who has to change the password: nothing else is permitted before. */
export function MustChangePassword() {
  const t = useTranslations('account');
  const client = useQueryClient();
  const onChanged = () => client.setQueryData(sessionQuery.queryKey, (session) => session && { ...session, mustChangePassword: false });
  return (
    <div className="grid min-h-dvh grid-rows-[1fr_auto]">
      <main className="grid content-center justify-items-center gap-5 px-4 py-10">
        <Brand />
        <section className="card w-full max-w-[400px] p-6 shadow-pop sm:p-8" aria-labelledby="must-change">
          <h1 id="must-change" className="text-xl font-semibold tracking-tight">{t('mustChange')}</h1>
          <p className="mt-0.5 mb-6 text-[13px] text-muted">{t('mustChangeHint')}</p>
          <PasswordForm onChanged={onChanged} />
        </section>
      </main>
      <footer className="flex items-center justify-center gap-3 pb-4"><UserMenu /><ThemeMenu /></footer>
    </div>
  );
}
