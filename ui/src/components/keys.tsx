'use client';
import { useRouter } from 'next/navigation';
import { useEffect, useRef } from 'react';
import { isBusy, moveRow, places, useKeysWanted } from '@/lib/keys';
import { useNav } from './nav';

const chordMs = 1_500;

/** Listens for single keys. */
export function useKeys(onHelp: () => void) {
  const router = useRouter();
  const wanted = useKeysWanted();
  const pages = useNav().flatMap((group) => [...group.items]);
  const chord = useRef(0);
  useEffect(() => {
    if (!wanted) return;
    const go = (key: string) => {
      const page = pages.find((item) => places[item.key] === key);
      if (page) router.push(page.href);
      return !!page;
    };
    const plain: Record<string, () => unknown> = {
      '/': () => document.querySelector<HTMLInputElement>('main input[type=search]')?.focus(),
      n: () => document.querySelector<HTMLElement>('main [data-new]')?.click(),
      j: () => moveRow(1),
      k: () => moveRow(-1),
      g: () => { chord.current = Date.now(); },
      '?': onHelp,
    };
    const onKey = (event: KeyboardEvent) => {
      if (isBusy(event)) return;
      const after = Date.now() - chord.current < chordMs;
      chord.current = 0;
      if (after ? !go(event.key) : !plain[event.key]) return;
      event.preventDefault();
      if (!after) plain[event.key]!();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [wanted, pages, router, onHelp]);
}
