import type { Metadata } from 'next';
import { Suspense } from 'react';
import en from '@/messages/en.json';
import { Nodes } from './nodes';

export const metadata: Metadata = { title: en.titles.nodes };
export default function Page() {
  return <Suspense><Nodes /></Suspense>;
}
