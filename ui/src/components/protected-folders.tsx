'use client';
// Folders of a website that ask for a name and a password; passwords are written and never shown.
import { Plus, Trash2, UserPlus } from 'lucide-react';
import { useFieldArray, type Control, type FieldErrors, type UseFormRegister } from 'react-hook-form';
import { useTranslations } from 'use-intl';
import type { SettingsForm } from '@/lib/settings';
import { Button } from './ui/button';
import { Field } from './ui/field';

type Part = { control: Control<SettingsForm>; register: UseFormRegister<SettingsForm>; errors: FieldErrors<SettingsForm> };
const plain = { autoComplete: 'off', autoCapitalize: 'none', spellCheck: false } as const;

function Users({ control, register, errors, at }: Part & { at: number }) {
  const t = useTranslations('protect');
  const { fields, append, remove } = useFieldArray({ control, name: `protectedFolders.${at}.users` });
  const wrong = errors.protectedFolders?.[at]?.users;
  return (
    <div className="grid gap-3">
      {fields.map((field, i) => (
        <div key={field.id} role="group" aria-label={t('user', { n: i + 1 })} className="grid items-start gap-3 sm:grid-cols-[1fr_1fr_auto]">
          <Field label={t('name')} error={wrong?.[i]?.name?.message} required>{(wiring) => <input {...wiring} {...register(`protectedFolders.${at}.users.${i}.name`)} {...plain} className="input font-mono" />}</Field>
          <Field label={t('password')} error={wrong?.[i]?.password?.message}>
            {(wiring) => <input {...wiring} {...register(`protectedFolders.${at}.users.${i}.password`)} type="password" autoComplete="new-password" placeholder={field.known ? t('asBefore') : undefined} className="input" />}
          </Field>
          <Button size="icon-sm" variant="ghost" className="text-bad sm:mt-6.5" aria-label={t('removeUser', { n: i + 1 })} onClick={() => remove(i)}><Trash2 /></Button>
        </div>
      ))}
      {wrong?.message && <p role="alert" className="text-xs text-bad">{wrong.message}</p>}
      <Button size="sm" className="justify-self-start" onClick={() => append({ name: '', password: '', known: false })}><UserPlus />{t('addUser')}</Button>
    </div>
  );
}

export function ProtectedFolders(part: Part) {
  const t = useTranslations('protect');
  const { fields, append, remove } = useFieldArray({ control: part.control, name: 'protectedFolders' });
  return (
    <section className="grid gap-3" aria-label={t('title')}>
      <h3 className="text-[13px] font-medium">{t('title')}</h3>
      {fields.map((field, i) => {
        const wrong = part.errors.protectedFolders?.[i];
        return (
          <fieldset key={field.id} className="grid gap-3 rounded-xl border border-line p-4">
            <legend className="sr-only">{t('folder', { n: i + 1 })}</legend>
            <Field label={t('path')} error={wrong?.path?.message} hint={t('pathHint')}>{(wiring) => <input {...wiring} {...part.register(`protectedFolders.${i}.path`)} {...plain} className="input font-mono" placeholder="intern" />}</Field>
            <Field label={t('realm')} error={wrong?.realm?.message} hint={t('realmHint')}>{(wiring) => <input {...wiring} {...part.register(`protectedFolders.${i}.realm`)} className="input" />}</Field>
            <Users {...part} at={i} />
            <Button size="sm" variant="ghost" className="justify-self-end text-bad" onClick={() => remove(i)} aria-label={t('removeFolder', { n: i + 1 })}><Trash2 />{t('remove')}</Button>
          </fieldset>
        );
      })}
      <Button size="sm" className="justify-self-start" onClick={() => append({ path: '', realm: '', users: [{ name: '', password: '', known: false }] })}><Plus />{t('add')}</Button>
    </section>
  );
}
