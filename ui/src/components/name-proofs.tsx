'use client';
// How each name of a website would be shown to a certificate authority: asked when somebody wants to know.
import { CircleCheck, LoaderCircle, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import type { NamePreflight } from '@/lib/api.gen';
import { usePreflight } from '@/lib/certificates';
import { Button } from './ui/button';
import { Copy } from './ui/copy';
import { FormError } from './ui/notice';

/** The CNAME that somebody with DNS elsewhere can set. */
function Alias({ name: { aliasName, aliasTarget } }: { name: NamePreflight }) {
  const t = useTranslations('certificates');
  return (
    <span role="group" aria-label={t('alias', { name: aliasName })} className="mt-1 grid gap-0.5 rounded-lg bg-sunken px-3 py-2 text-xs">
      <span className="text-muted">{t('aliasHint')}</span>
      <span className="flex items-center gap-1.5"><span className="min-w-0 font-mono [overflow-wrap:anywhere]">{aliasName} CNAME {aliasTarget}</span><Copy text={`${aliasName} CNAME ${aliasTarget}`} label={t('copyAlias')} /></span>
    </span>
  );
}

function NameRow({ name }: { name: NamePreflight }) {
  const t = useTranslations('certificates');
  const Icon = name.ready ? CircleCheck : TriangleAlert;
  const words = name.method === 'dns-01' ? t('byRecord', { zone: name.zone }) : name.ready ? t('pointsHere') : name.message || t('pointsNowhere');
  return (
    <li className="flex gap-2">
      <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${name.ready ? 'text-ok' : 'text-warn'}`} />
      <span className="min-w-0 flex-1 text-[13px]">
        <span className="font-mono text-[12.5px]">{name.name}</span>
        <span className="block text-xs text-muted">{words}</span>
        {!name.ready && name.aliasTarget && <Alias name={name} />}
      </span>
    </li>
  );
}

export function NameProofs({ websiteId, wildcard, at = false }: { websiteId: string; wildcard?: boolean; at?: boolean }) {
  const t = useTranslations('certificates');
  const [asked, setAsked] = useState(at);
  const read = usePreflight(websiteId, asked, wildcard);
  if (!asked) return <Button size="sm" onClick={() => setAsked(true)}>{t('look')}</Button>;
  if (read.error && !read.data) return <FormError error={read.error} />;
  if (!read.data) return <span role="status" className="flex items-center gap-2 text-[13px] text-muted"><LoaderCircle aria-hidden className="size-4 animate-spin" />{t('looking')}</span>;
  return (
    <div className="grid gap-2" role="status">
      <ul className="grid gap-1.5">{read.data.names.map((name) => <NameRow key={name.name} name={name} />)}</ul>
      <Button size="sm" className="w-fit" disabled={read.isFetching} onClick={() => void read.refetch()}>{read.isFetching && <LoaderCircle className="animate-spin" />}{t('lookAgain')}</Button>
    </div>
  );
}
