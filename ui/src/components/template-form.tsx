'use client';
// The form of a template: its records, with {variables} in them, and what those are.
import { useQueryClient } from '@tanstack/react-query';
import { Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useFieldArray, useForm, useWatch, type Control, type FieldErrors, type UseFormRegister } from 'react-hook-form';
import { useTranslations } from 'use-intl';
import { createZoneTemplate, updateZoneTemplate, type ZoneTemplate, type ZoneTemplateReply } from '@/lib/api.gen';
import { refresh } from '@/lib/queries';
import { useSaving } from '@/lib/saving';
import { dotted, mostTemplateRecords, templateBody, templateFields, templateForm, undeclared, type TemplateForm } from '@/lib/zone-templates';
import { useRecordTypes } from '@/lib/zones';
import { FormDialog } from './form-dialog';
import { Button } from './ui/button';
import { Field } from './ui/field';

type Part = { control: Control<TemplateForm>; register: UseFormRegister<TemplateForm>; errors: FieldErrors<TemplateForm> };
const plain = { autoComplete: 'off', autoCapitalize: 'none', spellCheck: false } as const;
const filled = (value: string) => (value.trim() ? true : 'required');

function Records({ control, register, errors, list: { fields, append, remove } }: Part & { list: ReturnType<typeof useFieldArray<TemplateForm, 'records'>> }) {
  const t = useTranslations('templates');
  const words = useTranslations('records');
  const rows = useWatch({ control, name: 'records' });
  const types = useRecordTypes().data?.map((one) => one.name) ?? [];
  return (
    <section className="grid gap-3" aria-label={t('records')}>
      <h3 className="text-[13px] font-medium">{t('records')}</h3>
      <p className="text-xs text-muted">{t.rich('recordsHint', { code: (chunks) => <code className="rounded bg-sunken px-1 font-mono">{'{'}{chunks}{'}'}</code> })}</p>
      {fields.map((field, i) => {
        const wrong = errors.records?.[i];
        const type = rows[i]?.type ?? field.type;
        return (
          <fieldset key={field.id} className="grid gap-3 rounded-xl border border-line p-3">
            <legend className="sr-only">{t('record', { n: i + 1 })}</legend>
            <div className="grid grid-cols-2 gap-3 sm:grid-cols-[minmax(0,1fr)_7rem_6rem_auto]">
              <Field label={words('name')} error={wrong?.name?.message}>{(wiring) => <input {...wiring} {...register(`records.${i}.name`)} {...plain} className="input font-mono" placeholder="@" />}</Field>
              <Field label={words('type')} error={wrong?.type?.message}>
                {(wiring) => <select {...wiring} {...register(`records.${i}.type`)} key={types.length} className="input font-mono">{(types.includes(type) ? types : [type, ...types]).map((one) => <option key={one} value={one}>{one}</option>)}</select>}
              </Field>
              <Field label={words('ttl')} error={wrong?.ttl?.message}>{(wiring) => <input {...wiring} {...register(`records.${i}.ttl`, { validate: (value) => (/^\d{0,10}$/.test(value.trim()) ? true : words('ttlRule')) })} {...plain} inputMode="numeric" placeholder={words('default')} className="input font-mono" />}</Field>
              <Button size="icon-sm" variant="ghost" className="self-end text-bad max-sm:justify-self-end sm:mb-0.5" aria-label={t('removeRecord', { n: i + 1 })} onClick={() => remove(i)}><Trash2 /></Button>
            </div>
            <Field label={words('data')} error={wrong?.data?.message} required>{(wiring) => <input {...wiring} {...register(`records.${i}.data`, { validate: filled })} {...plain} className="input font-mono" placeholder={type === 'A' ? '{ipv4}' : type === 'MX' ? '10 mail.{zone}.' : undefined} />}</Field>
          </fieldset>
        );
      })}
      {errors.records?.root?.message && <p role="alert" className="text-xs font-medium text-bad">{errors.records.root.message}</p>}
      <Button size="sm" className="justify-self-start" disabled={fields.length >= mostTemplateRecords} onClick={() => append({ name: '', type: 'A', ttl: '', data: '' })}><Plus />{t('addRecord')}</Button>
    </section>
  );
}

function Variables({ control, register, errors, list: { fields, append, remove } }: Part & { list: ReturnType<typeof useFieldArray<TemplateForm, 'variables'>> }) {
  const t = useTranslations('templates');
  const [records, variables] = useWatch({ control, name: ['records', 'variables'] });
  const missing = undeclared({ records, variables });
  return (
    <section className="grid gap-3" aria-label={t('variables')}>
      <h3 className="text-[13px] font-medium">{t('variables')}</h3>
      <p className="text-xs text-muted">{t('variablesHint')}</p>
      {fields.map((field, i) => {
        const wrong = errors.variables?.[i];
        return (
          <fieldset key={field.id} className="grid gap-3 rounded-xl border border-line p-3">
            <legend className="sr-only">{t('variable', { n: i + 1 })}</legend>
            <div className="grid grid-cols-[minmax(0,1fr)_auto] gap-3 sm:grid-cols-[9rem_minmax(0,1fr)_auto]">
              <Field label={t('variableName')} error={wrong?.name?.message} required>{(wiring) => <input {...wiring} {...register(`variables.${i}.name`, { validate: (value) => (/^[a-z][a-z0-9_.-]{0,23}$/.test(value.trim()) ? value.trim() !== 'zone' || t('zoneTaken') : t('variableRule')) })} {...plain} className="input font-mono" placeholder="ipv4" />}</Field>
              <div className="max-sm:order-last max-sm:col-span-2"><Field label={t('label')} error={wrong?.label?.message}>{(wiring) => <input {...wiring} {...register(`variables.${i}.label`, { maxLength: { value: 80, message: 'maxLength' } })} className="input" autoComplete="off" placeholder={t('labelExample')} />}</Field></div>
              <Button size="icon-sm" variant="ghost" className="self-end text-bad sm:mb-0.5" aria-label={t('removeVariable', { n: i + 1 })} onClick={() => remove(i)}><Trash2 /></Button>
            </div>
            <label className="flex items-center gap-2 text-[13px]"><input type="checkbox" {...register(`variables.${i}.required`)} />{t('required')}</label>
          </fieldset>
        );
      })}
      <div className="flex flex-wrap gap-2">
        {missing.map((name) => <Button key={name} size="sm" onClick={() => append({ name, label: '', required: false })}><Plus />{t('addNamed', { name })}</Button>)}
        {fields.length < 16 && <Button size="sm" onClick={() => append({ name: '', label: '', required: false })}><Plus />{t('addVariable')}</Button>}
      </div>
    </section>
  );
}

type Props = {
  /** With one it is changed, else a new one is made. */
  template?: ZoneTemplate;
  /** What a new one begins with. */
  start?: TemplateForm;
  note?: string;
  onSaved?(): void;
  onClose(): void;
};

export default function TemplateDialog({ template: now, start, note, onSaved, onClose }: Props) {
  const [template] = useState(now); // as it was read: what others change meanwhile isn't overwritten unseen
  const t = useTranslations('templates');
  const client = useQueryClient();
  const [begin] = useState(() => start ?? templateForm(template));
  const { control, register, handleSubmit, setError, formState: { errors, isDirty } } = useForm<TemplateForm>({ defaultValues: begin });
  const records = useFieldArray({ control, name: 'records', rules: { required: t('noRecords') } });
  const variables = useFieldArray({ control, name: 'variables' });
  const { save, unplaced } = useSaving<TemplateForm, ZoneTemplateReply>({
    send: (form, options) => {
      const body = templateBody(form);
      return (template ? updateZoneTemplate({ templateId: template.id, etag: template.etag, ...body }, options) : createZoneTemplate(body, options)).catch((error: unknown) => { throw dotted(error); });
    },
    onSaved: () => {
      void refresh(client, 'zones', 'audit');
      onClose();
      onSaved?.();
    },
    fields: templateFields(records.fields.length, variables.fields.length),
    setError,
  });
  const part = { control, register, errors };
  const submit = handleSubmit((form) => (template && !isDirty ? onClose() : save.mutate(form)));
  return (
    <FormDialog title={template ? t('edit', { name: template.name }) : t('new')} description={template ? t('editDetail') : t('newDetail')} submit={template ? t('save') : t('create')} busy={save.isPending} error={unplaced} dirty={isDirty} onSubmit={submit} onClose={onClose}>
      {note && <p role="status" className="rounded-lg bg-warn-soft p-3 text-[13px] text-warn">{note}</p>}
      <Field label={t('name')} error={errors.name?.message} required>{(wiring) => <input {...wiring} {...register('name', { validate: filled, maxLength: { value: 80, message: 'maxLength' } })} className="input" autoComplete="off" />}</Field>
      <Field label={t('description')} error={errors.description?.message} hint={t('descriptionHint')}>{(wiring) => <input {...wiring} {...register('description', { maxLength: { value: 200, message: 'maxLength' } })} className="input" autoComplete="off" />}</Field>
      <Records {...part} list={records} />
      <Variables {...part} list={variables} />
    </FormDialog>
  );
}
