'use client';
import { CirclePause, LoaderCircle, Play, Plus, SlidersHorizontal, VenetianMask } from 'lucide-react';
import dynamic from 'next/dynamic';
import Link from 'next/link';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { Crumbs, ObjectPage } from '@/components/object-page';
import { useAct } from '@/components/organisation-forms';
import { Card, Lines, RoleWord, Row, Standing, UsageMeters } from '@/components/people';
import { Button } from '@/components/ui/button';
import { Copy } from '@/components/ui/copy';
import { Failure, FormError, Stale } from '@/components/ui/notice';
import { Exact, When } from '@/components/ui/when';
import { resumeOrganisation, type Organisation } from '@/lib/api.gen';
import { useParam } from '@/lib/params';
import { useOrganisation, useUsage, useUsers } from '@/lib/people';
import { useCan, useSession } from '@/lib/queries';

const OrganisationDialog = dynamic(() => import('@/components/organisation-forms'), { ssr: false });
const SuspendDialog = dynamic(() => import('@/components/organisation-forms').then((m) => m.SuspendDialog), { ssr: false });
const ActDialog = dynamic(() => import('@/components/acting').then((m) => m.ActDialog), { ssr: false });
const DefaultsCard = dynamic(() => import('@/components/website-defaults'), { ssr: false });
const UserDialog = dynamic(() => import('@/components/user-forms'), { ssr: false });
const shown = 25;

function People({ organisation, onNew }: { organisation: Organisation; onNew?: () => void }) {
  const t = useTranslations('organisations');
  const read = useUsers({ organisationId: organisation.id, limit: shown });
  const users = read.data?.users;
  const total = Number(read.data?.page?.total ?? 0);
  return (
    <Card id="people" title={t('people')} action={onNew && <Button size="sm" onClick={onNew}><Plus />{t('newUser')}</Button>}>
      <Stale read={read} />
      {read.error && !users ? (
        <Failure read={read} />
      ) : !users ? (
        <Lines n={3} />
      ) : users.length === 0 ? (
        <p className="px-5 py-6 text-[13px] text-muted">{t('nobody')}</p>
      ) : (
        <ul className="divide-y divide-line">
          {users.map((user) => (
            <li key={user.id} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-5 py-2.5">
              <span className="min-w-0 flex-1">
                <Link prefetch={false} href={`/users/view/?id=${user.id}`} className="block truncate rounded text-[13.5px] font-medium hover:text-accent-text hover:underline">{user.name}</Link>
                <span className="block truncate text-xs text-muted">{user.email}</span>
              </span>
              <span className="text-xs text-muted"><RoleWord role={user.role} /></span>
              <Standing state={user.state} />
            </li>
          ))}
        </ul>
      )}
      {total > shown && <p className="border-t border-line px-5 py-2.5 text-[13px]"><Link prefetch={false} href={`/users/?org=${organisation.id}`} className="rounded text-accent-text hover:underline">{t('allPeople', { count: total })}</Link></p>}
    </Card>
  );
}

function Suspended({ organisation }: { organisation: Organisation }) {
  const t = useTranslations('organisations');
  const may = useCan('organisation:suspend');
  const resume = useAct(() => resumeOrganisation({ organisationId: organisation.id }));
  return (
    <section role="group" aria-label={t('suspended')} className="card mb-4 grid gap-2 p-5">
      <FormError error={resume.error} />
      <p className="text-sm font-semibold text-warn">{t('suspended')}</p>
      <p className="text-[13px] text-muted">{t('suspendedHint')}</p>
      <p className="text-[13px] [overflow-wrap:anywhere]"><span className="text-muted">{t('since')} <Exact at={organisation.suspendedAt} />: </span>{organisation.reason}</p>
      {may && <div><Button size="sm" variant="primary" disabled={resume.isPending} onClick={() => resume.mutate()}>{resume.isPending ? <LoaderCircle className="animate-spin" /> : <Play />}{t('resume')}</Button></div>}
    </section>
  );
}

function PlanCard({ organisation }: { organisation: Organisation }) {
  const t = useTranslations('organisations');
  const usage = useUsage(organisation.id);
  return (
    <Card id="plan" title={t('planAndUse')}>
      <dl><Row label={t('plan')}>{organisation.planName ? <Link prefetch={false} href="/plans/" className="rounded hover:text-accent-text hover:underline">{organisation.planName}</Link> : <span className="text-muted">{t('noPlan')}</span>}</Row></dl>
      <div className="border-t border-line px-5 py-4">
        {usage.error && !usage.data ? <Failure read={usage} /> : !usage.data ? <div className="h-6 animate-pulse rounded bg-sunken" /> : <UsageMeters usage={usage.data} />}
      </div>
    </Card>
  );
}

function Page({ organisation: o }: { organisation: Organisation }) {
  const t = useTranslations('organisations');
  const mayEdit = useCan('organisation:update');
  const maySuspend = useCan('organisation:suspend');
  const mayAdd = useCan('user:create');
  const mayAct = useCan('organisation:act');
  const own = useSession().data?.organisation?.id === o.id;
  const [open, setOpen] = useState<'act' | 'edit' | 'suspend' | 'user' | null>(null);
  const close = () => setOpen(null);
  return (
    <>
      <Crumbs href="/organisations/" list={t('title')} name={o.name} />
      <div className="mb-5 flex flex-wrap items-center gap-3">
        <h1 className="mr-auto flex min-w-0 flex-wrap items-center gap-3 text-xl font-semibold tracking-tight [overflow-wrap:anywhere]">{o.name}<Standing state={o.state} /></h1>
        {mayAct && !own && o.state === 'active' && <Button onClick={() => setOpen('act')}><VenetianMask />{t('actAs')}</Button>}
        {mayEdit && <Button onClick={() => setOpen('edit')}><SlidersHorizontal />{t('change')}</Button>}
        {maySuspend && o.state === 'active' && <Button onClick={() => setOpen('suspend')} className="text-bad"><CirclePause />{t('suspend')}</Button>}
      </div>
      {o.state === 'suspended' && <Suspended organisation={o} />}
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <People organisation={o} onNew={mayAdd && o.state === 'active' ? () => setOpen('user') : undefined} />
        <div className="grid gap-4">
          <PlanCard organisation={o} />
          <DefaultsCard organisationId={o.id} />
          <Card id="facts" title={t('about')}>
            <dl className="divide-y divide-line">
              <Row label={t('created')}><When at={o.createdAt} /></Row>
              <Row label={t('id')}><span className="flex items-center gap-1.5"><span className="min-w-0 font-mono text-[12.5px]">{o.id}</span><Copy text={o.id} label={t('copyId')} /></span></Row>
            </dl>
          </Card>
        </div>
      </div>
      {open === 'act' && <ActDialog organisation={o} onClose={close} />}
      {open === 'edit' && <OrganisationDialog organisation={o} onClose={close} />}
      {open === 'suspend' && <SuspendDialog organisation={o} onClose={close} />}
      {open === 'user' && <UserDialog organisationId={o.id} onClose={close} />}
    </>
  );
}

export function OrganisationView() {
  const t = useTranslations('organisations');
  const read = useOrganisation(useParam('id'));
  return <ObjectPage read={read} title={t('one')} list={{ href: '/organisations/', name: t('toList') }}>{(organisation) => <Page organisation={organisation} />}</ObjectPage>;
}
