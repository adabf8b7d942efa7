'use client';
// What is asked and shown of a zone in dialogs: one of its changes, a zone file, its end.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { LoaderCircle, Undo2 } from 'lucide-react';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslations } from 'use-intl';
import { deleteZone, getZoneChange, importZone, planImport, purgeZone, undoZoneChange, type ChangeRecordsReply, type Zone, type ZoneChange } from '@/lib/api.gen';
import { refresh, useCan } from '@/lib/queries';
import { toAscii } from '@/lib/rules';
import { useSaving } from '@/lib/saving';
import { useTasks } from '@/lib/tasks';
import { useZoneAct } from '@/lib/zone-act';
import { diffOf } from '@/lib/zones';
import { Diff } from './diff';
import { FormDialog } from './form-dialog';
import { Lines } from './people';
import { Button } from './ui/button';
import { Field } from './ui/field';
import { FormError } from './ui/notice';
import { Dialog } from './ui/overlay';

export function ChangeDialog({ zone, change, onClose }: { zone: Zone; change: ZoneChange; onClose(): void }) {
  const t = useTranslations('zones');
  const client = useQueryClient();
  const { follow } = useTasks();
  const may = useCan('zone:update') && zone.serving === 'live' && !change.undoneBy && change.kind !== 'create';
  const read = useQuery({ queryKey: ['zones', 'change', change.id], queryFn: ({ signal }) => getZoneChange({ zoneId: zone.id, changeId: change.id }, { signal }), staleTime: Infinity });
  const undo = useMutation({
    mutationFn: () => undoZoneChange({ zoneId: zone.id, changeId: change.id }),
    onSuccess: ({ taskIds }) => {
      for (const id of taskIds) follow(id);
      void refresh(client, 'zones', 'tasks', 'audit');
      onClose();
    },
  });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('change', { serial: String(change.serial) })} description={change.note || undefined}>
      <div className="grid gap-4 overflow-y-auto px-5 py-5">
        <FormError error={undo.error ?? read.error} />
        {read.data ? <Diff text={diffOf(read.data.sets)} label={t('changeDiff')} /> : !read.error && <Lines n={3} />}
        {may && <div className="flex justify-end"><Button variant="primary" disabled={undo.isPending} onClick={() => undo.mutate()}>{undo.isPending ? <LoaderCircle className="animate-spin" /> : <Undo2 />}{t('undo')}</Button></div>}
      </div>
    </Dialog>
  );
}

type ImportForm = { zoneFile: string; replace: boolean };

export function ImportDialog({ zone, etag, onClose }: { zone: Zone; etag: string; onClose(): void }) {
  const t = useTranslations('zones');
  const client = useQueryClient();
  const { follow } = useTasks();
  const { register, handleSubmit, setError, getValues, formState: { errors, isDirty } } = useForm<ImportForm>({ defaultValues: { zoneFile: '', replace: false } });
  const plan = useMutation({ mutationFn: (form: ImportForm) => planImport({ zoneId: zone.id, ...form }) });
  const { save, unplaced } = useSaving<ImportForm, ChangeRecordsReply>({
    send: (form, options) => importZone({ zoneId: zone.id, etag, ...form }, options),
    onSaved: ({ taskIds }) => {
      for (const id of taskIds) follow(id);
      void refresh(client, 'zones', 'tasks', 'audit');
      onClose();
    },
    fields: ['zoneFile'],
    setError,
  });
  const faults = plan.data?.faults ?? [];
  const good = plan.data && faults.length === 0 && plan.data.violations.length === 0;
  const submit = handleSubmit((form) => (good ? save.mutate(form) : plan.mutate(form)));
  return (
    <FormDialog title={t('importTitle', { name: zone.displayName })} description={t('importDetail')} submit={good ? t('importConfirm') : t('importLook')} busy={plan.isPending || save.isPending} error={unplaced ?? plan.error} dirty={isDirty} onSubmit={submit} onClose={onClose}>
      <Field label={t('zoneFile')} error={errors.zoneFile?.message} required>
        {(wiring) => <textarea {...wiring} {...register('zoneFile', { validate: (value) => (value.trim() ? true : 'required'), onChange: () => plan.reset() })} rows={10} spellCheck={false} autoCapitalize="none" className="input h-auto py-2 font-mono text-[12px] whitespace-pre" />}
      </Field>
      <label className="flex items-center gap-2 text-[13px]"><input type="checkbox" {...register('replace', { onChange: () => getValues('zoneFile') && plan.reset() })} />{t('importReplace')}</label>
      {(faults.length > 0 || (plan.data && plan.data.violations.length > 0)) && (
        <div role="alert" className="rounded-lg bg-bad-soft p-3 text-[13px] text-bad">
          <ul className="grid gap-1">
            {faults.map((f, i) => <li key={i}>{t('line', { line: f.line })}: {f.message}</li>)}
            {faults.length === 0 && plan.data!.violations.map((v, i) => <li key={i}>{v.message}</li>)}
          </ul>
        </div>
      )}
      {good && <Diff text={diffOf(plan.data!.sets)} label={t('changeDiff')} cut={plan.data!.more} />}
    </FormDialog>
  );
}


export function RemoveDialog({ zone, how, onClose }: { zone: Zone; how: 'delete' | 'purge'; onClose(): void }) {
  const t = useTranslations('zones');
  const [typed, setTyped] = useState('');
  const [there, setThere] = useState(false);
  const remove = useZoneAct(() => (how === 'purge' ? purgeZone({ zoneId: zone.id }) : deleteZone({ zoneId: zone.id, ...(zone.provider && { removeAtProvider: there }) })), onClose);
  const detail = zone.provider && how === 'delete' ? t('deleteElsewhere', { account: zone.provider.accountName }) : zone.provider?.removes ? t('purgeElsewhere', { account: zone.provider.accountName }) : t(`${how}Detail`);
  const matches = typed.trim() === zone.displayName || toAscii(typed) === zone.name;
  return (
    <FormDialog title={t(`${how}Title`, { name: zone.displayName })} description={detail} submit={t(`${how}Confirm`)} danger busy={remove.isPending || !matches} error={remove.error} onSubmit={(event) => { event.preventDefault(); if (matches) remove.mutate(); }} onClose={onClose}>
      {zone.provider && how === 'delete' && <label className="flex items-center gap-2 text-[13px]"><input type="checkbox" checked={there} onChange={(event) => setThere(event.target.checked)} />{t('removeThere')}</label>}
      <Field label={t('typeName', { name: zone.displayName })}>{(wiring) => <input {...wiring} className="input font-mono" value={typed} onChange={(event) => setTyped(event.target.value)} autoComplete="off" autoCapitalize="none" spellCheck={false} />}</Field>
    </FormDialog>
  );
}
