'use client';
import { useId, type ReactNode } from 'react';
import { useTranslations } from 'use-intl';

type Wiring = { id: string; 'aria-invalid': boolean; 'aria-describedby'?: string; 'aria-required'?: boolean };
type Props = { label: string; error?: string; hint?: ReactNode; required?: boolean; children(wiring: Wiring): ReactNode };

/** A label, its input, and what is wrong with it. An error is a key of `field.*`, or the server's own sentence. */
export function Field({ label, error, hint, required, children }: Props) {
  const t = useTranslations('field');
  const id = useId();
  const note = error ? (/^[a-zA-Z-]+$/.test(error) && t.has(error as 'required') ? t(error as 'required') : error) : hint;
  return (
    <div className="grid content-start gap-1.5">
      <label htmlFor={id} className="text-[13px] font-medium">{label}</label>
      {children({ id, 'aria-invalid': !!error, 'aria-describedby': note ? `${id}-n` : undefined, 'aria-required': required || undefined })}
      {note && (
        <p id={`${id}-n`} role={error ? 'alert' : undefined} className={error ? 'text-xs font-medium text-bad' : 'text-xs text-muted'}>
          {note}
        </p>
      )}
    </div>
  );
}
