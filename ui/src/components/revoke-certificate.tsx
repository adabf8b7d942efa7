'use client';
// A certificate that its authority is to call good no more, with the reason that it tells browsers.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { revokeCertificate, type WebsiteCertificate } from '@/lib/api.gen';
import { refresh } from '@/lib/queries';
import { FormDialog } from './form-dialog';
import { Field } from './ui/field';

const reasons = ['superseded', 'key_compromise', 'cessation_of_operation', 'affiliation_changed', 'unspecified'] as const;

export default function RevokeDialog({ certificate: c, onClose }: { certificate: WebsiteCertificate; onClose(): void }) {
  const t = useTranslations('certificates');
  const client = useQueryClient();
  const [reason, setReason] = useState<(typeof reasons)[number]>('superseded');
  const revoke = useMutation({
    mutationFn: () => revokeCertificate({ certificateId: c.id, reason }),
    onSuccess: () => {
      onClose();
      void refresh(client, 'certificates', 'websites', 'audit');
    },
  });
  const detail = c.state !== 'active' ? t('revokeOver') : reason === 'key_compromise' ? t('revokeNow', { name: c.domain }) : t('revokeLater', { name: c.domain });
  return (
    <FormDialog title={t('revokeTitle', { name: c.domain })} description={detail} submit={t('revokeConfirm')} danger busy={revoke.isPending} error={revoke.error} onSubmit={(event) => { event.preventDefault(); revoke.mutate(); }} onClose={onClose}>
      <Field label={t('revokeReason')}>
        {(wiring) => <select {...wiring} className="input" value={reason} onChange={(event) => setReason(event.target.value as typeof reason)}>{reasons.map((r) => <option key={r} value={r}>{t(`reason.${r}`)}</option>)}</select>}
      </Field>
    </FormDialog>
  );
}
