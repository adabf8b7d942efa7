'use client';
// Name servers outside that may transfer a zone: who they are, one more, one fewer.
import { useQuery } from '@tanstack/react-query';
import { CircleCheck, Plus, TriangleAlert, X } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { listSecondaries, type Secondary, type Zone } from '@/lib/api.gen';
import { again, useCan } from '@/lib/queries';
import { useServers } from '@/lib/zones';
import { Card, Lines } from './people';
import { Button } from './ui/button';
import { Failure } from './ui/notice';

const AddDialog = dynamic(() => import('./secondary-dialogs').then((m) => m.AddDialog), { ssr: false });
const RemoveDialog = dynamic(() => import('./secondary-dialogs').then((m) => m.RemoveDialog), { ssr: false });

export default function ZoneSecondaries({ zone }: { zone: Zone }) {
  const t = useTranslations('secondaries');
  const may = useCan('zone:transfer') && zone.serving === 'live';
  const read = useQuery({ queryKey: ['zones', 'secondaries', zone.id], queryFn: ({ signal }) => listSecondaries({ zoneId: zone.id }, { signal }).then((reply) => reply.secondaries), refetchInterval: (query) => again(query) });
  const check = useServers(zone.id, false).data; // as the card of the zone's own servers asked last
  const [adding, setAdding] = useState(false);
  const [removed, setRemoved] = useState<Secondary | null>(null);
  const answer = (id: string) => check?.secondaries.find((s) => s.secondaryId === id);
  return (
    <Card id="secondaries" title={t('title')} action={may && <Button size="sm" onClick={() => setAdding(true)}><Plus />{t('add')}</Button>}>
      {read.error && !read.data ? <Failure read={read} /> : !read.data ? <Lines n={1} /> : read.data.length === 0 ? <p className="px-5 py-4 text-[13px] text-muted">{t('none')}</p> : (
        <ul className="divide-y divide-line">
          {read.data.map((s) => {
            const now = answer(s.id);
            const where = `${s.address}${s.port === 53 ? '' : `:${s.port}`}`;
            return (
              <li key={s.id} className="grid grid-cols-[1fr_auto] gap-x-2 px-5 py-3 text-[13px]">
                <div className="grid min-w-0 gap-0.5">
                  <span className="font-mono [overflow-wrap:anywhere]">{s.nameServer || where}</span>
                  <span className="text-xs text-muted [overflow-wrap:anywhere]">{s.nameServer && <span className="font-mono">{where} · </span>}{t('key')} <span className="font-mono">{s.tsigName}</span> · {s.notify ? t('told') : t('untold')}</span>
                  {now && <span role="status" className="flex items-center gap-1.5 text-xs">{now.inStep ? <CircleCheck aria-hidden className="size-3.5 text-ok" /> : <TriangleAlert aria-hidden className="size-3.5 text-warn" />}{now.inStep ? t('inStep', { serial: String(now.serial) }) : now.message}</span>}
                </div>
                {may && <Button size="icon" variant="ghost" aria-label={t('removeNamed', { name: where })} onClick={() => setRemoved(s)}><X /></Button>}
              </li>
            );
          })}
        </ul>
      )}
      {adding && <AddDialog zone={zone} onClose={() => setAdding(false)} />}
      {removed && <RemoveDialog zone={zone} secondary={removed} onClose={() => setRemoved(null)} />}
    </Card>
  );
}
