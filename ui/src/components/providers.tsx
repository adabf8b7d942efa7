'use client';
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { IntlProvider } from 'use-intl';
import { ApiError } from '@/lib/http';
import { loginPath } from '@/lib/next';
import en from '@/messages/en.json';

/** Nobody is signed in any more: to the form and back. A full load, so that nothing of the old session stays in memory. */
function leaveOn401(error: Error) {
  if (!(error instanceof ApiError) || error.status !== 401 || location.pathname.startsWith('/login')) return;
  location.replace(loginPath(location.pathname + location.search));
}

function newClient() {
  return new QueryClient({
    queryCache: new QueryCache({ onError: leaveOn401 }),
    mutationCache: new MutationCache({ onError: leaveOn401 }),
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        networkMode: 'always',
        retryDelay: 400,
        retry: (failures, error) => failures < 1 && error instanceof ApiError && error.passing && error.status !== 429,
      },
      mutations: { networkMode: 'always' },
    },
  });
}

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

export function Providers({ children }: { children: ReactNode }) {
  const [client] = useState(newClient);
  return (
    <IntlProvider locale="en" messages={en} timeZone={zone}>
      <QueryClientProvider client={client}>{children}</QueryClientProvider>
    </IntlProvider>
  );
}
