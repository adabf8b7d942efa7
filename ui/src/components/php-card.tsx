'use client';
import { SlidersHorizontal } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import type { Website } from '@/lib/api.gen';
import { formOf } from '@/lib/php';
import { useWebsitePhp } from '@/lib/queries';
import { Button } from './ui/button';

function Row({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="grid gap-0.5 px-5 py-3 sm:grid-cols-[11rem_1fr] sm:gap-4">
      <dt className="text-[13px] text-muted">{label}</dt>
      <dd className="min-w-0 text-[13.5px] [overflow-wrap:anywhere]">{children}</dd>
    </div>
  );
}

/** Which PHP runs a website's scripts, and the way to change it; nothing where its node has none. */
export function PhpCard({ website, onChange }: { website: Website; onChange?: () => void }) {
  const t = useTranslations('php');
  const read = useWebsitePhp(website.id);
  const php = formOf(website.settings?.php);
  const versions = read.data?.versions ?? [];
  if (!php.version && versions.length === 0) return null;
  return (
    <section className="card" aria-labelledby="php">
      <div className="flex items-center gap-3 border-b border-line px-5 py-2.5">
        <h2 id="php" className="mr-auto text-sm font-semibold">{t('title')}</h2>
        {onChange && read.data && <Button size="sm" onClick={onChange}><SlidersHorizontal />{t('change')}</Button>}
      </div>
      <dl className="divide-y divide-line">
        <Row label={t('version')}>
          {php.version || <span className="text-muted">{t('off')}</span>}
          {php.version && read.data && !versions.includes(php.version) && <span className="block text-xs font-medium text-warn">{t('gone')}</span>}
        </Row>
        {php.version && (
          <>
            <Row label={t('pool')}>{t('poolWords', { mode: t(php.mode), n: Number(php.maxChildren || 5) })}</Row>
            <Row label={t('front')}>{php.frontController ? t('frontOn') : t('frontOff')}</Row>
            <Row label={t('ini')}>
              {php.ini.length
                ? php.ini.map(({ name, value }) => <span key={name} className="block font-mono text-[12.5px]">{name} = {value}</span>)
                : <span className="text-muted">{t('noIni')}</span>}
            </Row>
          </>
        )}
      </dl>
    </section>
  );
}
