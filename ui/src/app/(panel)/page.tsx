import type { Metadata } from 'next';
import { Suspense } from 'react';
import en from '@/messages/en.json';
import { Overview } from './overview';

export const metadata: Metadata = { title: en.titles.overview };
export default function Page() {
  return <Suspense><Overview /></Suspense>;
}
