'use client';
// A certificate for every name right below the website's own: whether that is possible, and the wish for it.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'use-intl';
import { requestCertificate, type Website } from '@/lib/api.gen';
import { refresh } from '@/lib/queries';
import { FormDialog } from './form-dialog';
import { NameProofs } from './name-proofs';
import { siteName } from './site';

export default function WildcardDialog({ website, onClose }: { website: Website; onClose(): void }) {
  const t = useTranslations('certificates');
  const client = useQueryClient();
  const ask = useMutation({
    mutationFn: () => requestCertificate({ websiteId: website.id, wildcard: true }),
    onSuccess: () => {
      onClose();
      void refresh(client, 'certificates', 'websites', 'tasks', 'audit');
    },
  });
  return (
    <FormDialog title={t('wildcardFor', { name: siteName(website) })} description={t('wildcardDetail', { name: website.domain })} submit={t('wildcardConfirm')} busy={ask.isPending} error={ask.error} onSubmit={(event) => { event.preventDefault(); ask.mutate(); }} onClose={onClose}>
      <NameProofs websiteId={website.id} wildcard at />
    </FormDialog>
  );
}
