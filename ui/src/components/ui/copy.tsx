'use client';
import { Check, Copy as CopyIcon } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslations } from 'use-intl';
import { cn } from '@/lib/cn';
import { Button } from './button';

/** Copies a text; says so in its name and for the eye. */
export function Copy({ text, label, className }: { text: string; label: string; className?: string }) {
  const t = useTranslations('common');
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return;
    const timer = setTimeout(() => setDone(false), 2000);
    return () => clearTimeout(timer);
  }, [done]);
  const copy = () => void navigator.clipboard?.writeText(text).then(() => setDone(true), () => setDone(false));
  return (
    <Button variant="ghost" size="icon-sm" className={cn('size-6 [&_svg]:size-3.5', className)} aria-label={done ? t('copied') : label} onClick={copy}>
      {done ? <Check className="text-ok" /> : <CopyIcon />}
    </Button>
  );
}

/** The id under which every log line of a request can be found. */
export function RequestId({ id, className }: { id: string; className?: string }) {
  const t = useTranslations('common');
  if (!id) return null;
  return (
    <p className={cn('flex items-center gap-1.5 text-xs text-muted', className)}>
      <span className="shrink-0">{t('request')}</span>
      <span className="min-w-0 truncate font-mono">{id}</span>
      <Copy text={id} label={t('copyRequest')} />
    </p>
  );
}
