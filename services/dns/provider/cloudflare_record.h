/* cloudflare_record: records as Cloudflare's API spells them. */
#pragma once

#include <jansson.h>

#include "lib/dns/record.h"

bool cloudflare_supports(enum dns_type type);

/* The data of one of its records in presentation format; NULL: it has none that makes sense here, or no room. */
const char *cloudflare_data(enum dns_type type, const json_t *record, struct arena *arena);

/* {"type", "name", "ttl", "content" or "data", "priority"}; NULL without memory. */
json_t *cloudflare_json(const struct dns_record *record, struct arena *arena);
