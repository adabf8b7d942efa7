'use client';
import { LoaderCircle, Plus } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useTranslations } from 'use-intl';
import { useAct } from '@/components/organisation-forms';
import { Card, Lines, RoleWord, UsageMeters } from '@/components/people';
import { TokenRows } from '@/components/token-rows';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Failure, FormError, Stale } from '@/components/ui/notice';
import { PageHead } from '@/components/ui/table';
import { When } from '@/components/ui/when';
import { endOtherSessions, endSession, type SessionInfo } from '@/lib/api.gen';
import { setParams, useParam } from '@/lib/params';
import { useApiTokens, useProfile, useSessions, useUsage } from '@/lib/people';
import { useCan, useSession } from '@/lib/queries';

const NameForm = dynamic(() => import('@/components/name-form'), { ssr: false });
const PasswordForm = dynamic(() => import('@/components/password-form').then((m) => m.PasswordForm), { ssr: false });
const DefaultsCard = dynamic(() => import('@/components/website-defaults'), { ssr: false });
const NewToken = dynamic(() => import('@/components/new-token'), { ssr: false });

function Profile() {
  const t = useTranslations('account');
  const read = useProfile();
  const profile = read.data;
  return (
    <Card id="profile" title={t('profile')}>
      <Stale read={read} />
      {read.error && !profile ? <Failure read={read} /> : !profile ? <Lines n={2} /> : (
        <div className="grid gap-4 px-5 py-5">
          <p className="text-[13px] [overflow-wrap:anywhere]">{profile.email}<span className="block text-xs text-muted"><RoleWord role={profile.role} /> · {profile.organisationName}</span></p>
          <NameForm profile={profile} />
        </div>
      )}
    </Card>
  );
}

function SessionRow({ session }: { session: SessionInfo }) {
  const t = useTranslations('account');
  const end = useAct(() => endSession({ sessionId: session.id }));
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 px-5 py-3">
      <div className="min-w-0 flex-1 basis-48">
        <p className="flex flex-wrap items-center gap-2 text-[13.5px]"><span className="font-mono">{session.sourceIp || t('unknownAddress')}</span>{session.current && <Badge tone="ok">{t('thisSession')}</Badge>}</p>
        <p className="flex flex-wrap gap-x-3 text-xs text-muted"><span>{t('started')} <When at={session.createdAt} /></span><span>{t('lastSeen')} <When at={session.lastSeenAt} /></span></p>
        {end.error && <FormError error={end.error} />}
      </div>
      {!session.current && <Button size="sm" disabled={end.isPending} aria-label={t('endNamed', { address: session.sourceIp })} onClick={() => end.mutate()}>{end.isPending && <LoaderCircle className="animate-spin" />}{t('end')}</Button>}
    </li>
  );
}

function Sessions() {
  const t = useTranslations('account');
  const read = useSessions();
  const others = useAct(() => endOtherSessions());
  const sessions = read.data;
  const more = (sessions ?? []).some((session) => !session.current);
  return (
    <Card id="sessions" title={t('sessions')} action={more && <Button size="sm" disabled={others.isPending} onClick={() => others.mutate()}>{others.isPending && <LoaderCircle className="animate-spin" />}{t('endOthers')}</Button>}>
      <Stale read={read} />
      {others.error && <div className="px-5 pt-4"><FormError error={others.error} /></div>}
      {read.error && !sessions ? <Failure read={read} /> : !sessions ? <Lines n={2} /> : <ul className="divide-y divide-line">{sessions.map((session) => <SessionRow key={session.id} session={session} />)}</ul>}
    </Card>
  );
}

function Tokens() {
  const t = useTranslations('tokens');
  const [mayCreate, mayRevoke] = [useCan('token:create'), useCan('token:delete')];
  const creating = useParam('new') === '1' && mayCreate;
  return (
    <Card id="tokens" title={t('title')} action={mayCreate && <Button size="sm" onClick={() => setParams({ new: '1' })}><Plus />{t('new')}</Button>}>
      <TokenRows read={useApiTokens('')} mayRevoke={mayRevoke} />
      {creating && <NewToken onClose={() => setParams({ new: null })} />}
    </Card>
  );
}

/** What the own organisation's plan allows: for customers, who see it nowhere else. */
function Plan() {
  const t = useTranslations('account');
  const session = useSession().data;
  const read = useUsage('', session !== undefined);
  if (session?.role !== 'customer') return null;
  return (
    <Card id="usage" title={t('usage', { name: session.organisation?.name ?? '' })}>
      {read.error && !read.data ? <Failure read={read} /> : !read.data ? <Lines n={1} /> : <div className="px-5 py-4"><UsageMeters usage={read.data} /></div>}
    </Card>
  );
}

export function Settings() {
  const t = useTranslations('account');
  const words = useTranslations('acting');
  const acting = useSession().data?.acting;
  if (acting) return <><PageHead title={t('title')} detail={words('own')} /><section className="card p-5"><p className="text-[13px] text-muted">{words('ownHint', { name: acting.organisationName })}</p></section><div className="mt-4 grid gap-4 xl:grid-cols-2"><DefaultsCard /></div></>;
  return (
    <>
      <PageHead title={t('title')} detail={t('detail')} />
      <div className="grid items-start gap-4 xl:grid-cols-2">
        <div className="grid gap-4">
          <Profile />
          <Card id="password" title={t('password')}><div className="grid gap-4 px-5 py-5"><p className="text-[13px] text-muted">{t('passwordDetail')}</p><PasswordForm /></div></Card>
          <Plan />
          <DefaultsCard />
        </div>
        <div className="grid gap-4">
          <Sessions />
          <Tokens />
        </div>
      </div>
    </>
  );
}
