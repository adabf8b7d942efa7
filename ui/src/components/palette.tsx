'use client';
import { Command } from 'cmdk';
import { Activity, Building2, Globe, Keyboard, Network, Plus, Search, Server, Users } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { Dialog } from 'radix-ui';
import { useCallback, useDeferredValue, useEffect, useRef, useState, type KeyboardEvent, type RefObject } from 'react';
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

type Hit = { id: string; name: string; detail?: string; href: string };

const trimmed = (typed: string) => typed.trim().slice(0, 100);
const like = (search: string, text: string) => text.toLowerCase().includes(search.toLowerCase());

/** Objects of every kind that match, asked of the server, so that one finds those of every page; and whether more may come. */
function useHits(search: string) {
  const t = useTranslations('taskState');
  const title = useTaskTitle();
  const [people, nodes, typed] = [useCan('user:read'), useCan('node:read'), search !== ''];
  const filter = { search: search || undefined, limit: most };
  const asked = [
    useWebsites({ ...filter, sort: 'domain' }),
    useZones(filter, useCan('zone:read') && typed),
    useOrganisationList(filter, people && typed),
    useUsers(filter, people && typed),
    useTaskList(filter, typed),
    useNodes(nodes && typed),
  ] as const;
  const sites = asked[0].data?.websites ?? [];
  const zones = asked[1].data?.zones ?? [];
  const organisations = asked[2].data?.organisations ?? [];
  const users = asked[3].data?.users ?? [];
  const tasks = asked[4].data?.tasks ?? [];
  const here = asked[5].data?.nodes ?? [];
  const groups: [keyof typeof icons, Hit[]][] = [
    ['websites', sites.map((w) => ({ id: w.id, name: w.displayDomain || w.domain, detail: w.nodeName || w.nodeId, href: `/websites/view/?id=${w.id}` }))],
    ['zones', zones.map((z) => ({ id: z.id, name: z.displayName, href: zonePath(z.id) }))],
    ['organisations', organisations.map((o) => ({ id: o.id, name: o.name, href: `/organisations/view/?id=${o.id}` }))],
    ['users', users.map((u) => ({ id: u.id, name: u.name, detail: u.email, href: `/users/view/?id=${u.id}` }))],
    ['nodes', here.filter((n) => like(search, n.id) || like(search, n.name)).map((n) => ({ id: n.id, name: n.name || n.id, detail: n.address, href: `/nodes/view/?id=${n.id}` }))],
    ['tasks', tasks.map((task) => ({ id: task.id, name: `${title(task)}: ${task.target?.name ?? ''}`, detail: t.has(task.state as 'queued') ? t(task.state as 'queued') : task.state, href: `/tasks/view/?id=${task.id}` }))],
  ];
  return { found: groups.filter(([, hits]) => hits.length > 0), open: asked.some((one) => one.isLoading || one.isPlaceholderData) };
}

/** The first is marked as answers come, until somebody chooses another: Enter is for the best hit, not for the one whose answer was first. */
function useMark() {
  const [list, setList] = useState<HTMLDivElement | null>(null);
  const [mark, setMark] = useState('');
  const chosen = useRef(false);
  useEffect(() => {
    if (!list) return;
    const see = () => {
      const there = [...list.querySelectorAll('[cmdk-item]')].map((one) => one.getAttribute('data-value') ?? '');
      setMark((now) => (chosen.current && there.includes(now) ? now : (there[0] ?? '')));
    };
    const observer = new MutationObserver(see);
    observer.observe(list, { childList: true, subtree: true });
    see();
    return () => observer.disconnect();
  }, [list]);
  const take = useCallback(() => list?.querySelector<HTMLElement>(chosen.current ? '[cmdk-item][data-selected=true]' : '[cmdk-item]')?.click(), [list]);
  return { setList, mark, setMark, take, choose: (does: boolean) => void (chosen.current = does) };
}

/** Pages and actions are matched here, objects by the server. */
export default function Palette({ early, onKeys, onClose }: { early: RefObject<string>; onKeys(): void; onClose(): void }) {
  const router = useRouter();
  const t = useTranslations('palette');
  const nav = useTranslations('nav');
  const every = useNav().flatMap((entry) => [...entry.items]);
  const mayCreate = useCan('website:create');
  const [typed, setTyped] = useState(() => early.current);
  const search = useDeferredValue(trimmed(typed));
  const { found, open } = useHits(search);
  const pending = open || search !== trimmed(typed);
  const [entered, setEntered] = useState(false);
  const { setList, mark, setMark, take, choose } = useMark();
  const go = (href: string) => {
    onClose();
    router.push(href);
  };
  const type = (text: string) => {
    choose(false);
    setEntered(false);
    setTyped(text);
  };
  const keys = () => {
    onClose();
    onKeys();
  };
  const tasks = () => {
    onClose();
    showTask();
  };
  const onKey = (event: KeyboardEvent) => {
    if (['ArrowDown', 'ArrowUp', 'Home', 'End'].includes(event.key)) choose(true);
    if (event.key !== 'Enter' || !pending) return;
    event.preventDefault(); // what is marked now may not be the best
    setEntered(true);
  };
  const ready = entered && !pending;
  useEffect(() => {
    if (ready) take();
  }, [ready, take]);
  const pages = every.filter(({ key }) => like(search, nav(key)));
  const actions = ([
    [t('newWebsite'), Plus, () => go('/websites/?new=1'), mayCreate],
    [t('showTasks'), Activity, tasks, true],
    [t('keys'), Keyboard, keys, true],
  ] as const).filter(([words, , , may]) => may && like(search, words));
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className={scrim} />
        <Dialog.Content aria-describedby={undefined} className="fixed inset-x-3 top-[12vh] z-50 mx-auto max-w-xl animate-in overflow-hidden rounded-2xl border border-line bg-raised shadow-pop outline-none">
          <Dialog.Title className="sr-only">{t('title')}</Dialog.Title>
          <Command label={t('title')} loop shouldFilter={false} value={mark} onValueChange={setMark} onKeyDown={onKey} onPointerMove={() => choose(true)}>
            <div className="flex items-center gap-2.5 border-b border-line px-4 text-muted">
              <Search aria-hidden className="size-4" />
              <Command.Input value={typed} onValueChange={type} placeholder={t('placeholder')} className="h-12 w-full bg-transparent text-[15px] text-text outline-none placeholder:text-muted" />
              <kbd className="hidden rounded border border-line px-1.5 py-0.5 font-sans text-[11px] sm:block">esc</kbd>
            </div>
            <Command.List ref={setList} className="max-h-[52vh] overflow-y-auto p-2">
              <Command.Empty className="px-3 py-8 text-center text-sm text-muted">{t('nothing')}</Command.Empty>
              {actions.length > 0 && (
                <Command.Group heading={t('actions')} className={group}>
                  {actions.map(([words, Icon, act]) => <Command.Item key={words} className={item} onSelect={act}><Icon aria-hidden />{words}</Command.Item>)}
                </Command.Group>
              )}
              {found.map(([kind, hits]) => {
                const Icon = icons[kind];
                return (
                  <Command.Group key={kind} heading={nav(kind)} className={group}>
                    {hits.map((hit) => (
                      <Command.Item key={hit.id} value={`${kind} ${hit.id}`} className={item} onSelect={() => go(hit.href)}>
                        <Icon aria-hidden /><span className="truncate">{hit.name}</span><span className="ml-auto shrink-0 pl-2 text-xs text-muted">{hit.detail}</span>
                      </Command.Item>
                    ))}
                  </Command.Group>
                );
              })}
              {pages.length > 0 && (
                <Command.Group heading={t('goTo')} className={group}>
                  {pages.map(({ href, key, icon: Icon }) => <Command.Item key={key} className={item} onSelect={() => go(href)}><Icon aria-hidden />{nav(key)}</Command.Item>)}
                </Command.Group>
              )}
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
