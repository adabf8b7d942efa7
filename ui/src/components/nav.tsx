'use client';
import { Activity, Building2, Globe, LayoutDashboard, Network, ScrollText, Server, Settings, ShieldCheck, SlidersHorizontal, Users } from 'lucide-react';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { useTranslations } from 'use-intl';
import { can, useSession } from '@/lib/queries';

const groups = [
  {
    key: 'hosting',
    items: [
      { href: '/', key: 'overview', icon: LayoutDashboard },
      { href: '/websites/', key: 'websites', icon: Globe },
      { href: '/zones/', key: 'zones', icon: Network, needs: 'zone:read' },
      { href: '/certificates/', key: 'certificates', icon: ShieldCheck, needs: 'certificate:read' },
      { href: '/tasks/', key: 'tasks', icon: Activity },
      { href: '/audit/', key: 'audit', icon: ScrollText, needs: 'audit:read' },
    ],
  },
  {
    key: 'people',
    items: [
      { href: '/organisations/', key: 'organisations', icon: Building2, needs: 'user:read' },
      { href: '/users/', key: 'users', icon: Users, needs: 'user:read' },
      { href: '/plans/', key: 'plans', icon: SlidersHorizontal, needs: 'plan:read' },
    ],
  },
  { key: 'operate', items: [{ href: '/nodes/', key: 'nodes', icon: Server, needs: 'node:read' }] },
  { key: 'account', items: [{ href: '/settings/', key: 'settings', icon: Settings, own: true }] },
] as const;

/** The pages that this person may open; their own account's not while they act for others. */
export function useNav() {
  const session = useSession().data;
  return groups
    .map((group) => ({ ...group, items: group.items.filter((item) => (!('needs' in item) || can(session, item.needs)) && !('own' in item && session?.acting)) }))
    .filter((group) => group.items.length > 0);
}

export function Nav({ onNavigate }: { onNavigate?: () => void }) {
  const t = useTranslations('nav');
  const path = usePathname();
  const active = (href: string) => (href === '/' ? path === '/' : path.startsWith(href));
  return (
    <nav aria-label={t('label')} className="flex flex-1 flex-col gap-5 overflow-y-auto px-3 py-4">
      {useNav().map((group) => (
        <div key={group.key}>
          <p className="px-2.5 pb-1.5 text-[11px] font-semibold tracking-wide text-muted uppercase">{t(group.key)}</p>
          <ul className="grid gap-0.5">
            {group.items.map(({ href, key, icon: Icon }) => (
              <li key={key}>
                <Link
                  href={href}
                  prefetch={false}
                  onClick={onNavigate}
                  aria-current={active(href) ? 'page' : undefined}
                  className="flex h-11 items-center gap-2.5 rounded-lg px-2.5 text-[13.5px] font-medium text-muted transition hover:bg-sunken hover:text-text aria-[current=page]:bg-surface aria-[current=page]:text-text aria-[current=page]:shadow-card aria-[current=page]:ring-1 aria-[current=page]:ring-line aria-[current=page]:[&>svg]:text-accent-text lg:h-8"
                >
                  <Icon aria-hidden className="size-4 shrink-0" />
                  {t(key)}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}
