import type { Metadata } from 'next';
import { Suspense } from 'react';
import en from '@/messages/en.json';
import { CertificateView } from './view';

export const metadata: Metadata = { title: en.titles.certificate };
export default function Page() {
  return <Suspense><CertificateView /></Suspense>;
}
