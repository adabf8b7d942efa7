'use client';
import { Toaster as Sonner } from 'sonner';

const classNames = {
  toast: 'flex w-[340px] items-start gap-3 rounded-xl border border-line bg-raised p-3.5 text-sm text-text shadow-pop',
  title: 'font-medium [overflow-wrap:anywhere]',
  description: 'mt-0.5 text-muted font-mono text-xs',
  icon: 'mt-0.5 [&>svg]:size-4.5',
  success: '[&_[data-icon]]:text-ok',
  error: '[&_[data-icon]]:text-bad',
  actionButton: 'ml-auto min-h-8 shrink-0 rounded-md px-2.5 text-xs font-medium text-accent-text hover:bg-accent-soft',
  closeButton: 'order-last grid size-8 shrink-0 place-items-center rounded-md text-muted hover:bg-sunken hover:text-text [&>svg]:size-3.5',
};

export default function Toaster() {
  return <Sonner position="bottom-center" gap={8} toastOptions={{ unstyled: true, classNames }} />;
}
