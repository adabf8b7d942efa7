import type { Metadata } from 'next';
import { Suspense } from 'react';
import en from '@/messages/en.json';
import { OrganisationView } from './view';

export const metadata: Metadata = { title: en.titles.organisation };
export default function Page() {
  return <Suspense><OrganisationView /></Suspense>;
}
