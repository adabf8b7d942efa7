'use client';
import { SlidersHorizontal } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import type { Website } from '@/lib/api.gen';
import { Button } from './ui/button';

function Row({ label, none, children }: { label: string; none: string; children: ReactNode[] }) {
  return (
    <div className="grid gap-0.5 px-5 py-3 sm:grid-cols-[11rem_1fr] sm:gap-4">
      <dt className="text-[13px] text-muted">{label}</dt>
      <dd className="min-w-0 text-[13.5px] [overflow-wrap:anywhere]">{children.length ? children : <span className="text-muted">{none}</span>}</dd>
    </div>
  );
}

const line = (key: string, children: ReactNode) => <span key={key} className="block font-mono text-[12.5px]">{children}</span>;

/** What is set of a website, and the way to change it. */
export function SettingsCard({ website, onChange }: { website: Website; onChange?: () => void }) {
  const t = useTranslations('website');
  const s = website.settings ?? {};
  return (
    <section className="card" aria-labelledby="settings">
      <div className="flex items-center gap-3 border-b border-line px-5 py-2.5">
        <h2 id="settings" className="mr-auto text-sm font-semibold">{t('settings')}</h2>
        {onChange && <Button size="sm" onClick={onChange}><SlidersHorizontal />{t('change')}</Button>}
      </div>
      <dl className="divide-y divide-line">
        <Row label={t('aliases')} none={t('noAliases')}>{(s.aliases ?? []).map((name) => line(name, name))}</Row>
        <Row label={t('folder')} none={t('wholeFolder')}>{s.documentRoot ? [line('root', s.documentRoot)] : []}</Row>
        <Row label={t('index')} none="index.html">{(s.index ?? []).map((name) => line(name, name))}</Row>
        {s.proxy && <Row label={t('proxy')} none="">{[line('proxy', s.proxy)]}</Row>}
        <Row label={t('redirects')} none={t('noRedirects')}>
          {(s.redirects ?? []).map((r) => line(`${r.from} ${r.below}`, <>{r.from} {r.below && <span className="font-sans text-muted">{t('andBelow')} </span>}→ {r.to} <span className="text-muted">{r.status || 302}</span></>))}
        </Row>
        <Row label={t('protected')} none={t('noProtected')}>{(s.protectedFolders ?? []).map((f) => line(`protected ${f.path}`, <>/{f.path} <span className="text-muted">{(f.users ?? []).map((u) => u.name).join(', ')}</span></>))}</Row>
        <Row label={t('errorPages')} none={t('noErrorPages')}>{(s.errorPages ?? []).map((p) => line(String(p.status), `${p.status} ${p.page}`))}</Row>
      </dl>
    </section>
  );
}
