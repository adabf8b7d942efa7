import type { Metadata } from 'next';
import { Suspense } from 'react';
import en from '@/messages/en.json';
import { Templates } from './templates';

export const metadata: Metadata = { title: en.titles.templates };
export default function Page() {
  return <Suspense><Templates /></Suspense>;
}
