'use client';
import { useTranslations } from 'use-intl';
import { busy } from '@/lib/words';
import { zoneTone } from '@/lib/zones';
import { Badge } from './ui/badge';

export function ZoneState({ state }: { state: string }) {
  const t = useTranslations('websiteState');
  return <Badge tone={zoneTone[state] ?? 'idle'} pulse={busy.has(state)}>{t.has(state as 'active') ? t(state as 'active') : state}</Badge>;
}
