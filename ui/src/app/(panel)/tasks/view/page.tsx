import type { Metadata } from 'next';
import { Suspense } from 'react';
import en from '@/messages/en.json';
import { TaskView } from './view';

export const metadata: Metadata = { title: en.titles.task };
export default function Page() {
  return <Suspense><TaskView /></Suspense>;
}
