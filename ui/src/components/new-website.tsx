'use client';
import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { LoaderCircle } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import { useController, useForm, useWatch, type Control, type UseFormRegister } from 'react-hook-form';
import { useTranslations } from 'use-intl';
import * as z from 'zod/mini';
import { createWebsite, type CreateWebsiteRequest, type Node, type WebsiteSettings } from '@/lib/api.gen';
import { useWebsiteDefaults } from '@/lib/certificates';
import { placeViolations, renamed, useFormKey } from '@/lib/form';
import { createWebsiteForm } from '@/lib/forms.gen';
import { room, takes } from '@/lib/nodes';
import { refresh, useCan, useNodes, usePhpVersions, useSession } from '@/lib/queries';
import { showTask, useTasks } from '@/lib/tasks';
import { bytes } from '@/lib/words';
import { useZones, zoneOf, zoneSearch } from '@/lib/zones';
import { OrganisationPicker } from './organisation-picker';
import { Button } from './ui/button';
import { Field } from './ui/field';
import { FormError } from './ui/notice';
import { Dialog } from './ui/overlay';

type Form = Pick<CreateWebsiteRequest, 'domain' | 'organisationId' | 'nodeId'> & { php?: string; wildcard?: boolean };
const fields = ['domain', 'php', 'organisationId', 'nodeId'] as const;
const form = z.extend(createWebsiteForm, { php: z.optional(z.string()), wildcard: z.optional(z.boolean()) });

/** Whose website and where: for staff; a customer's is their own, placed by load. */
function Placement({ register, control, errors }: { register: UseFormRegister<Form>; control: Control<Form>; errors: Partial<Record<'organisationId' | 'nodeId', { message?: string }>> }) {
  const t = useTranslations('newWebsite');
  const session = useSession().data;
  const { field } = useController({ control, name: 'organisationId' });
  const nodes = useNodes().data?.nodes ?? [];
  const free = (node: Node) => {
    if (!takes(node)) return room(node) === 0 ? t('full') : t(node.state === 'suspended' ? 'suspended' : 'silent');
    const left = room(node);
    return [left === null ? t('carries', { n: node.resources }) : t('left', { left }), node.memoryTotal !== '0' && t('memoryFree', { free: bytes(node.memoryAvailable) }), node.diskTotal !== '0' && t('diskFree', { free: bytes(node.diskAvailable) })].filter(Boolean).join(', ');
  };
  return (
    <div className="grid gap-5 sm:grid-cols-2">
      <Field label={t('organisation')} error={errors.organisationId?.message}>
        {(wiring) => <OrganisationPicker wiring={wiring} value={field.value ?? ''} onChange={field.onChange} none={session?.organisation?.name || t('ownOrganisation')} leaveOut={session?.organisation ? [session.organisation.id] : []} active />}
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

/** What the nodes have. None is the default: most begin with files alone, which is quicker, and nothing runs that nobody asked for. */
function PhpVersion({ register, error }: { register: UseFormRegister<Form>; error?: string }) {
  const t = useTranslations('newWebsite');
  const versions = usePhpVersions().data?.versions ?? [];
  if (versions.length === 0 && !error) return null;
  return (
    <Field label={t('php')} error={error} hint={t('phpHint')}>
      {(wiring) => (
        <select {...wiring} {...register('php')} className="input">
          <option value="">{t('noPhp')}</option>
          {versions.map((version) => <option key={version} value={version}>{version}</option>)}
        </select>
      )}
    </Field>
  );
}

/** A wildcard is proven by a record: it is offered where a zone of the website's organisation here covers the name, and certificates
 * come by themselves. A request that speaks of HTTPS says all of it, so the defaults are needed, too. */
function useWildcard(control: Control<Form>) {
  const [domain, organisationId] = useWatch({ control, name: ['domain', 'organisationId'] });
  const own = useSession().data?.organisation?.id;
  const name = useDeferredValue(domain.trim().toLowerCase().replace(/\.$/, '')), search = zoneSearch(name).slice(0, 100);
  const [mayRead, reads] = [useCan('zone:read'), useCan('website_defaults:read')];
  const zones = useZones({ search, organisationId: organisationId || own, limit: 200 }, mayRead && search !== '').data?.zones ?? [];
  const zone = search ? zoneOf(name, organisationId || own, zones) : undefined;
  const defaults = useWebsiteDefaults(organisationId ?? '', reads && zone !== undefined).data;
  return zone && defaults && defaults.certificate !== 'NONE' ? { name, zone: zone.displayName, keepHttp: defaults.keepHttp } : null;
}
type Offer = ReturnType<typeof useWildcard>;

function Wildcard({ register, offer }: { register: UseFormRegister<Form>; offer: NonNullable<Offer> }) {
  const t = useTranslations('newWebsite');
  return <label className="flex items-start gap-2 text-[13px]"><input type="checkbox" className="mt-0.5" {...register('wildcard')} /><span className="min-w-0 break-words">{t('wildcard', { name: offer.name })}<span className="block text-xs text-muted">{t('wildcardHint', { zone: offer.zone })}</span></span></label>;
}

/** Empty choices are left out: absent is not the same as "". */
const settingsOf = (values: Form, offer: Offer): WebsiteSettings => ({
  ...(values.php && { php: { version: values.php } }),
  ...(values.wildcard && offer && { https: { certificate: 'AUTOMATIC', keepHttp: offer.keepHttp, wildcard: true } }),
});
const bodyOf = (values: Form, settings: WebsiteSettings): CreateWebsiteRequest => ({
  domain: values.domain,
  ...(Object.keys(settings).length > 0 && { settings }),
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
  const { register, control, handleSubmit, setError, formState: { errors } } = useForm<Form>({
    resolver: zodResolver(form),
    defaultValues: { domain: '', php: '', wildcard: false, organisationId: '', nodeId: '' },
  });
  const offer = useWildcard(control);
  const create = useMutation({
    mutationFn: (body: CreateWebsiteRequest) => createWebsite(body, { key: keyFor(body) }),
    onMutate: () => setUnplaced(null),
    onSuccess: ({ taskId }) => {
      follow(taskId);
      onClose();
      showTask(taskId);
      void refresh(client, 'websites', 'tasks', 'audit');
    },
    onError: (error) => { if (!placeViolations(renamed(error, { 'settings.php.version': 'php' }), staff ? fields : fields.slice(0, 2), setError)) setUnplaced(error); },
    onSettled: (_reply, error) => answered(error),
  });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('title')} description={t('detail')}>
      <form noValidate className="flex min-h-0 flex-1 flex-col" onSubmit={handleSubmit((values) => create.mutate(bodyOf(values, settingsOf(values, offer))))}>
        <div className="grid gap-5 overflow-y-auto px-5 py-5">
          <FormError error={unplaced} />
          <Field label={t('domain')} error={errors.domain?.message} hint={t('domainHint')} required>
            {(wiring) => <input {...wiring} {...register('domain')} className="input" placeholder="shop.example" autoComplete="off" autoCapitalize="none" spellCheck={false} inputMode="url" />}
          </Field>
          <PhpVersion register={register} error={errors.php?.message} />
          {offer && <Wildcard register={register} offer={offer} />}
          {staff && <Placement register={register} control={control} errors={errors} />}
        </div>
        <footer className="flex items-center justify-end gap-2 border-t border-line px-5 py-3.5">
          <Button onClick={onClose}>{common('cancel')}</Button>
          <Button type="submit" variant="primary" disabled={create.isPending}>{create.isPending && <LoaderCircle className="animate-spin" />}{t('create')}</Button>
        </footer>
      </form>
    </Dialog>
  );
}
