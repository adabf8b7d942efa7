'use client';
// The installation's account at its certificate authority, for administrators: what was asked of it, its contact, its key.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { getCertificateAuthority, rolloverCertificateAuthority, updateCertificateAuthority, type AuthorityBudget, type CertificateAuthority } from '@/lib/api.gen';
import { need } from '@/lib/http';
import { refresh, useCan } from '@/lib/queries';
import { percent } from '@/lib/words';
import { FormDialog } from './form-dialog';
import { Card, Lines, Row } from './people';
import { Button } from './ui/button';
import { Copy } from './ui/copy';
import { Field } from './ui/field';
import { Meter } from './ui/meter';
import { Failure } from './ui/notice';
import { When } from './ui/when';

const key = ['certificates', 'authority'];
const shown = 5;

function useDone(onClose: () => void) {
  const client = useQueryClient();
  return () => {
    onClose();
    void client.invalidateQueries({ queryKey: key });
    void refresh(client, 'audit');
  };
}

function Contact({ now, onClose }: { now: string; onClose(): void }) {
  const t = useTranslations('authority');
  const [contact, setContact] = useState(now);
  const done = useDone(onClose);
  const save = useMutation({ mutationFn: () => updateCertificateAuthority({ contact }), onSuccess: done });
  return (
    <FormDialog title={t('contactTitle')} submit={t('contactSave')} busy={save.isPending} error={save.error} dirty={contact !== now} onSubmit={(event) => { event.preventDefault(); save.mutate(); }} onClose={onClose}>
      <Field label={t('contact')} hint={t('contactHint')}>{(wiring) => <input {...wiring} type="email" className="input" value={contact} onChange={(event) => setContact(event.target.value)} />}</Field>
    </FormDialog>
  );
}

function Rollover({ onClose }: { onClose(): void }) {
  const t = useTranslations('authority');
  const done = useDone(onClose);
  const roll = useMutation({ mutationFn: () => rolloverCertificateAuthority(), onSuccess: done });
  return <FormDialog title={t('rollTitle')} description={t('rollDetail')} submit={t('rollConfirm')} busy={roll.isPending} error={roll.error} onSubmit={(event) => { event.preventDefault(); roll.mutate(); }} onClose={onClose} />;
}

function Budget({ budget: b }: { budget: AuthorityBudget }) {
  const t = useTranslations('authority');
  const kind = b.kind as 'order';
  return <li><Meter value={percent(b.used, b.most)} label={t(`budget.${kind}`, { name: b.name })} note={t('used', { used: b.used, most: b.most })} /></li>;
}

function Facts({ authority: a }: { authority: CertificateAuthority }) {
  const t = useTranslations('authority');
  const mono = (text: string, label: string) => <span className="flex items-center gap-1.5"><span className="min-w-0 font-mono text-[12px] [overflow-wrap:anywhere]">{text}</span><Copy text={text} label={label} /></span>;
  return (
    <dl className="divide-y divide-line">
      <Row label={t('directory')}>{a.directory}</Row>
      <Row label={t('account')}>{a.accountUrl ? mono(a.accountUrl, t('copyAccount')) : <span className="text-muted">{t('noAccount')}</span>}</Row>
      <Row label={t('contact')}>{a.contact || <span className="text-muted">{t('noContact')}</span>}</Row>
      {a.bindingId && <Row label={t('binding')}>{a.bindingId}</Row>}
      <Row label={t('key')}>{mono(a.thumbprint, t('copyKey'))}{a.rolloverPending ? <span className="block text-xs text-warn">{t('pending')}</span> : a.rolledAt && <span className="block text-xs text-muted">{t('rolled')} <When at={a.rolledAt} /></span>}</Row>
      <Row label={t('lately')}><ul className="grid gap-2">{a.budgets.slice(0, shown).map((b) => <Budget key={`${b.kind} ${b.name}`} budget={b} />)}</ul></Row>
    </dl>
  );
}

export default function AuthorityCard() {
  const t = useTranslations('authority');
  const may = useCan('authority:update');
  const [open, setOpen] = useState<'contact' | 'key' | null>(null);
  const read = useQuery({ queryKey: key, queryFn: ({ signal }) => getCertificateAuthority({ signal }).then((reply) => need(reply.authority)) });
  const close = () => setOpen(null);
  const actions = may && read.data?.offered && <><Button size="sm" onClick={() => setOpen('contact')}>{t('changeContact')}</Button><Button size="sm" onClick={() => setOpen('key')}>{t('roll')}</Button></>;
  return (
    <div className="mt-4">
      <Card id="authority" title={t('title')} action={actions}>
        {read.error && !read.data ? <Failure read={read} /> : !read.data ? <Lines n={4} /> : !read.data.offered ? <p className="px-5 py-6 text-[13px] text-muted">{t('none')}</p> : <Facts authority={read.data} />}
      </Card>
      {open === 'contact' && <Contact now={read.data?.contact ?? ''} onClose={close} />}
      {open === 'key' && <Rollover onClose={close} />}
    </div>
  );
}
