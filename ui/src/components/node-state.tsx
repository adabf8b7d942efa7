'use client';
import { useTranslations } from 'use-intl';
import type { Node } from '@/lib/api.gen';
import { condition } from '@/lib/nodes';
import { State } from './state';
import { Badge } from './ui/badge';

/** How a node is, in one word; that it is suspended is said beside worse. */
export function NodeState({ node }: { node: Node }) {
  const t = useTranslations('nodeState');
  const now = condition(node);
  if (now === 'healthy' || now === 'warning') return <State of="health" state={now} />;
  const word = (state: string) => (t.has(state as 'pending') ? t(state as 'pending') : state);
  return (
    <span className="inline-flex flex-wrap gap-1">
      {now === 'unreachable' && <State of="health" state={now} />}
      {node.state !== 'trusted' && <Badge tone="warn">{word(node.state)}</Badge>}
    </span>
  );
}
