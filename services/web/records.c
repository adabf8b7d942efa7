/* records: see records.h. */
#include "records.h"

#include <string.h>

#include "stralix/v1/dns.pb-c.h"

#include "settings.h"
#include "view.h"

enum { EPOCH_SHIFT = 40 };

static bool no_room(struct error *err)
{
	return error_set(err, ERR_TOO_LARGE, "no room for a website");
}

static bool answers(const struct website *site)
{
	return site->serving == SERVING_LIVE || site->serving == SERVING_SUSPENDED;
}

static size_t aliases(const struct website *site)
{
	return site->settings ? site->settings->n_aliases : 0;
}

static bool same_names(const struct website *a, const struct website *b)
{
	if (aliases(a) != aliases(b))
		return false;
	for (size_t i = 0; i < aliases(a); i++)
		if (!settings_has_alias(b->settings, a->settings->aliases[i]))
			return false;
	return true;
}

static bool add(Stralix__V1__PutManagedRecordsRequest *request, const char *name, const struct website *site,
                struct arena *arena)
{
	Stralix__V1__ManagedRecord *record = arena_alloc(arena, sizeof(*record));

	if (!record)
		return false;
	stralix__v1__managed_record__init(record);
	record->name = arena_printf(arena, "%s.", name);
	record->type = arena_strdup(arena, strchr(site->address, ':') ? "AAAA" : "A");
	record->data = (char *)(uintptr_t)site->address;
	request->records[request->n_records++] = record;
	return record->name && record->type;
}

static bool fill(const struct website *site, struct arena *arena, Stralix__V1__PutManagedRecordsRequest *request)
{
	size_t n = aliases(site);

	request->records = arena_alloc(arena, (n + 1) * sizeof(void *));
	if (!request->records)
		return false;
	if (!answers(site))
		return true;
	if (!add(request, site->domain, site, arena))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!add(request, site->settings->aliases[i], site, arena))
			return false;
	return true;
}

bool records_tell(struct change *change, const struct website *before, const struct website *site, struct arena *arena,
                  struct error *err)
{
	Stralix__V1__PutManagedRecordsRequest request;
	Stralix__V1__Target target;

	if (before && answers(before) == answers(site) && same_names(before, site))
		return true;
	stralix__v1__put_managed_records_request__init(&request);
	if (!website_target(site, arena, &target, err))
		return false;
	request.owner_kind = target.kind;
	request.owner_id = target.id;
	request.organisation_id = target.organisation_id;
	request.version = ((uint64_t)site->generation.epoch << EPOCH_SHIFT) + site->generation.n;
	return fill(site, arena, &request) ? change_tell(change, "dns", "PutManagedRecords", &request.base, err)
	                                   : no_room(err);
}
