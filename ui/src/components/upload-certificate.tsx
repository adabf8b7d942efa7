'use client';
// An own certificate: with its key, or for the key that the website's node made for a signing request.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Download, LoaderCircle } from 'lucide-react';
import { useState } from 'react';
import { useForm, useWatch } from 'react-hook-form';
import { useTranslations } from 'use-intl';
import { createCsr, uploadCertificate, type Website } from '@/lib/api.gen';
import { refresh } from '@/lib/queries';
import { useSaving } from '@/lib/saving';
import { showTask, useTasks } from '@/lib/tasks';
import { FormDialog } from './form-dialog';
import { siteName } from './site';
import { Button } from './ui/button';
import { Copy } from './ui/copy';
import { Field } from './ui/field';
import { FormError } from './ui/notice';

type Form = { how: 'key' | 'csr'; chain: string; key: string };
const pem = { autoComplete: 'off', autoCapitalize: 'none', spellCheck: false, rows: 6 } as const;

function Csr({ website }: { website: Website }) {
  const t = useTranslations('certificates');
  const client = useQueryClient();
  const [keyType, setKeyType] = useState('p256');
  const make = useMutation({ mutationFn: () => createCsr({ websiteId: website.id, keyType }).then((reply) => reply.certificate?.csr ?? ''), onSuccess: () => void refresh(client, 'certificates', 'audit') });
  return (
    <div className="grid gap-3 rounded-xl border border-line p-4">
      <p className="text-[13px] text-muted">{t('csrDetail')}</p>
      <FormError error={make.error} />
      <div className="flex flex-wrap items-end gap-2">
        <Field label={t('keyType')}>{(wiring) => <select {...wiring} className="input" value={keyType} onChange={(event) => setKeyType(event.target.value)}><option value="p256">ECDSA P-256</option><option value="rsa2048">RSA 2048</option></select>}</Field>
        <Button disabled={make.isPending} onClick={() => make.mutate()}>{make.isPending ? <LoaderCircle className="animate-spin" /> : <Download />}{t('makeCsr')}</Button>
      </div>
      {make.data && <div className="flex items-start gap-1.5 rounded-lg bg-sunken p-3"><pre tabIndex={0} role="group" aria-label={t('csr')} className="max-h-40 min-w-0 flex-1 overflow-auto font-mono text-[11.5px]">{make.data}</pre><Copy text={make.data} label={t('copyCsr')} /></div>}
    </div>
  );
}

export default function UploadDialog({ website, onClose }: { website: Website; onClose(): void }) {
  const t = useTranslations('certificates');
  const client = useQueryClient();
  const { follow } = useTasks();
  const { control, register, handleSubmit, setError, formState: { errors, isDirty } } = useForm<Form>({ defaultValues: { how: 'key', chain: '', key: '' } });
  const how = useWatch({ control, name: 'how' });
  const { save, unplaced } = useSaving<Form, { taskId: string }>({
    send: ({ chain, key }, options) => uploadCertificate({ websiteId: website.id, chain: chain.trim(), ...(how === 'key' && { key: key.trim() }) }, options),
    onSaved: ({ taskId }) => {
      if (taskId) {
        follow(taskId);
        showTask(taskId);
      }
      onClose();
      void refresh(client, 'certificates', 'websites', 'tasks', 'audit');
    },
    fields: ['chain', 'key'],
    setError,
  });
  const filled = { validate: (value: string) => (value.trim() ? true : 'required') };
  return (
    <FormDialog title={t('uploadFor', { name: siteName(website) })} description={t('uploadDetail')} submit={t('uploadConfirm')} busy={save.isPending} error={unplaced} dirty={isDirty} onSubmit={handleSubmit((form) => save.mutate(form))} onClose={onClose}>
      <Field label={t('keyFrom')}>
        {(wiring) => <select {...wiring} {...register('how')} className="input"><option value="key">{t('keyOwn')}</option><option value="csr">{t('keyNode')}</option></select>}
      </Field>
      {how === 'csr' && <Csr website={website} />}
      <Field label={t('chain')} error={errors.chain?.message} hint={t('chainHint')} required>
        {(wiring) => <textarea {...wiring} {...register('chain', filled)} {...pem} className="input h-auto py-2 font-mono text-[11.5px]" placeholder="-----BEGIN CERTIFICATE-----" />}
      </Field>
      {how === 'key' && (
        <Field label={t('key')} error={errors.key?.message} hint={t('keyHint')} required>
          {(wiring) => <textarea {...wiring} {...register('key', filled)} {...pem} className="input h-auto py-2 font-mono text-[11.5px]" placeholder="-----BEGIN PRIVATE KEY-----" />}
        </Field>
      )}
    </FormDialog>
  );
}
