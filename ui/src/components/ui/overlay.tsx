'use client';
import { X } from 'lucide-react';
import { Dialog as D } from 'radix-ui';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { cn } from '@/lib/cn';
import { Button } from './button';

const places = {
  center: 'inset-x-0 bottom-0 mx-auto max-h-[94dvh] w-full animate-in rounded-t-2xl border border-line sm:top-[8vh] sm:bottom-auto sm:max-h-[84vh] sm:max-w-[540px] sm:rounded-2xl',
  right: 'inset-y-0 right-0 w-full max-w-[440px] animate-sheet border-l border-line',
};
export const scrim = 'fixed inset-0 z-40 animate-fade bg-[oklch(0.15_0.02_268/0.45)] backdrop-blur-[2px]';

type Props = { open: boolean; onOpenChange(v: boolean): void; title: string; description?: ReactNode; children: ReactNode; footer?: ReactNode; className?: string; badge?: ReactNode };

/** A form begins at its first field, not at the button that closes it. */
function focusField(event: Event) {
  const field = event.currentTarget instanceof Element && event.currentTarget.querySelector<HTMLElement>('form :is(input, select, textarea):not([type=hidden], :disabled)');
  if (!field) return;
  event.preventDefault();
  field.focus();
}

function Frame({ side, open, onOpenChange, title, description, children, footer, className, badge }: Props & { side: keyof typeof places }) {
  const t = useTranslations('common');
  return (
    <D.Root open={open} onOpenChange={onOpenChange}>
      <D.Portal>
        <D.Overlay className={scrim} />
        <D.Content
          onOpenAutoFocus={focusField}
          className={cn(
            'fixed z-50 flex flex-col bg-raised shadow-pop outline-none',
            places[side],
            className,
          )}
        >
          <header className="flex items-start gap-3 border-b border-line px-5 py-4">
            <div className="min-w-0 flex-1">
              <div className="flex items-center gap-2">
                <D.Title className="text-base font-semibold tracking-tight">{title}</D.Title>
                {badge}
              </div>
              <D.Description className={description ? 'mt-0.5 text-[13px] text-muted' : 'sr-only'}>{description ?? title}</D.Description>
            </div>
            <D.Close asChild>
              <Button variant="ghost" size="icon-sm" className="-mr-2" aria-label={t('close')}>
                <X />
              </Button>
            </D.Close>
          </header>
          {children}
          {footer}
        </D.Content>
      </D.Portal>
    </D.Root>
  );
}
export const Dialog = (p: Props) => <Frame side="center" {...p} />;
export const Sheet = (p: Props) => <Frame side="right" {...p} />;
