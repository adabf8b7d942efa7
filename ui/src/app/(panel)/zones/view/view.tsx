'use client';
import { LoaderCircle, RotateCcw, Trash2, Undo2 } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { Crumbs, ObjectPage } from '@/components/object-page';
import { RecordEditor } from '@/components/record-editor';
import { Button } from '@/components/ui/button';
import { FormError } from '@/components/ui/notice';
import { Exact } from '@/components/ui/when';
import { History, Servers, ZoneFile } from '@/components/zone-cards';
import { ZoneState } from '@/components/zone-state';
import { retryZone, undeleteZone, type Zone } from '@/lib/api.gen';
import { useParam } from '@/lib/params';
import { useCan } from '@/lib/queries';
import { useZone } from '@/lib/zones';
import { useZoneAct } from '@/lib/zone-act';

const ZoneProviderCard = dynamic(() => import('@/components/zone-provider'), { ssr: false });
const ZoneDnssec = dynamic(() => import('@/components/zone-dnssec'), { ssr: false });
const ZoneSettings = dynamic(() => import('@/components/zone-settings'), { ssr: false });
const ZoneSecondaries = dynamic(() => import('@/components/zone-secondaries'), { ssr: false });
const RemoveDialog = dynamic(() => import('@/components/zone-dialogs').then((m) => m.RemoveDialog), { ssr: false });

function Troubles({ zone, onPurge }: { zone: Zone; onPurge(): void }) {
  const t = useTranslations('zones');
  const [mayUpdate, mayDelete] = [useCan('zone:update'), useCan('zone:delete')];
  const retry = useZoneAct(() => retryZone({ zoneId: zone.id }));
  const undelete = useZoneAct(() => undeleteZone({ zoneId: zone.id }));
  if (zone.state === 'failed')
    return (
      <section role="group" aria-label={t('failed')} className="card mb-4 grid gap-2 border-bad/40 p-5">
        <FormError error={retry.error} />
        <p className="text-sm font-semibold text-bad">{zone.provider ? t('failedElsewhere') : t('failed')}</p>
        {zone.message && <p className="text-[13.5px] [overflow-wrap:anywhere]">{zone.message}</p>}
        {mayUpdate && <div><Button size="sm" variant="primary" disabled={retry.isPending} onClick={() => retry.mutate()}>{retry.isPending ? <LoaderCircle className="animate-spin" /> : <RotateCcw />}{t('retry')}</Button></div>}
      </section>
    );
  if (zone.state !== 'deleted') return null;
  return (
    <section role="group" aria-label={t('deleted')} className="card mb-4 grid gap-2 p-5">
      <FormError error={undelete.error} />
      <p className="text-sm font-semibold">{t('deleted')}</p>
      <p className="text-[13px] text-muted">{zone.provider ? t('deletedElsewhere') : t('deletedHint')} {zone.purgeAt && <Exact at={zone.purgeAt} />}</p>
      {mayDelete && <div className="flex flex-wrap gap-2"><Button size="sm" variant="primary" disabled={undelete.isPending} onClick={() => undelete.mutate()}>{undelete.isPending ? <LoaderCircle className="animate-spin" /> : <Undo2 />}{t('undelete')}</Button><Button size="sm" className="text-bad" onClick={onPurge}><Trash2 />{t('purge')}</Button></div>}
    </section>
  );
}

function Page({ zone }: { zone: Zone }) {
  const t = useTranslations('zones');
  const mayDelete = useCan('zone:delete');
  const [removal, setRemoval] = useState<'delete' | 'purge' | null>(null);
  return (
    <>
      <Crumbs href="/zones/" list={t('title')} name={zone.displayName} />
      <div className="mb-5 flex flex-wrap items-center gap-3">
        <h1 className="mr-auto flex min-w-0 flex-wrap items-center gap-3 text-xl font-semibold tracking-tight [overflow-wrap:anywhere]">{zone.displayName}<ZoneState state={zone.state} /></h1>
        {mayDelete && zone.serving === 'live' && <Button className="text-bad" onClick={() => setRemoval('delete')}>{t('delete')}</Button>}
      </div>
      <Troubles zone={zone} onPurge={() => setRemoval('purge')} />
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,5fr)_minmax(0,2fr)]">
        <RecordEditor zone={zone} />
        <div className="grid gap-4">
          {zone.provider ? <ZoneProviderCard zone={zone} provider={zone.provider} /> : <><Servers zone={zone} /><ZoneDnssec zone={zone} /></>}
          <ZoneSettings zone={zone} />
          {!zone.provider && <ZoneSecondaries zone={zone} />}
          <History zone={zone} />
          <ZoneFile zone={zone} />
        </div>
      </div>
      {removal && <RemoveDialog zone={zone} how={removal} onClose={() => setRemoval(null)} />}
    </>
  );
}

export function ZoneView() {
  const t = useTranslations('zones');
  const read = useZone(useParam('id'));
  return <ObjectPage read={read} title={t('one')} list={{ href: '/zones/', name: t('toList') }}>{(zone) => <Page zone={zone} />}</ObjectPage>;
}
