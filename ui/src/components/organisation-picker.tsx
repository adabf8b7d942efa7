'use client';
// Choosing an organisation among any number: what is typed is asked of the server.
import { useDeferredValue, useEffect, useState, type KeyboardEvent } from 'react';
import { useTranslations } from 'use-intl';
import { cn } from '@/lib/cn';
import { useOrganisation, useOrganisationList } from '@/lib/people';
import { useOrganisations } from '@/lib/queries';

const most = 8;

/** An organisation's name; those that the first page of all doesn't have are read one by one. */
export function OrganisationName({ id }: { id: string }) {
  const all = useOrganisations(true);
  const listed = all.data?.organisations.find((o) => o.id === id)?.name;
  const one = useOrganisation(listed === undefined && !all.isPending ? id : '').data?.name;
  return <>{listed ?? one ?? '…'}</>;
}

type Option = { id: string; name: string };
type Wiring = { id: string; 'aria-invalid'?: boolean; 'aria-describedby'?: string; 'aria-required'?: boolean };
type Props = {
  wiring: Wiring;
  value: string;
  onChange(id: string): void;
  /** What stands for none, where none may be chosen. */
  none?: string;
  /** Nothing new happens in suspended ones. */
  active?: boolean;
  leaveOut?: readonly string[];
  placeholder?: string;
};

function useOptions(typed: string | null, { none, active, leaveOut }: Props) {
  const search = useDeferredValue((typed ?? '').trim().slice(0, 100));
  const read = useOrganisationList({ search: search || undefined, state: active ? 'active' : undefined, limit: most + (leaveOut?.length ?? 0) }, typed !== null);
  const found: Option[] = (read.data?.organisations ?? []).filter((o) => !leaveOut?.includes(o.id)).slice(0, most);
  const rest = Number(read.data?.page?.total ?? 0) - (read.data?.organisations.length ?? 0);
  return { options: none !== undefined && !search ? [{ id: '', name: none }, ...found] : found, rest, read };
}

/** Escape closes the list and nothing else; a dialog around it listens on the document. */
function useEscape(on: boolean, close: () => void) {
  useEffect(() => {
    if (!on) return undefined;
    const onKey = (event: globalThis.KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      event.stopImmediatePropagation();
      close();
    };
    addEventListener('keydown', onKey, true);
    return () => removeEventListener('keydown', onKey, true);
  }, [on, close]);
}

const option = 'flex min-h-9 cursor-pointer items-center truncate rounded-md px-2.5 text-[13px]';

function List({ id, at, options, rest, read, onChoose }: ReturnType<typeof useOptions> & { id: string; at: number; onChoose(one: Option): void }) {
  const t = useTranslations('picker');
  const words = read.isError && !read.data ? t('failed') : read.isPending ? t('loading') : options.length === 0 ? t('nothing') : rest > 0 ? t('more', { count: rest }) : '';
  return (
    <div className="mt-1 rounded-lg border border-line bg-raised p-1 shadow-pop">
      <ul id={`${id}-list`} role="listbox" aria-label={t('list')}>
        {options.map((one, i) => (
          <li key={one.id} id={`${id}-${i}`} role="option" aria-selected={i === at} className={cn(option, i === at && 'bg-accent-soft text-accent-text')} onMouseDown={(event) => event.preventDefault()} onClick={() => onChoose(one)}>
            <span className="truncate">{one.name}</span>
          </li>
        ))}
      </ul>
      <p role="status" className={words ? 'px-2.5 py-1.5 text-xs text-muted' : 'sr-only'}>{words}</p>
    </div>
  );
}

export function OrganisationPicker(props: Props) {
  const { wiring, value, onChange, none, placeholder } = props;
  const t = useTranslations('picker');
  const [typed, setTyped] = useState<string | null>(null); // null: the list is closed
  const [marked, mark] = useState(0);
  const [last, setLast] = useState<Option | null>(null);
  const known = last?.id === value ? last.name : undefined;
  const read = useOrganisation(known === undefined ? value : '').data?.name;
  const chosen = known ?? read ?? '';
  const found = useOptions(typed, props);
  const open = typed !== null;
  const at = Math.min(marked, found.options.length - 1);
  const close = () => setTyped(null);
  useEscape(open, close);
  const show = (text: string) => {
    setTyped(text);
    mark(0);
  };
  const choose = (one: Option) => {
    setLast(one);
    onChange(one.id);
    close();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (open) mark(Math.max(0, Math.min(at + step, found.options.length - 1)));
      else show('');
    } else if (event.key === 'Enter' && open) {
      event.preventDefault();
      const one = found.options[at];
      if (one) choose(one);
    }
  };
  return (
    <div>
      <input {...wiring} role="combobox" aria-autocomplete="list" aria-expanded={open} aria-controls={open ? `${wiring.id}-list` : undefined} aria-activedescendant={open && at >= 0 ? `${wiring.id}-${at}` : undefined}
        className="input" autoComplete="off" spellCheck={false} maxLength={100} value={typed ?? (value ? chosen : none ?? '')} placeholder={open ? t('type') : placeholder ?? t('type')}
        onChange={(event) => show(event.target.value)} onClick={() => !open && show('')} onKeyDown={onKeyDown} onBlur={close} />
      {open && <List {...found} id={wiring.id} at={at} onChoose={choose} />}
    </div>
  );
}
