import type { Metadata } from 'next';
import { Suspense } from 'react';
import en from '@/messages/en.json';
import { NodeView } from './view';

export const metadata: Metadata = { title: en.titles.node };
export default function Page() {
  return <Suspense><NodeView /></Suspense>;
}
