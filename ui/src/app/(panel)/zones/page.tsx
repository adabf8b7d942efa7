import type { Metadata } from 'next';
import { Suspense } from 'react';
import en from '@/messages/en.json';
import { Zones } from './zones';

export const metadata: Metadata = { title: en.titles.zones };
export default function Page() {
  return <Suspense><Zones /></Suspense>;
}
