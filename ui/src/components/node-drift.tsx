'use client';
// A node's files: how many aren't as the panel wrote them, what they are, and what happens then.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { CircleCheck, FileDiff, LoaderCircle } from 'lucide-react';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { adoptNodeFiles, observeNode, restoreNodeFiles, setDriftPolicy, type Node } from '@/lib/api.gen';
import { refresh, useCan } from '@/lib/queries';
import { showTask, useTasks } from '@/lib/tasks';
import { DecideDialog, DriftFiles, useDecision, type Decision } from './drift-files';
import { Badge } from './ui/badge';
import { Button } from './ui/button';
import { FormError } from './ui/notice';
import { Sheet } from './ui/overlay';
import { When } from './ui/when';

function Policy({ node }: { node: Node }) {
  const t = useTranslations('drift');
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: (policy: string) => setDriftPolicy({ nodeId: node.id, policy }),
    onSuccess: () => void refresh(client, 'nodes', 'audit'),
  });
  const policy = change.isPending ? change.variables : node.driftPolicy;
  return (
    <fieldset className="grid gap-2 border-b border-line px-5 py-4" disabled={change.isPending}>
      <legend className="sr-only">{t('policy')}</legend>
      <p aria-hidden className="text-[13px] font-medium">{t('policy')}</p>
      <FormError error={change.error} />
      {(['report', 'restore'] as const).map((name) => (
        <label key={name} className="flex items-start gap-2 text-[13px]">
          <input type="radio" name="policy" className="mt-0.5" checked={policy === name} onChange={() => change.mutate(name)} />
          <span>{t(`policyIs.${name}`)}</span>
        </label>
      ))}
    </fieldset>
  );
}

function DriftSheet({ node, onClose }: { node: Node; onClose(): void }) {
  const t = useTranslations('drift');
  const client = useQueryClient();
  const { follow } = useTasks();
  const mayChange = useCan('node:files');
  const maySet = useCan('node:update');
  const { decision, decide, close } = useDecision();
  const look = useMutation({ mutationFn: () => observeNode({ nodeId: node.id }), onSuccess: () => void refresh(client, 'nodes') });
  const files = look.data?.files ?? [];
  const act = async ({ how, file }: Decision) => {
    const choice = file ? [how === 'adopt' ? { path: file.path, digest: file.digest } : { path: file.path }] : [];
    const { taskId } = await (how === 'adopt' ? adoptNodeFiles : restoreNodeFiles)({ nodeId: node.id, files: choice });
    follow(taskId);
    showTask(taskId);
    onClose();
    void refresh(client, 'nodes', 'tasks', 'audit');
  };
  return (
    <Sheet open onOpenChange={(open) => !open && onClose()} title={t('nodeTitle', { name: node.name || node.id })} description={t('nodeDetail')}>
      <div className="min-h-0 flex-1 overflow-y-auto">
        {maySet && <Policy node={node} />}
        <div className="flex flex-wrap items-center gap-3 px-5 py-4">
          <Button size="sm" disabled={look.isPending} onClick={() => look.mutate()}>{look.isPending && <LoaderCircle className="animate-spin" />}{t('look')}</Button>
          {look.data && (look.data.drifted > 0 ? <Badge tone="warn">{t('drifted', { count: look.data.drifted })}</Badge> : <span className="flex items-center gap-2 text-[13px] text-muted"><CircleCheck aria-hidden className="size-4 text-ok" />{t('none')}</span>)}
        </div>
        {look.error && <div className="px-5 pb-4"><FormError error={look.error} /></div>}
        {files.length > 0 && <div className="border-t border-line"><DriftFiles files={files} own={false} onDecide={mayChange ? decide : undefined} /></div>}
        {look.data?.more && <p className="px-5 py-3 text-[13px] text-muted">{t('more')}</p>}
      </div>
      {mayChange && !!look.data?.drifted && (
        <footer className="flex justify-end border-t border-line px-5 py-3.5"><Button onClick={() => decide({ how: 'restore', file: null })}>{t('restoreAll')}</Button></footer>
      )}
      {decision && <DecideDialog decision={decision} act={act} onClose={close} />}
    </Sheet>
  );
}

/** For a node's card or page: a line that says how its files are, and the way to them. */
export function NodeDrift({ node }: { node: Node }) {
  const t = useTranslations('drift');
  const may = useCan('node:read');
  const [open, setOpen] = useState(false);
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5 text-[13px]">
      <span className="text-muted">{t('files')}</span>
      {node.driftedFiles > 0 ? <Badge tone="warn">{t('drifted', { count: node.driftedFiles })}</Badge> : <span>{node.observedAt ? t('clean') : t('unseen')}</span>}
      {node.adoptedFiles > 0 && <Badge tone="info">{t('adopted', { count: node.adoptedFiles })}</Badge>}
      {node.observedAt && <span className="text-xs text-muted"><When at={node.observedAt} /></span>}
      {may && <Button size="sm" variant="ghost" className="ml-auto" aria-label={`${t('open')}: ${node.name || node.id}`} onClick={() => setOpen(true)}><FileDiff />{t('open')}</Button>}
      {open && <DriftSheet node={node} onClose={() => setOpen(false)} />}
    </div>
  );
}
