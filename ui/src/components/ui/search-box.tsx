'use client';
import { Search } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { setParams, useParam } from '@/lib/params';

/** What the field holds, told to the address (`q`) when typing stops. */
export function SearchBox({ label }: { label: string }) {
  const told = useParam('q');
  const [typed, setTyped] = useState(told);
  const sent = useRef(told);
  useEffect(() => {
    if (typed === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = typed;
      setParams({ q: typed.trim().slice(0, 100), after: null, page: null });
    }, 250);
    return () => clearTimeout(timer);
  }, [typed]);
  useEffect(() => {
    if (told === sent.current.trim()) return;
    sent.current = told; // changed elsewhere: by the back button, or by clearing the filters
    setTyped(told);
  }, [told]);
  return (
    <label className="relative w-full sm:ml-auto sm:w-72">
      <span className="sr-only">{label}</span>
      <Search aria-hidden className="pointer-events-none absolute top-2.5 left-2.5 size-4 text-muted" />
      <input type="search" value={typed} maxLength={100} onChange={(event) => setTyped(event.target.value)} placeholder={label} className="input pl-8.5" />
    </label>
  );
}
