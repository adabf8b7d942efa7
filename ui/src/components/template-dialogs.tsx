'use client';
// What a template is, to look at; and its end.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { CopyPlus } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { deleteZoneTemplate, type ZoneTemplate } from '@/lib/api.gen';
import { refresh } from '@/lib/queries';
import { FormDialog } from './form-dialog';
import { Button } from './ui/button';
import { Dialog } from './ui/overlay';

export function TemplateView({ template, onCopy, onClose }: { template: ZoneTemplate; onCopy?: () => void; onClose(): void }) {
  const t = useTranslations('templates');
  const words = useTranslations('records');
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={template.name} description={template.description || undefined}>
      <div className="grid gap-5 overflow-y-auto px-5 py-5">
        <section aria-label={t('records')} className="grid gap-2">
          <h3 className="text-[13px] font-medium">{t('records')}</h3>
          <ul className="divide-y divide-line rounded-xl border border-line">
            {template.records.map((r, i) => (
              <li key={i} className="grid gap-0.5 px-3 py-2 font-mono text-[12.5px] [overflow-wrap:anywhere]">
                <span className="flex flex-wrap gap-x-3">{r.name}<span className="font-semibold">{r.type}</span><span className="font-sans text-muted">{r.ttl || words('default')}</span></span>
                <span className="text-muted">{r.data}</span>
              </li>
            ))}
          </ul>
        </section>
        <section aria-label={t('variables')} className="grid gap-2">
          <h3 className="text-[13px] font-medium">{t('variables')}</h3>
          {template.variables.length === 0 ? <p className="text-[13px] text-muted">{t('noVariables')}</p> : (
            <ul className="grid gap-1 text-[13px]">{template.variables.map((v) => <li key={v.name}><code className="rounded bg-sunken px-1 font-mono text-[12.5px]">{`{${v.name}}`}</code> {v.label} {v.required && <span className="text-xs text-muted">{t('isRequired')}</span>}</li>)}</ul>
          )}
        </section>
        {onCopy && <div className="flex justify-end"><Button variant="primary" onClick={onCopy}><CopyPlus />{t('copy')}</Button></div>}
      </div>
    </Dialog>
  );
}

export function DeleteTemplateDialog({ template, onClose }: { template: ZoneTemplate; onClose(): void }) {
  const t = useTranslations('templates');
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => deleteZoneTemplate({ templateId: template.id }),
    onSuccess: () => {
      void refresh(client, 'zones', 'audit');
      onClose();
    },
  });
  return <FormDialog title={t('deleteTitle', { name: template.name })} description={t('deleteDetail')} submit={t('deleteConfirm')} danger busy={remove.isPending} error={remove.error} onSubmit={(event) => { event.preventDefault(); remove.mutate(); }} onClose={onClose} />;
}
