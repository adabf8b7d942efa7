import type { Metadata } from 'next';
import { Suspense } from 'react';
import en from '@/messages/en.json';
import { Audit } from './audit';

export const metadata: Metadata = { title: en.titles.audit };
export default function Page() {
  return <Suspense><Audit /></Suspense>;
}
