'use client';
// What the pages of people, organisations and plans share.
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import type { Limit, Usage } from '@/lib/api.gen';
import { kinds, useUsage } from '@/lib/people';
import { useSession } from '@/lib/queries';
import { percent } from '@/lib/words';
import { Badge, type Tone } from './ui/badge';
import { Meter } from './ui/meter';

const tones: { [state: string]: Tone } = { active: 'ok', suspended: 'warn', disabled: 'warn' };

/** Of a user or an organisation. */
export function Standing({ state }: { state: string }) {
  const t = useTranslations('standing');
  return <Badge tone={tones[state] ?? 'idle'}>{t.has(state as 'active') ? t(state as 'active') : state}</Badge>;
}

export function RoleWord({ role }: { role: string }) {
  const t = useTranslations('user.role');
  return <>{t.has(role as 'admin') ? t(role as 'admin') : role}</>;
}

export function Row({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="grid gap-0.5 px-5 py-3 sm:grid-cols-[11rem_1fr] sm:gap-4">
      <dt className="text-[13px] text-muted">{label}</dt>
      <dd className="min-w-0 text-[13.5px] [overflow-wrap:anywhere]">{children}</dd>
    </div>
  );
}

export function Card({ id, title, action, children }: { id: string; title: string; action?: ReactNode; children: ReactNode }) {
  return (
    <section className="card overflow-hidden" aria-labelledby={id}>
      <div className="flex min-h-12 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-5 py-2">
        <h2 id={id} className="mr-auto text-sm font-semibold">{title}</h2>
        {action}
      </div>
      {children}
    </section>
  );
}

export const Lines = ({ n }: { n: number }) => <div aria-busy="true" className="grid gap-3 px-5 py-4">{Array.from({ length: n }, (_, i) => <div key={i} className="h-6 animate-pulse rounded bg-sunken" />)}</div>;

/** "Websites 10, …", or that nothing is limited. */
export function LimitWords({ limits }: { limits: Limit[] }) {
  const t = useTranslations('limits');
  const known = kinds.filter((kind) => limits.some((limit) => limit.kind === kind));
  if (known.length === 0) return <span className="text-muted">{t('none')}</span>;
  return <>{known.map((kind) => t(`atMost.${kind}`, { count: limits.find((limit) => limit.kind === kind)?.limit ?? 0 })).join(', ')}</>;
}

/** Beside a count: how many the own plan allows. Nothing where nothing is limited, and for staff. */
export function Allowed({ kind }: { kind: string }) {
  const t = useTranslations('limits');
  const own = useSession().data?.role === 'customer';
  const usage = useUsage('', own).data?.find((one) => one.kind === kind);
  return usage?.limited ? <> · {t('allowed', { limit: usage.limit })}</> : null;
}

/** Used, and of how much. */
export function UsageMeters({ usage }: { usage: Usage[] }) {
  const t = useTranslations('limits');
  return (
    <div className="grid gap-4">
      {usage.map(({ kind, used, limited, limit }) => {
        const label = t.has(`kind.${kind}` as 'kind.websites') ? t(`kind.${kind}` as 'kind.websites') : kind;
        return (
          <div key={kind} className="grid gap-1">
            {limited ? <Meter label={label} value={used >= limit ? 100 : percent(used, limit)} note={t('usedOf', { used, limit })} /> : <p className="flex justify-between gap-3 text-xs text-muted tabular-nums"><span>{label}</span><span>{t('usedFree', { used })}</span></p>}
            {limited && used >= limit && <p className="text-xs font-medium text-warn">{used > limit ? t('above') : t('reached')}</p>}
          </div>
        );
      })}
    </div>
  );
}
