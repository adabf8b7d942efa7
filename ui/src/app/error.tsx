'use client';
import { useEffect } from 'react';
import { useTranslations } from 'use-intl';
import { Brand } from '@/components/brand';
import { Button } from '@/components/ui/button';

const key = 'stralix:reloaded';
const isChunk = (error: Error) => error.name === 'ChunkLoadError' || /chunk|dynamically imported module/i.test(error.message);

/** What no page foresaw. After an upgrade old files may be gone: then loading the page again once is the cure. */
export default function ErrorPage({ error, reset }: { error: Error; reset(): void }) {
  const t = useTranslations('problem');
  const common = useTranslations('common');
  useEffect(() => {
    if (!isChunk(error) || Date.now() - Number(sessionStorage.getItem(key)) < 30_000) return;
    sessionStorage.setItem(key, String(Date.now()));
    location.reload();
  }, [error]);
  return (
    <main className="grid min-h-dvh content-center justify-items-center gap-2 px-6 text-center">
      <div className="mb-6"><Brand /></div>
      <h1 className="text-xl font-semibold">{t('unexpected')}</h1>
      <p className="max-w-md text-[13px] [overflow-wrap:anywhere] text-muted">{error.message}</p>
      <Button className="mt-3" onClick={reset}>{common('tryAgain')}</Button>
    </main>
  );
}
