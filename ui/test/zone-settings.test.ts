import { describe, expect, it } from 'vitest';
import { changedZone, inRange, span, zoneForm } from '../src/lib/zone-settings';

describe('settings of a zone as a form', () => {
  it('leave defaults empty', () => expect(zoneForm({ defaultTtl: 300, refreshS: 0, contact: 'a@b.example' })).toEqual({ defaultTtl: '300', refreshS: '', retryS: '', expireS: '', negativeTtl: '', contact: 'a@b.example' }));
  it('send only what differs, and 0 for a default', () => {
    const form = zoneForm({ defaultTtl: 300, retryS: 60 });
    expect(changedZone(form, form)).toEqual({});
    expect(changedZone(form, { ...form, retryS: ' 060 ' })).toEqual({});
    expect(changedZone(form, { ...form, defaultTtl: '', contact: ' a@b.example ' })).toEqual({ defaultTtl: 0, contact: 'a@b.example' });
  });
  it.each([['defaultTtl', '', true], ['defaultTtl', '29', false], ['defaultTtl', '30', true], ['defaultTtl', '604801', false], ['retryS', '1h', false], ['expireS', '2419200', true], ['refreshS', '-1', false]] as const)('%s may be "%s": %s', (name, value, good) => expect(inRange(name, value)).toBe(good));
  it.each([[30, '30 s'], [90, '90 s'], [3600, '1 h'], [10_800, '3 h'], [604_800, '1 w'], [86_400, '1 d'], [300, '5 min']])('%d s are %s', (seconds, words) => expect(span(seconds)).toBe(words));
});
