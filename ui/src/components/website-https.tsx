'use client';
// How a website is served over HTTPS: where its certificate comes from, whether HTTP leads there, and for how long browsers insist.
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useForm, useWatch } from 'react-hook-form';
import { useTranslations } from 'use-intl';
import { updateWebsite, type Website } from '@/lib/api.gen';
import { hstsAges, httpsForm, httpsOf, type HttpsForm } from '@/lib/certificates';
import { refresh } from '@/lib/queries';
import { useSaving } from '@/lib/saving';
import { showTask, useTasks } from '@/lib/tasks';
import { FormDialog } from './form-dialog';
import { siteName } from './site';
import { Field } from './ui/field';

const sources = ['AUTOMATIC', 'OWN', 'NONE'] as const;

export default function HttpsDialog({ website: now, onClose }: { website: Website; onClose(): void }) {
  const [website] = useState(now); // as it was read: what others change meanwhile isn't overwritten unseen
  const t = useTranslations('certificates');
  const client = useQueryClient();
  const { follow } = useTasks();
  const { control, register, handleSubmit, setError, formState: { errors, isDirty } } = useForm<HttpsForm>({ defaultValues: httpsForm(website.settings?.https) });
  const [certificate, hsts] = [useWatch({ control, name: 'certificate' }), useWatch({ control, name: 'hsts' })];
  const { save, unplaced } = useSaving<HttpsForm, { taskId: string }>({
    send: (form, options) => updateWebsite({ websiteId: website.id, etag: website.etag, settings: { https: httpsOf(form) } }, options),
    onSaved: ({ taskId }) => {
      follow(taskId);
      onClose();
      showTask(taskId);
      void refresh(client, 'websites', 'certificates', 'tasks', 'audit');
    },
    fields: ['certificate', 'hsts'],
    setError,
  });
  return (
    <FormDialog title={t('httpsOf', { name: siteName(website) })} submit={t('save')} busy={save.isPending} error={unplaced} dirty={isDirty} onSubmit={handleSubmit((form) => (isDirty ? save.mutate(form) : onClose()))} onClose={onClose}>
      <Field label={t('source')} error={errors.certificate?.message} hint={t(`mode${certificate}Hint`)}>
        {(wiring) => <select {...wiring} {...register('certificate')} className="input">{sources.map((s) => <option key={s} value={s}>{t(`mode${s}`)}</option>)}</select>}
      </Field>
      {certificate === 'AUTOMATIC' && <label className="flex items-center gap-2 text-[13px]"><input type="checkbox" {...register('wildcard')} />{t('wildcardLabel', { name: website.domain })}</label>}
      {certificate !== 'NONE' && (
        <>
          <label className="flex items-center gap-2 text-[13px]"><input type="checkbox" {...register('redirect')} />{t('redirectLabel')}</label>
          <Field label={t('hsts')} error={errors.hsts?.message} hint={t('hstsHint')}>
            {(wiring) => <select {...wiring} {...register('hsts')} className="input">{hstsAges.map((age) => <option key={age} value={age}>{t(`age${age}`)}</option>)}</select>}
          </Field>
          {hsts !== '0' && <label className="flex items-center gap-2 text-[13px]"><input type="checkbox" {...register('subdomains')} />{t('subdomainsLabel')}</label>}
        </>
      )}
    </FormDialog>
  );
}
