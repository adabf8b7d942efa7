'use client';
import { useTranslations } from 'use-intl';
import { accountTone } from '@/lib/dns-accounts';
import { Badge } from './ui/badge';

export function AccountState({ state }: { state: string }) {
  const t = useTranslations('dnsAccounts');
  return <Badge tone={accountTone[state] ?? 'idle'} pulse={state === 'checking'}>{t.has(`is.${state as 'active'}`) ? t(`is.${state as 'active'}`) : state}</Badge>;
}
