'use client';
// The form of a website's settings: names, folder, redirects, error pages. What is saved is tested on the node first.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { FileDiff, LoaderCircle, Plus, Trash2 } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useFieldArray, useForm, useWatch, type Control, type FieldErrors, type FieldPath, type UseFormRegister } from 'react-hook-form';
import { useTranslations } from 'use-intl';
import { planWebsite, updateWebsite, type Website, type WebsiteSettings } from '@/lib/api.gen';
import { useFormKey } from '@/lib/form';
import { ApiError } from '@/lib/http';
import { refresh } from '@/lib/queries';
import { before, changed, fieldOf, formOf, statuses, type SettingsForm } from '@/lib/settings';
import { showTask, useTasks } from '@/lib/tasks';
import { PlanPreview } from './plan-preview';
import { ProtectedFolders } from './protected-folders';
import { siteName } from './site';
import { Button } from './ui/button';
import { Field } from './ui/field';
import { FormError } from './ui/notice';
import { Dialog } from './ui/overlay';

type Part = { control: Control<SettingsForm>; register: UseFormRegister<SettingsForm>; errors: FieldErrors<SettingsForm> };

const plain = { autoComplete: 'off', autoCapitalize: 'none', spellCheck: false } as const;

function Group({ legend, onRemove, children }: { legend: string; onRemove(): void; children: ReactNode }) {
  const t = useTranslations('settings');
  return (
    <fieldset className="grid gap-3 rounded-xl border border-line p-4">
      <legend className="sr-only">{legend}</legend>
      {children}
      <Button size="sm" variant="ghost" className="justify-self-end text-bad" onClick={onRemove} aria-label={`${t('remove')}: ${legend}`}><Trash2 />{t('remove')}</Button>
    </fieldset>
  );
}

function Redirects({ control, register, errors }: Part) {
  const t = useTranslations('settings');
  const { fields, append, remove } = useFieldArray({ control, name: 'redirects' });
  return (
    <section className="grid gap-3" aria-label={t('redirects')}>
      <h3 className="text-[13px] font-medium">{t('redirects')}</h3>
      {fields.map((field, i) => {
        const wrong = errors.redirects?.[i];
        return (
          <Group key={field.id} legend={t('redirect', { n: i + 1 })} onRemove={() => remove(i)}>
            <Field label={t('from')} error={wrong?.from?.message} required>{(wiring) => <input {...wiring} {...register(`redirects.${i}.from`)} {...plain} className="input font-mono" placeholder="/old" />}</Field>
            <Field label={t('to')} error={wrong?.to?.message} required>{(wiring) => <input {...wiring} {...register(`redirects.${i}.to`)} {...plain} className="input font-mono" placeholder="https://shop.example/new" />}</Field>
            <Field label={t('status')} error={wrong?.status?.message}>
              {(wiring) => <select {...wiring} {...register(`redirects.${i}.status`)} className="input">{statuses.map((s) => <option key={s} value={s}>{t(`s${s}`)}</option>)}</select>}
            </Field>
            <label className="flex items-center gap-2 text-[13px]"><input type="checkbox" {...register(`redirects.${i}.below`)} />{t('below')}</label>
            <label className="flex items-center gap-2 text-[13px]"><input type="checkbox" {...register(`redirects.${i}.keepPath`)} />{t('keepPath')}</label>
          </Group>
        );
      })}
      <Button size="sm" className="justify-self-start" onClick={() => append({ from: '', to: '', status: '301', below: false, keepPath: false })}><Plus />{t('addRedirect')}</Button>
    </section>
  );
}

function ErrorPages({ control, register, errors }: Part) {
  const t = useTranslations('settings');
  const { fields, append, remove } = useFieldArray({ control, name: 'errorPages' });
  return (
    <section className="grid gap-3" aria-label={t('errorPages')}>
      <h3 className="text-[13px] font-medium">{t('errorPages')}</h3>
      {fields.map((field, i) => {
        const wrong = errors.errorPages?.[i];
        return (
          <Group key={field.id} legend={t('errorPage', { n: i + 1 })} onRemove={() => remove(i)}>
            <Field label={t('code')} error={wrong?.status?.message} required>{(wiring) => <input {...wiring} {...register(`errorPages.${i}.status`)} {...plain} inputMode="numeric" className="input" placeholder="404" />}</Field>
            <Field label={t('page')} error={wrong?.page?.message} required>{(wiring) => <input {...wiring} {...register(`errorPages.${i}.page`)} {...plain} className="input font-mono" placeholder="/404.html" />}</Field>
          </Group>
        );
      })}
      <Button size="sm" className="justify-self-start" onClick={() => append({ status: '404', page: '' })}><Plus />{t('addErrorPage')}</Button>
    </section>
  );
}

export default function WebsiteSettingsDialog({ website, onClose }: { website: Website; onClose(): void }) {
  const t = useTranslations('settings');
  const common = useTranslations('common');
  const client = useQueryClient();
  const { follow } = useTasks();
  const { keyFor, answered } = useFormKey();
  const [start] = useState(() => ({ values: formOf(website.settings), etag: website.etag ?? '' }));
  const [unplaced, setUnplaced] = useState<Error | null>(null);
  const [leaving, setLeaving] = useState(false);
  const { control, register, handleSubmit, setError, formState: { errors, isDirty } } = useForm<SettingsForm>({ defaultValues: start.values });

  /** What the server refused, at its fields; the rest above them. */
  const place = (error: Error) => {
    const violations = error instanceof ApiError ? error.violations : [];
    const placed = new Set<string>();
    for (const violation of violations) {
      const at = fieldOf(violation);
      if (!at || placed.has(at.name)) continue; // a field says its first fault
      const message = at.member ? t('line', { n: at.member, words: violation.message }) : violation.message;
      setError(at.name as FieldPath<SettingsForm>, { type: violation.rule, message }, { shouldFocus: placed.size === 0 });
      placed.add(at.name);
    }
    if (!placed.size) setUnplaced(error instanceof ApiError && error.status === 412 ? new Error(t('changed')) : error);
  };
  const save = useMutation({
    mutationFn: (settings: WebsiteSettings) => updateWebsite({ websiteId: website.id, etag: start.etag, settings }, { key: keyFor(settings) }),
    onMutate: () => setUnplaced(null),
    onSuccess: ({ taskId, website: now }, settings) => {
      // A password that was set anew can't be taken back: nobody knows the one before.
      follow(taskId, settings.protectedFolders ? undefined : () => updateWebsite({ websiteId: website.id, etag: now?.etag ?? '', settings: before(start.values, settings) }));
      onClose();
      showTask(taskId);
      void refresh(client, 'websites', 'tasks', 'audit');
    },
    onError: place,
    onSettled: (_reply, error) => answered(error),
  });
  const preview = useMutation({
    mutationFn: (settings: WebsiteSettings) => planWebsite({ websiteId: website.id, settings }),
    onMutate: () => setUnplaced(null),
    onError: place,
  });
  const now = useWatch({ control }) as SettingsForm;
  const asked = preview.variables !== undefined && JSON.stringify(preview.variables) === JSON.stringify(changed(start.values, now));
  const submit = (form: SettingsForm) => {
    const settings = changed(start.values, form);
    if (Object.keys(settings).length === 0) onClose();
    else save.mutate(settings);
  };
  const leave = () => (isDirty && !leaving ? setLeaving(true) : onClose());
  const part = { control, register, errors };
  return (
    <Dialog open onOpenChange={(open) => !open && leave()} title={t('title', { name: siteName(website) })} description={t('detail')}>
      <form noValidate className="flex min-h-0 flex-1 flex-col" onSubmit={handleSubmit(submit)}>
        <div className="grid gap-5 overflow-y-auto px-5 py-5">
          <FormError error={unplaced} />
          <Field label={t('aliases')} error={errors.aliases?.message} hint={t('aliasesHint')}>
            {(wiring) => <textarea {...wiring} {...register('aliases')} {...plain} rows={3} className="input h-auto py-2 font-mono" />}
          </Field>
          <Field label={t('folder')} error={errors.documentRoot?.message} hint={t('folderHint')}>{(wiring) => <input {...wiring} {...register('documentRoot')} {...plain} className="input font-mono" />}</Field>
          <Field label={t('index')} error={errors.index?.message} hint={t('indexHint')}>{(wiring) => <input {...wiring} {...register('index')} {...plain} className="input font-mono" placeholder="index.html" />}</Field>
          <Field label={t('proxy')} error={errors.proxy?.message} hint={t('proxyHint')}>{(wiring) => <input {...wiring} {...register('proxy')} {...plain} className="input font-mono" placeholder="http://192.0.2.10:8080" />}</Field>
          <Redirects {...part} />
          <ErrorPages {...part} />
          <ProtectedFolders {...part} />
          {preview.data && asked && !preview.isPending && <PlanPreview plan={preview.data} />}
        </div>
        <footer className="flex flex-wrap items-center justify-end gap-2 border-t border-line px-5 py-3.5">
          {leaving && <p role="status" className="mr-auto text-[13px] font-medium text-warn">{t('unsaved')}</p>}
          <Button onClick={leave} className={leaving ? 'text-bad' : undefined}>{leaving ? t('discard') : common('cancel')}</Button>
          <Button disabled={preview.isPending} onClick={handleSubmit((form) => preview.mutate(changed(start.values, form)))}>{preview.isPending ? <LoaderCircle className="animate-spin" /> : <FileDiff />}{t('preview')}</Button>
          <Button type="submit" variant="primary" disabled={save.isPending}>{save.isPending && <LoaderCircle className="animate-spin" />}{t('save')}</Button>
        </footer>
      </form>
    </Dialog>
  );
}
