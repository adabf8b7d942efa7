import { describe, expect, it } from 'vitest';
import { createWebsiteForm, signInForm } from '../src/lib/forms.gen';
import { broken, toAscii } from '../src/lib/rules';

describe('toAscii', () => {
  it.each([
    ['shop.example', 'shop.example'],
    [' SHOP.Example. ', 'shop.example'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
  ])('reads %j as %j', (typed, name) => expect(toAscii(typed)).toBe(name));

  it.each(['', 'localhost', 'a b.example', 'http://a.example', 'a.example/x', 'a.example:80', 'u@a.example', '-a.example', 'a-.example', 'a..example', '1.2.3.4', '[::1]', 'a_b.example', 'a.example?x', `${'a'.repeat(64)}.example`])(
    'takes %j for no domain',
    (typed) => expect(toAscii(typed)).toBeNull(),
  );
});

describe('broken', () => {
  it('names what is missing', () => expect(broken('', { required: true })).toBe('required'));
  it('lets an empty field be when it may be empty', () => expect(broken('', { format: 'email', min: 3 })).toBeNull());
  it('counts bytes, as the server does', () => {
    expect(broken('ü'.repeat(4), { max: 8 })).toBeNull();
    expect(broken('ü'.repeat(5), { max: 8 })).toBe('maxLength');
  });
  it('says of a short password how long it has to be', () => expect(broken('short', { format: 'password', min: 12 })).toBe('password'));
  it('checks a pattern', () => expect(broken('N1', { pattern: /^[a-z0-9-]{1,63}$/ })).toBe('pattern'));
});

describe('the generated forms', () => {
  it('trim a domain and take the choices that were left open', () => {
    expect(createWebsiteForm.parse({ domain: ' shop.example ', organisationId: '', nodeId: '' }).domain).toBe('shop.example');
  });
  it('refuse what is no domain', () => {
    const result = createWebsiteForm.safeParse({ domain: 'not a domain' });
    expect(result.error?.issues[0]).toMatchObject({ path: ['domain'], message: 'idn-hostname' });
  });
  it('keep the blanks of a password', () => {
    expect(signInForm.parse({ email: ' ann@shop.example ', password: ' twelve chars ' })).toEqual({ email: 'ann@shop.example', password: ' twelve chars ' });
  });
});
