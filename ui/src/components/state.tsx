'use client';
import { useTranslations } from 'use-intl';
import { busy, healthTone, taskTone, websiteTone } from '@/lib/words';
import { Badge } from './ui/badge';

type Known = { websiteState: 'active'; taskState: 'queued'; health: 'healthy' };
const tones = { websiteState: websiteTone, taskState: taskTone, health: healthTone };

/** The state of a thing, in words and colour; one that this page does not know is shown as it came. */
export function State<K extends keyof Known>({ of, state }: { of: K; state: string }) {
  const t = useTranslations(of as 'websiteState');
  const word = t.has(state as 'active') ? t(state as 'active') : state;
  return <Badge tone={tones[of][state] ?? 'idle'} pulse={busy.has(state)}>{word}</Badge>;
}
