/* provider_take_in: a zone that stands at another provider comes under the panel: its records become rows. */
#include <string.h>

#include "lib/base/failpoint.h"

#include "dns_sql.h"
#include "provider_run.h"
#include "revise.h"
#include "store.h"

static bool no_room(struct error *err)
{
	return error_set(err, ERR_TOO_LARGE, "no room for the zone");
}

/* Whether a record that the zone was to begin with gives way: what stands there already goes on. */
static bool gives_way(const struct row *row, const struct records *there)
{
	for (size_t i = 0; i < there->n; i++) {
		const struct dns_record *other = &there->list[i];

		if (strcmp(other->name, row->name) == 0 &&
		    (other->type == row->type || other->type == DNS_CNAME || row->type == DNS_CNAME))
			return true;
	}
	return false;
}

static uint32_t ttl_of(uint32_t ttl)
{
	enum { AUTOMATIC = 300 };

	if (!ttl)
		return AUTOMATIC;
	return ttl < LEAST_TTL ? LEAST_TTL : ttl > MOST_TTL ? MOST_TTL : ttl;
}

/* The first TTL of a set is that of all. *applied: what was taken, as the provider has it. */
static bool take(struct content *content, const struct records *there, const struct provider *provider,
                 struct records *applied)
{
	uint32_t ttl = 0;

	*applied = (struct records){ .list = arena_alloc(content->arena, (there->n + 1) * sizeof(*applied->list)) };
	if (!applied->list)
		return false;
	for (size_t i = 0; i < content->n; i++)
		if (!*content->rows[i].managed_by && gives_way(&content->rows[i], there))
			content->rows[i].fate = ROW_GONE;
	for (size_t i = 0; i < there->n; i++) {
		const struct dns_record *record = &there->list[i];
		struct row *row;

		if (!i || !dns_same_set(record, &there->list[i - 1]))
			ttl = ttl_of(record->ttl);
		if (!provider->supports(record->type))
			continue;
		if (!(row = content_add(content)))
			return false;
		row->name = record->name;
		row->type = record->type;
		row->data = record->data;
		row->ttl = ttl;
		applied->list[applied->n] = *record;
		if (!record->ttl)
			applied->list[applied->n].ttl = ttl;
		applied->n++;
	}
	return true;
}

/* What stands there is what the panel has applied. */
static bool write_zone(struct run *run, struct change *change, struct zone *zone, const struct records *there,
                       struct error *why, struct error *err)
{
	const struct revision revision = { .kind = "import",
		                           .note = "What the provider had already",
		                           .permission = "",
		                           .action = "zone.take_in",
		                           .actor_id = "system:dns",
		                           .actor_name = "dns",
		                           .request_id = "",
		                           .always = true,
		                           .file = true };
	const struct remote_end end = { .fresh = true, .looked = true };
	struct complaints complaints = { .arena = run->arena };
	struct revised revised;
	struct records applied;
	struct content content;

	if (!content_lock(change_tx(change), zone, run->arena, &content, err))
		return false;
	if (!take(&content, there, run->session.provider, &applied))
		return no_room(why);
	if (!revise(change, run->service, zone, &content, &revision, &complaints, &revised, err)) {
		if (err->code == ERR_INVALID || err->code == ERR_TOO_LARGE)
			error_set(why, ERR_INVALID, "The records that %s has can't be taken in: %s",
			          run->session.provider->title,
			          err->n_violations ? err->violations[0].message : err->message);
		return false;
	}
	run->remote.step = REMOTE_APPLY;
	run->remote.applied = applied;
	run->remote.message = "";
	run->remote.attempt = 0;
	return remote_write(change_tx(change), &run->remote, &end, run->arena, err) && change_commit(change, err);
}

bool step_take_in(struct run *run, struct error *why, struct error *err)
{
	const struct provider_calls *calls = run->session.provider->calls;
	_cleanup_(change_freep) struct change *change = NULL;
	struct provider_zone place;
	struct records there;
	struct zone zone;
	bool mine;

	if (!run_find(run, &place, why) ||
	    !calls->read(run->session.self, &place, run->arena, &there.list, &there.n, why))
		return false;
	failpoint("dns.provider");
	memcpy(run->remote.servers, place.servers, sizeof(place.servers));
	run->remote.n_servers = place.n_servers;
	run->remote.remote_id = place.id;
	if (!change_begin_system(run->service, &run->remote.org, "", &change, err))
		return false;
	if (!zone_lock(change_tx(change), &run->remote.zone_id, run->arena, &zone, err))
		return err->code == ERR_NOT_FOUND;
	if (!remote_lock(change_tx(change), &run->remote.id, &run->lease, &mine, err))
		return false;
	return !mine || zone.serving != SERVING_LIVE || write_zone(run, change, &zone, &there, why, err);
}
