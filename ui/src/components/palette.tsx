'use client';
import { Command } from 'cmdk';
import { Activity, Building2, Globe, Keyboard, Network, Plus, Search, Server, Users } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { Dialog } from 'radix-ui';
import { useDeferredValue, useEffect, useRef, useState } from 'react';
import { useTranslations } from 'use-intl';
import { useOrganisationList, useUsers } from '@/lib/people';
import { useCan, useNodes, useTaskList, useWebsites } from '@/lib/queries';
import { showTask, useTaskTitle } from '@/lib/tasks';
import { useZones, zonePath } from '@/lib/zones';
import { useNav } from './nav';
import { scrim } from './ui/overlay';

const item = 'flex h-11 cursor-pointer items-center gap-2.5 rounded-lg px-2.5 text-[13.5px] text-text data-[selected=true]:bg-accent-soft data-[selected=true]:text-accent-text sm:h-9 [&>svg]:size-4 [&>svg]:shrink-0';
const icons = { websites: Globe, zones: Network, organisations: Building2, users: Users, nodes: Server, tasks: Activity };
const most = 6;
const group = '[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-[11px] [&_[cmdk-group-heading]]:font-semibold [&_[cmdk-group-heading]]:text-muted [&_[cmdk-group-heading]]:uppercase';

type Hit = { id: string; name: string; also?: string; detail?: string; href: string };

/** Objects of every kind that match, asked of the server, so that one finds those of every page. */
function useHits(search: string) {
  const t = useTranslations('taskState');
  const title = useTaskTitle();
  const [people, nodes, typed] = [useCan('user:read'), useCan('node:read'), search !== ''];
  const filter = { search: search || undefined, limit: most };
  const websites = useWebsites({ ...filter, sort: 'domain' });
  const zones = useZones(filter, useCan('zone:read') && typed);
  const organisations = useOrganisationList(filter, people && typed);
  const users = useUsers(filter, people && typed);
  const tasks = useTaskList(filter, typed);
  const here = useNodes(nodes && typed).data?.nodes ?? [];
  const like = (text: string) => text.toLowerCase().includes(search.toLowerCase());
  /** What was found for fewer letters stays until the answer comes, but for what doesn't match any more. */
  const still = ({ isPlaceholderData }: { isPlaceholderData: boolean }, hits: Hit[] = []) => (isPlaceholderData ? hits.filter((hit) => [hit.name, hit.also ?? '', hit.detail ?? ''].some(like)) : hits);
  const groups: [keyof typeof icons, Hit[]][] = [
    ['websites', still(websites, websites.data?.websites.map((w) => ({ id: w.id, name: w.displayDomain || w.domain, also: w.domain, detail: w.nodeName || w.nodeId, href: `/websites/view/?id=${w.id}` })))],
    ['zones', still(zones, zones.data?.zones.map((z) => ({ id: z.id, name: z.displayName, also: z.name, href: zonePath(z.id) })))],
    ['organisations', still(organisations, organisations.data?.organisations.map((o) => ({ id: o.id, name: o.name, href: `/organisations/view/?id=${o.id}` })))],
    ['users', still(users, users.data?.users.map((u) => ({ id: u.id, name: u.name, detail: u.email, href: `/users/view/?id=${u.id}` })))],
    ['nodes', here.filter((n) => like(n.id) || like(n.name)).map((n) => ({ id: n.id, name: n.name || n.id, also: n.id, detail: n.address, href: `/nodes/view/?id=${n.id}` }))],
    ['tasks', still(tasks, tasks.data?.tasks.map((task) => ({ id: task.id, name: `${title(task)}: ${task.target?.name ?? ''}`, detail: t.has(task.state as 'queued') ? t(task.state as 'queued') : task.state, href: `/tasks/view/?id=${task.id}` })))],
  ];
  return groups.filter(([, hits]) => hits.length > 0);
}

/**
 * Something is marked whenever there is something: the first, until somebody moves the mark. What was marked may go when the
 * server's answer comes, or something better come above it, and Enter would do nothing or open another thing.
 */
function useMark() {
  const moved = useRef(false);
  const [list, setList] = useState<HTMLDivElement | null>(null);
  const [mark, setMark] = useState('');
  useEffect(() => {
    if (!list) return;
    const see = () => {
      const there = [...list.querySelectorAll('[cmdk-item]')].map((one) => one.getAttribute('data-value') ?? '');
      setMark((now) => (moved.current && there.includes(now) ? now : (there[0] ?? '')));
    };
    const observer = new MutationObserver(see);
    observer.observe(list, { childList: true, subtree: true });
    see();
    return () => observer.disconnect();
  }, [list]);
  return { setList, mark, setMark, setMoved: (on: boolean) => { moved.current = on; } };
}

/** Pages and actions are matched here, objects by the server. */
export default function Palette({ onKeys, onClose }: { onKeys(): void; onClose(): void }) {
  const router = useRouter();
  const t = useTranslations('palette');
  const nav = useTranslations('nav');
  const pages = useNav().flatMap((entry) => [...entry.items]);
  const mayCreate = useCan('website:create');
  const [typed, setTyped] = useState('');
  const search = useDeferredValue(typed.trim().slice(0, 100));
  const found = useHits(search);
  const { setList, mark, setMark, setMoved } = useMark();
  const type = (text: string) => {
    setMoved(false);
    setTyped(text);
  };
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
          <Command label={t('title')} loop value={mark} onValueChange={setMark} onPointerMove={() => setMoved(true)} onKeyDown={(event) => ['ArrowDown', 'ArrowUp', 'Home', 'End'].includes(event.key) && setMoved(true)}>
            <div className="flex items-center gap-2.5 border-b border-line px-4 text-muted">
              <Search aria-hidden className="size-4" />
              <Command.Input value={typed} onValueChange={type} placeholder={t('placeholder')} className="h-12 w-full bg-transparent text-[15px] text-text outline-none placeholder:text-muted" />
              <kbd className="hidden rounded border border-line px-1.5 py-0.5 font-sans text-[11px] sm:block">esc</kbd>
            </div>
            <Command.List ref={setList} className="max-h-[52vh] overflow-y-auto p-2">
              <Command.Empty className="px-3 py-8 text-center text-sm text-muted">{t('nothing')}</Command.Empty>
              <Command.Group heading={t('actions')} className={group}>
                {mayCreate && <Command.Item className={item} onSelect={() => go('/websites/?new=1')}><Plus aria-hidden />{t('newWebsite')}</Command.Item>}
                <Command.Item className={item} onSelect={tasks}><Activity aria-hidden />{t('showTasks')}</Command.Item>
                <Command.Item className={item} onSelect={keys}><Keyboard aria-hidden />{t('keys')}</Command.Item>
              </Command.Group>
              {found.map(([kind, hits]) => {
                const Icon = icons[kind];
                return (
                  <Command.Group key={kind} heading={nav(kind)} className={group}>
                    {hits.map((hit) => (
                      <Command.Item key={hit.id} value={`${kind} ${hit.id}`} keywords={[hit.name, hit.also ?? '', typed]} className={item} onSelect={() => go(hit.href)}>
                        <Icon aria-hidden /><span className="truncate">{hit.name}</span><span className="ml-auto shrink-0 pl-2 text-xs text-muted">{hit.detail}</span>
                      </Command.Item>
                    ))}
                  </Command.Group>
                );
              })}
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
