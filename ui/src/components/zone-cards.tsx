'use client';
// Beside a zone's records: its servers, its history, its file.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { CircleCheck, Download, LoaderCircle, TriangleAlert, Undo2, Upload } from 'lucide-react';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslations } from 'use-intl';
import { exportZone, getZoneChange, importZone, planImport, undoZoneChange, type ChangeRecordsReply, type Zone, type ZoneChange } from '@/lib/api.gen';
import { download } from '@/lib/audit';
import { refresh, useCan } from '@/lib/queries';
import { useSaving } from '@/lib/saving';
import { useTasks } from '@/lib/tasks';
import { diffOf, useServers, useZoneChanges } from '@/lib/zones';
import { Diff } from './diff';
import { FormDialog } from './form-dialog';
import { Card, Lines } from './people';
import { Button } from './ui/button';
import { Copy } from './ui/copy';
import { Field } from './ui/field';
import { Failure, FormError, Stale } from './ui/notice';
import { Dialog } from './ui/overlay';
import { When } from './ui/when';
import { ZoneState } from './zone-state';

export function Servers({ zone }: { zone: Zone }) {
  const t = useTranslations('zones');
  const [asked, setAsked] = useState(false);
  const check = useServers(zone.id, asked);
  const answer = (nodeId: string) => check.data?.servers.find((s) => s.nodeId === nodeId);
  return (
    <Card id="servers" title={t('servers')} action={<Button size="sm" disabled={check.isFetching} onClick={() => (asked ? void check.refetch() : setAsked(true))}>{check.isFetching && <LoaderCircle className="animate-spin" />}{t('ask')}</Button>}>
      <FormError error={check.error} />
      <ul className="divide-y divide-line">
        {zone.servers.map((s) => {
          const now = answer(s.nodeId);
          return (
            <li key={s.nodeId} className="grid gap-1 px-5 py-3 text-[13px]">
              <span className="flex flex-wrap items-center gap-2"><span className="font-mono">{s.nameServer.replace(/\.$/, '') || s.nodeName}</span><ZoneState state={s.state} /></span>
              <span className="font-mono text-xs text-muted">{s.address}{s.port !== 53 && `:${s.port}`}</span>
              {s.message && <span className="text-xs text-bad [overflow-wrap:anywhere]">{s.message}</span>}
              {now && <span role="status" className="flex items-center gap-1.5 text-xs">{now.inStep ? <CircleCheck aria-hidden className="size-3.5 text-ok" /> : <TriangleAlert aria-hidden className="size-3.5 text-warn" />}{now.inStep ? t('inStep', { serial: String(now.serial) }) : now.message}</span>}
            </li>
          );
        })}
      </ul>
      {zone.nameServers.length > 0 && <div className="border-t border-line px-5 py-3 text-[13px]"><p className="text-muted">{t('tellRegistrar')}</p><span className="flex items-start gap-1.5"><span className="min-w-0 font-mono text-[12.5px]">{zone.nameServers.map((name) => <span key={name} className="block">{name}</span>)}</span><Copy text={zone.nameServers.join('\n')} label={t('copyServers')} /></span></div>}
    </Card>
  );
}

function ChangeDialog({ zone, change, onClose }: { zone: Zone; change: ZoneChange; onClose(): void }) {
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

export function History({ zone }: { zone: Zone }) {
  const t = useTranslations('zones');
  const read = useZoneChanges(zone.id);
  const [shown, setShown] = useState<ZoneChange | null>(null);
  return (
    <Card id="zone-history" title={t('history')}>
      <Stale read={read} />
      {read.error && !read.data ? <Failure read={read} /> : !read.data ? <Lines n={3} /> : (
        <ul className="divide-y divide-line">
          {read.data.changes.map((c) => (
            <li key={c.id} className="grid gap-0.5 px-5 py-2.5 text-[13px]">
              <button type="button" onClick={() => setShown(c)} className="w-fit rounded text-left font-medium hover:text-accent-text hover:underline">{c.note || (t.has(`kind.${c.kind}` as 'kind.create') ? t(`kind.${c.kind}` as 'kind.create') : c.kind)}</button>
              <span className="text-xs text-muted">{t('counts', { added: c.added, removed: c.removed })}{c.undoneBy && ` · ${t('undone')}`}</span>
              <span className="text-xs text-muted"><When at={c.createdAt} /> · {c.actorName || c.actorId}</span>
            </li>
          ))}
        </ul>
      )}
      {shown && <ChangeDialog zone={zone} change={shown} onClose={() => setShown(null)} />}
    </Card>
  );
}

type ImportForm = { zoneFile: string; replace: boolean };

function ImportDialog({ zone, etag, onClose }: { zone: Zone; etag: string; onClose(): void }) {
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
        <ul role="alert" className="grid gap-1 rounded-lg bg-bad-soft p-3 text-[13px] text-bad">
          {faults.map((f, i) => <li key={i}>{t('line', { line: f.line })}: {f.message}</li>)}
          {faults.length === 0 && plan.data!.violations.map((v, i) => <li key={i}>{v.message}</li>)}
        </ul>
      )}
      {good && <Diff text={diffOf(plan.data!.sets)} label={t('changeDiff')} cut={plan.data!.more} />}
    </FormDialog>
  );
}

export function ZoneFile({ zone }: { zone: Zone }) {
  const t = useTranslations('zones');
  const may = useCan('zone:update') && zone.serving === 'live';
  const [importing, setImporting] = useState(false);
  const save = useMutation({ mutationFn: () => exportZone({ zoneId: zone.id }), onSuccess: ({ zoneFile }) => download(new Blob([zoneFile], { type: 'text/plain' }), `${zone.name}.zone`) });
  return (
    <Card id="zone-file" title={t('file')}>
      <div className="grid gap-3 px-5 py-4">
        <FormError error={save.error} />
        <p className="text-[13px] text-muted">{t('fileDetail')}</p>
        <div className="flex flex-wrap gap-2">
          <Button size="sm" disabled={save.isPending} onClick={() => save.mutate()}><Download />{t('export')}</Button>
          {may && <Button size="sm" onClick={() => setImporting(true)}><Upload />{t('import')}</Button>}
        </div>
      </div>
      {importing && <ImportDialog zone={zone} etag={zone.recordsEtag} onClose={() => setImporting(false)} />}
    </Card>
  );
}
