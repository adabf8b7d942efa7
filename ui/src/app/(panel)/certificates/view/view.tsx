'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Ban, LoaderCircle, RotateCcw, Trash2 } from 'lucide-react';
import dynamic from 'next/dynamic';
import Link from 'next/link';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { CertificateState, Expiry, Names, Story } from '@/components/certificate-facts';
import { FormDialog } from '@/components/form-dialog';
import { Crumbs, ObjectPage } from '@/components/object-page';
import { Card, Row } from '@/components/people';
import { sitePath } from '@/components/site';
import { Button } from '@/components/ui/button';
import { Copy } from '@/components/ui/copy';
import { FormError } from '@/components/ui/notice';
import { Exact, When } from '@/components/ui/when';
import { deleteCertificate, retryCertificate, type WebsiteCertificate } from '@/lib/api.gen';
import { isOver, underWay, useCertificate } from '@/lib/certificates';
import { useParam } from '@/lib/params';
import { refresh, useCan } from '@/lib/queries';

const RevokeDialog = dynamic(() => import('@/components/revoke-certificate'), { ssr: false });

function useAsk(ask: () => Promise<unknown>, onDone?: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ask,
    onSuccess: () => {
      onDone?.();
      void refresh(client, 'certificates', 'websites', 'tasks', 'audit');
    },
  });
}

function Remove({ certificate: c, onClose }: { certificate: WebsiteCertificate; onClose(): void }) {
  const t = useTranslations('certificates');
  const remove = useAsk(() => deleteCertificate({ certificateId: c.id }), onClose);
  const detail = c.state === 'active' ? t('removeActive', { name: c.domain }) : isOver(c.state) ? t('removeOver') : t('removeComing');
  return <FormDialog title={t('removeTitle', { name: c.domain })} description={detail} submit={t('remove')} danger busy={remove.isPending} error={remove.error} onSubmit={(event) => { event.preventDefault(); remove.mutate(); }} onClose={onClose} />;
}

function Mono({ text, label }: { text: string; label: string }) {
  return <span className="flex items-start gap-1.5"><span className="min-w-0 font-mono text-[12px] [overflow-wrap:anywhere]">{text}</span><Copy text={text} label={label} /></span>;
}

function About({ certificate: c }: { certificate: WebsiteCertificate }) {
  const t = useTranslations('certificates');
  return (
    <Card id="facts" title={t('about')}>
      <dl className="divide-y divide-line">
        <Row label={t('website')}><Link prefetch={false} href={sitePath(c.websiteId)} className="rounded hover:text-accent-text hover:underline">{c.domain}</Link></Row>
        <Row label={t('names')}><Names names={c.names} most={50} /></Row>
        {c.proofs.length > 0 && <Row label={t('proofs')}><ul className="grid gap-1">{c.proofs.map((p) => <li key={p.name}><span className="font-mono text-[12.5px]">{p.name}</span><span className="block text-xs text-muted">{p.method === 'dns-01' ? t('proofByRecord', { record: p.record }) : t('proofBySite')}</span></li>)}</ul></Row>}
        <Row label={t('from')}>{t(c.source as 'own')}</Row>
        {c.issuer && <Row label={t('issuer')}>{c.issuer}</Row>}
        {c.notBefore && <Row label={t('since')}><Exact at={c.notBefore} /></Row>}
        {c.notAfter && <Row label={t('expiry')}><Expiry until={c.notAfter} /></Row>}
        {c.renewAt && <Row label={t('renewal')}><When at={c.renewAt} /></Row>}
        {c.revokeReason && <Row label={t('revocation')}>{t.has(`reason.${c.revokeReason}` as 'reason.superseded') ? t(`reason.${c.revokeReason}` as 'reason.superseded') : c.revokeReason}<span className="block text-xs text-muted">{c.revokedAt ? <Exact at={c.revokedAt} /> : t('revoking')}</span></Row>}
        {c.keyType && <Row label={t('keyKind')}>{c.keyType}</Row>}
        {c.serial && <Row label={t('serial')}><Mono text={c.serial} label={t('copySerial')} /></Row>}
        {c.fingerprint && <Row label={t('fingerprint')}><Mono text={c.fingerprint} label={t('copyFingerprint')} /></Row>}
        {c.chain && <Row label={t('chain')}><span className="flex items-start gap-1.5 rounded-lg bg-sunken p-3"><pre tabIndex={0} role="group" aria-label={t('chain')} className="max-h-40 min-w-0 flex-1 overflow-auto font-mono text-[11px]">{c.chain}</pre><Copy text={c.chain} label={t('copyChain')} /></span></Row>}
        {c.csr && <Row label={t('csr')}><span className="flex items-start gap-1.5 rounded-lg bg-sunken p-3"><pre tabIndex={0} role="group" aria-label={t('csr')} className="max-h-40 min-w-0 flex-1 overflow-auto font-mono text-[11px]">{c.csr}</pre><Copy text={c.csr} label={t('copyCsr')} /></span></Row>}
      </dl>
    </Card>
  );
}

function Page({ certificate: c }: { certificate: WebsiteCertificate }) {
  const t = useTranslations('certificates');
  const [mayRetry, mayDelete] = [useCan('certificate:update'), useCan('certificate:delete')];
  const [removing, setRemoving] = useState(false);
  const [revoking, setRevoking] = useState(false);
  const retry = useAsk(() => retryCertificate({ certificateId: c.id }));
  const revocable = c.source === 'acme' && (c.state === 'active' || c.state === 'replaced') && !c.revokeReason;
  const waits = c.source === 'acme' && (c.state === 'waiting' || c.state === 'failed');
  return (
    <>
      <Crumbs href="/certificates/" list={t('title')} name={c.domain} />
      <div className="mb-5 flex flex-wrap items-center gap-3">
        <h1 className="mr-auto flex min-w-0 flex-wrap items-center gap-3 text-xl font-semibold tracking-tight [overflow-wrap:anywhere]">{c.domain}<CertificateState state={c.state} /></h1>
        {mayRetry && waits && <Button variant="primary" disabled={retry.isPending} onClick={() => retry.mutate()}>{retry.isPending ? <LoaderCircle className="animate-spin" /> : <RotateCcw />}{t('tryNow')}</Button>}
        {mayDelete && revocable && <Button className="text-bad" onClick={() => setRevoking(true)}><Ban />{t('revokeDots')}</Button>}
        {mayDelete && <Button className="text-bad" onClick={() => setRemoving(true)}><Trash2 />{t('removeDots')}</Button>}
      </div>
      <FormError error={retry.error} />
      {c.message && (c.state !== 'active' || c.revokeReason) && (
        <section role="group" aria-label={t('why')} className="card mb-4 grid gap-1 p-5">
          <p className={`text-sm font-semibold ${c.state === 'failed' ? 'text-bad' : ''}`}>{t('why')}</p>
          <p className="text-[13.5px] [overflow-wrap:anywhere]">{c.message}</p>
          {c.nextTryAt && !underWay.has(c.state) && <p className="text-[13px] text-muted">{t('nextTry')} <When at={c.nextTryAt} /></p>}
        </section>
      )}
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <About certificate={c} />
        <Card id="story" title={t('story')}><Story steps={c.story} /></Card>
      </div>
      {revoking && <RevokeDialog certificate={c} onClose={() => setRevoking(false)} />}
      {removing && <Remove certificate={c} onClose={() => setRemoving(false)} />}
    </>
  );
}

export function CertificateView() {
  const t = useTranslations('certificates');
  const read = useCertificate(useParam('id'));
  return <ObjectPage read={read} title={t('one')} list={{ href: '/certificates/', name: t('toList') }}>{(certificate) => <Page certificate={certificate} />}</ObjectPage>;
}
