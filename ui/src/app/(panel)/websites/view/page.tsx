import type { Metadata } from 'next';
import { Suspense } from 'react';
import en from '@/messages/en.json';
import { WebsiteView } from './view';

export const metadata: Metadata = { title: en.titles.website };
export default function Page() {
  return <Suspense><WebsiteView /></Suspense>;
}
