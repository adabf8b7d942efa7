'use client';
import { Cloud, Pencil, Plus, RotateCcw, Trash2 } from 'lucide-react';
import dynamic from 'next/dynamic';
import Link from 'next/link';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { AccountState } from '@/components/account-state';
import { Crumbs } from '@/components/object-page';
import { Button } from '@/components/ui/button';
import { Empty, Failure, FormError, Stale } from '@/components/ui/notice';
import { DataTable, PageHead, type Column } from '@/components/ui/table';
import { When } from '@/components/ui/when';
import { verifyDnsAccount, type DnsAccount } from '@/lib/api.gen';
import { useAccountAct, useDnsAccounts } from '@/lib/dns-accounts';
import { setParams, useParam } from '@/lib/params';
import { useCan } from '@/lib/queries';

const AccountDialog = dynamic(() => import('@/components/account-forms'), { ssr: false });
const DeleteAccountDialog = dynamic(() => import('@/components/account-forms').then((m) => m.DeleteAccountDialog), { ssr: false });

type Acts = { onEdit(account: DnsAccount): void; onDelete(account: DnsAccount): void; onVerify(account: DnsAccount): void };

function useColumns({ onEdit, onDelete, onVerify }: Acts) {
  const t = useTranslations('dnsAccounts');
  const [mayEdit, mayDelete] = [useCan('dns_account:update'), useCan('dns_account:delete')];
  const where = (a: DnsAccount) => <span className="text-[13px]">{t(`kind.${a.kind as 'powerdns'}`)}{a.baseUrl && <span className="block truncate font-mono text-xs text-muted">{a.baseUrl}</span>}</span>;
  const state = (a: DnsAccount) => <span className="grid justify-items-start gap-0.5"><AccountState state={a.state} />{a.message && <span className={`max-w-96 text-xs [overflow-wrap:anywhere] ${a.state === 'failed' ? 'text-bad' : 'text-muted'}`}>{a.message}</span>}</span>;
  const zones = (a: DnsAccount) => <Link prefetch={false} href={`/zones/?account=${a.id}`} className="rounded text-[13px] whitespace-nowrap hover:text-accent-text hover:underline">{t('nZones', { count: a.zones })}</Link>;
  const actions = (a: DnsAccount) => (
    <span className="flex justify-end gap-1">
      {mayEdit && <Button variant="ghost" size="icon-sm" className="max-sm:size-11" aria-label={t('verifyNamed', { name: a.name })} onClick={() => onVerify(a)}><RotateCcw /></Button>}
      {mayEdit && <Button variant="ghost" size="icon-sm" className="max-sm:size-11" aria-label={t('editNamed', { name: a.name })} onClick={() => onEdit(a)}><Pencil /></Button>}
      {mayDelete && <Button variant="ghost" size="icon-sm" className="text-bad max-sm:size-11" disabled={a.zones > 0} aria-label={t('deleteNamed', { name: a.name })} onClick={() => onDelete(a)}><Trash2 /></Button>}
    </span>
  );
  const columns: Column<DnsAccount>[] = [
    { key: 'name', header: t('name'), cell: (a) => <span className="block max-w-60 truncate font-medium">{a.name}</span> },
    { key: 'provider', header: t('provider'), cell: where, className: 'max-w-60' },
    { key: 'state', header: t('state'), cell: state },
    { key: 'zones', header: t('zones'), cell: zones },
    { key: 'checked', header: t('checked'), cell: (a) => (a.checkedAt ? <When at={a.checkedAt} className="text-[13px] whitespace-nowrap text-muted" /> : null) },
    { key: 'actions', header: t('actions'), quiet: true, cell: actions, className: 'w-px pl-0' },
  ];
  const card = (a: DnsAccount) => <div className="flex items-center gap-2"><div className="grid min-w-0 flex-1 gap-1"><span className="truncate font-medium">{a.name}</span>{where(a)}{state(a)}{zones(a)}</div>{actions(a)}</div>;
  return { columns, card };
}

export function DnsAccounts() {
  const t = useTranslations('dnsAccounts');
  const zones = useTranslations('zones');
  const read = useDnsAccounts();
  const mayCreate = useCan('dns_account:create');
  const creating = useParam('new') === '1' && mayCreate;
  const [editing, setEditing] = useState<DnsAccount | null>(null);
  const [deleting, setDeleting] = useState<DnsAccount | null>(null);
  const verify = useAccountAct((account: DnsAccount) => verifyDnsAccount({ accountId: account.id }));
  const { columns, card } = useColumns({ onEdit: setEditing, onDelete: setDeleting, onVerify: (account) => verify.mutate(account) });
  const rows = read.data;
  const openNew = () => setParams({ new: '1' });
  return (
    <>
      <Crumbs href="/zones/" list={zones('title')} name={t('title')} />
      <PageHead title={t('title')} detail={t('detail')}>{mayCreate && <Button data-new variant="primary" onClick={openNew}><Plus />{t('new')}</Button>}</PageHead>
      <FormError error={verify.error} />
      <section className="card overflow-hidden" aria-label={t('title')}>
        <p className="sr-only" role="status">{rows ? t('count', { count: rows.length }) : t('loading')}</p>
        <Stale read={read} />
        {read.error && !rows ? <Failure read={read} /> : rows?.length === 0 ? <Empty icon={Cloud} title={t('none')} detail={t('noneHint')}>{mayCreate && <Button variant="primary" onClick={openNew}><Plus />{t('new')}</Button>}</Empty> : <DataTable caption={t('caption')} columns={columns} rows={rows} id={(a) => a.id} card={card} skeletons={3} />}
      </section>
      {creating && <AccountDialog onClose={() => setParams({ new: null })} />}
      {editing && <AccountDialog account={editing} onClose={() => setEditing(null)} />}
      {deleting && <DeleteAccountDialog account={deleting} onClose={() => setDeleting(null)} />}
    </>
  );
}
