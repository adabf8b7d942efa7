'use client';
// Suspending a node, with the reason; and what people say of it and allow on it.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { LoaderCircle } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslations } from 'use-intl';
import { suspendNode, updateNode, type Node, type NodeSettings } from '@/lib/api.gen';
import { useFormKey } from '@/lib/form';
import { ApiError } from '@/lib/http';
import { refresh } from '@/lib/queries';
import { Button } from './ui/button';
import { Field } from './ui/field';
import { FormError } from './ui/notice';
import { Dialog } from './ui/overlay';

type Props = { node: Node; onClose(): void };

export function SuspendNodeDialog({ node, onClose }: Props) {
  const t = useTranslations('suspendNode');
  const common = useTranslations('common');
  const client = useQueryClient();
  const { keyFor, answered } = useFormKey();
  const [reason, setReason] = useState('');
  const [missing, setMissing] = useState(false);
  const suspend = useMutation({
    mutationFn: (body: { nodeId: string; reason: string }) => suspendNode(body, { key: keyFor(body) }),
    onSuccess: () => {
      onClose();
      void refresh(client, 'nodes', 'audit');
    },
    onSettled: (_reply, error) => answered(error),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setMissing(!reason.trim());
    if (reason.trim() && !suspend.isPending) suspend.mutate({ nodeId: node.id, reason: reason.trim() });
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('title', { name: node.name || node.id })} description={t('detail')}>
      <form noValidate className="grid gap-4 px-5 py-5" onSubmit={submit}>
        <FormError error={suspend.error} />
        <p className="text-[13px] text-muted">{t('kept')}</p>
        <Field label={t('reason')} hint={t('reasonHint')} error={missing ? 'required' : undefined} required>
          {(wiring) => <input {...wiring} className="input" value={reason} maxLength={200} onChange={(event) => setReason(event.target.value)} />}
        </Field>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{common('cancel')}</Button>
          <Button type="submit" variant="primary" disabled={suspend.isPending}>{suspend.isPending && <LoaderCircle className="animate-spin" />}{t('confirm')}</Button>
        </div>
      </form>
    </Dialog>
  );
}

type Form = { description: string; location: string; websiteLimit: string; onlyChosen: boolean };
const members = ['description', 'location', 'websiteLimit', 'onlyChosen'] as const;
const formOf = (node: Node): Form => ({
  description: node.settings?.description ?? '', location: node.settings?.location ?? '', websiteLimit: String(node.settings?.websiteLimit || ''), onlyChosen: !!node.settings?.onlyChosen,
});

/** Only what differs travels. */
function changed(before: Form, after: Form): NodeSettings {
  const all: NodeSettings = { description: after.description.trim(), location: after.location.trim(), websiteLimit: Number(after.websiteLimit || 0), onlyChosen: after.onlyChosen };
  return Object.fromEntries(members.filter((name) => after[name] !== before[name]).map((name) => [name, all[name]]));
}

export function EditNodeDialog({ node, onClose }: Props) {
  const t = useTranslations('editNode');
  const common = useTranslations('common');
  const client = useQueryClient();
  const { keyFor, answered } = useFormKey();
  const [start] = useState({ values: formOf(node), etag: node.etag }); // what comes meanwhile doesn't change the form
  const [leaving, setLeaving] = useState(false);
  const [unplaced, setUnplaced] = useState<Error | null>(null);
  const { register, handleSubmit, setError, formState: { errors, isDirty } } = useForm<Form>({ defaultValues: start.values });
  const place = (error: Error) => {
    const placed = error instanceof ApiError ? error.violations.map((violation) => {
      const name = members.find((member) => violation.field === `settings.${member}`);
      if (name) setError(name, { type: violation.rule, message: violation.message }, { shouldFocus: true });
      return name;
    }) : [];
    if (placed.length === 0 || !placed.every(Boolean)) setUnplaced(error instanceof ApiError && error.status === 412 ? new Error(t('changed')) : error);
  };
  const save = useMutation({
    mutationFn: (settings: NodeSettings) => updateNode({ nodeId: node.id, etag: start.etag, settings }, { key: keyFor(settings) }),
    onMutate: () => setUnplaced(null),
    onSuccess: () => {
      onClose();
      void refresh(client, 'nodes', 'audit');
    },
    onError: place,
    onSettled: (_reply, error) => answered(error),
  });
  const submit = (form: Form) => {
    const settings = changed(start.values, form);
    if (Object.keys(settings).length === 0) onClose();
    else save.mutate(settings);
  };
  const leave = () => (isDirty && !leaving ? setLeaving(true) : onClose());
  return (
    <Dialog open onOpenChange={(open) => !open && leave()} title={t('title', { name: node.name || node.id })} description={t('detail')}>
      <form noValidate className="flex min-h-0 flex-1 flex-col" onSubmit={handleSubmit(submit)}>
        <div className="grid gap-5 overflow-y-auto px-5 py-5">
          <FormError error={unplaced} />
          <Field label={t('location')} error={errors.location?.message} hint={t('locationHint')}>{(wiring) => <input {...wiring} {...register('location')} maxLength={120} className="input" />}</Field>
          <Field label={t('description')} error={errors.description?.message}>{(wiring) => <textarea {...wiring} {...register('description')} maxLength={500} rows={3} className="input h-auto py-2" />}</Field>
          <Field label={t('limit')} error={errors.websiteLimit?.message} hint={t('limitHint')}>
            {(wiring) => <input {...wiring} {...register('websiteLimit', { pattern: { value: /^(\d{0,6}|1000000)$/, message: t('limitPattern') } })} inputMode="numeric" autoComplete="off" className="input tabular-nums" />}
          </Field>
          <label className="flex gap-2.5 text-[13px]"><input type="checkbox" {...register('onlyChosen')} className="mt-0.5 size-4" /><span><span className="block font-medium">{t('onlyChosen')}</span><span className="text-xs text-muted">{t('onlyChosenHint')}</span></span></label>
        </div>
        <footer className="flex flex-wrap items-center justify-end gap-2 border-t border-line px-5 py-3.5">
          {leaving && <p role="status" className="mr-auto text-[13px] font-medium text-warn">{t('unsaved')}</p>}
          <Button onClick={leave} className={leaving ? 'text-bad' : undefined}>{leaving ? t('discard') : common('cancel')}</Button>
          <Button type="submit" variant="primary" disabled={save.isPending}>{save.isPending && <LoaderCircle className="animate-spin" />}{t('save')}</Button>
        </footer>
      </form>
    </Dialog>
  );
}
