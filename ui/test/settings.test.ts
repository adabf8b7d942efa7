import { describe, expect, it } from 'vitest';
import { changed, fieldOf, formOf, settingsOf } from '../src/lib/settings';

const settings = {
  aliases: ['www.a.example', 'b.example'],
  documentRoot: 'web',
  proxy: 'http://192.0.2.1:8080',
  index: ['start.html', 'index.html'],
  redirects: [{ from: '/a', to: '/b', status: 301, below: true, keepPath: false }],
  errorPages: [{ status: 404, page: '/lost.html' }],
  protectedFolders: [{ path: 'intern', realm: 'Staff', users: [{ name: 'ann' }] }],
};

describe('settings as a form', () => {
  it('come back as they were', () => expect(settingsOf(formOf(settings))).toEqual(settings));
  it('are empty when there are none', () => expect(settingsOf(formOf())).toEqual({ aliases: [], documentRoot: '', proxy: '', index: [], redirects: [], errorPages: [], protectedFolders: [] }));
  it('send a password only where one was typed', () => {
    const form = formOf(settings);
    form.protectedFolders[0]!.path = '/intern/';
    form.protectedFolders[0]!.users.push({ name: ' bob ', password: 'typed just now', known: false });
    expect(changed(formOf(settings), form)).toEqual({ protectedFolders: [{ path: 'intern', realm: 'Staff', users: [{ name: 'ann' }, { name: 'bob', password: 'typed just now' }] }] });
    expect(fieldOf({ field: 'settings.protectedFolders[0].users[1].password', rule: '', message: '' })).toEqual({ name: 'protectedFolders.0.users.1.password' });
  });
  it('forgive blanks, commas and slashes at the ends', () => {
    const form = { ...formOf(), aliases: ' www.a.example,\n\n b.example ', documentRoot: '/web/public/', index: 'a.html,  b.html' };
    expect(settingsOf(form)).toMatchObject({ aliases: ['www.a.example', 'b.example'], documentRoot: 'web/public', index: ['a.html', 'b.html'] });
  });
  it('send only what differs', () => {
    const form = formOf(settings);
    expect(changed(form, form)).toEqual({});
    expect(changed(form, { ...form, aliases: 'www.a.example b.example' })).toEqual({});
    expect(changed(form, { ...form, documentRoot: '' })).toEqual({ documentRoot: '' });
  });
  it('take a status that was left out for 302', () => expect(formOf({ redirects: [{ from: '/a', to: '/b' }] }).redirects[0]!.status).toBe('302'));
});

describe('what the server refused', () => {
  it.each([
    ['settings.documentRoot', { name: 'documentRoot' }],
    ['settings.aliases[1]', { name: 'aliases', member: 2 }],
    ['settings.aliases', { name: 'aliases', member: undefined }],
    ['settings.redirects[3].to', { name: 'redirects.3.to' }],
    ['settings.redirects', { name: 'redirects' }],
    ['settings.errorPages[0].status', { name: 'errorPages.0.status' }],
    ['ifMatch', null],
  ])('%s has its place', (field, place) => expect(fieldOf({ field, rule: 'x', message: 'y' })).toEqual(place));
});
