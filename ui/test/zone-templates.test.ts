import { describe, expect, it } from 'vitest';
import type { DnsRecord, ZoneTemplate } from '../src/lib/api.gen';
import { ApiError } from '../src/lib/http';
import { copyOf, dotted, templateBody, templateFields, templateForm, templateOf, undeclared } from '../src/lib/zone-templates';

const template = {
  name: 'Shops',
  description: 'As we do it',
  records: [{ name: '@', type: 'A', ttl: 0, data: '{ipv4}' }, { name: 'www', type: 'CNAME', ttl: 300, data: '{zone}.' }],
  variables: [{ name: 'ipv4', label: 'Address', required: true }],
};
const record = (name: string, type: string, data: string, more: Partial<DnsRecord> = {}): DnsRecord => ({ id: `${name}${type}${data}`, name, type, ttl: 3600, data, fields: [], comment: '', managedBy: '', ownerId: '', inStep: true, message: '', defaultTtl: true, updatedAt: '', ...more });

describe('a template as a form', () => {
  it('comes back as it was', () => expect(templateBody(templateForm(template))).toEqual(template));
  it('begins with one record', () => expect(templateForm().records).toEqual([{ name: '@', type: 'A', ttl: '', data: '' }]));
  it('knows what is used and not declared', () => {
    const form = templateForm({ ...template, records: [...template.records, { name: '{host}', type: 'TXT', data: '{dkim} {host} {zone} {Not}' }] });
    expect(undeclared(form)).toEqual(['host', 'dkim']);
  });
  it('has a place for each violation', () => {
    const error = dotted(new ApiError(400, 'INVALID', 'no', '', [{ field: 'records[1].data', rule: 'variable', message: 'no' }])) as ApiError;
    expect(error.violations[0]!.field).toBe('records.1.data');
    expect(templateFields(2, 1)).toEqual(expect.arrayContaining(['records.1.data', 'variables.0.name']));
    expect(templateFields(1, 0)).not.toContain('records.1.data');
  });
  it('is copied under a free name', () => {
    const words = (n: number) => (n === 1 ? 'Copy' : `Copy ${n}`);
    expect(copyOf(template as unknown as ZoneTemplate, ['copy', 'Copy 2'], words).name).toBe('Copy 3');
  });
});

describe('a zone as a template', () => {
  const zone = { name: 'shop.example' };
  const label = (name: string) => name;
  it('speaks of any zone, and of addresses as variables', () => {
    const made = templateOf(zone, [record('@', 'A', '192.0.2.1'), record('www', 'CNAME', 'shop.example.'), record('@', 'MX', '10 mail.shop.example.'), record('mail', 'A', '192.0.2.1', { defaultTtl: false, ttl: 60 }), record('b', 'A', '192.0.2.2')], label);
    expect(made.records.map((r) => [r.data, r.ttl])).toEqual([['{ipv4}', ''], ['{zone}.', ''], ['10 mail.{zone}.', ''], ['{ipv4}', '60'], ['192.0.2.2', '']]);
    expect(made.variables).toEqual([{ name: 'ipv4', label: 'ipv4', required: true }]);
  });
  it('leaves names alone that only look like the zone', () => {
    const made = templateOf(zone, [record('a', 'CNAME', 'myshop.example.'), record('b', 'CNAME', 'shop.example.org.'), record('c', 'TXT', '"see shop.example. or not"')], label);
    expect(made.records.map((r) => r.data)).toEqual(['myshop.example.', 'shop.example.org.', '"see {zone}. or not"']);
  });
  it('has nothing of the panel and of other services, and no brace that isn\'t a variable', () => {
    const made = templateOf(zone, [record('@', 'SOA', 'x', { id: '' }), record('w', 'A', '192.0.2.9', { managedBy: 'web' }), record('t', 'TXT', '"{a}"')], label);
    expect(made.records).toEqual([{ name: 't', type: 'TXT', ttl: '', data: '"\\123a}"' }]);
  });
  it('says how many records have no room', () => expect(templateOf(zone, Array.from({ length: 103 }, (_, i) => record(`h${i}`, 'A', '192.0.2.7')), label)).toMatchObject({ left: 3, variables: [] }));
  it('makes no variable of several addresses', () => expect(templateOf(zone, [record('@', 'A', '192.0.2.1'), record('@', 'A', '192.0.2.2')], label).variables).toEqual([]));
});
