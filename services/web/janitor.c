/* Janitor: websites whose grace period is over are removed from their nodes; those without a certificate ask for one.
 */
#include "lib/service/change.h"

#include "desire.h"
#include "store.h"
#include "web.h"

enum { ARENA_MAX = 1 << 20 };

static bool purge(struct service *service, const struct website_due *due, struct error *err)
{
	static const struct desire removed = {
		.serving = SERVING_REMOVED, .state = WEBSITE_PURGING, .permission = "", .action = "website.purge"
	};
	_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX);
	_cleanup_(change_freep) struct change *change = NULL;
	struct website site;

	if (!arena)
		return error_set(err, ERR_INTERNAL, "no memory");
	if (!change_begin_system(service, &due->org, "", &change, err) ||
	    !website_lock(change_tx(change), &due->id, arena, &site, err))
		return false;
	if (site.state != WEBSITE_DELETED || !site.purge_ms)
		return true; /* brought back meanwhile */
	return website_desire_again(change, &site, &removed, service_epoch(service), arena, err) &&
	       change_commit(change, err);
}

bool web_purge_due(struct service *service, struct error *err)
{
	struct website_due due[WEBSITES_DUE];
	unsigned n = 0;

	if (!website_due(service_db_wide(service), due, &n, err))
		return false;
	for (unsigned i = 0; i < n; i++)
		if (!purge(service, &due[i], err))
			return error_wrap(err, "purge what is past its grace period");
	return true;
}
