import type { Metadata } from 'next';
import { Suspense } from 'react';
import en from '@/messages/en.json';
import { Settings } from './settings';

export const metadata: Metadata = { title: en.titles.settings };
export default function Page() {
  return <Suspense><Settings /></Suspense>;
}
