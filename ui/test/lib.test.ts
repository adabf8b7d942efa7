import { describe, expect, it } from 'vitest';
import type { Node, Record as Change, Task, Website } from '../src/lib/api.gen';
import { attention } from '../src/lib/attention';
import { changes } from '../src/lib/changes';
import { backoff } from '../src/lib/backoff';
import { loginPath, safeNext } from '../src/lib/next';
import { patched } from '../src/lib/params';
import { bytes, duration, percent, taken, time } from '../src/lib/words';
import { progress, stepsOf } from '../src/components/task-steps';

const origin = 'https://panel.example';

describe('safeNext', () => {
  it.each(['/websites/', '/websites/view/?id=1&task=2', '/'])('keeps %j', (next) => expect(safeNext(next, origin)).toBe(next));
  it.each([null, '', '//evil.example', '/\\evil.example', '\\\\evil.example', 'https://evil.example/', 'javascript:alert(1)', 'websites/', '/\t/evil.example', '/login/?next=/', '/api/v1/session'])('turns %j into the overview', (next) => expect(safeNext(next, origin)).toBe('/'));
  it('comes back to where one was', () => expect(new URLSearchParams(loginPath('/websites/?q=a&b=c').split('?')[1]).get('next')).toBe('/websites/?q=a&b=c'));
});

describe('patched', () => {
  it('sets, replaces and takes out', () => {
    expect(patched('?q=a&task=1', { task: null, state: 'failed' })).toBe('?q=a&state=failed');
    expect(patched('?q=a', { q: '' })).toBe('');
    expect(patched('?q=a', { q: undefined, x: 'ü b' })).toBe('?x=%C3%BC+b');
  });
});

describe('backoff', () => {
  it('doubles up to thirty seconds, spread by a quarter', () => {
    expect([1, 2, 3].map((n) => backoff(n, () => 0.5))).toEqual([1000, 2000, 4000]);
    expect(backoff(50, () => 0.5)).toBe(30_000);
    expect(backoff(1, () => 0)).toBe(750);
    expect(backoff(1, () => 1)).toBe(1250);
  });
});

describe('figures', () => {
  it('are written for people', () => {
    expect([bytes('0'), bytes('1536'), bytes(8 * 2 ** 30), bytes('16492674416640')]).toEqual(['0 B', '1.5 KB', '8.0 GB', '15 TB']);
    expect([duration(0.2), duration(84), duration(1234), duration(59_400), duration(125_000)]).toEqual(['1 ms', '84 ms', '1.2 s', '59 s', '2 min 5 s']);
    expect([percent(1, 3), percent(5, 0), percent(9, 3)]).toEqual([33, 0, 100]);
  });
  it('know what has not happened yet', () => {
    expect(time('')).toBeNull();
    expect(time('nonsense')).toBeNull();
    expect(taken({ startedAt: '', finishedAt: '' }, 0)).toBeNull();
    expect(taken({ startedAt: '2026-11-24T12:00:00Z', finishedAt: '2026-11-24T12:00:02Z' }, 0)).toBe(2000);
    expect(taken({ startedAt: '2026-11-24T12:00:10Z', finishedAt: '' }, Date.parse('2026-11-24T12:00:09Z'))).toBe(0);
  });
});

const step = (name: string, state: string) => ({ name, state, message: '', startedMs: '1', durationUs: '1500' });
const task = (over: Partial<Task>) => ({ id: 't', action: 'website.apply', state: 'running', message: '', steps: [], target: { kind: 'website', id: 'w', name: 'a.example', organisationId: 'o', nodeId: 'n1' }, ...over }) as Task;

describe('the steps of a task', () => {
  it('show what is still to come', () => {
    const running = task({ steps: [step('stage', 'success'), step('test', 'running')] });
    expect(stepsOf(running).map((s) => `${s.name} ${s.state}`)).toEqual(['stage success', 'test running', 'activate pending', 'verify pending', 'commit pending']);
    expect(progress(running)).toBe(20);
  });
  it('promise nothing more after a failure', () => {
    expect(stepsOf(task({ state: 'failed', steps: [step('stage', 'success'), step('test', 'failed')] }))).toHaveLength(2);
    expect(stepsOf(task({ steps: [step('verify', 'failed'), step('rollback', 'running')] }))).toHaveLength(2);
  });
  it('are complete when it is done', () => expect(progress(task({ state: 'success' }))).toBe(100));
  it('are not guessed for other work', () => expect(stepsOf(task({ action: 'website.remove' }))).toEqual([]));
});

describe('attention', () => {
  const website = { id: 'w', domain: 'a.example', displayDomain: '', message: 'nginx said no' } as Website;
  const node = { id: 'n1', name: '', state: 'trusted', health: 'unreachable', message: '' } as Node;

  it('names each thing once: the website, not its task as well', () => {
    const items = attention({ failed: [website], nodes: [], tasks: [task({ state: 'failed', message: 'nginx said no' })] });
    expect(items.map((i) => i.kind)).toEqual(['website']);
  });
  it('forgets a failure that a later task made good', () => {
    expect(attention({ failed: [], nodes: [], tasks: [task({ id: 't2', state: 'success' }), task({ state: 'failed' })] })).toEqual([]);
  });
  it('tells of a task that waits for something', () => {
    expect(attention({ failed: [], nodes: [], tasks: [task({ state: 'queued', message: 'Node n1 is offline.' })] })).toMatchObject([{ kind: 'waits', detail: 'Node n1 is offline.' }]);
    expect(attention({ failed: [], nodes: [], tasks: [task({ state: 'queued' })] })).toEqual([]);
  });
  it('tells of nodes that are not well', () => {
    expect(attention({ failed: [], nodes: [node, { ...node, id: 'n2', health: 'healthy' }], tasks: [] })).toMatchObject([{ kind: 'node', tone: 'bad', name: 'n1' }]);
  });
});

describe('changes', () => {
  const record = (action: string, actorId: string, outcome: string) => ({ action, actorId, outcome }) as Change;
  it('are those of people, and failures', () => {
    const records = [record('website.create', 'u1', 'accepted'), record('website.apply', 'system:web', 'success'), record('website.apply', 'system:web', 'failed'), record('session.create', 'u1', 'success')];
    expect(changes(records).map((r) => `${r.action} ${r.outcome}`)).toEqual(['website.create accepted', 'website.apply failed']);
  });
});
