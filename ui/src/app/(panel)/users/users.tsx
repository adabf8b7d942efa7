'use client';
import { Plus, Search, Users as UsersIcon } from 'lucide-react';
import dynamic from 'next/dynamic';
import Link from 'next/link';
import { useEffect } from 'react';
import { useTranslations } from 'use-intl';
import { RoleWord, Standing } from '@/components/people';
import { Button } from '@/components/ui/button';
import { Chips } from '@/components/ui/chips';
import { Empty, Failure, Stale } from '@/components/ui/notice';
import { SearchBox } from '@/components/ui/search-box';
import { DataTable, PageHead, Pager, type Column } from '@/components/ui/table';
import { When } from '@/components/ui/when';
import type { User } from '@/lib/api.gen';
import { ApiError } from '@/lib/http';
import { setParams, useCursor, useParam } from '@/lib/params';
import { roles, useOrganisation, useUsers } from '@/lib/people';
import { pageSize, useCan } from '@/lib/queries';

const UserDialog = dynamic(() => import('@/components/user-forms'), { ssr: false });
const none = { q: null, role: null, org: null, after: null, page: null };

function useColumns() {
  const t = useTranslations('users');
  const name = (u: User) => (
    <span className="block max-w-80">
      <Link prefetch={false} href={`/users/view/?id=${u.id}`} className="block truncate rounded font-medium hover:text-accent-text hover:underline">{u.name}</Link>
      <span className="block truncate text-xs text-muted">{u.email}</span>
    </span>
  );
  const organisation = (u: User) => <Link prefetch={false} href={`/organisations/view/?id=${u.organisationId}`} className="block max-w-60 truncate rounded text-[13px] hover:text-accent-text hover:underline">{u.organisationName}</Link>;
  const columns: Column<User>[] = [
    { key: 'name', header: t('name'), cell: name },
    { key: 'role', header: t('role'), cell: (u) => <span className="text-[13px]"><RoleWord role={u.role} /></span> },
    { key: 'organisation', header: t('organisation'), cell: organisation },
    { key: 'state', header: t('state'), cell: (u) => <Standing state={u.state} /> },
    { key: 'created', header: t('created'), cell: (u) => <When at={u.createdAt} className="text-[13px] whitespace-nowrap text-muted" /> },
  ];
  const card = (u: User) => (
    <div className="grid gap-1.5 pr-2">
      {name(u)}
      <span className="flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-muted"><Standing state={u.state} /><RoleWord role={u.role} /><span className="truncate">{u.organisationName}</span></span>
    </div>
  );
  return { columns, card };
}

function OrganisationChip({ id }: { id: string }) {
  const t = useTranslations('users');
  const name = useOrganisation(id).data?.name;
  return <Button size="sm" className="max-w-full" onClick={() => setParams({ org: null, after: null, page: null })} aria-label={t('anyOrganisation')}><span className="truncate">{t('ofOrganisation', { name: name ?? '…' })}</span> ×</Button>;
}

export function Users() {
  const t = useTranslations('users');
  const word = useTranslations('user.role');
  const [role, search, organisationId] = [useParam('role'), useParam('q'), useParam('org')];
  const pages = useCursor();
  const read = useUsers({ role: role || undefined, search: search || undefined, organisationId: organisationId || undefined, cursor: pages.cursor || undefined, limit: pageSize });
  const mayCreate = useCan('user:create');
  const creating = useParam('new') === '1' && mayCreate;
  const { columns, card } = useColumns();
  const { first, cursor } = pages;
  useEffect(() => {
    if (cursor && read.error instanceof ApiError && read.error.status === 400) first();
  }, [cursor, read.error, first]);
  const rows = read.data?.users;
  const total = Number(read.data?.page?.total ?? 0);
  const filtered = !!(search || role || organisationId || cursor);
  return (
    <>
      <PageHead title={t('title')} detail={rows ? t('count', { count: total }) : ''}>{mayCreate && <Button data-new variant="primary" onClick={() => setParams({ new: '1' })}><Plus />{t('new')}</Button>}</PageHead>
      <section className="card overflow-hidden" aria-label={t('title')}>
        <div className="flex flex-wrap items-center gap-2 border-b border-line p-3">
          <Chips label={t('filter')} chips={[{ value: '', label: t('everything') }, ...roles.map((value) => ({ value: value as string, label: word(value) }))]} value={role} onChange={(value) => setParams({ role: value, after: null, page: null })} />
          {organisationId && <OrganisationChip id={organisationId} />}
          <SearchBox label={t('search')} />
        </div>
        <p className="sr-only" role="status">{rows ? t('count', { count: rows.length }) : t('loading')}</p>
        <Stale read={read} />
        {read.error && !rows ? (
          <Failure read={read} />
        ) : rows?.length === 0 ? (
          filtered ? <Empty icon={Search} title={t('noMatch')} detail={t('noMatchHint')}><Button size="sm" onClick={() => setParams(none)}>{t('clear')}</Button></Empty> : <Empty icon={UsersIcon} title={t('none')} detail={t('noneHint')} />
        ) : (
          <>
            <DataTable caption={t('caption')} columns={columns} rows={rows} id={(u) => u.id} card={card} />
            {rows && <Pager page={pages.page} size={pageSize} shown={rows.length} total={total} nextCursor={read.data?.page?.nextCursor} onNext={pages.next} onPrevious={pages.previous} />}
          </>
        )}
      </section>
      {creating && <UserDialog onClose={() => setParams({ new: null })} />}
    </>
  );
}
