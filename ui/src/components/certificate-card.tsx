'use client';
// The HTTPS of a website: its certificate, what is on its way, how its names are shown, and what can be done.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Asterisk, LoaderCircle, RotateCcw, ShieldCheck, SlidersHorizontal, Upload } from 'lucide-react';
import dynamic from 'next/dynamic';
import Link from 'next/link';
import { useState, type ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { requestCertificate, retryCertificate, type GetWebsiteCertificateReply, type Website } from '@/lib/api.gen';
import { httpsForm, underWay, useWebsiteCertificate } from '@/lib/certificates';
import { refresh, useCan } from '@/lib/queries';
import { CertificateState, Coming, Expiry, Names, certificatePath } from './certificate-facts';
import { NameProofs } from './name-proofs';
import { Button } from './ui/button';
import { Failure, FormError, Stale } from './ui/notice';
import { When } from './ui/when';

const HttpsDialog = dynamic(() => import('./website-https'), { ssr: false });
const WildcardDialog = dynamic(() => import('./wildcard-certificate'), { ssr: false });
const UploadDialog = dynamic(() => import('./upload-certificate'), { ssr: false });

function Row({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="grid gap-0.5 px-5 py-3 sm:grid-cols-[11rem_1fr] sm:gap-4">
      <dt className="text-[13px] text-muted">{label}</dt>
      <dd className="min-w-0 text-[13.5px] [overflow-wrap:anywhere]">{children}</dd>
    </div>
  );
}

function Serving({ read }: { read: GetWebsiteCertificateReply }) {
  const t = useTranslations('certificates');
  const c = read.serving;
  if (!c) return <Row label={t('serving')}><span className="text-muted">{t('noHttps')}</span></Row>;
  return (
    <>
      <Row label={t('serving')}><span className="flex flex-wrap items-center gap-2"><CertificateState state={c.state} /><Link prefetch={false} href={certificatePath(c.id)} className="rounded hover:text-accent-text hover:underline">{c.issuer || t(c.source as 'own')}</Link></span></Row>
      <Row label={t('names')}><Names names={c.names} /></Row>
      <Row label={t('expiry')}><Expiry until={c.notAfter} /></Row>
      {c.renewAt && <Row label={t('renewal')}><When at={c.renewAt} /></Row>}
    </>
  );
}

type Opened = 'upload' | 'https' | 'wildcard';

function Actions({ website, read, onOpen }: { website: Website; read: GetWebsiteCertificateReply; onOpen(what: Opened): void }) {
  const t = useTranslations('certificates');
  const client = useQueryClient();
  const may = useCan('certificate:update');
  const waits = read.coming && !underWay.has(read.coming.state) ? read.coming : undefined;
  const ask = useMutation({
    mutationFn: () => (waits ? retryCertificate({ certificateId: waits.id }) : requestCertificate({ websiteId: website.id })),
    onSuccess: () => void refresh(client, 'certificates', 'websites', 'audit'),
  });
  if (!may) return null;
  const https = httpsForm(website.settings?.https);
  const wanted = https.certificate === 'AUTOMATIC';
  const busy = read.coming !== undefined && !waits;
  return (
    <div className="grid gap-3 border-t border-line px-5 py-3.5">
      <FormError error={ask.error} />
      <div className="flex flex-wrap gap-2">
        {wanted && read.offered && !busy && <Button size="sm" variant={read.serving ? 'secondary' : 'primary'} disabled={ask.isPending} onClick={() => ask.mutate()}>{ask.isPending ? <LoaderCircle className="animate-spin" /> : waits ? <RotateCcw /> : <ShieldCheck />}{waits ? t('tryNow') : read.serving ? t('renewNow') : t('request')}</Button>}
        {wanted && read.offered && !https.wildcard && <Button size="sm" onClick={() => onOpen('wildcard')}><Asterisk />{t('wildcard')}</Button>}
        <Button size="sm" onClick={() => onOpen('upload')}><Upload />{t('upload')}</Button>
        <Button size="sm" onClick={() => onOpen('https')}><SlidersHorizontal />{t('change')}</Button>
      </div>
    </div>
  );
}

export function CertificateCard({ website }: { website: Website }) {
  const t = useTranslations('certificates');
  const read = useWebsiteCertificate(website.id);
  const [open, setOpen] = useState<Opened | null>(null);
  const close = () => setOpen(null);
  const https = httpsForm(website.settings?.https);
  return (
    <section className="card overflow-hidden" aria-labelledby="https">
      <h2 id="https" className="border-b border-line px-5 py-3.5 text-sm font-semibold">{t('https')}</h2>
      <Stale read={read} />
      {read.error && !read.data ? (
        <Failure read={read} />
      ) : !read.data ? (
        <div aria-busy="true" className="grid gap-3 p-5"><div className="h-6 animate-pulse rounded bg-sunken" /><div className="h-6 animate-pulse rounded bg-sunken" /></div>
      ) : (
        <>
          <dl className="divide-y divide-line">
            <Serving read={read.data} />
            {read.data.coming && <Row label={read.data.serving ? t('next') : t('coming')}><Coming certificate={read.data.coming} /></Row>}
            {!read.data.coming && read.data.message && <Row label={t('coming')}><span className="text-[13px] text-muted">{read.data.message}</span></Row>}
            <Row label={t('mode')}>{t(`mode${https.certificate}`)}{https.certificate === 'AUTOMATIC' && https.wildcard && `, ${t('withWildcard')}`}{read.data.serving && <span className="block text-xs text-muted">{https.redirect ? t('redirects') : t('keepsHttp')}{https.hsts !== '0' && ` · ${t('hstsOn', { age: t(`age${https.hsts}`) })}`}</span>}</Row>
            <Row label={t('pointing')}><NameProofs websiteId={website.id} /></Row>
          </dl>
          <Actions website={website} read={read.data} onOpen={setOpen} />
        </>
      )}
      {open === 'https' && <HttpsDialog website={website} onClose={close} />}
      {open === 'wildcard' && <WildcardDialog website={website} onClose={close} />}
      {open === 'upload' && <UploadDialog website={website} onClose={close} />}
    </section>
  );
}
