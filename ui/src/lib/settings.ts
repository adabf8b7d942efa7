// A website's settings as a form holds them, and back: lists of names are text, the rest is as the contract has it.
import type { ErrorPage, Redirect, WebsiteSettings } from './api.gen';
import type { Violation } from './http';

export type SettingsForm = {
  aliases: string;
  documentRoot: string;
  proxy: string;
  index: string;
  redirects: { from: string; to: string; status: string; below: boolean; keepPath: boolean }[];
  errorPages: { status: string; page: string }[];
  protectedFolders: { path: string; realm: string; users: { name: string; password: string; known: boolean }[] }[];
};

export const statuses = ['301', '302', '303', '307', '308'] as const;

const words = (text: string) => text.split(/[\s,]+/).filter(Boolean);

export const formOf = (settings: WebsiteSettings = {}): SettingsForm => ({
  aliases: (settings.aliases ?? []).join('\n'),
  documentRoot: settings.documentRoot ?? '',
  proxy: settings.proxy ?? '',
  index: (settings.index ?? []).join(' '),
  redirects: (settings.redirects ?? []).map((r: Redirect) => ({ from: r.from, to: r.to, status: String(r.status || 302), below: !!r.below, keepPath: !!r.keepPath })),
  errorPages: (settings.errorPages ?? []).map((p: ErrorPage) => ({ status: String(p.status), page: p.page })),
  protectedFolders: (settings.protectedFolders ?? []).map((f) => ({ path: f.path ?? '', realm: f.realm ?? '', users: (f.users ?? []).map((u) => ({ name: u.name, password: '', known: true })) })),
});

export const settingsOf = (form: SettingsForm): WebsiteSettings => ({
  aliases: words(form.aliases),
  documentRoot: form.documentRoot.trim().replace(/^\/+|\/+$/g, ''),
  proxy: form.proxy.trim().replace(/\/+$/, ''),
  index: words(form.index),
  redirects: form.redirects.map((r) => ({ ...r, from: r.from.trim(), to: r.to.trim(), status: Number(r.status) })),
  errorPages: form.errorPages.map((p) => ({ status: Number(p.status), page: p.page.trim() })),
  protectedFolders: form.protectedFolders.map((f) => ({
    path: f.path.trim().replace(/^\/+|\/+$/g, ''),
    realm: f.realm.trim(),
    users: f.users.map((u) => ({ name: u.name.trim(), ...(u.password ? { password: u.password } : {}) })),
  })),
});

/** Only what differs travels: what others change beside it stays as it is. */
export function changed(before: SettingsForm, after: SettingsForm): WebsiteSettings {
  const was = settingsOf(before);
  return Object.fromEntries(Object.entries(settingsOf(after)).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(was[name as keyof WebsiteSettings])));
}

/** What the members of a change were before it. */
export function before(form: SettingsForm, change: WebsiteSettings): WebsiteSettings {
  const was = settingsOf(form);
  return Object.fromEntries(Object.keys(change).map((name) => [name, was[name as keyof WebsiteSettings]]));
}

/** The form's field that a violation is about, and which member of a list that is one text. */
export function fieldOf({ field }: Violation) {
  if (field.startsWith('settings.protectedFolders[')) return { name: field.slice('settings.'.length).replace(/\[(\d+)\]/g, '.$1') };
  const [, name, index, member] = /^settings\.(\w+)(?:\[(\d+)\])?(?:\.(\w+))?$/.exec(field) ?? [];
  if (!name) return null;
  if (name === 'aliases' || name === 'index') return { name, member: index === undefined ? undefined : Number(index) + 1 };
  return { name: index === undefined ? name : `${name}.${index}.${member ?? 'from'}` };
}
