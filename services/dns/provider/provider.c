/* provider: see provider.h. */
#include "provider.h"

#include <string.h>

static bool supports_all(enum dns_type type)
{
	return type != DNS_NONE;
}

const struct provider provider_nodes = {
	.kind = "", .title = "own name servers", .signs = true, .most_ttl = UINT32_MAX, .supports = supports_all
};

const struct provider *provider_find(const char *kind)
{
	static const struct provider *const all[] = { &provider_nodes, &provider_powerdns, &provider_cloudflare };

	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		if (strcmp(all[i]->kind, kind) == 0)
			return all[i];
	return NULL;
}
