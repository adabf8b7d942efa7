import type { Node, Task, Website, WebsiteCertificate } from './api.gen';
import { nodePath } from './nodes';

export type Attention = { key: string; tone: 'bad' | 'warn'; kind: 'website' | 'certificate' | 'task' | 'waits' | 'node'; name: string; detail: string; href?: string; task?: string };

/** Newest first, so the first of a target is its last word. */
function lastOfEach(tasks: Task[]) {
  const seen = new Map<string, Task>();
  for (const task of tasks) if (!seen.has(task.target?.id ?? task.id)) seen.set(task.target?.id ?? task.id, task);
  return [...seen.values()];
}

/** What somebody has to look at: failed websites, nodes that are not well, tasks that failed or wait. Each thing once. */
export function attention({ failed, nodes, tasks, certificates = [] }: { failed: Website[]; nodes: Node[]; tasks: Task[]; certificates?: WebsiteCertificate[] }): Attention[] {
  const sites = new Set(failed.map((website) => website.id));
  const last = lastOfEach(tasks).filter((task) => !sites.has(task.target?.id ?? ''));
  return [
    ...nodes
      .filter((node) => (node.state === 'trusted' || node.state === 'suspended') && node.health !== 'healthy')
      .map((node): Attention => ({ key: `n${node.id}`, tone: node.health === 'unreachable' ? 'bad' : 'warn', kind: 'node', name: node.name || node.id, detail: node.message, href: nodePath(node.id) })),
    ...failed.map((website): Attention => ({ key: `w${website.id}`, tone: 'bad', kind: 'website', name: website.displayDomain || website.domain, detail: website.message, href: `/websites/view/?id=${website.id}` })),
    ...certificates.map((c): Attention => ({ key: `c${c.id}`, tone: 'warn', kind: 'certificate', name: c.domain, detail: c.message, href: `/certificates/view/?id=${c.id}` })),
    ...last
      .filter((task) => task.state === 'failed' || task.state === 'denied')
      .map((task): Attention => ({ key: `t${task.id}`, tone: 'bad', kind: 'task', name: task.target?.name ?? '', detail: task.message, task: task.id })),
    ...last
      .filter((task) => task.state === 'queued' && task.message !== '')
      .map((task): Attention => ({ key: `t${task.id}`, tone: 'warn', kind: 'waits', name: task.target?.name ?? '', detail: task.message, task: task.id })),
  ];
}
