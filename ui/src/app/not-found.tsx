import Link from 'next/link';
import { Brand } from '@/components/brand';
import en from '@/messages/en.json';

export default function NotFound() {
  const { title, detail, back } = en.missingPage;
  return (
    <main className="grid min-h-dvh content-center justify-items-center gap-2 px-6 text-center">
      <div className="mb-6"><Brand /></div>
      <h1 className="text-xl font-semibold">{title}</h1>
      <p className="text-muted">{detail}</p>
      <Link href="/" prefetch={false} className="mt-2 font-medium text-accent-text hover:underline">{back}</Link>
    </main>
  );
}
