'use client';
// Certificates of websites: their reads, and what their states mean to people.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { Tone } from '@/components/ui/badge';
import { getCertificate, getWebsiteCertificate, getWebsiteDefaults, listCertificates, preflightWebsite, type Https, type WebsiteCertificate } from './api.gen';
import { need } from './http';
import { again } from './queries';

export const certificateTone: Record<string, Tone> = { waiting: 'idle', preflight: 'info', ordering: 'info', validating: 'info', issuing: 'info', installing: 'info', active: 'ok', failed: 'bad', replaced: 'idle', expired: 'bad', revoked: 'bad' };
/** On its way: somebody works at it now. */
export const underWay = new Set(['preflight', 'ordering', 'validating', 'issuing', 'installing']);
const over = new Set(['replaced', 'expired', 'revoked']);
export const isOver = (state: string) => over.has(state);
const watchMs = 4_000;
const dayMs = 86_400_000;

/** Whole days from now on; negative when it is over. */
export const daysLeft = (until: string, now: number) => Math.floor((new Date(until).getTime() - now) / dayMs);

export type CertificateFilter = { search?: string; state?: string; expiresWithinDays?: number; sort?: string; cursor?: string; limit?: number };
const moving = (certificates: (WebsiteCertificate | undefined)[]) => certificates.some((c) => c && underWay.has(c.state));

export const useCertificates = (filter: CertificateFilter, enabled = true) =>
  useQuery({
    queryKey: ['certificates', 'list', filter],
    queryFn: ({ signal }) => listCertificates(filter, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: (query) => again(query) || (query.state.data && moving(query.state.data.certificates) ? watchMs : false),
    enabled,
  });

export const useCertificate = (id: string) =>
  useQuery({
    queryKey: ['certificates', 'one', id],
    queryFn: ({ signal }) => getCertificate({ certificateId: id }, { signal }).then((reply) => need(reply.certificate)),
    refetchInterval: (query) => again(query) || (moving([query.state.data]) ? watchMs : false),
    enabled: id !== '',
  });

/** What a website is served with and what is on its way. */
export const useWebsiteCertificate = (websiteId: string) =>
  useQuery({
    queryKey: ['certificates', 'website', websiteId],
    queryFn: ({ signal }) => getWebsiteCertificate({ websiteId }, { signal }),
    refetchInterval: (query) => again(query) || (moving([query.state.data?.coming]) ? watchMs : false),
  });

/** How its names would be shown to an authority, asked of the network each time it is opened. */
export const usePreflight = (websiteId: string, enabled: boolean, wildcard?: boolean) =>
  useQuery({ queryKey: ['certificates', 'preflight', websiteId, wildcard], queryFn: ({ signal }) => preflightWebsite({ websiteId, wildcard }, { signal }), enabled, staleTime: 5_000, retry: false });

/** What new websites of an organisation begin with; '': the own one. */
export const useWebsiteDefaults = (organisationId: string, enabled: boolean) =>
  useQuery({ queryKey: ['websiteDefaults', organisationId], queryFn: ({ signal }) => getWebsiteDefaults({ ...(organisationId && { organisationId }) }, { signal }).then((reply) => need(reply.defaults)), refetchInterval: (query) => again(query), enabled });

export type HttpsForm = { certificate: 'AUTOMATIC' | 'OWN' | 'NONE'; wildcard: boolean; redirect: boolean; hsts: '0' | '300' | '2592000' | '31536000' | '63072000'; subdomains: boolean };
const ages = ['0', '300', '2592000', '31536000', '63072000'] as const;
export const hstsAges = ages;

export function httpsForm(https: Https | undefined): HttpsForm {
  const age = String(https?.hstsS ?? 0);
  return {
    certificate: https?.certificate === 'OWN' || https?.certificate === 'NONE' ? https.certificate : 'AUTOMATIC',
    wildcard: https?.wildcard ?? false,
    redirect: !https?.keepHttp,
    hsts: ages.find((a) => a === age) ?? ages.find((a) => Number(a) >= Number(age)) ?? '63072000',
    subdomains: https?.hstsSubdomains ?? false,
  };
}

export const httpsOf = (form: HttpsForm): Https => ({ certificate: form.certificate, wildcard: form.certificate === 'AUTOMATIC' && form.wildcard, keepHttp: !form.redirect, hstsS: Number(form.hsts), hstsSubdomains: form.hsts !== '0' && form.subdomains });
