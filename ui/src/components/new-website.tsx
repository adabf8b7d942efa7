'use client';
import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { LoaderCircle } from 'lucide-react';
import { useState } from 'react';
import { useForm, type UseFormRegister } from 'react-hook-form';
import { useTranslations } from 'use-intl';
import { createWebsite, type CreateWebsiteRequest, type Node } from '@/lib/api.gen';
import { placeViolations, useFormKey } from '@/lib/form';
import { createWebsiteForm } from '@/lib/forms.gen';
import { room, takes } from '@/lib/nodes';
import { refresh, useCan, useNodes, useOrganisations, useSession } from '@/lib/queries';
import { showTask, useTasks } from '@/lib/tasks';
import { bytes } from '@/lib/words';
import { Button } from './ui/button';
import { Field } from './ui/field';
import { FormError } from './ui/notice';
import { Dialog } from './ui/overlay';

const fields = ['domain', 'organisationId', 'nodeId'] as const;

/** Whose website and where: for staff; a customer's is their own, placed by load. */
function Placement({ register, errors }: { register: UseFormRegister<CreateWebsiteRequest>; errors: Partial<Record<'organisationId' | 'nodeId', { message?: string }>> }) {
  const t = useTranslations('newWebsite');
  const session = useSession().data;
  const organisations = useOrganisations(true).data?.organisations ?? [];
  const nodes = useNodes().data?.nodes ?? [];
  const free = (node: Node) => {
    if (!takes(node)) return room(node) === 0 ? t('full') : t(node.state === 'suspended' ? 'suspended' : 'silent');
    const left = room(node);
    return [left === null ? t('carries', { n: node.resources }) : t('left', { left }), node.memoryTotal !== '0' && t('memoryFree', { free: bytes(node.memoryAvailable) }), node.diskTotal !== '0' && t('diskFree', { free: bytes(node.diskAvailable) })].filter(Boolean).join(', ');
  };
  return (
    <div className="grid gap-5 sm:grid-cols-2">
      <Field label={t('organisation')} error={errors.organisationId?.message}>
        {(wiring) => (
          <select {...wiring} {...register('organisationId')} className="input">
            <option value="">{session?.organisation?.name || t('ownOrganisation')}</option>
            {organisations.filter((o) => o.id !== session?.organisation?.id).map((o) => <option key={o.id} value={o.id}>{o.name}</option>)}
          </select>
        )}
      </Field>
      <Field label={t('node')} error={errors.nodeId?.message}>
        {(wiring) => (
          <select {...wiring} {...register('nodeId')} className="input">
            <option value="">{t('automatic')}</option>
            {nodes.map((node) => <option key={node.id} value={node.id} disabled={!takes(node)}>{node.name || node.id}: {free(node)}</option>)}
          </select>
        )}
      </Field>
    </div>
  );
}

/** Empty choices are left out: absent is not the same as "". */
const bodyOf = (values: CreateWebsiteRequest): CreateWebsiteRequest => ({
  domain: values.domain,
  ...(values.organisationId && { organisationId: values.organisationId }),
  ...(values.nodeId && { nodeId: values.nodeId }),
});

export default function NewWebsiteDialog({ onClose }: { onClose(): void }) {
  const t = useTranslations('newWebsite');
  const common = useTranslations('common');
  const client = useQueryClient();
  const { follow } = useTasks();
  const staff = useCan('node:read');
  const { keyFor, answered } = useFormKey();
  const [unplaced, setUnplaced] = useState<Error | null>(null);
  const { register, handleSubmit, setError, formState: { errors } } = useForm<CreateWebsiteRequest>({
    resolver: zodResolver(createWebsiteForm),
    defaultValues: { domain: '', organisationId: '', nodeId: '' },
  });
  const create = useMutation({
    mutationFn: (body: CreateWebsiteRequest) => createWebsite(body, { key: keyFor(body) }),
    onMutate: () => setUnplaced(null),
    onSuccess: ({ taskId }) => {
      follow(taskId);
      onClose();
      showTask(taskId);
      void refresh(client, 'websites', 'tasks', 'audit');
    },
    onError: (error) => { if (!placeViolations(error, staff ? fields : fields.slice(0, 1), setError)) setUnplaced(error); },
    onSettled: (_reply, error) => answered(error),
  });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('title')} description={t('detail')}>
      <form noValidate className="flex min-h-0 flex-1 flex-col" onSubmit={handleSubmit((values) => create.mutate(bodyOf(values)))}>
        <div className="grid gap-5 overflow-y-auto px-5 py-5">
          <FormError error={unplaced} />
          <Field label={t('domain')} error={errors.domain?.message} hint={t('domainHint')} required>
            {(wiring) => <input {...wiring} {...register('domain')} className="input" placeholder="shop.example" autoComplete="off" autoCapitalize="none" spellCheck={false} inputMode="url" />}
          </Field>
          {staff && <Placement register={register} errors={errors} />}
        </div>
        <footer className="flex items-center justify-end gap-2 border-t border-line px-5 py-3.5">
          <Button onClick={onClose}>{common('cancel')}</Button>
          <Button type="submit" variant="primary" disabled={create.isPending}>{create.isPending && <LoaderCircle className="animate-spin" />}{t('create')}</Button>
        </footer>
      </form>
    </Dialog>
  );
}
