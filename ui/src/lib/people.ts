'use client';
// Reads of organisations, users, plans and one's own account.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getOrganisation, getProfile, getUser, listApiTokens, listOrganisations, listPlans, listSessions, listUsage, listUsers, type Limit, type Plan } from './api.gen';
import { need } from './http';
import { again } from './queries';

export type OrganisationFilter = { search?: string; state?: string; planId?: string; cursor?: string; limit?: number };
export type UserFilter = { search?: string; organisationId?: string; role?: string; state?: string; cursor?: string; limit?: number };

export const useOrganisationList = (filter: OrganisationFilter, enabled = true) =>
  useQuery({
    queryKey: ['organisations', 'list', filter],
    queryFn: ({ signal }) => listOrganisations(filter, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: (query) => again(query),
    enabled,
  });

export const useOrganisation = (id: string) =>
  useQuery({
    queryKey: ['organisations', 'one', id],
    queryFn: ({ signal }) => getOrganisation({ organisationId: id }, { signal }).then((reply) => need(reply.organisation)),
    refetchInterval: (query) => again(query),
    enabled: id !== '',
  });

export const useUsers = (filter: UserFilter, enabled = true) =>
  useQuery({
    queryKey: ['users', 'list', filter],
    queryFn: ({ signal }) => listUsers(filter, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: (query) => again(query),
    enabled,
  });

export const useUser = (id: string) =>
  useQuery({
    queryKey: ['users', 'one', id],
    queryFn: ({ signal }) => getUser({ userId: id }, { signal }).then((reply) => need(reply.user)),
    refetchInterval: (query) => again(query),
    enabled: id !== '',
  });

export const usePlans = (enabled = true) =>
  useQuery({
    queryKey: ['plans'],
    queryFn: ({ signal }) => listPlans({ limit: 200 }, { signal }),
    refetchInterval: (query) => again(query),
    enabled,
  });

/** Of an organisation; '' is one's own. */
export const useUsage = (organisationId: string, enabled = true) =>
  useQuery({
    queryKey: ['usage', organisationId],
    queryFn: ({ signal }) => listUsage({ organisationId: organisationId || undefined }, { signal }).then((reply) => reply.usage),
    refetchInterval: (query) => again(query),
    enabled,
  });

/** Of a user; '' is oneself. */
export const useApiTokens = (userId: string, enabled = true) =>
  useQuery({
    queryKey: ['tokens', userId],
    queryFn: ({ signal }) => listApiTokens({ userId: userId || undefined }, { signal }).then((reply) => reply.tokens),
    refetchInterval: (query) => again(query),
    enabled,
  });

export const useSessions = () =>
  useQuery({
    queryKey: ['sessions'],
    queryFn: ({ signal }) => listSessions({ signal }).then((reply) => reply.sessions),
    refetchInterval: (query) => again(query),
  });

export const useProfile = () =>
  useQuery({
    queryKey: ['profile'],
    queryFn: ({ signal }) => getProfile({ signal }).then((reply) => need(reply.user)),
    refetchInterval: (query) => again(query),
  });

/** What a plan can limit. */
export const kinds = ['websites'] as const;

/** Limits by kind, as a form has them: '' is none. */
export const limitsOf = (plan: Plan | null) => Object.fromEntries(kinds.map((kind) => {
  const limit = plan?.limits.find((one) => one.kind === kind);
  return [kind, limit ? String(limit.limit ?? 0) : ''];
})) as Record<(typeof kinds)[number], string>;

export const limitsFrom = (form: Record<string, string>): Limit[] => kinds.filter((kind) => form[kind]?.trim()).map((kind) => ({ kind, limit: Number(form[kind]) }));

export const roles = ['customer', 'staff', 'admin'] as const;
export const roleOf = (name: string) => name.toUpperCase() as 'CUSTOMER' | 'STAFF' | 'ADMIN';

/** A password that nobody has thought of: 20 characters of 32, 100 bits. */
export function freshPassword() {
  const letters = 'abcdefghijkmnpqrstuvwxyz23456789';
  return Array.from(crypto.getRandomValues(new Uint8Array(20)), (byte) => letters[byte % 32]).join('').replace(/(.{5})(?=.)/g, '$1-');
}

/** Permissions by what they are about, for choosing some of them. */
export function grouped(permissions: string[]) {
  const groups = new Map<string, string[]>();
  for (const permission of [...permissions].sort()) {
    const [about = ''] = permission.split(':');
    groups.set(about, [...(groups.get(about) ?? []), permission]);
  }
  return [...groups];
}
