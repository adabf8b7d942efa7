'use client';
// The form of a website's PHP: version, pool, directives. What is saved is started beside what runs, and taken back when it doesn't answer.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { LoaderCircle, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useFieldArray, useForm, useWatch, type Control, type FieldErrors, type FieldPath, type UseFormRegister, type UseFormSetValue } from 'react-hook-form';
import { useTranslations } from 'use-intl';
import { updateWebsite, type Php, type PhpDirective, type Website } from '@/lib/api.gen';
import { useFormKey } from '@/lib/form';
import { ApiError } from '@/lib/http';
import { fieldOf, formOf, modes, phpOf, type PhpForm } from '@/lib/php';
import { refresh, useWebsitePhp } from '@/lib/queries';
import { showTask, useTasks } from '@/lib/tasks';
import { siteName } from './site';
import { Button } from './ui/button';
import { Field } from './ui/field';
import { FormError } from './ui/notice';
import { Dialog } from './ui/overlay';

type Part = { control: Control<PhpForm>; register: UseFormRegister<PhpForm>; setValue: UseFormSetValue<PhpForm>; errors: FieldErrors<PhpForm> };

const plain = { autoComplete: 'off', autoCapitalize: 'none', spellCheck: false } as const;

/** A number that may be left to the server. */
function Amount({ register, errors, name, unset }: Part & { name: 'maxChildren' | 'idleTimeoutS' | 'maxRequests'; unset: string }) {
  const t = useTranslations('php');
  return (
    <Field label={t(name)} error={errors[name]?.message} hint={t('unset', { value: unset })}>
      {(wiring) => <input {...wiring} {...register(name)} {...plain} inputMode="numeric" className="input" placeholder={unset} />}
    </Field>
  );
}

function Directive({ control, register, setValue, errors, i, directives, onRemove }: Part & { i: number; directives: PhpDirective[]; onRemove(): void }) {
  const t = useTranslations('php');
  const chosen = useWatch({ control, name: `ini.${i}.name` });
  const directive = directives.find((d) => d.name === chosen);
  const wrong = errors.ini?.[i];
  /** Another directive takes other values: it begins with its own. */
  const onChange = ({ target }: { target: { value: string } }) => setValue(`ini.${i}.value`, directives.find((d) => d.name === target.value)?.fallback ?? '');
  return (
    <fieldset className="grid gap-3 rounded-xl border border-line p-4">
      <legend className="sr-only">{t('directive', { n: i + 1 })}</legend>
      <Field label={t('name')} error={wrong?.name?.message} required>
        {(wiring) => <select {...wiring} {...register(`ini.${i}.name`, { onChange })} className="input font-mono">{directives.map((d) => <option key={d.name} value={d.name}>{d.name}</option>)}</select>}
      </Field>
      <Field label={t('value')} error={wrong?.value?.message} hint={directive && t('rule', { rule: directive.rule, value: directive.fallback })} required>
        {(wiring) => directive?.kind === 'switch'
          ? <select {...wiring} {...register(`ini.${i}.value`)} className="input">{['on', 'off'].map((v) => <option key={v} value={v}>{v}</option>)}</select>
          : <input {...wiring} {...register(`ini.${i}.value`)} {...plain} className="input font-mono" placeholder={directive?.fallback} />}
      </Field>
      <Button size="sm" variant="ghost" className="justify-self-end text-bad" onClick={onRemove} aria-label={`${t('remove')}: ${chosen}`}><Trash2 />{t('remove')}</Button>
    </fieldset>
  );
}

function Directives({ directives, ...part }: Part & { directives: PhpDirective[] }) {
  const t = useTranslations('php');
  const { fields, append, remove } = useFieldArray({ control: part.control, name: 'ini' });
  const set = useWatch({ control: part.control, name: 'ini' });
  const free = directives.find((d) => !set.some((row) => row.name === d.name));
  return (
    <section className="grid gap-3" aria-label={t('ini')}>
      <h3 className="text-[13px] font-medium">{t('ini')}</h3>
      {fields.map((field, i) => <Directive key={field.id} {...part} i={i} directives={directives} onRemove={() => remove(i)} />)}
      {free && <Button size="sm" className="justify-self-start" onClick={() => append({ name: free.name, value: free.fallback })}><Plus />{t('addIni')}</Button>}
    </section>
  );
}

function Pool({ ...part }: Part) {
  const t = useTranslations('php');
  const mode = useWatch({ control: part.control, name: 'mode' });
  return (
    <>
      <Field label={t('mode')} error={part.errors.mode?.message} hint={t(`${mode}Hint`)}>
        {(wiring) => <select {...wiring} {...part.register('mode')} className="input">{modes.map((m) => <option key={m} value={m}>{t(m)}</option>)}</select>}
      </Field>
      <Amount {...part} name="maxChildren" unset="5" />
      {mode === 'ONDEMAND' && <Amount {...part} name="idleTimeoutS" unset="10" />}
      <Amount {...part} name="maxRequests" unset="500" />
    </>
  );
}

export default function WebsitePhpDialog({ website, onClose }: { website: Website; onClose(): void }) {
  const t = useTranslations('php');
  const settings = useTranslations('settings');
  const common = useTranslations('common');
  const client = useQueryClient();
  const { follow } = useTasks();
  const { keyFor, answered } = useFormKey();
  const offered = useWebsitePhp(website.id).data;
  const [start] = useState(() => ({ values: formOf(website.settings?.php), etag: website.etag ?? '' }));
  const [unplaced, setUnplaced] = useState<Error | null>(null);
  const [leaving, setLeaving] = useState(false);
  const { control, register, setValue, handleSubmit, setError, formState: { errors, isDirty } } = useForm<PhpForm>({ defaultValues: start.values });
  const version = useWatch({ control, name: 'version' });
  const versions = [...new Set([...(offered?.versions ?? []), start.values.version])].filter(Boolean);

  /** What the server refused, at its fields; the rest above them. */
  const place = (error: Error) => {
    const placed = new Set<string>();
    for (const violation of error instanceof ApiError ? error.violations : []) {
      const at = fieldOf(violation);
      if (!at || placed.has(at)) continue; // a field says its first fault
      setError(at as FieldPath<PhpForm>, { type: violation.rule, message: violation.message }, { shouldFocus: placed.size === 0 });
      placed.add(at);
    }
    if (!placed.size) setUnplaced(error instanceof ApiError && error.status === 412 ? new Error(settings('changed')) : error);
  };
  const save = useMutation({
    mutationFn: (php: Php) => updateWebsite({ websiteId: website.id, etag: start.etag, settings: { php } }, { key: keyFor(php) }),
    onMutate: () => setUnplaced(null),
    onSuccess: ({ taskId }) => {
      follow(taskId);
      onClose();
      showTask(taskId);
      void refresh(client, 'websites', 'tasks', 'audit');
    },
    onError: place,
    onSettled: (_reply, error) => answered(error),
  });
  const submit = (form: PhpForm) => (isDirty ? save.mutate(phpOf(form)) : onClose());
  const leave = () => (isDirty && !leaving ? setLeaving(true) : onClose());
  const part = { control, register, setValue, errors };
  return (
    <Dialog open onOpenChange={(open) => !open && leave()} title={t('dialog', { name: siteName(website) })} description={t('detail')}>
      <form noValidate className="flex min-h-0 flex-1 flex-col" onSubmit={handleSubmit(submit)}>
        <div className="grid gap-5 overflow-y-auto px-5 py-5">
          <FormError error={unplaced} />
          <Field label={t('version')} error={errors.version?.message} hint={version ? undefined : t('offHint')}>
            {(wiring) => (
              <select {...wiring} {...register('version')} className="input">
                <option value="">{t('off')}</option>
                {versions.map((v) => <option key={v} value={v}>{v}</option>)}
              </select>
            )}
          </Field>
          {version && (
            <>
              <label className="flex items-center gap-2 text-[13px]"><input type="checkbox" {...register('frontController')} />{t('frontLabel')}</label>
              <Pool {...part} />
              <Directives {...part} directives={offered?.directives ?? []} />
            </>
          )}
        </div>
        <footer className="flex flex-wrap items-center justify-end gap-2 border-t border-line px-5 py-3.5">
          {leaving && <p role="status" className="mr-auto text-[13px] font-medium text-warn">{settings('unsaved')}</p>}
          <Button onClick={leave} className={leaving ? 'text-bad' : undefined}>{leaving ? settings('discard') : common('cancel')}</Button>
          <Button type="submit" variant="primary" disabled={save.isPending}>{save.isPending && <LoaderCircle className="animate-spin" />}{t('save')}</Button>
        </footer>
      </form>
    </Dialog>
  );
}
