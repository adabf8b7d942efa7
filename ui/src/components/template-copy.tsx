'use client';
// A new template that begins as another one, or as a zone that is there.
import { useTranslations } from 'use-intl';
import type { Zone, ZoneTemplate } from '@/lib/api.gen';
import { toast } from '@/lib/toast';
import { copyOf, templateForm, templateOf } from '@/lib/zone-templates';
import { useRecords } from '@/lib/zones';
import TemplateDialog from './template-form';
import { Lines } from './people';
import { Failure } from './ui/notice';
import { Dialog } from './ui/overlay';

export default function CopyDialog({ from, taken, onClose }: { from: ZoneTemplate; taken: string[]; onClose(): void }) {
  const t = useTranslations('templates');
  return <TemplateDialog start={templateForm(copyOf(from, taken, (n) => t('copyName', { name: from.name.slice(0, 60), n })))} onClose={onClose} />;
}

/** Its records are read anew: what the editor shows beside them may wait to be saved. */
export function ZoneAsTemplate({ zone, onClose }: { zone: Zone; onClose(): void }) {
  const t = useTranslations('templates');
  const read = useRecords(zone.id);
  if (!read.data) return <Dialog open onOpenChange={(open) => !open && onClose()} title={t('new')}>{read.error ? <Failure read={read} /> : <Lines n={4} />}</Dialog>;
  const { left, ...found } = templateOf(zone, read.data.records, (name) => (name === 'ipv4' ? t('ipv4') : t('ipv6')));
  const start = { name: zone.displayName, description: '', ...found };
  return <TemplateDialog start={start} note={left ? t('tooMany', { count: left }) : undefined} onSaved={() => toast.success(t('saved'))} onClose={onClose} />;
}
