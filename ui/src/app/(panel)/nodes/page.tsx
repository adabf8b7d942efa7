import type { Metadata } from 'next';
import en from '@/messages/en.json';
import { Nodes } from './nodes';

export const metadata: Metadata = { title: en.titles.nodes };
// No Suspense around it: see the overview's page.
export default function Page() {
  return <Nodes />;
}
