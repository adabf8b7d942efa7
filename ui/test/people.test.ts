import { describe, expect, it } from 'vitest';
import { freshPassword, grouped, limitsFrom, limitsOf, roleOf } from '../src/lib/people';

const plan = { id: 'p', name: 'Starter', limits: [{ kind: 'websites', limit: 3 }, { kind: 'unicorns', limit: 1 }], organisations: 0, createdAt: '', etag: '1' };

describe('limits of a plan', () => {
  it('stand in a form as texts, empty where there is none', () => {
    expect(limitsOf(plan)).toEqual({ websites: '3' });
    expect(limitsOf({ ...plan, limits: [] })).toEqual({ websites: '' });
    expect(limitsOf(null)).toEqual({ websites: '' });
    expect(limitsOf({ ...plan, limits: [{ kind: 'websites' }] })).toEqual({ websites: '0' });
  });
  it('come back from it: nothing is no limit, zero is one', () => {
    expect(limitsFrom({ websites: ' 7 ' })).toEqual([{ kind: 'websites', limit: 7 }]);
    expect(limitsFrom({ websites: '0' })).toEqual([{ kind: 'websites', limit: 0 }]);
    expect(limitsFrom({ websites: ' ' })).toEqual([]);
  });
});

describe('a fresh password', () => {
  it('is long, plain to read, and another each time', () => {
    const made = Array.from({ length: 50 }, freshPassword);
    for (const one of made) expect(one).toMatch(/^([a-z2-9]{5}-){3}[a-z2-9]{5}$/);
    expect(made.join('')).not.toMatch(/[lo01]/);
    expect(new Set(made).size).toBe(50);
  });
});

it('permissions are grouped by what they are about, in order', () => {
  expect(grouped(['website:read', 'audit:read', 'website:create'])).toEqual([['audit', ['audit:read']], ['website', ['website:create', 'website:read']]]);
});

it('a role is written as the contract has it', () => expect(roleOf('staff')).toBe('STAFF'));
