'use client';
// Zones and their records: reads, and what is changed in the browser before it is sent as one change.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { Tone } from '@/components/ui/badge';
import { checkZone, getZone, listDnsRecords, listRecordTypes, listZoneChanges, listZones, listZoneTemplates, type DnsRecord, type RecordChange, type RecordInput, type RecordSetChange, type RecordType, type Zone } from './api.gen';
import { need } from './http';
import { again } from './queries';

export const zoneTone: Record<string, Tone> = { pending: 'info', active: 'ok', failed: 'bad', deleting: 'info', deleted: 'idle', purging: 'info', purged: 'idle' };
const settled = new Set(['active', 'failed', 'deleted', 'purged']);
const watchMs = 4_000;
export const zonePath = (id: string) => `/zones/view/?id=${id}`;
export const mostRecords = 500;

export type ZoneFilter = { search?: string; state?: string; organisationId?: string; accountId?: string; sort?: string; cursor?: string; limit?: number };

export const useZones = (filter: ZoneFilter, enabled = true) =>
  useQuery({
    queryKey: ['zones', 'list', filter],
    queryFn: ({ signal }) => listZones(filter, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: (query) => again(query) || (query.state.data?.zones.some((z) => !settled.has(z.state)) ? watchMs : false),
    enabled,
  });

/** What is searched for to find the zone of a name: every zone that covers it ends with these two labels. */
export const zoneSearch = (name: string) => /[^.\s]+\.[^.\s]+$/.exec(name)?.[0] ?? '';

/** The nearest served zone of an organisation that covers a name, as people write it. */
export function zoneOf(name: string, organisationId: string | undefined, zones: readonly Zone[]) {
  const covers = (zone: string) => zone !== '' && (name === zone || name.endsWith(`.${zone}`));
  return zones
    .filter((zone) => zone.organisationId === organisationId && zone.serving === 'live' && (covers(zone.name) || covers(zone.displayName)))
    .reduce<Zone | undefined>((nearest, zone) => (nearest && nearest.name.length >= zone.name.length ? nearest : zone), undefined);
}

export const useZone = (id: string) =>
  useQuery({
    queryKey: ['zones', 'one', id],
    queryFn: ({ signal }) => getZone({ zoneId: id }, { signal }).then((reply) => need(reply.zone)),
    refetchInterval: (query) => again(query) || (query.state.data && !settled.has(query.state.data.state) ? watchMs : false),
    enabled: id !== '',
  });

export const useRecords = (zoneId: string) =>
  useQuery({ queryKey: ['zones', 'records', zoneId], queryFn: ({ signal }) => listDnsRecords({ zoneId, limit: mostRecords }, { signal }), refetchInterval: (query) => again(query) });

export const useRecordTypes = () => useQuery({ queryKey: ['recordTypes'], queryFn: ({ signal }) => listRecordTypes({ signal }).then((reply) => reply.types), staleTime: Infinity });

export const useZoneTemplates = () => useQuery({ queryKey: ['zones', 'templates'], queryFn: ({ signal }) => listZoneTemplates({}, { signal }).then((reply) => reply.templates) });

export const useZoneChanges = (zoneId: string) => useQuery({ queryKey: ['zones', 'changes', zoneId], queryFn: ({ signal }) => listZoneChanges({ zoneId, limit: 20 }, { signal }) });

/** Each server, asked now. */
export const useServers = (zoneId: string, enabled: boolean) => useQuery({ queryKey: ['zones', 'servers', zoneId], queryFn: ({ signal }) => checkZone({ zoneId }, { signal }), enabled, staleTime: 1_000, retry: false });

/** What is changed but not sent yet. key: of a record that is there its id, of a new one its own. */
export type Pending = { key: string; record?: DnsRecord; input?: RecordInput };

export const isOwn = (record: DnsRecord) => record.managedBy === '' && record.id !== '';

/** One list of changes for all of it: what goes first, so that a set may become an alias in one step. */
export function changesOf(pending: Pending[]): RecordChange[] {
  const removed = pending.filter((p) => p.record && !p.input).map((p): RecordChange => ({ op: 'remove', recordId: p.record!.id }));
  const others = pending.filter((p) => p.input).map((p): RecordChange => (p.record ? { op: 'replace', recordId: p.record.id, record: p.input } : { op: 'add', record: p.input }));
  return [...removed, ...others];
}

/** The pending change that a violation's field is about. */
export function pendingOf(pending: Pending[], field: string) {
  const n = Number(/^changes\[(\d+)\]/.exec(field)?.[1] ?? -1);
  const order = [...pending.filter((p) => p.record && !p.input), ...pending.filter((p) => p.input)];
  return order[n];
}

/** raw: the data as one text, of records that nobody has taken apart. */
export type RecordForm = { name: string; type: string; ttl: string; comment: string; fields: Record<string, string>; raw: string };

export function formOf(record: RecordInput | DnsRecord | undefined, types: RecordType[]): RecordForm {
  const type = record?.type ?? 'A';
  const given = new Map((record?.fields ?? []).map((f) => [f.name, f.value ?? '']));
  const names = types.find((t) => t.name === type)?.fields.map((f) => f.name) ?? [];
  const own = record && !('defaultTtl' in record && record.defaultTtl) ? record.ttl : 0;
  return { name: record?.name ?? '', type, ttl: own ? String(own) : '', comment: record?.comment ?? '', fields: Object.fromEntries(names.map((name) => [name, given.get(name) ?? ''])), raw: record?.fields?.length ? '' : (record?.data ?? '') };
}

export function inputOf(form: RecordForm, types: RecordType[]): RecordInput {
  const fields = types.find((t) => t.name === form.type)?.fields ?? [];
  return {
    name: form.name.trim() || '@',
    type: form.type,
    ...(form.ttl.trim() && { ttl: Number(form.ttl) }),
    ...(form.raw.trim() ? { data: form.raw.trim() } : { fields: fields.map((f) => ({ name: f.name, value: (form.fields[f.name] ?? '').trim() })) }),
    ...(form.comment.trim() && { comment: form.comment.trim() }),
  };
}

/** A record's data for people, before the server has put it together. */
export const dataOf = (input: RecordInput) => input.data ?? (input.fields ?? []).map((f) => f.value).filter(Boolean).join(' ');

/** A record that is there, as it would be entered. */
export const asInput = (record: DnsRecord): RecordInput => ({ name: record.name, type: record.type, ...(record.fields.length ? { fields: record.fields.map((f) => ({ name: f.name, value: f.value ?? '' })) } : { data: record.data }), ...(!record.defaultTtl && { ttl: record.ttl }), ...(record.comment && { comment: record.comment }) });

/** What pasted lines would change, by the server's plan for them: records that come, and TTLs of those that are there. */
export function pendingOfSets(sets: RecordSetChange[], records: DnsRecord[], defaultTtl: number): Pending[] {
  const own = (ttl: number) => (ttl && ttl !== defaultTtl ? { ttl } : {});
  return sets.flatMap((set) => {
    const there = records.filter((r) => isOwn(r) && r.name === set.name && r.type === set.type && r.ttl !== set.ttlAfter && set.after.includes(r.data));
    const { name, type } = set;
    return [
      ...there.map((record): Pending => ({ key: record.id, record, input: { ...withTtl(asInput(record), 0), ...own(set.ttlAfter) } })),
      ...set.after.filter((data) => !set.before.includes(data)).map((data): Pending => ({ key: `${name} ${type} ${data}`, input: { name, type, data, ...own(set.ttlAfter) } })),
    ];
  });
}

/** With another TTL; 0: the zone's own. */
export const withTtl = ({ ttl: _, ...input }: RecordInput, ttl: number): RecordInput => (ttl ? { ...input, ttl } : input);

/** A diff of sets as text: what goes and what comes, each line a record. */
export function diffOf(sets: RecordSetChange[]) {
  const line = (sign: string, set: RecordSetChange, ttl: number, data: string) => `${sign} ${set.name.padEnd(20)} ${String(ttl).padStart(6)} ${set.type.padEnd(6)} ${data}`;
  return sets
    .flatMap((set) => [
      ...set.before.filter((data) => set.ttlBefore !== set.ttlAfter || !set.after.includes(data)).map((data) => line('-', set, set.ttlBefore, data)),
      ...set.after.filter((data) => set.ttlBefore !== set.ttlAfter || !set.before.includes(data)).map((data) => line('+', set, set.ttlAfter, data)),
    ])
    .join('\n');
}
