'use client';
import { useMutation } from '@tanstack/react-query';
import { ChevronsUpDown, LogOut, Settings } from 'lucide-react';
import Link from 'next/link';
import { useTranslations } from 'use-intl';
import { signOut } from '@/lib/api.gen';
import { ApiError } from '@/lib/http';
import { useSession } from '@/lib/queries';
import { Menu, MenuContent, MenuItem, MenuLabel, MenuSeparator, MenuTrigger } from './ui/menu';

const initials = (name: string) => name.split(/\s+/).filter(Boolean).slice(0, 2).map((word) => word[0]!.toUpperCase()).join('');

/** The cookie is the server's: only when it says so is one signed out. */
function useSignOut() {
  const leave = () => location.assign('/login/');
  return useMutation({ mutationFn: () => signOut(), onSuccess: leave, onError: (error) => error instanceof ApiError && error.status === 401 && leave() });
}

export function UserMenu() {
  const t = useTranslations('user');
  const session = useSession().data;
  const leave = useSignOut();
  if (!session) return <div className="m-3 h-[54px] animate-pulse rounded-lg bg-sunken" />;
  const name = session.name || session.email;
  const role = t.has(`role.${session.role}` as 'role.admin') ? t(`role.${session.role}` as 'role.admin') : session.role;
  const place = session.role === 'customer' ? session.organisation?.name || role : role;
  return (
    <Menu>
      <MenuTrigger className="m-3 flex items-center gap-2.5 rounded-lg border border-line bg-surface p-2.5 text-left shadow-card transition hover:border-line-strong">
        <span aria-hidden className="grid size-8 shrink-0 place-items-center rounded-full bg-accent-soft text-xs font-semibold text-accent-text">{initials(name)}</span>
        <span className="min-w-0 flex-1 leading-tight">
          <span className="sr-only">{t('menu')} </span>
          <span className="block truncate text-[13px] font-medium">{name}</span>
          <span className="block truncate text-xs text-muted">{place}</span>
        </span>
        <ChevronsUpDown aria-hidden className="size-4 shrink-0 text-muted" />
      </MenuTrigger>
      <MenuContent side="top" align="start" className="w-[13.5rem]">
        <MenuLabel className="truncate tracking-normal normal-case">{session.email}</MenuLabel>
        <MenuSeparator />
        {!session.mustChangePassword && !session.acting && <MenuItem asChild><Link prefetch={false} href="/settings/"><Settings aria-hidden />{t('settings')}</Link></MenuItem>}
        {leave.isError && <p role="alert" className="px-2.5 py-1 text-xs text-bad">{t('signOutFailed')}</p>}
        <MenuItem disabled={leave.isPending} onSelect={(event) => { event.preventDefault(); leave.mutate(); }}><LogOut aria-hidden />{t('signOut')}</MenuItem>
      </MenuContent>
    </Menu>
  );
}
