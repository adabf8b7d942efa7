'use client';
// A new zone: its name, and what it begins with.
import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useForm, useWatch } from 'react-hook-form';
import { useTranslations } from 'use-intl';
import { createZone, type Zone } from '@/lib/api.gen';
import { useDnsAccounts } from '@/lib/dns-accounts';
import { refresh, useCan } from '@/lib/queries';
import { useSaving } from '@/lib/saving';
import { useTasks } from '@/lib/tasks';
import { useZoneTemplates, zonePath } from '@/lib/zones';
import { FormDialog } from './form-dialog';
import { Field } from './ui/field';

/** A variable's place in the form: dots would be steps of a path there. */
const place = (variable: string) => variable.replaceAll('.', ':');

type Form = { name: string; accountId: string; create: boolean; templateId: string; values: Record<string, string> };

export default function NewZone({ onClose }: { onClose(): void }) {
  const t = useTranslations('zones');
  const client = useQueryClient();
  const router = useRouter();
  const { follow } = useTasks();
  const kinds = useTranslations('dnsAccounts.kind');
  const accounts = useDnsAccounts(useCan('dns_account:read')).data ?? [];
  const templates = useZoneTemplates().data ?? [];
  const { control, register, handleSubmit, setError, formState: { errors, isDirty } } = useForm<Form>({ defaultValues: { name: '', accountId: '', create: false, templateId: '', values: {} } });
  const [chosen, accountId] = useWatch({ control, name: ['templateId', 'accountId'] });
  const account = accounts.find((one) => one.id === accountId);
  const groups = [[t('ownTemplates'), templates.filter((one) => !one.builtin)], [t('builtinTemplates'), templates.filter((one) => one.builtin)]] as const;
  const variables = templates.find((one) => one.id === chosen)?.variables ?? [];
  const { save, unplaced } = useSaving<Form, { zone?: Zone; taskIds: string[] }>({
    send: ({ name, templateId, values, create }, options) => createZone({ name: name.trim(), ...(account && { accountId: account.id, createAtProvider: create && account.kind === 'powerdns' }), ...(templateId && { templateId, templateValues: variables.filter((v) => values[place(v.name)]?.trim()).map((v) => ({ name: v.name, value: values[place(v.name)]!.trim() })) }) }, options),
    onSaved: ({ zone, taskIds }) => {
      for (const id of taskIds) follow(id);
      onClose();
      if (zone) router.push(zonePath(zone.id));
      void refresh(client, 'zones', 'tasks', 'usage', 'audit');
    },
    fields: ['name', 'accountId', 'templateId'],
    setError,
  });
  return (
    <FormDialog title={t('new')} description={t('newDetail')} submit={t('create')} busy={save.isPending} error={unplaced} dirty={isDirty} onSubmit={handleSubmit((form) => save.mutate(form))} onClose={onClose}>
      <Field label={t('name')} error={errors.name?.message} hint={t('nameHint')} required>
        {(wiring) => <input {...wiring} {...register('name', { validate: (value) => (value.trim() ? true : 'required') })} className="input font-mono" autoComplete="off" autoCapitalize="none" spellCheck={false} placeholder="shop.example" />}
      </Field>
      {accounts.length > 0 && (
        <Field label={t('where')} error={errors.accountId?.message} hint={account ? t('whereElsewhere', { provider: kinds(account.kind as 'powerdns') }) : undefined}>
          {(wiring) => <select {...wiring} {...register('accountId')} className="input"><option value="">{t('whereOwn')}</option>{accounts.map((one) => <option key={one.id} value={one.id}>{`${one.name} (${kinds(one.kind as 'powerdns')})`}</option>)}</select>}
        </Field>
      )}
      {account?.kind === 'powerdns' && <label className="flex items-center gap-2 text-[13px]"><input type="checkbox" {...register('create')} />{t('createThere')}</label>}
      <Field label={t('template')} error={errors.templateId?.message} hint={templates.find((one) => one.id === chosen)?.description || t('templateHint')}>
        {(wiring) => <select {...wiring} {...register('templateId')} className="input"><option value="">{t('noTemplate')}</option>{groups.map(([label, some]) => some.length > 0 && <optgroup key={label} label={label}>{some.map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}</optgroup>)}</select>}
      </Field>
      {variables.map((v) => (
        <Field key={`${chosen} ${v.name}`} label={v.label || v.name} error={errors.values?.[place(v.name)]?.message} required={v.required}>
          {(wiring) => <input {...wiring} {...register(`values.${place(v.name)}`, { shouldUnregister: true, validate: (value) => (!v.required || value?.trim() ? true : 'required') })} className="input font-mono" autoComplete="off" autoCapitalize="none" spellCheck={false} />}
        </Field>
      ))}
    </FormDialog>
  );
}
