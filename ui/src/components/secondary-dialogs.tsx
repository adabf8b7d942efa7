'use client';
// A name server outside may transfer a zone from now on, with a key whose secret is shown once; or no more.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslations } from 'use-intl';
import { addSecondary, removeSecondary, type Secondary, type SecondaryReply, type Zone } from '@/lib/api.gen';
import { refresh } from '@/lib/queries';
import { useSaving } from '@/lib/saving';
import { useTasks } from '@/lib/tasks';
import { FormDialog } from './form-dialog';
import { Button } from './ui/button';
import { Copy } from './ui/copy';
import { Field } from './ui/field';
import { Dialog } from './ui/overlay';

const algorithms = ['hmac-sha256', 'hmac-sha384', 'hmac-sha512'];
type Form = { address: string; port: string; nameServer: string; notify: boolean; tsigName: string; tsigAlgorithm: string; tsigSecret: string };
const empty: Form = { address: '', port: '53', nameServer: '', notify: true, tsigName: '', tsigAlgorithm: 'hmac-sha256', tsigSecret: '' };

function Secret({ made, onClose }: { made: SecondaryReply; onClose(): void }) {
  const t = useTranslations('secondaries');
  const lines: [string, string][] = [[t('tsigName'), made.secondary?.tsigName ?? ''], [t('tsigAlgorithm'), made.secondary?.tsigAlgorithm ?? ''], [t('tsigSecret'), made.tsigSecret ?? '']];
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('made')} description={t('madeDetail')}>
      <dl className="grid gap-3 overflow-y-auto px-5 py-5 text-[13px]">
        {lines.map(([label, text]) => (
          <div key={label} className="grid gap-1">
            <dt className="text-muted">{label}</dt>
            <dd className="flex items-start gap-1.5 rounded-lg bg-sunken px-3 py-2"><code className="min-w-0 flex-1 font-mono text-[12.5px] [overflow-wrap:anywhere]">{text}</code><Copy text={text} label={t('copy', { what: label })} /></dd>
          </div>
        ))}
      </dl>
      <footer className="flex justify-end border-t border-line px-5 py-3.5"><Button variant="primary" onClick={onClose}>{t('done')}</Button></footer>
    </Dialog>
  );
}

export function AddDialog({ zone, onClose }: { zone: Zone; onClose(): void }) {
  const t = useTranslations('secondaries');
  const client = useQueryClient();
  const { follow } = useTasks();
  const [made, setMade] = useState<SecondaryReply | null>(null);
  const { register, handleSubmit, setError, formState: { errors, isDirty } } = useForm<Form>({ defaultValues: empty });
  const { save, unplaced } = useSaving<Form, SecondaryReply>({
    send: ({ port, ...form }, options) => addSecondary({ zoneId: zone.id, port: Number(port), ...form }, options),
    onSaved: (reply) => {
      for (const id of reply.taskIds) follow(id);
      void refresh(client, 'zones', 'tasks', 'audit');
      if (reply.tsigSecret) setMade(reply);
      else onClose();
    },
    fields: ['address', 'port', 'nameServer', 'tsigName', 'tsigAlgorithm', 'tsigSecret'],
    setError,
  });
  if (made) return <Secret made={made} onClose={onClose} />;
  const plain = { className: 'input font-mono', autoComplete: 'off', autoCapitalize: 'none', spellCheck: false };
  return (
    <FormDialog title={t('addTitle', { name: zone.displayName })} description={t('addDetail')} submit={t('confirm')} busy={save.isPending} error={unplaced} dirty={isDirty} onSubmit={handleSubmit((form) => save.mutate(form))} onClose={onClose}>
      <div className="grid gap-5 sm:grid-cols-[1fr_7rem]">
        <Field label={t('address')} error={errors.address?.message} required>{(wiring) => <input {...wiring} {...register('address', { validate: (value) => (value.trim() ? true : 'required'), setValueAs: (value: string) => value.trim() })} {...plain} />}</Field>
        <Field label={t('port')} error={errors.port?.message}>{(wiring) => <input {...wiring} {...register('port', { pattern: { value: /^[0-9]{1,5}$/, message: t('portRule') } })} {...plain} inputMode="numeric" />}</Field>
      </div>
      <label className="flex items-center gap-2 text-[13px]"><input type="checkbox" {...register('notify')} />{t('notify')}</label>
      <Field label={t('nameServer')} error={errors.nameServer?.message} hint={t('nameServerHint')}>{(wiring) => <input {...wiring} {...register('nameServer', { setValueAs: (value: string) => value.trim() })} {...plain} />}</Field>
      <fieldset className="grid gap-5 rounded-lg border border-line p-3">
        <legend className="px-1 text-[13px] font-medium">{t('keyTitle')}</legend>
        <Field label={t('tsigName')} error={errors.tsigName?.message} hint={t('tsigNameHint')}>{(wiring) => <input {...wiring} {...register('tsigName', { setValueAs: (value: string) => value.trim() })} {...plain} />}</Field>
        <Field label={t('tsigAlgorithm')} error={errors.tsigAlgorithm?.message}>{(wiring) => <select {...wiring} {...register('tsigAlgorithm')} className="input">{algorithms.map((one) => <option key={one}>{one}</option>)}</select>}</Field>
        <Field label={t('tsigSecret')} error={errors.tsigSecret?.message} hint={t('tsigSecretHint')}>{(wiring) => <input {...wiring} {...register('tsigSecret', { setValueAs: (value: string) => value.trim() })} {...plain} />}</Field>
      </fieldset>
    </FormDialog>
  );
}

export function RemoveDialog({ zone, secondary, onClose }: { zone: Zone; secondary: Secondary; onClose(): void }) {
  const t = useTranslations('secondaries');
  const client = useQueryClient();
  const { follow } = useTasks();
  const remove = useMutation({
    mutationFn: () => removeSecondary({ zoneId: zone.id, secondaryId: secondary.id }),
    onSuccess: ({ taskIds }) => {
      for (const id of taskIds) follow(id);
      void refresh(client, 'zones', 'tasks', 'audit');
      onClose();
    },
  });
  return <FormDialog title={t('removeTitle', { name: secondary.nameServer || secondary.address })} description={t('removeDetail')} submit={t('remove')} danger busy={remove.isPending} error={remove.error} onSubmit={(event) => { event.preventDefault(); remove.mutate(); }} onClose={onClose} />;
}
