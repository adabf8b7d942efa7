/* aliases: see aliases.h. */
#include "aliases.h"

#include <stdio.h>

#include "claims.h"
#include "wish.h"

enum { FIELD = 64 };

static bool claim(struct call *call, const struct website *site, const char *name, const char *field,
                  struct aliases *aliases, struct error *err)
{
	if (!wish_check_name(call, site, name, field, err))
		return false;
	if (aliases->n == ARRAY_SIZE(aliases->names))
		return error_field(err, field, "count", "There are too many.");
	if (!claim_name(call, site, name, field, err))
		return false;
	aliases->names[aliases->n++] = name;
	return true;
}

bool aliases_claim(struct call *call, const struct website *site, const Stralix__V1__WebsiteSettings *wanted,
                   struct aliases *ret, struct error *err)
{
	char field[FIELD];

	ret->n = 0;
	for (size_t i = 0; i < wanted->n_aliases; i++) {
		snprintf(field, sizeof(field), "settings.aliases[%zu]", i);
		if (wish_has_name(site, wanted->aliases[i]) || claim(call, site, wanted->aliases[i], field, ret, err))
			continue;
		aliases_give_back(call, site, ret);
		return false;
	}
	return true;
}

void aliases_give_back(struct call *call, const struct website *site, const struct aliases *aliases)
{
	for (size_t i = 0; i < aliases->n; i++)
		claim_give_back(call, site, aliases->names[i]);
}

bool aliases_confirm(struct change *change, const struct website *site, const struct aliases *aliases,
                     struct error *err)
{
	for (size_t i = 0; i < aliases->n; i++)
		if (!claim_confirm(change, site, aliases->names[i], err))
			return false;
	return true;
}
