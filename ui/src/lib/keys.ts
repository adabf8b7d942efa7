// Single keys: what they do, whether they are wanted, and when they are somebody's typing.
import { useSyncExternalStore } from 'react';

/** "g" and then the letter goes to the page; the letters are the pages' own. */
export const places: Record<string, string> = { overview: 'o', websites: 'w', zones: 'd', certificates: 'e', tasks: 't', audit: 'a', nodes: 'n', organisations: 'c', users: 'u', plans: 'p', settings: 's' };

const stored = 'stralix-keys';
const listeners = new Set<() => void>();

const wanted = () => localStorage.getItem(stored) !== 'off';

export function setKeys(on: boolean) {
  localStorage.setItem(stored, on ? 'on' : 'off');
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

/** Whether single keys are wanted: WCAG 2.1.4 asks that they can be turned off. */
export const useKeysWanted = () => useSyncExternalStore(subscribe, wanted, () => true);

/** Somebody types, or a dialog has the keys. */
export function isBusy(event: KeyboardEvent) {
  if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || event.isComposing) return true;
  const target = event.target instanceof Element ? event.target : null;
  return !!target?.closest('input, textarea, select, [contenteditable], [role=dialog], [role=menu], [role=listbox]') || !!document.querySelector('[role=dialog], [role=menu]');
}

/** Moves the focus to the row's link that is so many rows on; the first one when none has it. */
export function moveRow(by: 1 | -1) {
  const links = [...document.querySelectorAll<HTMLElement>('main tbody tr, main li')]
    .map((row) => row.querySelector<HTMLElement>('a[href], button'))
    .filter((link): link is HTMLElement => !!link && link.offsetParent !== null);
  const at = links.findIndex((link) => link === document.activeElement || link.closest('tr, li')?.contains(document.activeElement));
  links[at < 0 ? 0 : Math.min(Math.max(at + by, 0), links.length - 1)]?.focus();
}
