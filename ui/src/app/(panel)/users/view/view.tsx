'use client';
import { KeyRound, LoaderCircle, SlidersHorizontal, Trash2, UserCheck, UserX } from 'lucide-react';
import dynamic from 'next/dynamic';
import Link from 'next/link';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { Crumbs, ObjectPage } from '@/components/object-page';
import { useAct } from '@/components/organisation-forms';
import { OrganisationName } from '@/components/organisation-picker';
import { Card, RoleWord, Row, Standing } from '@/components/people';
import { TokenRows } from '@/components/token-rows';
import { Button } from '@/components/ui/button';
import { Copy } from '@/components/ui/copy';
import { FormError } from '@/components/ui/notice';
import { When } from '@/components/ui/when';
import { updateUser, type User } from '@/lib/api.gen';
import { useParam } from '@/lib/params';
import { useApiTokens, useUser } from '@/lib/people';
import { useCan, useSession } from '@/lib/queries';

const UserDialog = dynamic(() => import('@/components/user-forms'), { ssr: false });
const PasswordDialog = dynamic(() => import('@/components/user-forms').then((m) => m.PasswordDialog), { ssr: false });
const DeleteDialog = dynamic(() => import('@/components/user-forms').then((m) => m.DeleteDialog), { ssr: false });
const DisableDialog = dynamic(() => import('@/components/user-forms').then((m) => m.DisableDialog), { ssr: false });

function Assigned({ user }: { user: User }) {
  const t = useTranslations('users');
  if (user.organisationIds.length === 0) return <span className="text-muted">{t('noneAssigned')}</span>;
  return <ul>{user.organisationIds.map((id) => <li key={id}><Link prefetch={false} href={`/organisations/view/?id=${id}`} className="rounded hover:text-accent-text hover:underline"><OrganisationName id={id} /></Link></li>)}</ul>;
}

function Facts({ user }: { user: User }) {
  const t = useTranslations('users');
  return (
    <Card id="facts" title={t('about')}>
      <dl className="divide-y divide-line">
        <Row label={t('email')}>{user.email}</Row>
        <Row label={t('role')}><RoleWord role={user.role} /></Row>
        <Row label={t('organisation')}><Link prefetch={false} href={`/organisations/view/?id=${user.organisationId}`} className="rounded hover:text-accent-text hover:underline">{user.organisationName}</Link></Row>
        {user.role === 'staff' && <Row label={t('assigned')}><Assigned user={user} /></Row>}
        {user.mustChangePassword && <Row label={t('password')}><span className="text-warn">{t('hasToChange')}</span></Row>}
        <Row label={t('created')}><When at={user.createdAt} /></Row>
        <Row label={t('id')}><span className="flex items-center gap-1.5"><span className="min-w-0 font-mono text-[12.5px]">{user.id}</span><Copy text={user.id} label={t('copyId')} /></span></Row>
      </dl>
    </Card>
  );
}

function Tokens({ user }: { user: User }) {
  const t = useTranslations('tokens');
  return <Card id="tokens" title={t('title')}><TokenRows read={useApiTokens(user.id)} mayRevoke /></Card>;
}

function Page({ user }: { user: User }) {
  const t = useTranslations('users');
  const session = useSession().data;
  const mayEdit = useCan('user:update');
  const mayDelete = useCan('user:delete');
  const [open, setOpen] = useState<'edit' | 'password' | 'disable' | 'delete' | null>(null);
  const close = () => setOpen(null);
  const self = session?.userId === user.id;
  const enable = useAct(() => updateUser({ userId: user.id, etag: user.etag, settings: { disabled: false } }));
  return (
    <>
      <Crumbs href="/users/" list={t('title')} name={user.name} />
      <div className="mb-5 flex flex-wrap items-center gap-3">
        <h1 className="mr-auto flex min-w-0 flex-wrap items-center gap-3 text-xl font-semibold tracking-tight [overflow-wrap:anywhere]">{user.name}<Standing state={user.state} /></h1>
        {mayEdit && (
          <>
            <Button onClick={() => setOpen('edit')}><SlidersHorizontal />{t('change')}</Button>
            {!self && <Button onClick={() => setOpen('password')}><KeyRound />{t('newPassword')}</Button>}
            {!self && (user.state === 'active' ? <Button onClick={() => setOpen('disable')} className="text-bad"><UserX />{t('disable')}</Button> : <Button disabled={enable.isPending} onClick={() => enable.mutate()}>{enable.isPending ? <LoaderCircle className="animate-spin" /> : <UserCheck />}{t('enable')}</Button>)}
            {!self && mayDelete && <Button onClick={() => setOpen('delete')} className="text-bad"><Trash2 />{t('delete')}</Button>}
          </>
        )}
      </div>
      {enable.error && <div className="mb-4"><FormError error={enable.error} /></div>}
      <div className="grid items-start gap-4 xl:grid-cols-2">
        <Facts user={user} />
        {session?.role === 'admin' && <Tokens user={user} />}
      </div>
      {open === 'edit' && <UserDialog user={user} onClose={close} />}
      {open === 'password' && <PasswordDialog user={user} onClose={close} />}
      {open === 'delete' && <DeleteDialog user={user} onClose={close} />}
      {open === 'disable' && <DisableDialog user={user} onClose={close} />}
    </>
  );
}

export function UserView() {
  const t = useTranslations('users');
  const read = useUser(useParam('id'));
  return <ObjectPage read={read} title={t('one')} list={{ href: '/users/', name: t('toList') }}>{(user) => <Page user={user} />}</ObjectPage>;
}
