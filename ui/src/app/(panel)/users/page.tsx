import type { Metadata } from 'next';
import { Suspense } from 'react';
import en from '@/messages/en.json';
import { Users } from './users';

export const metadata: Metadata = { title: en.titles.users };
export default function Page() {
  return <Suspense><Users /></Suspense>;
}
