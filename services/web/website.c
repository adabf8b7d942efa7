/* website: enum and text of states. */
#include "website.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const states[WEBSITE_STATES] = {
	[WEBSITE_PENDING] = "pending", [WEBSITE_ACTIVE] = "active",     [WEBSITE_SUSPENDED] = "suspended",
	[WEBSITE_FAILED] = "failed",   [WEBSITE_DELETING] = "deleting", [WEBSITE_DELETED] = "deleted",
	[WEBSITE_PURGING] = "purging", [WEBSITE_PURGED] = "purged",
};

static const char *const servings[SERVINGS] = {
	[SERVING_NONE] = "",           [SERVING_LIVE] = "live",       [SERVING_SUSPENDED] = "suspended",
	[SERVING_DELETED] = "deleted", [SERVING_REMOVED] = "removed",
};

static bool parse(const char *const *names, unsigned n, const char *name, unsigned *ret)
{
	for (unsigned i = 0; i < n; i++)
		if (!strcmp(names[i], name)) {
			*ret = i;
			return true;
		}
	return false;
}

const char *website_state_name(enum website_state state)
{
	return states[state];
}

bool website_state_parse(const char *name, enum website_state *ret)
{
	unsigned number;

	if (!parse(states, WEBSITE_STATES, name, &number))
		return false;
	*ret = (enum website_state)number;
	return true;
}

const char *website_serving_name(enum website_serving serving)
{
	return servings[serving];
}

bool website_serving_parse(const char *name, enum website_serving *ret)
{
	unsigned number;

	if (!parse(servings, SERVINGS, name, &number))
		return false;
	*ret = (enum website_serving)number;
	return true;
}

const char *website_etag(const struct website *site, char buffer[static WEBSITE_ETAG])
{
	snprintf(buffer, WEBSITE_ETAG, "%" PRIu32 ".%" PRIu64, site->generation.epoch, site->generation.n);
	return buffer;
}
