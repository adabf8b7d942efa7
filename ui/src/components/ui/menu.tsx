'use client';
import { DropdownMenu as M } from 'radix-ui';
import type { ComponentProps } from 'react';
import { cn } from '@/lib/cn';

const item = 'flex min-h-9 cursor-pointer items-center gap-2.5 rounded-md px-2.5 text-[13px] outline-none select-none data-disabled:pointer-events-none data-disabled:opacity-50 data-highlighted:bg-sunken sm:min-h-8 [&>svg]:size-4 [&>svg]:shrink-0 [&>svg]:text-muted';

// Not modal: a modal menu hides the page from assistive technology while focus is still in it.
export const Menu = (props: ComponentProps<typeof M.Root>) => <M.Root modal={false} {...props} />;
export const MenuTrigger = M.Trigger;
export const MenuLabel = ({ className, ...props }: ComponentProps<typeof M.Label>) => <M.Label className={cn('px-2.5 pt-1.5 pb-1 text-[11px] font-semibold tracking-wide text-muted uppercase', className)} {...props} />;
export const MenuSeparator = () => <M.Separator className="my-1 h-px bg-line" />;
export const MenuRadioGroup = M.RadioGroup;

export function MenuContent({ className, ...props }: ComponentProps<typeof M.Content>) {
  return (
    <M.Portal>
      <M.Content align="end" sideOffset={4} collisionPadding={8} className={cn('z-50 w-48 animate-in rounded-xl border border-line bg-raised p-1 shadow-pop', className)} {...props} />
    </M.Portal>
  );
}

export function MenuItem({ className, danger, ...props }: ComponentProps<typeof M.Item> & { danger?: boolean }) {
  return <M.Item className={cn(item, danger && 'text-bad data-highlighted:bg-bad-soft [&>svg]:text-bad', className)} {...props} />;
}

export function MenuRadioItem({ className, ...props }: ComponentProps<typeof M.RadioItem>) {
  return <M.RadioItem className={cn(item, 'data-[state=checked]:font-medium data-[state=checked]:text-accent-text data-[state=checked]:[&>svg]:text-accent-text', className)} {...props} />;
}
