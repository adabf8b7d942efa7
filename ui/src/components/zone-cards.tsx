'use client';
// Beside a zone's records: its servers, its history, its file.
import { useMutation } from '@tanstack/react-query';
import { CircleCheck, Download, LayoutTemplate, LoaderCircle, TriangleAlert, Upload } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { exportZone, type Zone, type ZoneChange } from '@/lib/api.gen';
import { download } from '@/lib/audit';
import { useCan } from '@/lib/queries';
import { useServers, useZoneChanges } from '@/lib/zones';
import { Card, Lines } from './people';
import { Button } from './ui/button';
import { Copy } from './ui/copy';
import { Failure, FormError, Stale } from './ui/notice';
import { When } from './ui/when';
import { ZoneState } from './zone-state';

const ChangeDialog = dynamic(() => import('./zone-dialogs').then((m) => m.ChangeDialog), { ssr: false });
const ZoneAsTemplate = dynamic(() => import('./template-copy').then((m) => m.ZoneAsTemplate), { ssr: false });
const ImportDialog = dynamic(() => import('./zone-dialogs').then((m) => m.ImportDialog), { ssr: false });

export function Servers({ zone }: { zone: Zone }) {
  const t = useTranslations('zones');
  const [asked, setAsked] = useState(false);
  const check = useServers(zone.id, asked);
  const answer = (nodeId: string) => check.data?.servers.find((s) => s.nodeId === nodeId);
  return (
    <Card id="servers" title={t('servers')} action={<Button size="sm" disabled={check.isFetching} onClick={() => (asked ? void check.refetch() : setAsked(true))}>{check.isFetching && <LoaderCircle className="animate-spin" />}{t('ask')}</Button>}>
      <FormError error={check.error} />
      <ul className="divide-y divide-line">
        {zone.servers.map((s) => {
          const now = answer(s.nodeId);
          return (
            <li key={s.nodeId} className="grid gap-1 px-5 py-3 text-[13px]">
              <span className="flex flex-wrap items-center gap-2"><span className="font-mono">{s.nameServer.replace(/\.$/, '') || s.nodeName}</span><ZoneState state={s.state} /></span>
              <span className="font-mono text-xs text-muted">{s.address}{s.port !== 53 && `:${s.port}`}</span>
              {s.message && <span className="text-xs text-bad [overflow-wrap:anywhere]">{s.message}</span>}
              {now && <span role="status" className="flex items-center gap-1.5 text-xs">{now.inStep ? <CircleCheck aria-hidden className="size-3.5 text-ok" /> : <TriangleAlert aria-hidden className="size-3.5 text-warn" />}{now.inStep ? t('inStep', { serial: String(now.serial) }) : now.message}</span>}
            </li>
          );
        })}
      </ul>
      {zone.nameServers.length > 0 && <div className="border-t border-line px-5 py-3 text-[13px]"><p className="text-muted">{t('tellRegistrar')}</p><span className="flex items-start gap-1.5"><span className="min-w-0 font-mono text-[12.5px]">{zone.nameServers.map((name) => <span key={name} className="block">{name}</span>)}</span><Copy text={zone.nameServers.join('\n')} label={t('copyServers')} /></span></div>}
    </Card>
  );
}

export function History({ zone }: { zone: Zone }) {
  const t = useTranslations('zones');
  const read = useZoneChanges(zone.id);
  const [shown, setShown] = useState<ZoneChange | null>(null);
  return (
    <Card id="zone-history" title={t('history')}>
      <Stale read={read} />
      {read.error && !read.data ? <Failure read={read} /> : !read.data ? <Lines n={3} /> : (
        <ul className="divide-y divide-line">
          {read.data.changes.map((c) => (
            <li key={c.id} className="grid gap-0.5 px-5 py-2.5 text-[13px]">
              <button type="button" onClick={() => setShown(c)} className="w-fit rounded text-left font-medium hover:text-accent-text hover:underline">{c.note || (t.has(`kind.${c.kind}` as 'kind.create') ? t(`kind.${c.kind}` as 'kind.create') : c.kind)}</button>
              <span className="text-xs text-muted">{t('counts', { added: c.added, removed: c.removed })}{c.undoneBy && ` · ${t('undone')}`}</span>
              <span className="text-xs text-muted"><When at={c.createdAt} /> · {c.actorName || c.actorId}</span>
            </li>
          ))}
        </ul>
      )}
      {shown && <ChangeDialog zone={zone} change={shown} onClose={() => setShown(null)} />}
    </Card>
  );
}

export function ZoneFile({ zone }: { zone: Zone }) {
  const t = useTranslations('zones');
  const may = useCan('zone:update') && zone.serving === 'live';
  const mayKeep = useCan('dns_template:create');
  const [open, setOpen] = useState<'import' | 'template' | null>(null);
  const save = useMutation({ mutationFn: () => exportZone({ zoneId: zone.id }), onSuccess: ({ zoneFile }) => download(new Blob([zoneFile], { type: 'text/plain' }), `${zone.name}.zone`) });
  return (
    <Card id="zone-file" title={t('file')}>
      <div className="grid gap-3 px-5 py-4">
        <FormError error={save.error} />
        <p className="text-[13px] text-muted">{t('fileDetail')}</p>
        <div className="flex flex-wrap gap-2">
          <Button size="sm" disabled={save.isPending} onClick={() => save.mutate()}><Download />{t('export')}</Button>
          {may && <Button size="sm" onClick={() => setOpen('import')}><Upload />{t('import')}</Button>}
          {mayKeep && <Button size="sm" onClick={() => setOpen('template')}><LayoutTemplate />{t('asTemplate')}</Button>}
        </div>
      </div>
      {open === 'import' && <ImportDialog zone={zone} etag={zone.recordsEtag} onClose={() => setOpen(null)} />}
      {open === 'template' && <ZoneAsTemplate zone={zone} onClose={() => setOpen(null)} />}
    </Card>
  );
}
