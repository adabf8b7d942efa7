// A zone's settings as a form holds them, and back. Numbers are text; an empty one is the panel's default.
import type { ZoneSettings } from './api.gen';

export const zoneTimes = ['defaultTtl', 'refreshS', 'retryS', 'expireS', 'negativeTtl'] as const;
export type ZoneTime = (typeof zoneTimes)[number];
export type ZoneForm = Record<ZoneTime | 'contact', string>;

/** As services/dns has them. */
export const zoneDefaults: Record<ZoneTime, number> = { defaultTtl: 3600, refreshS: 10_800, retryS: 3600, expireS: 604_800, negativeTtl: 3600 };
export const zoneRanges: Record<ZoneTime, [number, number]> = { defaultTtl: [30, 604_800], refreshS: [1, 86_400], retryS: [1, 86_400], expireS: [1, 2_419_200], negativeTtl: [1, 86_400] };

export function zoneForm(settings: ZoneSettings = {}): ZoneForm {
  const text = (name: ZoneTime) => (settings[name] ? String(settings[name]) : '');
  return { defaultTtl: text('defaultTtl'), contact: settings.contact ?? '', refreshS: text('refreshS'), retryS: text('retryS'), expireS: text('expireS'), negativeTtl: text('negativeTtl') };
}

/** Whether it is nothing, or a number of seconds that is allowed. */
export function inRange(name: ZoneTime, typed: string) {
  const text = typed.trim();
  const [least, most] = zoneRanges[name];
  return !text || (/^\d{1,7}$/.test(text) && Number(text) >= least && Number(text) <= most);
}

/** Only what differs travels: what others change beside it stays as it is. */
export function changedZone(before: ZoneForm, after: ZoneForm): ZoneSettings {
  const changes: ZoneSettings = {};
  for (const name of zoneTimes) if (Number(after[name]) !== Number(before[name])) changes[name] = Number(after[name]);
  if (after.contact.trim() !== before.contact) changes.contact = after.contact.trim();
  return changes;
}

const units = [['w', 604_800], ['d', 86_400], ['h', 3600], ['min', 60]] as const;

/** 10800 as "3 h": in the largest unit that divides it. */
export function span(seconds: number) {
  const [unit, size] = units.find(([, size]) => seconds >= size && seconds % size === 0) ?? ['s', 1];
  return `${seconds / size} ${unit}`;
}
