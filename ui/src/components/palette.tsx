'use client';
import { Command } from 'cmdk';
import { Activity, Globe, Keyboard, Plus, Search } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { Dialog } from 'radix-ui';
import { useDeferredValue, useState } from 'react';
import { useTranslations } from 'use-intl';
import { useCan, useWebsites } from '@/lib/queries';
import { showTask } from '@/lib/tasks';
import { useNav } from './nav';
import { scrim } from './ui/overlay';

const item = 'flex h-11 cursor-pointer items-center gap-2.5 rounded-lg px-2.5 text-[13.5px] text-text data-[selected=true]:bg-accent-soft data-[selected=true]:text-accent-text sm:h-9 [&>svg]:size-4 [&>svg]:shrink-0';
const group = '[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-[11px] [&_[cmdk-group-heading]]:font-semibold [&_[cmdk-group-heading]]:text-muted [&_[cmdk-group-heading]]:uppercase';

/** Pages and actions are matched here, websites by the server, so that one finds those of every page. */
export default function Palette({ onKeys, onClose }: { onKeys(): void; onClose(): void }) {
  const router = useRouter();
  const t = useTranslations('palette');
  const nav = useTranslations('nav');
  const pages = useNav().flatMap((entry) => [...entry.items]);
  const mayCreate = useCan('website:create');
  const [typed, setTyped] = useState('');
  const search = useDeferredValue(typed.trim().slice(0, 100));
  const sites = useWebsites({ search: search || undefined, sort: 'domain', limit: 8 }).data?.websites ?? [];
  const go = (href: string) => {
    onClose();
    router.push(href);
  };
  const keys = () => {
    onClose();
    onKeys();
  };
  const tasks = () => {
    onClose();
    showTask();
  };
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className={scrim} />
        <Dialog.Content aria-describedby={undefined} className="fixed inset-x-3 top-[12vh] z-50 mx-auto max-w-xl animate-in overflow-hidden rounded-2xl border border-line bg-raised shadow-pop outline-none">
          <Dialog.Title className="sr-only">{t('title')}</Dialog.Title>
          <Command label={t('title')} loop>
            <div className="flex items-center gap-2.5 border-b border-line px-4 text-muted">
              <Search aria-hidden className="size-4" />
              <Command.Input value={typed} onValueChange={setTyped} placeholder={t('placeholder')} className="h-12 w-full bg-transparent text-[15px] text-text outline-none placeholder:text-muted" />
              <kbd className="hidden rounded border border-line px-1.5 py-0.5 font-sans text-[11px] sm:block">esc</kbd>
            </div>
            <Command.List className="max-h-[52vh] overflow-y-auto p-2">
              <Command.Empty className="px-3 py-8 text-center text-sm text-muted">{t('nothing')}</Command.Empty>
              <Command.Group heading={t('actions')} className={group}>
                {mayCreate && <Command.Item className={item} onSelect={() => go('/websites/?new=1')}><Plus aria-hidden />{t('newWebsite')}</Command.Item>}
                <Command.Item className={item} onSelect={tasks}><Activity aria-hidden />{t('showTasks')}</Command.Item>
                <Command.Item className={item} onSelect={keys}><Keyboard aria-hidden />{t('keys')}</Command.Item>
              </Command.Group>
              {sites.length > 0 && (
                <Command.Group heading={nav('websites')} className={group}>
                  {sites.map((site) => (
                    <Command.Item key={site.id} value={site.id} keywords={[site.domain, site.displayDomain, typed]} className={item} onSelect={() => go(`/websites/view/?id=${site.id}`)}>
                      <Globe aria-hidden />{site.displayDomain || site.domain}<span className="ml-auto text-xs text-muted">{site.nodeName || site.nodeId}</span>
                    </Command.Item>
                  ))}
                </Command.Group>
              )}
              <Command.Group heading={t('goTo')} className={group}>
                {pages.map(({ href, key, icon: Icon }) => <Command.Item key={key} className={item} onSelect={() => go(href)}><Icon aria-hidden />{nav(key)}</Command.Item>)}
              </Command.Group>
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
