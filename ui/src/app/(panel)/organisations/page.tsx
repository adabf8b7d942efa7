import type { Metadata } from 'next';
import { Suspense } from 'react';
import en from '@/messages/en.json';
import { Organisations } from './organisations';

export const metadata: Metadata = { title: en.titles.organisations };
export default function Page() {
  return <Suspense><Organisations /></Suspense>;
}
