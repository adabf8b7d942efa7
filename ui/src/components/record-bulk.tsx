'use client';
// Many records at once: lines of a zone file, and one TTL for all that are chosen. What comes of it waits with the other changes.
import { useMutation } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { useTranslations } from 'use-intl';
import { planImport, type DnsRecord, type Zone } from '@/lib/api.gen';
import { zoneDefaults } from '@/lib/zone-settings';
import { pendingOfSets, type Pending } from '@/lib/zones';
import { FormDialog } from './form-dialog';
import { Field } from './ui/field';

type Paste = { lines: string };

/** The server reads the lines; rules between records are looked at with all changes together, in the review. */
export default function PasteDialog({ zone, records, onKeep, onClose }: { zone: Zone; records: DnsRecord[]; onKeep(next: Pending[]): void; onClose(): void }) {
  const t = useTranslations('records');
  const zones = useTranslations('zones');
  const { register, handleSubmit, setError, formState: { errors, isDirty } } = useForm<Paste>({ defaultValues: { lines: '' } });
  const read = useMutation({
    mutationFn: ({ lines }: Paste) => planImport({ zoneId: zone.id, zoneFile: lines }),
    onSuccess: ({ faults, sets, more }) => {
      const next = pendingOfSets(sets, records, zone.settings?.defaultTtl || zoneDefaults.defaultTtl);
      if (faults.length > 0) setError('lines', { message: t('linesWrong', { count: faults.length }) }, { shouldFocus: true });
      else if (more) setError('lines', { message: t('linesMany') }, { shouldFocus: true });
      else if (next.length === 0) setError('lines', { message: t('linesNothing') }, { shouldFocus: true });
      else onKeep(next);
    },
  });
  const faults = read.data?.faults ?? [];
  return (
    <FormDialog title={t('pasteTitle')} description={t('pasteDetail')} submit={t('keep')} busy={read.isPending} error={read.error} dirty={isDirty} onSubmit={handleSubmit((form) => read.mutate(form))} onClose={onClose}>
      <Field label={t('lines')} error={errors.lines?.message} hint={t('linesHint')} required>
        {(wiring) => <textarea {...wiring} {...register('lines', { validate: (value) => (value.trim() ? true : 'required'), onChange: () => read.reset() })} rows={10} spellCheck={false} autoCapitalize="none" className="input h-auto py-2 font-mono text-[12px] whitespace-pre" placeholder={'www   300 IN A  192.0.2.10\nmail      IN A  192.0.2.25\n@         IN MX 10 mail'} />}
      </Field>
      {faults.length > 0 && <div role="alert" className="rounded-lg bg-bad-soft p-3 text-[13px] text-bad"><ul className="grid gap-1">{faults.map((f, i) => <li key={i}>{zones('line', { line: f.line })}: {f.message}</li>)}</ul></div>}
    </FormDialog>
  );
}

export function TtlDialog({ count, onKeep, onClose }: { count: number; onKeep(ttl: number): void; onClose(): void }) {
  const t = useTranslations('records');
  const { register, handleSubmit, formState: { errors, isDirty } } = useForm<{ ttl: string }>({ defaultValues: { ttl: '' } });
  return (
    <FormDialog title={t('ttlTitle', { count })} submit={t('keep')} busy={false} error={null} dirty={isDirty} onSubmit={handleSubmit(({ ttl }) => onKeep(Number(ttl)))} onClose={onClose}>
      <Field label={t('ttl')} error={errors.ttl?.message} hint={t('ttlHint')}>
        {(wiring) => <input {...wiring} {...register('ttl', { validate: (value) => (/^\d{0,10}$/.test(value.trim()) ? true : t('ttlRule')) })} autoComplete="off" inputMode="numeric" className="input w-40 font-mono" />}
      </Field>
    </FormDialog>
  );
}
