// The checks that a form can make by itself, before the server has the last word. Messages are keys of `field.*`.
import * as z from 'zod/mini';

export type Rule = { required?: boolean; format?: string; pattern?: RegExp; min?: number; max?: number };

const bytes = (text: string) => new TextEncoder().encode(text).length;
const label = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;

/** The A-label form of a domain name as people type it, or null when it is none. */
export function toAscii(typed: string): string | null {
  const name = typed.trim().toLowerCase().replace(/\.$/, '');
  if (!name || /[\s/:@?#%[\]\\_]/.test(name)) return null;
  let host: string;
  try {
    host = new URL(`http://${name}`).hostname;
  } catch {
    return null;
  }
  const labels = host.split('.');
  if (labels.length < 2 || host.length > 253 || !labels.every((l) => label.test(l)) || /^\d+$/.test(labels.at(-1)!)) return null;
  return host;
}

const formats: Record<string, (value: string) => boolean> = {
  'idn-hostname': (value) => toAscii(value) !== null,
  email: (value) => /^[^\s@]+@[^\s@]+$/.test(value),
};

/** The first rule that a value breaks, as a message key, or null. */
export function broken(value: string, rule: Rule): string | null {
  if (!value) return rule.required ? 'required' : null;
  const check = rule.format ? formats[rule.format] : undefined;
  if (check && !check(value)) return rule.format!;
  if (rule.min && bytes(value) < rule.min) return rule.format === 'password' ? 'password' : 'minLength';
  if (rule.max && bytes(value) > rule.max) return 'maxLength';
  if (rule.pattern && !rule.pattern.test(value)) return 'pattern';
  return null;
}

/** A text field: trimmed, but for a password. */
export function text(rule: Rule) {
  const trimmed = rule.format === 'password' ? z.string() : z.string().check(z.trim());
  return trimmed.check((payload) => {
    const message = broken(payload.value, rule);
    if (message) payload.issues.push({ code: 'custom', message, input: payload.value, path: [] });
  });
}
