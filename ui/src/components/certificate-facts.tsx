'use client';
// What there is to say of a certificate: its state, its names, how long it is good, and the story of how it came.
import { Check, CircleAlert, Clock } from 'lucide-react';
import Link from 'next/link';
import { useNow, useTranslations } from 'use-intl';
import type { CertificateStep, WebsiteCertificate } from '@/lib/api.gen';
import { certificateTone, daysLeft, underWay } from '@/lib/certificates';
import { Badge } from './ui/badge';
import { Exact, When } from './ui/when';

export const certificatePath = (id: string) => `/certificates/view/?id=${id}`;

export function CertificateState({ state }: { state: string }) {
  const t = useTranslations('certificateState');
  return <Badge tone={certificateTone[state] ?? 'idle'} pulse={underWay.has(state)}>{t.has(state as 'active') ? t(state as 'active') : state}</Badge>;
}

/** "in 83 days", in colour when it gets close. */
export function Expiry({ until }: { until: string }) {
  const t = useTranslations('certificates');
  const now = useNow({ updateInterval: 60_000 });
  if (!until) return <span className="text-muted">–</span>;
  const days = daysLeft(until, now.getTime());
  const tone = days < 0 ? 'font-medium text-bad' : days < 14 ? 'font-medium text-warn' : '';
  return <span className={tone}>{days < 0 ? t('expiredAgo', { days: -days }) : t('expiresIn', { days })}<span className="block text-xs font-normal text-muted"><Exact at={until} /></span></span>;
}

export function Names({ names, most = 4 }: { names: string[]; most?: number }) {
  const t = useTranslations('certificates');
  return (
    <span className="block min-w-0 font-mono text-[12.5px] [overflow-wrap:anywhere]">
      {names.slice(0, most).map((name) => <span key={name} className="block">{name}</span>)}
      {names.length > most && <span className="font-sans text-xs text-muted">{t('moreNames', { count: names.length - most })}</span>}
    </span>
  );
}

const icons = { done: Check, waiting: Clock, failed: CircleAlert } as const;
const colours: Record<string, string> = { done: 'bg-ok-soft text-ok', waiting: 'bg-sunken text-muted', failed: 'bg-bad-soft text-bad' };

function Step({ step, last }: { step: CertificateStep; last: boolean }) {
  const t = useTranslations('certificateState');
  const words = useTranslations('certificates');
  const Icon = icons[step.outcome as 'done'] ?? Clock;
  const outcome = words.has(`outcome.${step.outcome}` as 'outcome.done') ? words(`outcome.${step.outcome}` as 'outcome.done') : step.outcome;
  return (
    <li className="relative flex gap-3 pb-4 last:pb-0">
      {!last && <span aria-hidden className="absolute top-6 bottom-0 left-[11px] w-px bg-line" />}
      <span aria-hidden className={`grid size-6 shrink-0 place-items-center rounded-full ${colours[step.outcome] ?? colours.waiting}`}><Icon className="size-3.5" /></span>
      <div className="min-w-0 text-[13px] [overflow-wrap:anywhere]">
        <p><span className="font-medium">{t.has(step.state as 'active') ? t(step.state as 'active') : step.state}</span><span className="sr-only">: {outcome}</span> <When at={step.at} className="text-xs text-muted" /></p>
        {step.message && <p className="text-muted">{step.message}</p>}
        {step.names.length > 0 && <ul className="mt-1 grid gap-0.5">{step.names.map((n) => <li key={n.name} className="text-xs"><span className="font-mono">{n.name}</span>: <span className="text-muted">{n.message || n.problem}</span></li>)}</ul>}
      </div>
    </li>
  );
}

/** The newest last, as it happened. */
export function Story({ steps }: { steps: CertificateStep[] }) {
  const t = useTranslations('certificates');
  if (steps.length === 0) return <p className="px-5 py-6 text-[13px] text-muted">{t('noStory')}</p>;
  return <ol className="px-5 py-4">{steps.map((step, i) => <Step key={i} step={step} last={i === steps.length - 1} />)}</ol>;
}

/** Why one that isn't there yet isn't, and when it goes on. */
export function Coming({ certificate: c }: { certificate: WebsiteCertificate }) {
  const t = useTranslations('certificates');
  return (
    <div className="grid gap-1 text-[13px]">
      <span className="flex flex-wrap items-center gap-2"><CertificateState state={c.state} />{c.attempt > 0 && <span className="text-xs text-muted">{t('attempts', { count: c.attempt })}</span>}</span>
      {c.message && <p className="[overflow-wrap:anywhere]">{c.message}</p>}
      {c.nextTryAt && !underWay.has(c.state) && <p className="text-xs text-muted">{t('nextTry')} <When at={c.nextTryAt} /></p>}
      <Link prefetch={false} href={certificatePath(c.id)} className="w-fit rounded text-xs font-medium text-accent-text hover:underline">{t('wholeStory')}</Link>
    </div>
  );
}
