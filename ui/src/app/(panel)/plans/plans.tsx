'use client';
import { Pencil, Plus, SlidersHorizontal, Trash2 } from 'lucide-react';
import dynamic from 'next/dynamic';
import Link from 'next/link';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { LimitWords } from '@/components/people';
import { Button } from '@/components/ui/button';
import { Empty, Failure, Stale } from '@/components/ui/notice';
import { DataTable, PageHead, type Column } from '@/components/ui/table';
import type { Plan } from '@/lib/api.gen';
import { setParams, useParam } from '@/lib/params';
import { usePlans } from '@/lib/people';
import { useCan } from '@/lib/queries';

const PlanDialog = dynamic(() => import('@/components/plan-forms'), { ssr: false });
const DeletePlanDialog = dynamic(() => import('@/components/plan-forms').then((m) => m.DeletePlanDialog), { ssr: false });

function useColumns(onEdit: (plan: Plan) => void, onDelete: (plan: Plan) => void) {
  const t = useTranslations('plans');
  const [mayEdit, mayDelete] = [useCan('plan:update'), useCan('plan:delete')];
  const holders = (p: Plan) => (p.organisations ? <Link prefetch={false} href={`/organisations/?plan=${p.id}`} className="rounded text-[13px] hover:text-accent-text hover:underline">{t('holders', { count: p.organisations })}</Link> : <span className="text-[13px] text-muted">{t('holders', { count: 0 })}</span>);
  const actions = (p: Plan) => (
    <span className="flex justify-end gap-1">
      {mayEdit && <Button variant="ghost" size="icon-sm" className="max-sm:size-11" aria-label={t('editNamed', { name: p.name })} onClick={() => onEdit(p)}><Pencil /></Button>}
      {mayDelete && <Button variant="ghost" size="icon-sm" className="text-bad max-sm:size-11" disabled={p.organisations > 0} aria-label={t('deleteNamed', { name: p.name })} onClick={() => onDelete(p)}><Trash2 /></Button>}
    </span>
  );
  const columns: Column<Plan>[] = [
    { key: 'name', header: t('name'), cell: (p) => <span className="block max-w-80 truncate font-medium">{p.name}</span> },
    { key: 'limits', header: t('limits'), cell: (p) => <span className="text-[13px]"><LimitWords limits={p.limits} /></span> },
    { key: 'organisations', header: t('organisations'), cell: holders },
    { key: 'actions', header: t('actions'), quiet: true, cell: actions, className: 'w-px pl-0' },
  ];
  const card = (p: Plan) => (
    <div className="flex items-center gap-2">
      <div className="grid min-w-0 flex-1 gap-1"><span className="truncate font-medium">{p.name}</span><span className="text-xs text-muted"><LimitWords limits={p.limits} /></span>{holders(p)}</div>
      {actions(p)}
    </div>
  );
  return { columns, card };
}

export function Plans() {
  const t = useTranslations('plans');
  const read = usePlans();
  const mayCreate = useCan('plan:create');
  const creating = useParam('new') === '1' && mayCreate;
  const [editing, setEditing] = useState<Plan | null>(null);
  const [deleting, setDeleting] = useState<Plan | null>(null);
  const { columns, card } = useColumns(setEditing, setDeleting);
  const rows = read.data?.plans;
  const openNew = () => setParams({ new: '1' });
  return (
    <>
      <PageHead title={t('title')} detail={rows ? t('count', { count: Number(read.data?.page?.total ?? 0) }) : ''}>{mayCreate && <Button data-new variant="primary" onClick={openNew}><Plus />{t('new')}</Button>}</PageHead>
      <section className="card overflow-hidden" aria-label={t('title')}>
        <p className="sr-only" role="status">{rows ? t('count', { count: rows.length }) : t('loading')}</p>
        <Stale read={read} />
        {read.error && !rows ? <Failure read={read} /> : rows?.length === 0 ? <Empty icon={SlidersHorizontal} title={t('none')} detail={t('noneHint')}>{mayCreate && <Button variant="primary" onClick={openNew}><Plus />{t('new')}</Button>}</Empty> : <DataTable caption={t('caption')} columns={columns} rows={rows} id={(p) => p.id} card={card} skeletons={3} />}
      </section>
      {creating && <PlanDialog onClose={() => setParams({ new: null })} />}
      {editing && <PlanDialog plan={editing} onClose={() => setEditing(null)} />}
      {deleting && <DeletePlanDialog plan={deleting} onClose={() => setDeleting(null)} />}
    </>
  );
}
