'use client';
// Whether a zone is signed, what its registrar has to be told, and the next step.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { LoaderCircle, ShieldCheck } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { disableDnssec, enableDnssec, getDnssec, rolloverDnssec, type DnssecReply, type Zone } from '@/lib/api.gen';
import { need } from '@/lib/http';
import { again, refresh, useCan } from '@/lib/queries';
import { useTasks } from '@/lib/tasks';
import { Card, Lines } from './people';
import { Badge, type Tone } from './ui/badge';
import { Button } from './ui/button';
import { Copy } from './ui/copy';
import { Failure, FormError } from './ui/notice';

const tones: Record<string, Tone> = { off: 'idle', signed: 'info', unpublished: 'warn', secure: 'ok', rolling: 'info', leaving: 'warn' };

function useStep(step: () => Promise<DnssecReply>) {
  const client = useQueryClient();
  const { follow } = useTasks();
  return useMutation({
    mutationFn: step,
    onSuccess: ({ taskIds }) => {
      for (const id of taskIds) follow(id);
      void refresh(client, 'zones', 'tasks', 'audit');
    },
  });
}

export default function ZoneDnssec({ zone }: { zone: Zone }) {
  const t = useTranslations('dnssec');
  const may = useCan('zone:dnssec') && zone.serving === 'live';
  const read = useQuery({ queryKey: ['zones', 'dnssec', zone.id], queryFn: ({ signal }) => getDnssec({ zoneId: zone.id }, { signal }).then((reply) => need(reply.dnssec)), refetchInterval: (query) => again(query) });
  const enable = useStep(() => enableDnssec({ zoneId: zone.id }));
  const disable = useStep(() => disableDnssec({ zoneId: zone.id }));
  const leave = useStep(() => disableDnssec({ zoneId: zone.id, announce: true }));
  const roll = useStep(() => rolloverDnssec({ zoneId: zone.id }));
  const busy = enable.isPending || disable.isPending || roll.isPending || leave.isPending;
  const now = read.data;
  return (
    <Card id="dnssec" title={t('title')}>
      {read.error && !now ? <Failure read={read} /> : !now ? <Lines n={2} /> : (
        <div className="grid gap-3 px-5 py-4 text-[13px]">
          <FormError error={enable.error ?? disable.error ?? roll.error ?? leave.error} />
          <div><Badge tone={tones[now.state] ?? 'idle'}>{t.has(`state.${now.state}` as 'state.off') ? t(`state.${now.state}` as 'state.off') : now.state}</Badge></div>
          <p className="text-muted">{now.nextStep || t('detail')}</p>
          {now.ds.length > 0 && (
            <div className="grid gap-1">
              <p className="text-muted">{t('ds')}</p>
              {now.ds.map((ds) => <span key={ds} className="flex items-start gap-1.5 rounded-lg bg-sunken p-2"><span className="min-w-0 flex-1 font-mono text-[12px] [overflow-wrap:anywhere]">{ds}</span><Copy text={ds} label={t('copy')} /></span>)}
            </div>
          )}
          {now.cds.length > 0 && <p className="text-muted">{now.state === 'leaving' ? t('cdsNone') : t('cds')}</p>}
          {now.state !== 'off' && zone.servers.length === 1 && <p className="text-muted">{t('oneServer')}</p>}
          {may && (
            <div className="flex flex-wrap gap-2">
              {now.state === 'off' ? (
                <Button size="sm" variant="primary" disabled={busy} onClick={() => enable.mutate()}>{enable.isPending ? <LoaderCircle className="animate-spin" /> : <ShieldCheck />}{t('enable')}</Button>
              ) : (
                <>
                  {now.state === 'leaving' ? <Button size="sm" disabled={busy} onClick={() => enable.mutate()}>{enable.isPending && <LoaderCircle className="animate-spin" />}{t('stay')}</Button> : (
                    <>
                      <Button size="sm" disabled={busy} onClick={() => roll.mutate()}>{roll.isPending && <LoaderCircle className="animate-spin" />}{now.state === 'rolling' ? t('goOn') : t('roll')}</Button>
                      <Button size="sm" disabled={busy} onClick={() => leave.mutate()}>{leave.isPending && <LoaderCircle className="animate-spin" />}{t('leave')}</Button>
                    </>
                  )}
                  <Button size="sm" className="text-bad" disabled={busy} onClick={() => disable.mutate()}>{disable.isPending && <LoaderCircle className="animate-spin" />}{t('disable')}</Button>
                </>
              )}
            </div>
          )}
        </div>
      )}
    </Card>
  );
}
