import type { Metadata } from 'next';
import { Suspense } from 'react';
import en from '@/messages/en.json';
import { UserView } from './view';

export const metadata: Metadata = { title: en.titles.user };
export default function Page() {
  return <Suspense><UserView /></Suspense>;
}
