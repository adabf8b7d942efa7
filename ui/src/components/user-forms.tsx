'use client';
// Creating and editing users, giving them a password, disabling them.
import { useQueryClient } from '@tanstack/react-query';
import { RefreshCw, X } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { useController, useForm, useWatch, type Control, type UseFormRegister, type UseFormSetValue } from 'react-hook-form';
import { useTranslations } from 'use-intl';
import { createUser, deleteUser, setPassword, updateUser, type User, type UserSettings } from '@/lib/api.gen';
import { freshPassword, roleOf, roles } from '@/lib/people';
import { refresh, useSession } from '@/lib/queries';
import { broken } from '@/lib/rules';
import { useSaving } from '@/lib/saving';
import { FormDialog } from './form-dialog';
import { useAct } from './organisation-forms';
import { OrganisationName, OrganisationPicker } from './organisation-picker';
import { Button } from './ui/button';
import { Copy } from './ui/copy';
import { Field } from './ui/field';

type Form = { organisationId: string; email: string; name: string; role: string; password: string; mustChangePassword: boolean; organisationIds: string[] };
const fields = ['organisationId', 'email', 'name', 'role', 'password', 'organisationIds'] as const;
const touched = ['users', 'organisations', 'audit'];
const named = { validate: (value: string) => (value.trim() ? true : 'required'), maxLength: { value: 80, message: 'maxLength' } };
const rule = (format: string, min: number, max: number) => ({ validate: (value: string) => broken(value, { required: true, format, min, max }) ?? true });

/** One that nobody has thought of stands there already; it is told by whoever makes it. */
function PasswordField({ register, setValue, value, error }: { register: object; setValue(value: string): void; value: string; error?: string }) {
  const t = useTranslations('users');
  return (
    <Field label={t('password')} error={error} hint={t('passwordHint')} required>
      {(wiring) => (
        <span className="flex items-center gap-1.5">
          <input {...wiring} {...register} className="input min-w-0 flex-1 font-mono text-[13px]" autoComplete="off" autoCapitalize="none" spellCheck={false} />
          <Copy text={value} label={t('copyPassword')} className="size-9" />
          <Button variant="ghost" size="icon" aria-label={t('anotherPassword')} onClick={() => setValue(freshPassword())}><RefreshCw /></Button>
        </span>
      )}
    </Field>
  );
}

function Assigned({ control, error }: { control: Control<Form>; error?: string }) {
  const t = useTranslations('users');
  const { field } = useController({ control, name: 'organisationIds' });
  if (useWatch({ control, name: 'role' }) !== 'staff') return null;
  const without = (id: string) => field.value.filter((one) => one !== id);
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1.5 text-[13px] font-medium">{t('assigned')}</legend>
      {field.value.length > 0 && (
        <ul className="grid gap-0.5 rounded-lg border border-line p-1">
          {field.value.map((id) => (
            <li key={id} className="flex min-h-8 items-center gap-2 pl-2 text-[13px]">
              <span className="min-w-0 flex-1 truncate"><OrganisationName id={id} /></span>
              <Button variant="ghost" size="icon-sm" aria-label={t('unassign')} aria-describedby={`assigned-${id}`} onClick={() => field.onChange(without(id))}><X /></Button>
              <span id={`assigned-${id}`} hidden><OrganisationName id={id} /></span>
            </li>
          ))}
        </ul>
      )}
      <Field label={t('assign')} error={error} hint={t('assignedHint')}>
        {(wiring) => <OrganisationPicker wiring={wiring} value="" onChange={(id) => field.onChange([...without(id), id])} leaveOut={field.value} />}
      </Field>
    </fieldset>
  );
}

function Organisation({ control, error, hint }: { control: Control<Form>; error?: string; hint?: string }) {
  const t = useTranslations('users');
  const { field } = useController({ control, name: 'organisationId', rules: { required: 'required' } });
  return (
    <Field label={t('organisation')} error={error} hint={hint} required>
      {(wiring) => <OrganisationPicker wiring={wiring} value={field.value} onChange={field.onChange} placeholder={t('choose')} active />}
    </Field>
  );
}

function Email({ register, error }: { register: UseFormRegister<Form>; error?: string }) {
  const t = useTranslations('users');
  return (
    <Field label={t('email')} error={error} required>
      {(wiring) => <input {...wiring} {...register('email', rule('email', 3, 253))} type="email" className="input" autoComplete="off" autoCapitalize="none" spellCheck={false} />}
    </Field>
  );
}

/** What differs, since a PATCH changes the members that it names. */
function changes(user: User, form: Form): UserSettings {
  const assigned = form.role === 'staff' ? form.organisationIds : [];
  return {
    ...(form.name.trim() !== user.name && { name: form.name.trim() }),
    ...(form.email.trim().toLowerCase() !== user.email && { email: form.email.trim() }),
    ...(form.organisationId !== user.organisationId && { organisationId: form.organisationId }),
    ...(form.role !== user.role && { role: roleOf(form.role) }),
    ...(form.mustChangePassword !== user.mustChangePassword && { mustChangePassword: form.mustChangePassword }),
    ...([...assigned].sort().join() !== [...user.organisationIds].sort().join() && { organisationIds: assigned }),
  };
}

function create(form: Form, options: { key: string }) {
  const { name, email, role, organisationIds, ...rest } = form;
  return createUser({ ...rest, name: name.trim(), email: email.trim(), role: roleOf(role), ...(role === 'staff' && { organisationIds }) }, options).then((reply) => reply.user);
}

const startOf = (user: User | undefined, organisationId: string | undefined): Form => ({
  organisationId: user?.organisationId ?? organisationId ?? '',
  email: user?.email ?? '',
  name: user?.name ?? '',
  role: user?.role ?? 'customer',
  password: user ? '' : freshPassword(),
  mustChangePassword: user ? user.mustChangePassword : true,
  organisationIds: user?.organisationIds ?? [],
});

function NewFields({ fixed, register, control, setValue, errors }: { fixed: boolean; register: UseFormRegister<Form>; control: Control<Form>; setValue: UseFormSetValue<Form>; errors: Partial<Record<keyof Form, { message?: string }>> }) {
  const password = useWatch({ control, name: 'password' });
  return (
    <>
      {!fixed && <Organisation control={control} error={errors.organisationId?.message} />}
      <Email register={register} error={errors.email?.message} />
      <PasswordField register={register('password', rule('password', 12, 128))} setValue={(value) => setValue('password', value)} value={password} error={errors.password?.message} />
    </>
  );
}

/** With a user they are changed, else a new one is made. */
export default function UserDialog({ user: now, organisationId, onClose }: { user?: User; organisationId?: string; onClose(): void }) {
  const [user] = useState(now); // as it was read: what others change meanwhile isn't overwritten unseen
  const t = useTranslations('users');
  const role = useTranslations('user.role');
  const client = useQueryClient();
  const router = useRouter();
  const self = useSession().data?.userId === user?.id;
  const [start] = useState(() => startOf(user, organisationId));
  const { register, control, handleSubmit, setError, setValue, formState: { errors, isDirty } } = useForm<Form>({ defaultValues: start });
  const { save, unplaced } = useSaving<Form, User | undefined>({
    send: (form, options) => (user ? updateUser({ userId: user.id, etag: user.etag, settings: changes(user, form) }, options).then((reply) => reply.user) : create(form, options)),
    onSaved: (saved) => {
      onClose();
      if (!user && !organisationId && saved) router.push(`/users/view/?id=${saved.id}`);
      void refresh(client, ...touched);
    },
    fields,
    setError,
  });
  const submit = handleSubmit((form) => (user && Object.keys(changes(user, form)).length === 0 ? onClose() : save.mutate(form)));
  return (
    <FormDialog title={user ? t('edit', { name: user.name }) : t('new')} description={user ? user.email : t('newDetail')} submit={user ? t('save') : t('create')} busy={save.isPending} error={unplaced} dirty={isDirty} onSubmit={submit} onClose={onClose}>
      <Field label={t('name')} error={errors.name?.message} required>{(wiring) => <input {...wiring} {...register('name', named)} className="input" autoComplete="off" />}</Field>
      {user ? <Email register={register} error={errors.email?.message} /> : <NewFields fixed={!!organisationId} register={register} control={control} setValue={setValue} errors={errors} />}
      {user && !self && <Organisation control={control} error={errors.organisationId?.message} hint={t('moveHint')} />}
      <Field label={t('role')} error={errors.role?.message} hint={self ? t('ownRole') : t('roleHint')}>
        {(wiring) => <select {...wiring} {...register('role')} disabled={self} className="input">{roles.map((one) => <option key={one} value={one}>{role(one)}</option>)}</select>}
      </Field>
      <Assigned control={control} error={errors.organisationIds?.message} />
      <label className="flex items-center gap-2 text-[13px]"><input type="checkbox" {...register('mustChangePassword')} />{t('mustChange')}</label>
    </FormDialog>
  );
}

type Given = { password: string; mustChange: boolean };

export function PasswordDialog({ user, onClose }: { user: User; onClose(): void }) {
  const t = useTranslations('users');
  const client = useQueryClient();
  const { register, control, handleSubmit, setError, setValue, formState: { errors } } = useForm<Given>({ defaultValues: { password: freshPassword(), mustChange: true } });
  const { save, unplaced } = useSaving<Given, unknown>({
    send: (body, options) => setPassword({ userId: user.id, ...body }, options),
    onSaved: () => {
      onClose();
      void refresh(client, ...touched);
    },
    fields: ['password'],
    setError,
  });
  return (
    <FormDialog title={t('passwordTitle', { name: user.name })} description={t('passwordDetail')} submit={t('setPassword')} busy={save.isPending} error={unplaced} onSubmit={handleSubmit((form) => save.mutate(form))} onClose={onClose}>
      <PasswordField register={register('password', rule('password', 12, 128))} setValue={(value) => setValue('password', value)} value={useWatch({ control, name: 'password' })} error={errors.password?.message} />
      <label className="flex items-center gap-2 text-[13px]"><input type="checkbox" {...register('mustChange')} />{t('mustChange')}</label>
    </FormDialog>
  );
}

/** Sessions and tokens are lost: it is asked. */
export function DisableDialog({ user, onClose }: { user: User; onClose(): void }) {
  const t = useTranslations('users');
  const disable = useAct(() => updateUser({ userId: user.id, etag: user.etag, settings: { disabled: true } }), onClose);
  return (
    <FormDialog title={t('disableTitle', { name: user.name })} description={user.email} submit={t('disableConfirm')} danger busy={disable.isPending} error={disable.error} onSubmit={(event) => { event.preventDefault(); disable.mutate(); }} onClose={onClose}>
      <ul className="grid list-disc gap-1 pl-4 text-[13px] text-muted">{(['disableOut', 'disableTokens', 'disableKept'] as const).map((key) => <li key={key}>{t(key)}</li>)}</ul>
    </FormDialog>
  );
}

/** For good: it says what goes, and asks for the address. */
export function DeleteDialog({ user, onClose }: { user: User; onClose(): void }) {
  const t = useTranslations('users');
  const router = useRouter();
  const [typed, setTyped] = useState('');
  const matches = typed.trim().toLowerCase() === user.email;
  const remove = useAct(() => deleteUser({ userId: user.id }), () => router.replace('/users/'));
  return (
    <FormDialog title={t('deleteTitle', { name: user.name })} description={user.email} submit={t('deleteConfirm')} danger busy={remove.isPending || !matches} error={remove.error} onSubmit={(event) => { event.preventDefault(); if (matches) remove.mutate(); }} onClose={onClose}>
      <ul className="grid list-disc gap-1 pl-4 text-[13px] text-muted">{(['deleteOut', 'deleteTokens', 'deleteKept'] as const).map((key) => <li key={key}>{t(key)}</li>)}</ul>
      <Field label={t('deleteLabel', { email: user.email })}>
        {(wiring) => <input {...wiring} className="input" value={typed} onChange={(event) => setTyped(event.target.value)} autoComplete="off" autoCapitalize="none" spellCheck={false} />}
      </Field>
    </FormDialog>
  );
}
