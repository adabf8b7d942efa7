import type { Metadata } from 'next';
import { Suspense } from 'react';
import en from '@/messages/en.json';
import { DnsAccounts } from './accounts';

export const metadata: Metadata = { title: en.titles.dnsAccounts };
export default function Page() {
  return <Suspense><DnsAccounts /></Suspense>;
}
