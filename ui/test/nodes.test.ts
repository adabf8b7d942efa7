import { describe, expect, it } from 'vitest';
import type { Node } from '@/lib/api.gen';
import { condition, loadShare, room, sorted, takes } from '@/lib/nodes';

const node = (over: Partial<Node>): Node => ({ id: 'n1', name: '', state: 'trusted', health: 'healthy', resources: 0, load1: 0, cores: 0, tasksQueued: 0, tasksRunning: 0, ...over }) as Node;
const limited = (resources: number, websiteLimit: number) => node({ resources, settings: { description: '', location: '', websiteLimit, onlyChosen: false } });

describe('a node', () => {
  it.each([
    ['healthy', {}], ['warning', { health: 'warning' }], ['unreachable', { health: 'unreachable' }],
    ['suspended', { state: 'suspended' }], ['suspended', { state: 'suspended', health: 'warning' }],
    ['unreachable', { state: 'suspended', health: 'unreachable' }], ['revoked', { state: 'revoked', health: 'unreachable' }],
  ])('is %s: %o', (word, over) => expect(condition(node(over))).toBe(word));

  it('has room up to its limit, and none below nothing', () => {
    expect([room(node({})), room(limited(3, 0)), room(limited(3, 5)), room(limited(7, 5))]).toEqual([null, null, 2, 0]);
  });

  it('takes nothing when it is suspended, silent or full', () => {
    expect([node({}), node({ health: 'warning' }), limited(4, 5)].map(takes)).toEqual([true, true, true]);
    expect([node({ state: 'suspended' }), node({ health: 'unreachable' }), limited(5, 5)].map(takes)).toEqual([false, false, false]);
  });

  it('tells its load against its cores, when it has told them', () => {
    expect([loadShare(node({ load1: 3, cores: 4 })), loadShare(node({ load1: 3 }))]).toEqual([75, null]);
  });
});

describe('the order of nodes', () => {
  const ids = (sort: string, ...nodes: Node[]) => sorted(nodes, sort).map((one) => one.id);
  const [two, ten, bad] = [node({ id: 'n2', resources: 9 }), node({ id: 'n10', resources: 1 }), node({ id: 'n3', health: 'unreachable', resources: 9 })];

  it('is by name as people count', () => expect(ids('name', ten, bad, two)).toEqual(['n2', 'n3', 'n10']));
  it('goes downwards, what is alike by name', () => expect(ids('-websites', ten, bad, two)).toEqual(['n2', 'n3', 'n10']));
  it('has the worst first', () => expect(ids('condition', ten, two, bad)).toEqual(['n3', 'n2', 'n10']));
  it('is by name for a word that nobody knows', () => expect(ids('colour', ten, two)).toEqual(['n2', 'n10']));
});
