'use client';
import { useTranslations } from 'use-intl';
import { cn } from '@/lib/cn';

const tone = (line: string) => (line.startsWith('+') ? 'bg-ok-soft text-ok' : line.startsWith('-') ? 'bg-bad-soft text-bad' : line.startsWith('@') ? 'text-muted' : '');

/** The hunks of a unified diff: what comes and goes is said by its sign as well as by its colour. */
export function Diff({ text, label, cut, secret }: { text: string; label: string; cut?: boolean; secret?: boolean }) {
  const t = useTranslations('diff');
  const lines = text.replace(/\n$/, '').split('\n');
  return (
    <div className="grid gap-1.5">
      {text && (
        <pre tabIndex={0} role="group" aria-label={label} className="max-h-80 overflow-auto rounded-lg border border-line bg-sunken py-2 font-mono text-[12px] leading-relaxed">
          <code className="grid min-w-max">{lines.map((line, i) => <span key={i} className={cn('px-3 whitespace-pre', tone(line))}>{line || ' '}</span>)}</code>
        </pre>
      )}
      {secret && <p className="text-xs text-muted">{t('secret')}</p>}
      {cut && <p className="text-xs text-muted">{t('cut')}</p>}
    </div>
  );
}
