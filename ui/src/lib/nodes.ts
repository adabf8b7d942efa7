// What a list of nodes needs to know of each: its condition in one word, its room, its order.
import type { Node } from './api.gen';
import { percent } from './words';

export const conditions = ['healthy', 'warning', 'unreachable', 'suspended'] as const;

/** The worst that is to be said: silence before suspension, suspension before warnings. */
export function condition(node: Pick<Node, 'state' | 'health'>) {
  if (node.health === 'unreachable' && (node.state === 'trusted' || node.state === 'suspended')) return 'unreachable';
  return node.state === 'trusted' ? node.health : node.state;
}

export const memoryUsed = (node: Node) => percent(Number(node.memoryTotal) - Number(node.memoryAvailable), Number(node.memoryTotal));
export const diskUsed = (node: Node) => percent(Number(node.diskTotal) - Number(node.diskAvailable), Number(node.diskTotal));
/** Load against cores, in percent; it may pass 100. */
export const loadShare = (node: Pick<Node, 'load1' | 'cores'>) => (node.cores ? Math.round((node.load1 / node.cores) * 100) : null);

/** How many websites it takes yet; null: no limit. */
export function room(node: Pick<Node, 'settings' | 'resources'>) {
  const limit = node.settings?.websiteLimit ?? 0;
  return limit ? Math.max(0, limit - node.resources) : null;
}

/** Whether staff may put something there by choice. */
export const takes = (node: Node) => node.state === 'trusted' && node.health !== 'unreachable' && room(node) !== 0;

const rank = ['unreachable', 'revoked', 'pending', 'suspended', 'warning', 'healthy'];
const keys: Record<string, (node: Node) => number | string> = {
  name: (node) => node.name || node.id,
  condition: (node) => rank.indexOf(condition(node)),
  websites: (node) => node.resources,
  load: (node) => loadShare(node) ?? node.load1,
  memory: memoryUsed,
  disk: diskUsed,
  queue: (node) => node.tasksQueued + node.tasksRunning,
};

/** "-load" is downwards; what is alike stands by name. */
export function sorted(nodes: readonly Node[], sort: string) {
  const down = sort.startsWith('-');
  const key = keys[down ? sort.slice(1) : sort] ?? keys.name!;
  const byName = (a: Node, b: Node) => (a.name || a.id).localeCompare(b.name || b.id, 'en', { numeric: true });
  return [...nodes].sort((a, b) => {
    const [x, y] = [key(a), key(b)];
    const order = typeof x === 'number' && typeof y === 'number' ? x - y : byName(a, b);
    return (down ? -order : order) || byName(a, b);
  });
}

export const nodePath = (id: string) => `/nodes/view/?id=${encodeURIComponent(id)}`;
