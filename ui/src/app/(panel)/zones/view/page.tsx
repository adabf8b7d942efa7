import type { Metadata } from 'next';
import { Suspense } from 'react';
import en from '@/messages/en.json';
import { ZoneView } from './view';

export const metadata: Metadata = { title: en.titles.zone };
export default function Page() {
  return <Suspense><ZoneView /></Suspense>;
}
