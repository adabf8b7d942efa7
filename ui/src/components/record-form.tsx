'use client';
// One record: its name, its type, and what that type is made of. It is kept with the other changes until all are saved.
import { useState } from 'react';
import { useForm, useWatch } from 'react-hook-form';
import { useTranslations } from 'use-intl';
import type { DnsRecord, RecordInput, RecordType, RecordTypeField } from '@/lib/api.gen';
import { formOf, inputOf, type RecordForm } from '@/lib/zones';
import { FormDialog } from './form-dialog';
import { Field } from './ui/field';

const plain = { autoComplete: 'off', autoCapitalize: 'none', spellCheck: false } as const;
const optional = new Set(['strings', 'params', 'string']);
const number = (kind: string) => ['u8', 'u16', 'u32', 'ttl'].includes(kind);

function check(field: RecordTypeField, value: string, required: string) {
  const text = value.trim();
  if (!text) return optional.has(field.kind) ? true : required;
  if (number(field.kind) && (!/^\d+$/.test(text) || Number(text) < field.least || Number(text) > field.most)) return field.words;
  return true;
}

type Props = { types: RecordType[]; zone: string; record?: DnsRecord | RecordInput; fault?: string; onKeep(input: RecordInput): void; onClose(): void };

export default function RecordDialog({ types, zone, record, fault, onKeep, onClose }: Props) {
  const t = useTranslations('records');
  const [start] = useState(() => formOf(record, types));
  const { control, register, handleSubmit, formState: { errors, isDirty } } = useForm<RecordForm>({ defaultValues: start });
  const type = useWatch({ control, name: 'type' });
  const raw = start.raw !== '' && type === start.type;
  const fields = raw ? [] : (types.find((one) => one.name === type)?.fields ?? []);
  return (
    <FormDialog title={record ? t('edit') : t('add')} submit={t('keep')} busy={false} error={fault ? new Error(fault) : null} dirty={isDirty} onSubmit={handleSubmit((form) => onKeep(inputOf({ ...form, type, raw: raw ? form.raw : '' }, types)))} onClose={onClose}>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label={t('name')} error={errors.name?.message} hint={t('nameHint', { zone })}>
          {(wiring) => <input {...wiring} {...register('name', { maxLength: { value: 254, message: 'maxLength' } })} {...plain} className="input font-mono" placeholder="@" />}
        </Field>
        <Field label={t('type')}>
          {(wiring) => <select {...wiring} {...register('type')} className="input font-mono">{types.map((one) => <option key={one.name} value={one.name}>{one.name}</option>)}</select>}
        </Field>
      </div>
      {raw && <Field label={t('data')} error={errors.raw?.message} hint={t('rawHint')} required>{(wiring) => <textarea {...wiring} {...register('raw', { validate: (value) => (value.trim() ? true : 'required') })} {...plain} rows={3} className="input h-auto py-2 font-mono" />}</Field>}
      {fields.map((field) => (
        <Field key={`${type} ${field.name}`} label={t.has(`field.${field.name}` as 'field.address') ? t(`field.${field.name}` as 'field.address') : field.name} error={errors.fields?.[field.name]?.message} hint={field.words} required={!optional.has(field.kind)}>
          {(wiring) => field.kind === 'strings'
            ? <textarea {...wiring} {...register(`fields.${field.name}`, { validate: (value) => check(field, value ?? '', 'required') })} {...plain} rows={3} className="input h-auto py-2 font-mono" />
            : <input {...wiring} {...register(`fields.${field.name}`, { validate: (value) => check(field, value ?? '', 'required') })} {...plain} inputMode={number(field.kind) ? 'numeric' : undefined} className="input font-mono" />}
        </Field>
      ))}
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label={t('ttl')} error={errors.ttl?.message} hint={t('ttlHint')}>
          {(wiring) => <input {...wiring} {...register('ttl', { validate: (value) => (/^\d{0,10}$/.test(value.trim()) ? true : t('ttlRule')) })} {...plain} inputMode="numeric" className="input font-mono" />}
        </Field>
        <Field label={t('comment')} error={errors.comment?.message}>
          {(wiring) => <input {...wiring} {...register('comment', { maxLength: { value: 200, message: 'maxLength' } })} autoComplete="off" className="input" />}
        </Field>
      </div>
    </FormDialog>
  );
}
