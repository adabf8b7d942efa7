import { expect, test } from 'vitest';
import { examplesOf, fullName, limitOf, limitWords } from '@/lib/record-tokens';

const zone = { id: 'z1', name: 'shop.example' };
const origin = 'https://panel.example:8443';

test('names are full ones', () => {
  expect(fullName('@', 'shop.example')).toBe('shop.example.');
  expect(fullName('home', 'shop.example')).toBe('home.shop.example.');
  expect(fullName('*.dev', 'shop.example')).toBe('*.dev.shop.example.');
  expect(fullName('other.example.', 'shop.example')).toBe('other.example.');
});

test('what a token is for says which records', () => {
  expect(limitOf('address', zone, 'home', 'A')).toEqual({ zoneId: 'z1', name: 'home.shop.example.', types: ['A', 'AAAA'] });
  expect(limitOf('record', zone, 'home', 'A').types).toEqual(['A']);
  for (const [name, full] of [['@', '_acme-challenge.shop.example.'], ['*', '_acme-challenge.shop.example.'], ['www', '_acme-challenge.www.shop.example.'], ['*.dev', '_acme-challenge.dev.shop.example.']] as const)
    expect(limitOf('certificate', zone, name, 'A')).toEqual({ zoneId: 'z1', name: full, types: ['TXT'] });
  expect(limitWords(limitOf('address', zone, 'home', 'A'))).toBe('home.shop.example A, AAAA');
});

test('examples name the panel, the record and the secret', () => {
  const address = examplesOf('address', origin, 'z1', limitOf('address', zone, 'home', 'A'), 'st_x');
  expect(address.map((e) => e.key)).toEqual(['router', 'ddclient', 'curl']);
  expect(address[0]?.text).toBe('https://panel.example:8443/nic/update?hostname=home.shop.example&myip=<ipaddr>');
  expect(address[1]?.text).toContain('server=panel.example:8443\n');
  const acme = examplesOf('certificate', origin, 'z1', limitOf('certificate', zone, '@', 'A'), 'st_x');
  expect(acme[0]?.text).toContain('HTTPREQ_ENDPOINT=https://panel.example:8443/api/v1/acme-dns');
  expect(acme[0]?.text).toContain('--domains shop.example ');
  expect(examplesOf('record', origin, 'z1', limitOf('record', zone, 'mail', 'MX'), 'st_x')[0]?.text).toContain('"type": "MX"');
});
