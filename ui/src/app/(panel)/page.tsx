import type { Metadata } from 'next';
import en from '@/messages/en.json';
import { Overview } from './overview';

export const metadata: Metadata = { title: en.titles.overview };
// No Suspense around it: what hydrates later than the shell may meet answers that the exported HTML has not seen.
export default function Page() {
  return <Overview />;
}
