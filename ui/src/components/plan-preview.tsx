'use client';
// What saving would do: asked of the node, which changes nothing by it.
import { CircleCheck, CircleX } from 'lucide-react';
import { useTranslations } from 'use-intl';
import type { FilePlan, PlanWebsiteReply } from '@/lib/api.gen';
import { Diff } from './diff';
import { Words } from './task-steps';

function File({ file }: { file: FilePlan }) {
  const t = useTranslations('plan');
  return (
    <div className="grid gap-1.5">
      <p className="text-[12.5px] [overflow-wrap:anywhere]"><span className="font-mono">{file.path}</span> <span className="text-muted">{t.has(file.change as 'added') ? t(file.change as 'added') : file.change}</span></p>
      {file.dropsAdopted && <p className="text-xs font-medium text-warn">{t('dropsAdopted')}</p>}
      <Diff text={file.diff} label={t('diffOf', { path: file.path })} cut={file.cut} secret={file.secret} />
    </div>
  );
}

/** The answer; it is about the form as it was asked for. */
export function PlanPreview({ plan }: { plan: PlanWebsiteReply }) {
  const t = useTranslations('plan');
  return (
    <section role="status" aria-label={t('title')} className="grid min-w-0 gap-3 rounded-xl border border-line p-4">
      <h3 className="text-[13px] font-medium">{t('title')}</h3>
      <p className={`flex items-center gap-2 text-[13px] font-medium ${plan.passed ? 'text-ok' : 'text-bad'}`}>
        {plan.passed ? <CircleCheck aria-hidden className="size-4 shrink-0" /> : <CircleX aria-hidden className="size-4 shrink-0" />}
        {plan.passed ? t('passed') : t('refused')}
      </p>
      {plan.words && <Words text={plan.words} label={t('words')} />}
      {plan.files.length === 0 && <p className="text-[13px] text-muted">{t('nothing')}</p>}
      {plan.files.map((file) => <File key={file.path} file={file} />)}
    </section>
  );
}
