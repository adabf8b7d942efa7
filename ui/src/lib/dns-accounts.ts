'use client';
// Accounts at other DNS providers.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Tone } from '@/components/ui/badge';
import { listDnsAccounts } from './api.gen';
import { again, refresh } from './queries';

export const accountTone: Record<string, Tone> = { checking: 'info', active: 'ok', failed: 'bad' };
const watchMs = 2_000;

export const useDnsAccounts = (enabled = true) =>
  useQuery({
    queryKey: ['dnsAccounts'],
    queryFn: ({ signal }) => listDnsAccounts({}, { signal }).then((reply) => reply.accounts),
    refetchInterval: (query) => again(query) || (query.state.data?.some((a) => a.state === 'checking') ? watchMs : false),
    enabled,
  });

/** What is done to an account as a whole. */
export function useAccountAct<A, R>(act: (of: A) => Promise<R>, onDone?: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSuccess: () => {
      onDone?.();
      void refresh(client, 'dnsAccounts', 'zones', 'audit');
    },
  });
}
