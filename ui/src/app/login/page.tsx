import type { Metadata } from 'next';
import en from '@/messages/en.json';
import { Login } from './login';

export const metadata: Metadata = { title: en.titles.login };
export default function Page() {
  return <Login />;
}
