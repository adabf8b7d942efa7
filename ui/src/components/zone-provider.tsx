'use client';
// Beside a zone's records: the provider that serves it, what it said, and what its name servers answer.
import { CircleCheck, LoaderCircle, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import type { Zone, ZoneProvider } from '@/lib/api.gen';
import { diffOf, useServers } from '@/lib/zones';
import { Diff } from './diff';
import { Card } from './people';
import { Button } from './ui/button';
import { Copy } from './ui/copy';
import { FormError } from './ui/notice';
import { When } from './ui/when';
import { ZoneState } from './zone-state';

export default function ZoneProviderCard({ zone, provider }: { zone: Zone; provider: ZoneProvider }) {
  const t = useTranslations('zoneProvider');
  const zones = useTranslations('zones');
  const kinds = useTranslations('dnsAccounts.kind');
  const [asked, setAsked] = useState(false);
  const check = useServers(zone.id, asked);
  const waits = zone.state === 'pending' || zone.state === 'failed';
  return (
    <Card id="provider" title={t('title')} action={<Button size="sm" disabled={check.isFetching} onClick={() => (asked ? void check.refetch() : setAsked(true))}>{check.isFetching && <LoaderCircle className="animate-spin" />}{zones('ask')}</Button>}>
      <FormError error={check.error} />
      <div className="grid gap-1 px-5 py-3 text-[13px]">
        <span className="flex flex-wrap items-center gap-2"><span className="font-medium">{kinds(provider.kind as 'powerdns')}</span><span className="text-muted">{provider.accountName}</span><ZoneState state={provider.state} /></span>
        {waits && provider.step && <span className="text-xs text-muted">{t(`step.${provider.step as 'apply'}`)}{zone.state === 'failed' && provider.nextTryAt && <> {t('next')} <When at={provider.nextTryAt} /></>}</span>}
        {provider.message && <span className={`text-xs [overflow-wrap:anywhere] ${zone.state === 'failed' ? 'text-bad' : 'text-muted'}`}>{provider.message}</span>}
        {provider.lookedAt && <span className="text-xs text-muted">{t('looked')} <When at={provider.lookedAt} /></span>}
        {zone.serving !== 'live' && <span className="text-xs text-muted">{provider.removes ? t('removes') : t('stays')}</span>}
      </div>
      {provider.foreign.length > 0 && <div className="border-t border-line px-5 py-3"><Diff text={diffOf(provider.foreign)} label={t('foreign')} /></div>}
      {(check.data?.servers.length ?? 0) > 0 && (
        <ul className="divide-y divide-line border-t border-line">
          {check.data!.servers.map((s) => (
            <li key={s.nameServer} className="grid gap-1 px-5 py-3 text-[13px]">
              <span className="font-mono">{s.nameServer}</span>
              <span role="status" className="flex items-center gap-1.5 text-xs">{s.inStep ? <CircleCheck aria-hidden className="size-3.5 text-ok" /> : <TriangleAlert aria-hidden className="size-3.5 text-warn" />}{s.inStep ? t('shows') : s.message}</span>
            </li>
          ))}
        </ul>
      )}
      {zone.nameServers.length > 0 && <div className="border-t border-line px-5 py-3 text-[13px]"><p className="text-muted">{zones('tellRegistrar')}</p><span className="flex items-start gap-1.5"><span className="min-w-0 font-mono text-[12.5px]">{zone.nameServers.map((name) => <span key={name} className="block">{name}</span>)}</span><Copy text={zone.nameServers.join('\n')} label={zones('copyServers')} /></span></div>}
    </Card>
  );
}
