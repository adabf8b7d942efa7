'use client';
// A token that may change one record and nothing else: for a router, or a program that gets certificates. With its secret,
// shown once, come examples that are ready to be used.
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useForm, useWatch } from 'react-hook-form';
import { useTranslations } from 'use-intl';
import { createApiToken, type CreateApiTokenReply, type RecordLimit, type Zone } from '@/lib/api.gen';
import { refresh } from '@/lib/queries';
import { examplesOf, limitOf, limitWords, type TokenUse } from '@/lib/record-tokens';
import { useSaving } from '@/lib/saving';
import { FormDialog } from './form-dialog';
import { Button } from './ui/button';
import { Copy } from './ui/copy';
import { Field } from './ui/field';
import { Dialog } from './ui/overlay';

type Form = { name: string; days: string; use: TokenUse };
type Made = { reply: CreateApiTokenReply; limit: RecordLimit; use: TokenUse };
const days = ['30', '90', '365'] as const;

function Text({ label, text }: { label: string; text: string }) {
  const t = useTranslations('recordToken');
  return (
    <div className="grid gap-1">
      <h3 className="text-[13px] font-medium">{label}</h3>
      <div className="flex items-start gap-1.5 rounded-lg bg-sunken px-3 py-2">
        <code className="min-w-0 flex-1 font-mono text-[12px] whitespace-pre-wrap [overflow-wrap:anywhere]">{text}</code>
        <Copy text={text} label={t('copy', { what: label })} />
      </div>
    </div>
  );
}

function Secret({ made, zone, onClose }: { made: Made; zone: Zone; onClose(): void }) {
  const t = useTranslations('recordToken');
  const secret = made.reply.secret ?? '';
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('made')} description={t('madeDetail')}>
      <div className="grid gap-4 overflow-y-auto px-5 py-5">
        <Text label={t('secret')} text={secret} />
        {examplesOf(made.use, location.origin, zone.id, made.limit, secret).map(({ key, text }) => <Text key={key} label={t(`example.${key}`)} text={text} />)}
      </div>
      <footer className="flex justify-end border-t border-line px-5 py-3.5"><Button variant="primary" onClick={onClose}>{t('done')}</Button></footer>
    </Dialog>
  );
}

export default function RecordTokenDialog({ zone, name, type, onClose }: { zone: Zone; name: string; type: string; onClose(): void }) {
  const t = useTranslations('recordToken');
  const words = useTranslations('tokens');
  const client = useQueryClient();
  const [made, setMade] = useState<Made | null>(null);
  const address = type === 'A' || type === 'AAAA';
  const { register, control, handleSubmit, setError, formState: { errors, isDirty } } = useForm<Form>({ defaultValues: { name: '', days: '365', use: address ? 'address' : 'record' } });
  const use = useWatch({ control, name: 'use' });
  const limit = limitOf(use, zone, name, type);
  const { save, unplaced } = useSaving<Form, CreateApiTokenReply>({
    send: (form, options) => createApiToken({ name: form.name.trim(), ttlS: Number(form.days) * 86_400, records: [limit] }, options),
    onSaved: (reply) => {
      setMade({ reply, limit, use });
      void refresh(client, 'tokens', 'audit');
    },
    fields: ['name'],
    setError,
  });
  if (made) return <Secret made={made} zone={zone} onClose={onClose} />;
  const uses: TokenUse[] = [...(address ? ['address' as const] : []), 'record', ...(type === 'TXT' && name.startsWith('_acme-challenge') ? [] : ['certificate' as const])];
  return (
    <FormDialog title={t('title', { name })} description={t('detail')} submit={t('create')} busy={save.isPending} error={unplaced} dirty={isDirty} onSubmit={handleSubmit((form) => save.mutate(form))} onClose={onClose}>
      <Field label={t('name')} error={errors.name?.message} hint={t('nameHint')} required>
        {(wiring) => <input {...wiring} {...register('name', { validate: (value) => (value.trim() ? true : 'required'), maxLength: { value: 80, message: 'maxLength' } })} className="input" autoComplete="off" />}
      </Field>
      <Field label={words('expires')}>{(wiring) => <select {...wiring} {...register('days')} className="input">{days.map((n) => <option key={n} value={n}>{words('days', { count: Number(n) })}</option>)}</select>}</Field>
      <fieldset className="grid gap-2">
        <legend className="mb-1.5 text-[13px] font-medium">{t('use')}</legend>
        {uses.map((one) => <label key={one} className="flex items-center gap-2 text-[13px]"><input type="radio" value={one} {...register('use')} />{t(`uses.${one}`, { type })}</label>)}
      </fieldset>
      <p className="text-[13px] text-muted">{t('may')} <span className="font-mono [overflow-wrap:anywhere]">{limitWords(limit)}</span></p>
    </FormDialog>
  );
}
