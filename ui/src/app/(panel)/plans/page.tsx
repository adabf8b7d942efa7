import type { Metadata } from 'next';
import { Suspense } from 'react';
import en from '@/messages/en.json';
import { Plans } from './plans';

export const metadata: Metadata = { title: en.titles.plans };
export default function Page() {
  return <Suspense><Plans /></Suspense>;
}
