// Templates of zones as a form holds them, and back; and what a zone that is there would be as one.
import type { CreateZoneTemplateRequest, DnsRecord, TemplateRecord, TemplateVariable, Zone, ZoneTemplate } from './api.gen';
import { ApiError } from './http';
import { isOwn } from './zones';

export type TemplateForm = {
  name: string;
  description: string;
  records: { name: string; type: string; ttl: string; data: string }[];
  variables: { name: string; label: string; required: boolean }[];
};

export const mostTemplateRecords = 100;
const zoneWord = 'zone';

export const templateForm = (template?: { name?: string; description?: string; records?: TemplateRecord[]; variables?: TemplateVariable[] }): TemplateForm => ({
  name: template?.name ?? '',
  description: template?.description ?? '',
  records: template?.records?.map((r) => ({ name: r.name, type: r.type, ttl: r.ttl ? String(r.ttl) : '', data: r.data })) ?? [{ name: '@', type: 'A', ttl: '', data: '' }],
  variables: template?.variables?.map((v) => ({ name: v.name, label: v.label ?? '', required: !!v.required })) ?? [],
});

export const templateBody = (form: TemplateForm): CreateZoneTemplateRequest & { name: string } => ({
  name: form.name.trim(),
  description: form.description.trim(),
  records: form.records.map((r) => ({ name: r.name.trim() || '@', type: r.type, ttl: Number(r.ttl), data: r.data.trim() })),
  variables: form.variables.map((v) => ({ name: v.name.trim(), label: v.label.trim(), required: v.required })),
});

/** Variables that records use and nobody declares, in the order in which they come. */
export function undeclared({ records, variables }: Pick<TemplateForm, 'records' | 'variables'>) {
  const known = new Set([zoneWord, ...variables.map((v) => v.name.trim())]);
  const used = records.flatMap((r) => [...`${r.name} ${r.data}`.matchAll(/\{([a-z][a-z0-9_.-]{0,23})\}/g)].map(([, name]) => name!));
  return [...new Set(used)].filter((name) => !known.has(name));
}

/** Violations at the fields of a form: records[3].data is records.3.data there. */
export const dotted = (error: unknown) =>
  error instanceof ApiError ? new ApiError(error.status, error.code, error.message, error.requestId, error.violations.map((v) => ({ ...v, field: v.field.replace(/\[(\d+)\]/g, '.$1') })), error.retryAfter) : error;

/** The names of a form's fields, as violations may name them. */
export const templateFields = (records: number, variables: number) => [
  'name' as const,
  'description' as const,
  ...Array.from({ length: records }, (_, i) => (['name', 'type', 'ttl', 'data'] as const).map((member) => `records.${i}.${member}` as const)).flat(),
  ...Array.from({ length: variables }, (_, i) => (['name', 'label'] as const).map((member) => `variables.${i}.${member}` as const)).flat(),
];

/** The same under a name that is free. */
export function copyOf(template: ZoneTemplate, taken: string[], words: (n: number) => string) {
  const names = new Set(taken.map((name) => name.toLowerCase()));
  let n = 1;
  while (names.has(words(n).toLowerCase())) n += 1;
  return { ...template, name: words(n) };
}

const escaped = (text: string) => text.replaceAll('{', '\\123'); // a brace that is none of a variable (RFC 1035 §5.1)

/** A zone's own records for other zones: its name is {zone}, the addresses of its apex are variables. */
export function templateOf(zone: Pick<Zone, 'name'>, records: DnsRecord[], label: (variable: string) => string): Pick<TemplateForm, 'records' | 'variables'> & { left: number } {
  const own = records.filter(isOwn);
  const apex = (type: string) => {
    const found = own.filter((r) => r.name === '@' && r.type === type);
    return found.length === 1 ? found[0]!.data : undefined;
  };
  const addresses = [['A', 'ipv4', apex('A')], ['AAAA', 'ipv6', apex('AAAA')]] as const;
  const names = new RegExp(`(^|[\\s.])${zone.name.replace(/[.\\]/g, '\\$&')}\\.(?=\\s|$)`, 'gi');
  const data = (r: DnsRecord) => {
    const variable = addresses.find(([type, , address]) => r.type === type && r.data === address);
    return variable ? `{${variable[1]}}` : escaped(r.data).replace(names, `$1{${zoneWord}}.`);
  };
  return {
    records: own.slice(0, mostTemplateRecords).map((r) => ({ name: escaped(r.name), type: r.type, ttl: r.defaultTtl ? '' : String(r.ttl), data: data(r) })),
    variables: addresses.filter(([, , address]) => address !== undefined).map(([, name]) => ({ name, label: label(name), required: name === 'ipv4' })),
    left: Math.max(0, own.length - mostTemplateRecords),
  };
}
