'use client';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { places, setKeys, useKeysWanted } from '@/lib/keys';
import { useNav } from './nav';
import { Dialog } from './ui/overlay';

function Line({ keys, children }: { keys: string[]; children: ReactNode }) {
  return (
    <div className="flex items-center gap-3 py-2">
      <dt className="flex w-24 shrink-0 gap-1">{keys.map((key) => <kbd key={key} className="rounded border border-line bg-sunken px-1.5 py-0.5 font-sans text-[12px]">{key}</kbd>)}</dt>
      <dd className="text-[13.5px]">{children}</dd>
    </div>
  );
}

/** The list of keys, and the switch that turns them off. */
export default function KeysDialog({ onClose }: { onClose(): void }) {
  const t = useTranslations('keys');
  const nav = useTranslations('nav');
  const wanted = useKeysWanted();
  const pages = useNav().flatMap((group) => [...group.items]);
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('title')} description={t('detail')}>
      <div className="grid gap-4 overflow-y-auto px-5 py-4">
        <dl className="divide-y divide-line">
          <Line keys={['Ctrl', 'K']}>{t('palette')}</Line>
          <Line keys={['/']}>{t('search')}</Line>
          <Line keys={['n']}>{t('new')}</Line>
          <Line keys={['j', 'k']}>{t('rows')}</Line>
          <Line keys={['Enter']}>{t('open')}</Line>
          {pages.filter((item) => places[item.key]).map((item) => <Line key={item.key} keys={['g', places[item.key]!]}>{t('goTo', { page: nav(item.key) })}</Line>)}
          <Line keys={['?']}>{t('help')}</Line>
        </dl>
        <label className="flex items-center gap-2 text-[13.5px]"><input type="checkbox" checked={wanted} onChange={(event) => setKeys(event.target.checked)} />{t('on')}</label>
      </div>
    </Dialog>
  );
}
