'use client';
import { Lock, Server } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { NodeCard } from '@/components/node-card';
import { Empty, Failure, Stale } from '@/components/ui/notice';
import { PageHead } from '@/components/ui/table';
import { can, useNodes, useSession } from '@/lib/queries';

export function Nodes() {
  const t = useTranslations('nodes');
  const session = useSession().data;
  const allowed = can(session, 'node:read');
  const read = useNodes(allowed);
  const nodes = read.data?.nodes;
  if (session && !allowed) {
    return (
      <>
        <PageHead title={t('title')} detail="" />
        <section className="card"><Empty icon={Lock} title={t('forbidden')} detail={t('forbiddenHint')} /></section>
      </>
    );
  }
  return (
    <>
      <PageHead title={t('title')} detail={nodes ? t('count', { count: nodes.length }) : ''} />
      {read.error && nodes && <div className="card mb-4 overflow-hidden"><Stale read={read} /></div>}
      {read.error && !nodes ? (
        <section className="card"><Failure read={read} /></section>
      ) : nodes?.length === 0 ? (
        <section className="card"><Empty icon={Server} title={t('none')} detail={t('noneHint')} /></section>
      ) : (
        <div className="grid gap-4 xl:grid-cols-2" aria-busy={!nodes}>
          {nodes ? nodes.map((node) => <NodeCard key={node.id} node={node} />) : [0, 1].map((i) => <div key={i} className="h-64 animate-pulse rounded-xl bg-sunken" />)}
        </div>
      )}
    </>
  );
}
