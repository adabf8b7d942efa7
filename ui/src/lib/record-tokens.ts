// Tokens that are limited to records: what they name, and how tools are told to use them.
import type { RecordLimit, Zone } from './api.gen';

export type TokenUse = 'address' | 'record' | 'certificate';
type Example = { key: 'router' | 'ddclient' | 'curl' | 'httpreq' | 'acmesh' | 'change'; text: string };

/** The full name of a record, with its dot at the end. */
export const fullName = (name: string, zone: string) => (name === '@' ? `${zone}.` : name.endsWith('.') ? name : `${name}.${zone}.`);

/** A wildcard's certificate is proven at the name below it. */
const challengeName = (name: string) => (name === '@' || name === '*' ? '_acme-challenge' : `_acme-challenge.${name.replace(/^\*\./, '')}`);

export const limitOf = (use: TokenUse, zone: Pick<Zone, 'id' | 'name'>, name: string, type: string): RecordLimit => ({
  zoneId: zone.id,
  name: fullName(use === 'certificate' ? challengeName(name) : name, zone.name),
  types: use === 'address' ? ['A', 'AAAA'] : use === 'certificate' ? ['TXT'] : [type],
});

export const hostOf = (limit: RecordLimit) => limit.name.replace(/\.$/, '');
export const limitWords = (limit: RecordLimit) => `${hostOf(limit)} ${limit.types?.join(', ')}`;

const challenge = (limit: RecordLimit) => limit.types?.includes('TXT') && limit.name.startsWith('_acme-challenge.');

/** Ready to be copied. */
export function examplesOf(use: TokenUse, origin: string, zoneId: string, limit: RecordLimit, secret: string): Example[] {
  const host = hostOf(limit);
  const server = origin.replace(/^https?:\/\//, '');
  if (use === 'address')
    return [
      { key: 'router', text: `${origin}/nic/update?hostname=${host}&myip=<ipaddr>` },
      { key: 'ddclient', text: `protocol=dyndns2\nserver=${server}\nssl=yes\nlogin=token\npassword='${secret}'\n${host}` },
      { key: 'curl', text: `curl -u 'token:${secret}' '${origin}/nic/update?hostname=${host}'` },
    ];
  if (challenge(limit)) {
    const domain = host.replace(/^_acme-challenge\./, '');
    return [
      { key: 'httpreq', text: `HTTPREQ_ENDPOINT=${origin}/api/v1/acme-dns HTTPREQ_USERNAME=token HTTPREQ_PASSWORD=${secret} \\\n  lego --dns httpreq --domains ${domain} --email you@${domain} --accept-tos run` },
      { key: 'acmesh', text: `export ACMEPROXY_ENDPOINT=${origin}/api/v1/acme-dns ACMEPROXY_USERNAME=token ACMEPROXY_PASSWORD=${secret}\nacme.sh --issue --dns dns_acmeproxy -d ${domain}` },
      { key: 'curl', text: `curl -u 'token:${secret}' -H 'Content-Type: application/json' \\\n  -d '{"fqdn": "${limit.name}", "value": "…"}' ${origin}/api/v1/acme-dns/present` },
    ];
  }
  return [
    { key: 'change', text: `curl -H 'Authorization: Bearer ${secret}' -H 'Content-Type: application/json' \\\n  -d '{"changes": [{"op": "replace", "record": {"name": "${limit.name}", "type": "${limit.types?.[0]}", "data": "…"}}]}' \\\n  ${origin}/api/v1/zones/${zoneId}/changes` },
  ];
}
