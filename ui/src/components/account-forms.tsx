'use client';
// Adding, changing and deleting accounts at other DNS providers.
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useForm, useWatch } from 'react-hook-form';
import { useTranslations } from 'use-intl';
import { createDnsAccount, deleteDnsAccount, updateDnsAccount, type DnsAccount } from '@/lib/api.gen';
import { useAccountAct } from '@/lib/dns-accounts';
import { refresh } from '@/lib/queries';
import { useSaving } from '@/lib/saving';
import { FormDialog } from './form-dialog';
import { Field } from './ui/field';

type Form = { name: string; kind: string; baseUrl: string; serverId: string; nameServers: string; token: string };
const kinds = ['cloudflare', 'powerdns'] as const;
const mono = { className: 'input font-mono', autoComplete: 'off', autoCapitalize: 'none', spellCheck: false } as const;
const needed = (value: string) => (value.trim() ? true : 'required');

/** With an account it is changed, else a new one is made. Its token is never shown. */
export default function AccountDialog({ account, onClose }: { account?: DnsAccount; onClose(): void }) {
  const t = useTranslations('dnsAccounts');
  const client = useQueryClient();
  const [start] = useState<Form>(() => ({ name: account?.name ?? '', kind: account?.kind ?? 'cloudflare', baseUrl: account?.baseUrl ?? '', serverId: account?.serverId ?? '', nameServers: account?.nameServers.join('\n') ?? '', token: '' }));
  const { control, register, handleSubmit, setError, formState: { errors, isDirty } } = useForm<Form>({ defaultValues: start });
  const powerdns = useWatch({ control, name: 'kind' }) === 'powerdns';
  const { save, unplaced } = useSaving<Form, unknown>({
    send: ({ name, kind, baseUrl, serverId, nameServers, token }, options) => {
      const body = { name: name.trim(), baseUrl: baseUrl.trim(), serverId: kind === 'powerdns' ? serverId.trim() : '', nameServers: nameServers.split(/[\s,]+/).filter(Boolean), token: token.trim() };
      return account ? updateDnsAccount({ accountId: account.id, etag: account.etag, ...body }, options) : createDnsAccount({ kind, ...body }, options);
    },
    onSaved: () => {
      onClose();
      void refresh(client, 'dnsAccounts', 'audit');
    },
    fields: ['name', 'kind', 'baseUrl', 'serverId', 'nameServers', 'token'],
    setError,
  });
  const submit = handleSubmit((form) => (account && !isDirty ? onClose() : save.mutate(form)));
  return (
    <FormDialog title={account ? t('edit', { name: account.name }) : t('new')} description={t('newDetail')} submit={account ? t('save') : t('create')} busy={save.isPending} error={unplaced} dirty={isDirty} onSubmit={submit} onClose={onClose}>
      {!account && <Field label={t('provider')} error={errors.kind?.message}>{(wiring) => <select {...wiring} {...register('kind')} className="input">{kinds.map((kind) => <option key={kind} value={kind}>{t(`kind.${kind}`)}</option>)}</select>}</Field>}
      <Field label={t('name')} error={errors.name?.message} hint={t('nameHint')} required>{(wiring) => <input {...wiring} {...register('name', { validate: needed })} className="input" autoComplete="off" />}</Field>
      {(powerdns || account?.baseUrl) && <Field label={t('baseUrl')} error={errors.baseUrl?.message} hint={t('baseUrlHint')} required={powerdns}>{(wiring) => <input {...wiring} {...register('baseUrl', { validate: (value) => (powerdns ? needed(value) : true) })} {...mono} inputMode="url" placeholder="https://dns.example:8081" />}</Field>}
      {powerdns && <Field label={t('serverId')} error={errors.serverId?.message}>{(wiring) => <input {...wiring} {...register('serverId')} {...mono} placeholder="localhost" />}</Field>}
      <Field label={powerdns ? t('apiKey') : t('token')} error={errors.token?.message} hint={account ? t('tokenKept') : powerdns ? t('apiKeyHint') : t('tokenHint')} required={!account}>{(wiring) => <input {...wiring} {...register('token', { validate: (value) => (account ? true : needed(value)) })} {...mono} type="password" autoComplete="new-password" />}</Field>
      <Field label={t('nameServers')} error={errors.nameServers?.message} hint={t('nameServersHint')}>{(wiring) => <textarea {...wiring} {...register('nameServers')} {...mono} rows={2} className="input h-auto py-2 font-mono" />}</Field>
    </FormDialog>
  );
}

export function DeleteAccountDialog({ account, onClose }: { account: DnsAccount; onClose(): void }) {
  const t = useTranslations('dnsAccounts');
  const remove = useAccountAct(() => deleteDnsAccount({ accountId: account.id }), onClose);
  return <FormDialog title={t('deleteTitle', { name: account.name })} description={t('deleteDetail')} submit={t('deleteConfirm')} danger busy={remove.isPending} error={remove.error} onSubmit={(event) => { event.preventDefault(); remove.mutate(undefined); }} onClose={onClose} />;
}
