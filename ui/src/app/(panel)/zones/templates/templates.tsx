'use client';
import { CopyPlus, LayoutTemplate, Pencil, Plus, Trash2 } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { Crumbs } from '@/components/object-page';
import { Button } from '@/components/ui/button';
import { Empty, Failure, Stale } from '@/components/ui/notice';
import { DataTable, PageHead, type Column } from '@/components/ui/table';
import type { ZoneTemplate } from '@/lib/api.gen';
import { setParams, useParam } from '@/lib/params';
import { useCan } from '@/lib/queries';
import { useZoneTemplates } from '@/lib/zones';

const NewTemplate = dynamic(() => import('@/components/template-copy'), { ssr: false });
const TemplateDialog = dynamic(() => import('@/components/template-form'), { ssr: false });
const TemplateView = dynamic(() => import('@/components/template-dialogs').then((m) => m.TemplateView), { ssr: false });
const DeleteTemplateDialog = dynamic(() => import('@/components/template-dialogs').then((m) => m.DeleteTemplateDialog), { ssr: false });

type What = 'show' | 'edit' | 'delete' | 'copy';
type Open = { what: What; template: ZoneTemplate } | null;

function useColumns(onOpen: (what: What, template: ZoneTemplate) => void) {
  const t = useTranslations('templates');
  const [mayCreate, mayEdit, mayDelete] = [useCan('dns_template:create'), useCan('dns_template:update'), useCan('dns_template:delete')];
  const name = (one: ZoneTemplate) => (
    <span className="grid min-w-0 gap-0.5">
      <button type="button" className="w-fit max-w-full truncate rounded text-left text-[13.5px] leading-6 font-medium hover:text-accent-text hover:underline" onClick={() => onOpen('show', one)}>{one.name}</button>
      {one.description && <span className="text-xs text-muted [overflow-wrap:anywhere]">{one.description}</span>}
    </span>
  );
  const asks = (one: ZoneTemplate) => (one.variables.length ? <span className="flex flex-wrap gap-1">{one.variables.map((v) => <code key={v.name} className="rounded bg-sunken px-1 font-mono text-xs">{`{${v.name}}`}</code>)}</span> : <span className="text-[13px] text-muted">{t('nothing')}</span>);
  const actions = (one: ZoneTemplate) => (
    <span className="flex justify-end gap-1">
      {mayCreate && <Button variant="ghost" size="icon-sm" className="max-sm:size-11" aria-label={t('copyNamed', { name: one.name })} onClick={() => onOpen('copy', one)}><CopyPlus /></Button>}
      {!one.builtin && mayEdit && <Button variant="ghost" size="icon-sm" className="max-sm:size-11" aria-label={t('editNamed', { name: one.name })} onClick={() => onOpen('edit', one)}><Pencil /></Button>}
      {!one.builtin && mayDelete && <Button variant="ghost" size="icon-sm" className="text-bad max-sm:size-11" aria-label={t('deleteNamed', { name: one.name })} onClick={() => onOpen('delete', one)}><Trash2 /></Button>}
    </span>
  );
  const columns: Column<ZoneTemplate>[] = [
    { key: 'name', header: t('template'), cell: name, className: 'max-w-96' },
    { key: 'records', header: t('records'), cell: (one) => <span className="text-[13px] tabular-nums">{one.records.length}</span> },
    { key: 'variables', header: t('asksFor'), cell: asks },
    { key: 'actions', header: t('actions'), quiet: true, cell: actions, className: 'w-px pl-0' },
  ];
  const card = (one: ZoneTemplate) => <div className="flex items-center gap-2"><div className="grid min-w-0 flex-1 gap-1">{name(one)}<span className="flex flex-wrap items-center gap-2 text-xs text-muted">{t('nRecords', { count: one.records.length })}{one.variables.length > 0 && asks(one)}</span></div>{actions(one)}</div>;
  return { columns, card };
}

export function Templates() {
  const t = useTranslations('templates');
  const zones = useTranslations('zones');
  const read = useZoneTemplates();
  const mayCreate = useCan('dns_template:create');
  const creating = useParam('new') === '1' && mayCreate;
  const [open, setOpen] = useState<Open>(null);
  const { columns, card } = useColumns((what, template) => setOpen({ what, template }));
  const own = read.data?.filter((one) => !one.builtin);
  const builtin = read.data?.filter((one) => one.builtin);
  const openNew = () => setParams({ new: '1' });
  const close = () => setOpen(null);
  return (
    <>
      <Crumbs href="/zones/" list={zones('title')} name={t('title')} />
      <PageHead title={t('title')} detail={t('detail')}>{mayCreate && <Button data-new variant="primary" onClick={openNew}><Plus />{t('new')}</Button>}</PageHead>
      <p className="sr-only" role="status">{own ? t('count', { count: own.length }) : t('loading')}</p>
      {read.error && !read.data ? <section className="card"><Failure read={read} /></section> : (
        <div className="grid gap-4">
          <section className="card overflow-hidden" aria-labelledby="own-templates">
            <h2 id="own-templates" className="border-b border-line px-5 py-3 text-sm font-semibold">{t('own')}</h2>
            <Stale read={read} />
            {own?.length === 0 ? <Empty icon={LayoutTemplate} title={t('none')} detail={t('noneHint')}>{mayCreate && <Button variant="primary" onClick={openNew}><Plus />{t('new')}</Button>}</Empty> : <DataTable caption={t('own')} columns={columns} rows={own} id={(one) => one.id} card={card} skeletons={2} />}
          </section>
          <section className="card overflow-hidden" aria-labelledby="builtin-templates">
            <h2 id="builtin-templates" className="border-b border-line px-5 py-3 text-sm font-semibold">{t('builtin')}</h2>
            <DataTable caption={t('builtin')} columns={columns} rows={builtin} id={(one) => one.id} card={card} skeletons={5} />
          </section>
        </div>
      )}
      {creating && <TemplateDialog onClose={() => setParams({ new: null })} />}
      {open?.what === 'show' && <TemplateView template={open.template} onCopy={mayCreate ? () => setOpen({ what: 'copy', template: open.template }) : undefined} onClose={close} />}
      {open?.what === 'copy' && <NewTemplate from={open.template} taken={(read.data ?? []).map((one) => one.name)} onClose={close} />}
      {open?.what === 'edit' && <TemplateDialog template={open.template} onClose={close} />}
      {open?.what === 'delete' && <DeleteTemplateDialog template={open.template} onClose={close} />}
    </>
  );
}
