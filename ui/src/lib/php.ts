// PHP of a website as a form holds it, and back: numbers are text there, and an empty one is the server's own choice.
import type { Php } from './api.gen';
import type { Violation } from './http';

export type PhpForm = {
  version: string;
  mode: 'ONDEMAND' | 'DYNAMIC' | 'STATIC';
  maxChildren: string;
  idleTimeoutS: string;
  maxRequests: string;
  frontController: boolean;
  ini: { name: string; value: string }[];
};

export const modes = ['ONDEMAND', 'DYNAMIC', 'STATIC'] as const;

const text = (n: number | undefined) => (n ? String(n) : '');
/** What isn't a number goes as it is: the server says what is wrong with it. */
const number = (value: string) => (value.trim() === '' ? 0 : Number(value));

export const formOf = (php: Php = {}): PhpForm => ({
  version: php.version ?? '',
  mode: php.mode && php.mode !== 'MODE_UNSET' ? php.mode : 'ONDEMAND',
  maxChildren: text(php.maxChildren),
  idleTimeoutS: text(php.idleTimeoutS),
  maxRequests: text(php.maxRequests),
  frontController: !!php.frontController,
  ini: (php.ini ?? []).map(({ name, value }) => ({ name, value })),
});

export const phpOf = (form: PhpForm): Php => ({
  version: form.version,
  mode: form.mode,
  maxChildren: number(form.maxChildren),
  idleTimeoutS: number(form.idleTimeoutS),
  maxRequests: number(form.maxRequests),
  frontController: form.frontController,
  ini: form.ini.map(({ name, value }) => ({ name, value: value.trim() })),
});

/** The form's field that a violation is about. */
export function fieldOf({ field }: Violation) {
  const [, name, index, member] = /^settings\.php\.(\w+)(?:\[(\d+)\])?(?:\.(\w+))?$/.exec(field) ?? [];
  if (!name) return null;
  return index === undefined ? name : `${name}.${index}.${member ?? 'value'}`;
}
