import { describe, expect, it } from 'vitest';
import type { DnsRecord, RecordSetChange, Zone } from '../src/lib/api.gen';
import { asInput, changesOf, formOf, inputOf, pendingOfSets, withTtl, zoneOf, zoneSearch } from '../src/lib/zones';

const record = (name: string, type: string, data: string, more: Partial<DnsRecord> = {}): DnsRecord => ({ id: `${name} ${data}`, name, type, ttl: 3600, data, fields: [{ name: 'address', value: data }], comment: '', managedBy: '', ownerId: '', inStep: true, message: '', defaultTtl: true, updatedAt: '', ...more });
const set = (name: string, type: string, before: string[], after: string[], ttlBefore = 3600, ttlAfter = 3600): RecordSetChange => ({ name, type, before, after, ttlBefore, ttlAfter });

describe('pasted lines as pending changes', () => {
  it('are the records that come, with a TTL only where it is another than the zone\'s', () => {
    const pending = pendingOfSets([set('www', 'A', ['192.0.2.1'], ['192.0.2.1', '192.0.2.2']), set('m', 'MX', [], ['10 a.'], 0, 300)], [record('www', 'A', '192.0.2.1')], 3600);
    expect(changesOf(pending)).toEqual([{ op: 'add', record: { name: 'www', type: 'A', data: '192.0.2.2' } }, { op: 'add', record: { name: 'm', type: 'MX', data: '10 a.', ttl: 300 } }]);
  });
  it('change the TTL of what is there already, but for records of others', () => {
    const there = [record('www', 'A', '192.0.2.1', { comment: 'why' }), record('www', 'A', '192.0.2.3', { managedBy: 'web' })];
    const pending = pendingOfSets([set('www', 'A', ['192.0.2.1', '192.0.2.3'], ['192.0.2.1', '192.0.2.3'], 3600, 60)], there, 3600);
    expect(changesOf(pending)).toEqual([{ op: 'replace', recordId: 'www 192.0.2.1', record: { name: 'www', type: 'A', fields: [{ name: 'address', value: '192.0.2.1' }], comment: 'why', ttl: 60 } }]);
  });
  it('twice are the same changes', () => {
    const once = () => pendingOfSets([set('a', 'A', [], ['192.0.2.1'], 0, 3600)], [], 3600);
    expect(once()[0]!.key).toBe(once()[0]!.key);
  });
});

describe('a record as it would be entered', () => {
  const types = [{ name: 'A', apexOnly: false, fields: [{ name: 'address', kind: 'ipv4', least: 0, most: 0, words: '' }] }];
  it('gets another TTL, or the zone\'s', () => {
    const input = asInput(record('a', 'A', '192.0.2.1', { defaultTtl: false, ttl: 60 }));
    expect(input.ttl).toBe(60);
    expect(withTtl(input, 300).ttl).toBe(300);
    expect(withTtl(input, 0)).not.toHaveProperty('ttl');
  });
  it('keeps data that nobody has taken apart', () => {
    const form = formOf({ name: 'a', type: 'A', data: '192.0.2.1' }, types);
    expect(form.raw).toBe('192.0.2.1');
    expect(inputOf(form, types)).toEqual({ name: 'a', type: 'A', data: '192.0.2.1' });
    expect(inputOf(formOf(record('a', 'A', '192.0.2.1'), types), types)).toEqual({ name: 'a', type: 'A', fields: [{ name: 'address', value: '192.0.2.1' }] });
  });
});

describe('the zone of a name', () => {
  const zone = (name: string, more: Partial<Zone> = {}) => ({ id: name, name, displayName: name, organisationId: 'o1', serving: 'live', ...more }) as Zone;
  const zones = [zone('shop.example'), zone('eu.shop.example'), zone('xn--bcher-kva.example', { displayName: 'bücher.example' })];
  it('is the nearest one that covers it, in either spelling', () => {
    expect(zoneOf('www.eu.shop.example', 'o1', zones)?.name).toBe('eu.shop.example');
    expect(zoneOf('shop.example', 'o1', zones)?.name).toBe('shop.example');
    expect(zoneOf('www.bücher.example', 'o1', zones)?.name).toBe('xn--bcher-kva.example');
    expect(zoneOf('www.xn--bcher-kva.example', 'o1', zones)?.name).toBe('xn--bcher-kva.example');
  });
  it('is none that only ends alike, is another organisation\'s, or is deleted', () => {
    expect(zoneOf('workshop.example', 'o1', zones)).toBeUndefined();
    expect(zoneOf('shop.example', 'o2', zones)).toBeUndefined();
    expect(zoneOf('shop.example', undefined, zones)).toBeUndefined();
    expect(zoneOf('shop.example', 'o1', [zone('shop.example', { serving: 'deleted' })])).toBeUndefined();
  });
  it('is searched for by what each of them ends with', () => {
    expect([zoneSearch('www.shop.example'), zoneSearch('shop.example'), zoneSearch('shop'), zoneSearch('shop.'), zoneSearch('')]).toEqual(['shop.example', 'shop.example', '', '', '']);
  });
});
