import type { Metadata } from 'next';
import { Suspense } from 'react';
import en from '@/messages/en.json';
import { Tasks } from './tasks';

export const metadata: Metadata = { title: en.titles.tasks };
export default function Page() {
  return <Suspense><Tasks /></Suspense>;
}
