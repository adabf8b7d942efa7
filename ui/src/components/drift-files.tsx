'use client';
// Files that aren't as the panel wrote them: what is different, and whether it stays.
import { useMutation } from '@tanstack/react-query';
import { LoaderCircle } from 'lucide-react';
import Link from 'next/link';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import type { FileDrift } from '@/lib/api.gen';
import { Diff } from './diff';
import { Badge, type Tone } from './ui/badge';
import { Button } from './ui/button';
import { FormError } from './ui/notice';
import { Dialog } from './ui/overlay';
import { When } from './ui/when';

const tones: Record<string, Tone> = { adopted: 'info', missing: 'bad' };

export type Decision = { how: 'adopt' | 'restore'; file: FileDrift | null };

function File({ file, actions }: { file: FileDrift; actions?: React.ReactNode }) {
  const t = useTranslations('drift');
  return (
    <li className="grid min-w-0 gap-2 px-5 py-3.5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
        <span className="min-w-0 font-mono text-[12.5px] [overflow-wrap:anywhere]">{file.path}</span>
        <Badge tone={tones[file.state] ?? 'warn'}>{t.has(`state.${file.state}` as 'state.edited') ? t(`state.${file.state}` as 'state.edited') : file.state}</Badge>
        {actions && <span className="ml-auto flex gap-2">{actions}</span>}
      </div>
      {file.what && <p className="text-[13px] text-muted">{file.what}</p>}
      {file.adoptedBy && <p className="text-[13px] text-muted">{t('adoptedBy', { name: file.adoptedBy })} {file.adoptedAt && <When at={file.adoptedAt} />}</p>}
      {(file.diff || file.cut || file.secret) && (
        <details className="min-w-0">
          <summary className="w-fit cursor-pointer rounded text-[13px] text-accent-text">{t('difference')}</summary>
          <div className="mt-2"><Diff text={file.diff} label={t('diffOf', { path: file.path })} cut={file.cut} secret={file.secret} /></div>
        </details>
      )}
    </li>
  );
}

/** own: the files are a website's; else those of websites only link there. */
export function DriftFiles({ files, own, onDecide }: { files: FileDrift[]; own: boolean; onDecide?(decision: Decision): void }) {
  const t = useTranslations('drift');
  return (
    <ul className="divide-y divide-line">
      {files.map((file) => {
        const theirs = !own && file.websiteId;
        const actions = theirs ? (
          <Button size="sm" asChild><Link prefetch={false} href={`/websites/view/?id=${encodeURIComponent(file.websiteId)}`}>{t('toWebsite')}</Link></Button>
        ) : onDecide ? (
          <>
            {file.digest && <Button size="sm" aria-label={`${t('adopt')}: ${file.path}`} onClick={() => onDecide({ how: 'adopt', file })}>{t('adopt')}</Button>}
            {(own || file.state === 'adopted') && <Button size="sm" aria-label={`${t('restore')}: ${file.path}`} onClick={() => onDecide({ how: 'restore', file })}>{t('restore')}</Button>}
          </>
        ) : undefined;
        return <File key={file.path} file={file} actions={actions} />;
      })}
    </ul>
  );
}

/** Asks once more, and says what gets lost. */
export function DecideDialog({ decision, act, onClose }: { decision: Decision; act(decision: Decision): Promise<unknown>; onClose(): void }) {
  const t = useTranslations('drift');
  const common = useTranslations('common');
  const { how, file } = decision;
  const go = useMutation({ mutationFn: () => act(decision), onSuccess: onClose });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t(how === 'adopt' ? 'adoptTitle' : 'restoreTitle')} description={file?.path ?? t('allFiles')}>
      <div className="grid gap-4 px-5 py-5">
        <FormError error={go.error} />
        <p className="text-[13px]">{how === 'adopt' ? t('adoptMeans') : file?.state === 'adopted' ? t('unadoptMeans') : file ? t('restoreMeans') : t('restoreAllMeans')}</p>
        <p className="text-[13px] text-muted">{t('tested')}</p>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{common('cancel')}</Button>
          <Button variant={how === 'adopt' ? 'primary' : 'danger'} disabled={go.isPending} onClick={() => go.mutate()}>{go.isPending && <LoaderCircle className="animate-spin" />}{t(how)}</Button>
        </div>
      </div>
    </Dialog>
  );
}

export function useDecision() {
  const [decision, setDecision] = useState<Decision | null>(null);
  return { decision, decide: setDecision, close: () => setDecision(null) };
}
