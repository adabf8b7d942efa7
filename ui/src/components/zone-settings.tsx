'use client';
// What is set of a zone as a whole, what holds where nothing is, and the form to change it.
import { useQueryClient } from '@tanstack/react-query';
import { SlidersHorizontal } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslations } from 'use-intl';
import { updateZone, type Zone, type ZoneReply } from '@/lib/api.gen';
import { refresh, useCan } from '@/lib/queries';
import { broken } from '@/lib/rules';
import { useSaving } from '@/lib/saving';
import { useTasks } from '@/lib/tasks';
import { changedZone, inRange, span, zoneDefaults, zoneForm, zoneRanges, zoneTimes, type ZoneForm } from '@/lib/zone-settings';
import { FormDialog } from './form-dialog';
import { Card } from './people';
import { Button } from './ui/button';
import { Field } from './ui/field';

/** Narrower than those of the pages' own: the card stands beside the records. */
function Row({ label, children }: { label: string; children: ReactNode }) {
  return <div className="grid grid-cols-[7rem_minmax(0,1fr)] gap-3 px-5 py-2 text-[13px]"><dt className="text-muted">{label}</dt><dd className="[overflow-wrap:anywhere]">{children}</dd></div>;
}

const plain = { autoComplete: 'off', autoCapitalize: 'none', spellCheck: false } as const;

function SettingsDialog({ zone: now, onClose }: { zone: Zone; onClose(): void }) {
  const [zone] = useState(now); // as it was read: what others change meanwhile isn't overwritten unseen
  const t = useTranslations('zoneSettings');
  const client = useQueryClient();
  const { follow } = useTasks();
  const [start] = useState(() => zoneForm(zone.settings));
  const { register, handleSubmit, setError, formState: { errors, isDirty } } = useForm<ZoneForm>({ defaultValues: start });
  const { save, unplaced } = useSaving<ZoneForm, ZoneReply>({
    send: (form, options) => updateZone({ zoneId: zone.id, etag: zone.etag, settings: changedZone(start, form) }, options),
    onSaved: ({ taskIds }) => {
      for (const id of taskIds) follow(id);
      onClose();
      void refresh(client, 'zones', 'tasks', 'audit');
    },
    fields: [...zoneTimes, 'contact'],
    setError,
  });
  const submit = handleSubmit((form) => (Object.keys(changedZone(start, form)).length ? save.mutate(form) : onClose()));
  const range = (name: (typeof zoneTimes)[number]) => t('range', { least: zoneRanges[name][0], most: zoneRanges[name][1] });
  return (
    <FormDialog title={t('titleOf', { name: zone.displayName })} description={t('detail')} submit={t('save')} busy={save.isPending} error={unplaced} dirty={isDirty} onSubmit={submit} onClose={onClose}>
      {zoneTimes.map((name) => (
        <Field key={name} label={t('inSeconds', { what: t(name) })} error={errors[name]?.message} hint={`${t(`${name}Hint`)} ${t('empty', { value: zoneDefaults[name] })}`}>
          {(wiring) => <input {...wiring} {...register(name, { validate: (value) => inRange(name, value) || range(name) })} {...plain} inputMode="numeric" placeholder={String(zoneDefaults[name])} className="input w-40 font-mono" />}
        </Field>
      ))}
      <Field label={t('contact')} error={errors.contact?.message} hint={t('contactHint')}>
        {(wiring) => <input {...wiring} {...register('contact', { validate: (value) => broken(value.trim(), { format: 'email', max: 254 }) ?? true })} {...plain} inputMode="email" className="input font-mono" placeholder="hostmaster@shop.example" />}
      </Field>
    </FormDialog>
  );
}

export default function ZoneSettings({ zone }: { zone: Zone }) {
  const t = useTranslations('zoneSettings');
  const may = useCan('zone:update') && zone.serving === 'live';
  const [changing, setChanging] = useState(false);
  const settings = zone.settings ?? {};
  return (
    <Card id="zone-settings" title={t('title')} action={may && <Button size="sm" aria-label={t('changeSettings')} onClick={() => setChanging(true)}><SlidersHorizontal />{t('change')}</Button>}>
      <dl className="divide-y divide-line">
        {zoneTimes.map((name) => <Row key={name} label={t(name)}>{span(settings[name] || zoneDefaults[name])} {!settings[name] && <span className="text-xs text-muted">{t('default')}</span>}</Row>)}
        <Row label={t('contact')}>{settings.contact || <span className="text-muted">{t('noContact')}</span>}</Row>
      </dl>
      {changing && <SettingsDialog zone={zone} onClose={() => setChanging(false)} />}
    </Card>
  );
}
