'use client';
import { LoaderCircle } from 'lucide-react';
import { useState, type FormEvent, type ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from './ui/button';
import { FormError } from './ui/notice';
import { Dialog } from './ui/overlay';

type Props = { title: string; description?: ReactNode; submit: string; busy: boolean; error: Error | null; dirty?: boolean; danger?: boolean; onSubmit(event: FormEvent): void; onClose(): void; children?: ReactNode };

/** A form in a dialog. What was typed isn't lost by one touch: leaving asks once more. */
export function FormDialog({ title, description, submit, busy, error, dirty, danger, onSubmit, onClose, children }: Props) {
  const t = useTranslations('form');
  const common = useTranslations('common');
  const [leaving, setLeaving] = useState(false);
  const leave = () => (dirty && !leaving ? setLeaving(true) : onClose());
  return (
    <Dialog open onOpenChange={(open) => !open && leave()} title={title} description={description}>
      <form noValidate className="flex min-h-0 flex-1 flex-col" onSubmit={onSubmit}>
        {(error || children) && <div className="grid gap-5 overflow-y-auto px-5 py-5"><FormError error={error} />{children}</div>}
        <footer className="flex flex-wrap items-center justify-end gap-2 border-t border-line px-5 py-3.5">
          {leaving && <p role="status" className="mr-auto text-[13px] font-medium text-warn">{t('unsaved')}</p>}
          <Button onClick={leave} className={leaving ? 'text-bad' : undefined}>{leaving ? t('discard') : common('cancel')}</Button>
          <Button type="submit" variant={danger ? 'danger' : 'primary'} disabled={busy}>{busy && <LoaderCircle className="animate-spin" />}{submit}</Button>
        </footer>
      </form>
    </Dialog>
  );
}
