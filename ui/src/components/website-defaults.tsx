'use client';
// What new websites of an organisation begin with, and the form to change it.
import { useQueryClient } from '@tanstack/react-query';
import { SlidersHorizontal } from 'lucide-react';
import { useState } from 'react';
import { useForm, useWatch } from 'react-hook-form';
import { useTranslations } from 'use-intl';
import { updateWebsiteDefaults, type WebsiteDefaults } from '@/lib/api.gen';
import { useWebsiteDefaults } from '@/lib/certificates';
import { refresh, useCan } from '@/lib/queries';
import { useSaving } from '@/lib/saving';
import { FormDialog } from './form-dialog';
import { Card, Lines, Row } from './people';
import { Button } from './ui/button';
import { Failure, Stale } from './ui/notice';
import { When } from './ui/when';

type Form = { automatic: boolean; redirect: boolean };

function DefaultsDialog({ defaults: now, onClose }: { defaults: WebsiteDefaults; onClose(): void }) {
  const [defaults] = useState(now); // as they were read: what others change meanwhile isn't overwritten unseen
  const t = useTranslations('websiteDefaults');
  const client = useQueryClient();
  const { control, register, handleSubmit, setError, formState: { isDirty } } = useForm<Form>({ defaultValues: { automatic: defaults.certificate !== 'NONE', redirect: !defaults.keepHttp } });
  const automatic = useWatch({ control, name: 'automatic' });
  const { save, unplaced } = useSaving<Form, unknown>({
    send: (form, options) => updateWebsiteDefaults({ organisationId: defaults.organisationId, etag: defaults.etag, certificate: form.automatic ? 'AUTOMATIC' : 'NONE', keepHttp: !form.redirect }, options),
    onSaved: () => {
      onClose();
      void refresh(client, 'websiteDefaults', 'audit');
    },
    fields: [],
    setError,
  });
  return (
    <FormDialog title={t('title')} description={t('detail')} submit={t('save')} busy={save.isPending} error={unplaced} dirty={isDirty} onSubmit={handleSubmit((form) => (isDirty ? save.mutate(form) : onClose()))} onClose={onClose}>
      <div className="grid gap-4">
        <label className="flex items-start gap-2 text-[13px]"><input type="checkbox" className="mt-0.5" {...register('automatic')} /><span>{t('automaticLabel')}<span className="block text-xs text-muted">{t('automaticHint')}</span></span></label>
        {automatic && <label className="flex items-start gap-2 text-[13px]"><input type="checkbox" className="mt-0.5" {...register('redirect')} /><span>{t('redirectLabel')}<span className="block text-xs text-muted">{t('redirectHint')}</span></span></label>}
      </div>
    </FormDialog>
  );
}

/** organisationId '': the own one. */
export default function DefaultsCard({ organisationId = '' }: { organisationId?: string }) {
  const t = useTranslations('websiteDefaults');
  const [mayRead, mayChange] = [useCan('website_defaults:read'), useCan('website_defaults:update')];
  const [changing, setChanging] = useState(false);
  const read = useWebsiteDefaults(organisationId, mayRead);
  const now = read.data;
  if (!mayRead) return null;
  return (
    <Card id="website-defaults" title={t('title')} action={mayChange && now && <Button size="sm" aria-label={t('changeLabel')} onClick={() => setChanging(true)}><SlidersHorizontal />{t('change')}</Button>}>
      <Stale read={read} />
      {read.error && !now ? <Failure read={read} /> : !now ? <Lines n={2} /> : (
        <dl className="divide-y divide-line">
          <Row label={t('certificates')}>{now.certificate === 'NONE' ? t('none') : t('automatic')}</Row>
          {now.certificate !== 'NONE' && <Row label={t('visitors')}>{now.keepHttp ? t('keeps') : t('redirects')}</Row>}
          <Row label={t('set')}>{now.updatedAt ? <When at={now.updatedAt} /> : <span className="text-muted">{t('never')}</span>}</Row>
        </dl>
      )}
      {changing && now && <DefaultsDialog defaults={now} onClose={() => setChanging(false)} />}
    </Card>
  );
}
