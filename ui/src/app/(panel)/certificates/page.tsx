import type { Metadata } from 'next';
import { Suspense } from 'react';
import en from '@/messages/en.json';
import { Certificates } from './certificates';

export const metadata: Metadata = { title: en.titles.certificates };
export default function Page() {
  return <Suspense><Certificates /></Suspense>;
}
