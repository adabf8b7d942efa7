import type { Metadata } from 'next';
import { Suspense } from 'react';
import en from '@/messages/en.json';
import { Websites } from './websites';

export const metadata: Metadata = { title: en.titles.websites };
export default function Page() {
  return <Suspense><Websites /></Suspense>;
}
