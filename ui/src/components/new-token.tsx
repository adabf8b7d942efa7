'use client';
// A new API token: what it may do, until when; its secret is shown once.
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useForm, useWatch } from 'react-hook-form';
import { useTranslations } from 'use-intl';
import { createApiToken, type CreateApiTokenReply } from '@/lib/api.gen';
import { grouped } from '@/lib/people';
import { refresh, useSession } from '@/lib/queries';
import { useSaving } from '@/lib/saving';
import { FormDialog } from './form-dialog';
import { Button } from './ui/button';
import { Copy } from './ui/copy';
import { Field } from './ui/field';
import { Dialog } from './ui/overlay';

type Form = { name: string; days: string; all: string; scopes: string[] };
const days = ['7', '30', '90', '365'] as const;
const most = 32; // as many as a token holds

function Secret({ token, onClose }: { token: CreateApiTokenReply; onClose(): void }) {
  const t = useTranslations('tokens');
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('made')} description={t('madeDetail')}>
      <div className="px-5 py-5">
        <p className="flex items-start gap-1.5 rounded-lg bg-sunken px-3 py-2"><code className="min-w-0 flex-1 font-mono text-[12.5px] [overflow-wrap:anywhere]">{token.secret}</code><Copy text={token.secret ?? ''} label={t('copySecret')} /></p>
      </div>
      <footer className="flex justify-end border-t border-line px-5 py-3.5"><Button variant="primary" onClick={onClose}>{t('done')}</Button></footer>
    </Dialog>
  );
}

export default function NewTokenDialog({ onClose }: { onClose(): void }) {
  const t = useTranslations('tokens');
  const client = useQueryClient();
  const permissions = useSession().data?.permissions ?? [];
  const [made, setMade] = useState<CreateApiTokenReply | null>(null);
  const { register, control, handleSubmit, setError, formState: { errors, isDirty } } = useForm<Form>({ defaultValues: { name: '', days: '90', all: 'some', scopes: [] } });
  const some = useWatch({ control, name: 'all' }) === 'some';
  const chosen = useWatch({ control, name: 'scopes' });
  const { save, unplaced } = useSaving<Form, CreateApiTokenReply>({
    send: (form, options) => createApiToken({ name: form.name.trim(), ttlS: Number(form.days) * 86_400, ...(form.all === 'some' && { scopes: form.scopes }) }, options),
    onSaved: (reply) => {
      setMade(reply);
      void refresh(client, 'tokens', 'audit');
    },
    fields: ['name', 'scopes'],
    setError,
  });
  const submit = handleSubmit((form) => {
    if (form.all === 'some' && form.scopes.length === 0) setError('scopes', { message: t('chooseOne') });
    else if (form.all === 'some' && form.scopes.length > most) setError('scopes', { message: t('tooMany', { most }) });
    else save.mutate(form);
  });
  if (made) return <Secret token={made} onClose={onClose} />;
  return (
    <FormDialog title={t('new')} description={t('newDetail')} submit={t('create')} busy={save.isPending} error={unplaced} dirty={isDirty} onSubmit={submit} onClose={onClose}>
      <Field label={t('name')} error={errors.name?.message} hint={t('nameHint')} required>
        {(wiring) => <input {...wiring} {...register('name', { validate: (value) => (value.trim() ? true : 'required'), maxLength: { value: 80, message: 'maxLength' } })} className="input" autoComplete="off" />}
      </Field>
      <Field label={t('expires')}>{(wiring) => <select {...wiring} {...register('days')} className="input">{days.map((n) => <option key={n} value={n}>{t('days', { count: Number(n) })}</option>)}</select>}</Field>
      <fieldset className="grid gap-2">
        <legend className="mb-1.5 text-[13px] font-medium">{t('scopes')}</legend>
        <label className="flex items-center gap-2 text-[13px]"><input type="radio" value="some" {...register('all')} />{t('some', { count: chosen.length })}</label>
        <label className="flex items-center gap-2 text-[13px]"><input type="radio" value="all" {...register('all')} />{t('all')}</label>
        {errors.scopes?.message && <p role="alert" className="text-xs font-medium text-bad">{errors.scopes.message}</p>}
        {some && (
          <div className="grid gap-3 rounded-lg border border-line p-3 sm:grid-cols-2">
            {grouped(permissions).map(([about, list]) => (
              <div key={about} role="group" aria-label={about} className="grid content-start gap-0.5">
                <p aria-hidden className="text-xs font-medium text-muted">{about}</p>
                {list.map((one) => <label key={one} className="flex min-h-7 items-center gap-2 text-[13px]"><input type="checkbox" value={one} {...register('scopes')} /><span className="font-mono text-[12.5px]">{one}</span></label>)}
              </div>
            ))}
          </div>
        )}
      </fieldset>
    </FormDialog>
  );
}
