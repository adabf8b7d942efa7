// Generated from openapi.json by scripts/api.mjs. Do not edit.
import * as z from 'zod/mini';
import { text } from './rules';

export const signInForm = /* @__PURE__ */ z.object({
  email: text({ required: true, format: 'email', min: 3, max: 253 }),
  password: text({ required: true, format: 'password', min: 12, max: 128 }),
});

export const createApiTokenForm = /* @__PURE__ */ z.object({
  name: text({ required: true, max: 80 }),
  scopes: z.optional(z.array(text({ required: true, pattern: /^[a-z_]+:[a-z_]+$/, max: 64 }))),
  ttlS: z.optional(z.number()),
  records: z.optional(z.array(text({ required: true }))),
});

export const createSreTokenForm = /* @__PURE__ */ z.object({
  service: text({ required: true, pattern: /^[a-z0-9-]{1,63}$/, max: 32 }),
  write: z.optional(text({  })),
});

export const changePasswordForm = /* @__PURE__ */ z.object({
  currentPassword: text({ required: true, format: 'password', min: 12, max: 128 }),
  password: text({ required: true, format: 'password', min: 12, max: 128 }),
});

export const createOrganisationForm = /* @__PURE__ */ z.object({
  name: text({ required: true, max: 80 }),
  planId: z.optional(text({ format: 'uuid', max: 36 })),
});

export const createPlanForm = /* @__PURE__ */ z.object({
  name: text({ required: true, max: 80 }),
  limits: z.optional(z.array(text({ required: true }))),
});

export const createUserForm = /* @__PURE__ */ z.object({
  organisationId: text({ required: true, format: 'uuid', min: 36, max: 36 }),
  email: text({ required: true, format: 'email', min: 3, max: 253 }),
  name: text({ required: true, max: 80 }),
  password: text({ required: true, format: 'password', min: 12, max: 128 }),
  role: z.optional(z.enum(['ROLE_UNSET', 'CUSTOMER', 'STAFF', 'ADMIN'])),
  mustChangePassword: z.optional(text({  })),
  organisationIds: z.optional(z.array(text({ required: true, format: 'uuid', max: 36 }))),
});

export const registerNodeForm = /* @__PURE__ */ z.object({
  nodeId: text({ required: true, pattern: /^[a-z0-9-]{1,63}$/, max: 63 }),
  name: z.optional(text({ max: 80 })),
  address: text({ required: true, min: 2, max: 45 }),
  reportKey: text({ required: true, pattern: /^[A-Za-z0-9_-]{43}$/, min: 43, max: 43 }),
  capabilities: z.optional(z.array(text({ required: true, pattern: /^-?[a-z][a-z0-9_.-]*$/, max: 32 }))),
  httpPort: z.optional(z.number()),
  httpsPort: z.optional(z.number()),
  dnsPort: z.optional(z.number()),
});

export const createWebsiteForm = /* @__PURE__ */ z.object({
  domain: text({ required: true, format: 'idn-hostname', max: 253 }),
  organisationId: z.optional(text({ format: 'uuid', max: 36 })),
  nodeId: z.optional(text({ pattern: /^[a-z0-9-]{1,63}$/, max: 63 })),
});

export const updateCertificateAuthorityForm = /* @__PURE__ */ z.object({
  contact: z.optional(text({ format: 'email', max: 254 })),
});

export const createZoneForm = /* @__PURE__ */ z.object({
  name: text({ required: true, format: 'idn-hostname', max: 253 }),
  organisationId: z.optional(text({ format: 'uuid', max: 36 })),
  templateId: z.optional(text({ pattern: /^[a-z0-9-]{1,63}$/, max: 63 })),
  templateValues: z.optional(z.array(text({ required: true }))),
  nodeIds: z.optional(z.array(text({ required: true, pattern: /^[a-z0-9-]{1,63}$/, max: 63 }))),
  zoneFile: z.optional(text({ max: 262144 })),
  accountId: z.optional(text({ format: 'uuid', max: 36 })),
  createAtProvider: z.optional(text({  })),
});

export const createZoneTemplateForm = /* @__PURE__ */ z.object({
  organisationId: z.optional(text({ format: 'uuid', max: 36 })),
  name: text({ required: true, max: 80 }),
  description: z.optional(text({ max: 200 })),
  records: z.optional(z.array(text({ required: true }))),
  variables: z.optional(z.array(text({ required: true }))),
});

export const createDnsAccountForm = /* @__PURE__ */ z.object({
  organisationId: z.optional(text({ format: 'uuid', max: 36 })),
  name: text({ required: true, max: 80 }),
  kind: text({ required: true, pattern: /^-?[a-z][a-z0-9_.-]*$/, max: 16 }),
  baseUrl: z.optional(text({ format: 'uri-reference', max: 400 })),
  serverId: z.optional(text({ pattern: /^[a-z0-9-]{1,63}$/, max: 63 })),
  nameServers: z.optional(z.array(text({ required: true, max: 255 }))),
  token: text({ required: true, max: 512 }),
});

export const updateAddressForm = /* @__PURE__ */ z.object({
  hostname: text({ required: true, max: 254 }),
  addresses: z.optional(z.array(text({ required: true, max: 45 }))),
});

export const challengeForm = /* @__PURE__ */ z.object({
  fqdn: text({ required: true, max: 254 }),
  value: text({ required: true, pattern: /^[A-Za-z0-9_.-]+$/, max: 255 }),
});
