'use client';
import { Activity, Command as CommandIcon, Menu as MenuIcon, Search } from 'lucide-react';
import dynamic from 'next/dynamic';
import { Dialog } from 'radix-ui';
import { Suspense, useCallback, useEffect, useRef, useState, type ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { cn } from '@/lib/cn';
import { LiveProvider, useLive } from '@/lib/live';
import { isEnded, useSession } from '@/lib/queries';
import { TaskProvider, TaskToasts, showTask, useRecentTasks, useShownTask } from '@/lib/tasks';
import { ActingBanner } from './acting';
import { Brand } from './brand';
import { useKeys } from './keys';
import { Nav } from './nav';
import { ThemeMenu } from './theme-menu';
import { Button } from './ui/button';
import { Failure } from './ui/notice';
import { scrim } from './ui/overlay';
import { UserMenu } from './user-menu';

const Palette = dynamic(() => import('./palette'), { ssr: false });
const KeysDialog = dynamic(() => import('./keys-dialog'), { ssr: false });
const TaskDrawer = dynamic(() => import('./task-drawer'), { ssr: false });
const MustChangePassword = dynamic(() => import('./password-form').then((m) => m.MustChangePassword), { ssr: false });
const Toaster = dynamic(() => import('./toaster'), { ssr: false });

function Sidebar({ onNavigate }: { onNavigate?: () => void }) {
  return (
    <>
      <div className="flex h-14 items-center px-5"><Brand onClick={onNavigate} /></div>
        <Nav onNavigate={onNavigate} />
        <UserMenu />
      </>
    );
  }

  function PhoneMenu() {
    const t = useTranslations('nav');
    const [open, setOpen] = useState(false);
    return (
      <Dialog.Root open={open} onOpenChange={setOpen}>
        <Dialog.Trigger asChild>
          <Button variant="ghost" size="icon" className="size-11 lg:hidden" aria-label={t('open')}><MenuIcon /></Button>
        </Dialog.Trigger>
        <Dialog.Portal>
          <Dialog.Overlay className={cn(scrim, 'lg:hidden')} />
          <Dialog.Content aria-describedby={undefined} className="fixed inset-y-0 left-0 z-50 flex w-72 max-w-[85vw] animate-menu flex-col bg-sidebar shadow-pop outline-none lg:hidden">
            <Dialog.Title className="sr-only">{t('menu')}</Dialog.Title>
            <Sidebar onNavigate={() => setOpen(false)} />
          </Dialog.Content>
        </Dialog.Portal>
      </Dialog.Root>
    );
  }

  function TasksButton() {
    const t = useTranslations('tasks');
    const live = useLive();
    const running = (useRecentTasks().data?.tasks ?? []).filter((task) => !isEnded(task)).length;
    return (
      <Button variant="ghost" onClick={() => showTask()} className="h-11 px-2.5 sm:h-9">
        <Activity className={running ? 'text-accent-text' : undefined} />
        <span className="max-sm:sr-only">{t('title')}</span>
        {running > 0 && <span className="rounded-full bg-accent px-1.5 text-[11px] leading-[18px] font-semibold text-white tabular-nums">{running}<span className="sr-only"> {t('runningWord')}</span></span>}
        <span aria-hidden title={live ? t('live') : t('reconnecting')} className={cn('size-1.5 rounded-full', live ? 'bg-ok' : 'animate-pulse bg-warn')} />
      </Button>
    );
  }

  function Header({ onSearch }: { onSearch(): void }) {
    const t = useTranslations('palette');
    return (
      <header className="sticky top-0 z-10 border-b border-line bg-bg/85 backdrop-blur-md">
        <ActingBanner />
        <div className="flex h-14 items-center gap-1.5 px-2 sm:px-6">
        <PhoneMenu />
        <button type="button" onClick={onSearch} className="flex h-9 min-w-0 flex-1 items-center gap-2 rounded-lg border border-line bg-surface px-3 text-[13px] text-muted shadow-card transition hover:border-line-strong sm:max-w-xs">
          <Search aria-hidden className="size-4 shrink-0" />
          <span className="truncate">{t('open')}</span>
          <kbd aria-hidden className="ml-auto hidden items-center gap-0.5 rounded border border-line px-1.5 font-sans text-[11px] sm:flex"><CommandIcon className="size-2.5" />K</kbd>
        </button>
        <span className="ml-auto" />
        <TasksButton />
        <ThemeMenu />
      </div>
    </header>
  );
}

/** Whether the palette is open, and what was typed before its code had come. */
function usePalette() {
  const [open, setOpen] = useState(false);
  const early = useRef('');
  useEffect(() => {
    if (!open) early.current = '';
    const onKey = (event: KeyboardEvent) => {
      const held = event.metaKey || event.ctrlKey;
      const toggles = held && event.key.toLowerCase() === 'k';
      const tooEarly = open && !held && event.key.length === 1 && !document.querySelector('[role=dialog]');
      if (!toggles && !tooEarly) return;
      event.preventDefault();
      if (toggles) setOpen(!open);
      else early.current += event.key;
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [open]);
  return [open, setOpen, early] as const;
}

const Drawer = () => (useShownTask() ? <TaskDrawer /> : null);

export function Shell({ children }: { children: ReactNode }) {
  const t = useTranslations('common');
  const [palette, setPalette, early] = usePalette();
  const [keys, setKeys] = useState(false);
  const showKeys = useCallback(() => setKeys(true), []);
  useKeys(showKeys);
  const session = useSession();
  if (session.data?.mustChangePassword) return <MustChangePassword />;
  return (
    <LiveProvider on={session.data !== undefined}>
      <TaskProvider>
        <div className="min-h-dvh">
          <a href="#main" className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded-lg focus:bg-accent focus:px-3 focus:py-2 focus:text-white">{t('skip')}</a>
          <aside className="fixed inset-y-0 left-0 z-20 hidden w-60 flex-col border-r border-line bg-sidebar lg:flex"><Sidebar /></aside>
          <div className="lg:pl-60">
            <Header onSearch={() => setPalette(true)} />
            <main id="main" tabIndex={-1} className="mx-auto w-full max-w-[1320px] px-4 py-6 outline-none sm:px-6 sm:py-8">
              {session.isError && !session.data ? <section className="card"><h1 className="sr-only">StralixHost</h1><Failure read={session} /></section> : children}
            </main>
          </div>
          <Suspense><Drawer /></Suspense>
          {palette && <Palette early={early} onKeys={showKeys} onClose={() => setPalette(false)} />}
          {keys && <KeysDialog onClose={() => setKeys(false)} />}
          <TaskToasts />
          <Toaster />
        </div>
      </TaskProvider>
    </LiveProvider>
  );
}
