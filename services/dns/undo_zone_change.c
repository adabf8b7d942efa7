/* UndoZoneChange. A new change that is the inverse of an older one. */
#include <string.h>

#include "lib/dns/name.h"

#include "history.h"
#include "revise.h"

/* One set of an older change, in a zone as it is now. */
struct undoing {
	struct content *content;
	const Stralix__V1__RecordSetChange *set;
	const char *name; /* absolute */
	enum dns_type type;
};

static bool is_of(const struct undoing *undoing, const struct row *row)
{
	return row->fate != ROW_GONE && row->in_step && row->type == undoing->type &&
	       strcmp(row->name, undoing->name) == 0;
}

static bool has(char *const *list, size_t n, const char *data)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], data) == 0)
			return true;
	return false;
}

/* Whether the set is as the change left it. */
static bool is_untouched(const struct undoing *undoing, const struct zone *zone)
{
	size_t n = 0;

	for (size_t i = 0; i < undoing->content->n; i++) {
		const struct row *row = &undoing->content->rows[i];

		if (!is_of(undoing, row))
			continue;
		if (!has(undoing->set->after, undoing->set->n_after, row->data) ||
		    (row->ttl ? row->ttl : zone_times(zone).ttl) != undoing->set->ttl_after)
			return false;
		n++;
	}
	return n == undoing->set->n_after;
}

static bool add_back(const struct undoing *undoing, const char *data, struct error *err)
{
	struct row *row = content_add(undoing->content);

	if (!row)
		return error_set(err, ERR_TOO_LARGE, "no room for the records of the zone");
	row->name = undoing->name;
	row->type = undoing->type;
	row->ttl = undoing->set->ttl_before;
	row->data = data;
	return true;
}

/* What was there before comes back, what came goes. */
static bool invert(const struct undoing *undoing, const struct zone *zone, struct error *err)
{
	const Stralix__V1__RecordSetChange *set = undoing->set;
	size_t n = undoing->content->n;

	for (size_t i = 0; i < n; i++) {
		struct row *row = &undoing->content->rows[i];

		if (!is_of(undoing, row))
			continue;
		if (!has(set->before, set->n_before, row->data)) {
			if (*row->managed_by)
				return error_set(err, ERR_CONFLICT,
				                 "%s records of %s belong to something else; change them there.",
				                 set->type, set->name);
			row->fate = ROW_GONE;
		} else if ((row->ttl ? row->ttl : zone_times(zone).ttl) != set->ttl_before) {
			row->ttl = set->ttl_before;
			row->fate = ROW_CHANGED;
		}
	}
	for (size_t i = 0; i < set->n_before; i++)
		if (!has(set->after, set->n_after, set->before[i]) && !add_back(undoing, set->before[i], err))
			return false;
	return true;
}

static bool undo(struct content *content, const struct zone *zone, const Stralix__V1__GetZoneChangeReply *kept,
                 struct error *err)
{
	if (*kept->change->undone_by)
		return error_set(err, ERR_CONFLICT, "This change was undone already.");
	if (!kept->n_sets)
		return error_set(err, ERR_CONFLICT, "This change changed no records.");
	for (size_t i = 0; i < kept->n_sets; i++) {
		const char *why = "";
		const struct undoing undoing = { content, kept->sets[i],
			                         dns_owner(kept->sets[i]->name, zone->origin, content->arena, &why),
			                         dns_type_parse(kept->sets[i]->type) };

		if (!undoing.name)
			return error_set(err, ERR_INTERNAL, "history of '%s': %s", zone->name, why);
		if (!is_untouched(&undoing, zone))
			return error_set(err, ERR_CONFLICT,
			                 "The %s records of %s were changed since; undo that first, or change them.",
			                 undoing.set->type, undoing.set->name);
		if (!invert(&undoing, zone, err))
			return false;
	}
	return true;
}

/*
 * Effects  as of ChangeRecords; both changes name each other.
 * Errors   ERR_NOT_FOUND, ERR_CONFLICT (undone already, changed since, deleted), ERR_INVALID.
 */
bool dns_undo_zone_change(struct call *call, const Stralix__V1__UndoZoneChangeRequest *req, struct error *err)
{
	struct revision revision = revision_by(call, "undo", req->note, "zone:update", "zone.undo");
	struct complaints complaints = { .arena = call_arena(call) };
	_cleanup_(change_freep) struct change *change = NULL;
	Stralix__V1__GetZoneChangeReply kept;
	struct revised revised;
	struct content content;
	struct uuid undoes;
	struct zone zone;

	if (!zone_change_begin(call, req->zone_id, &change, &zone, err) || !zone_may_change(&zone, err) ||
	    !history_find(service_db_wide(call_service(call)), &zone, req->change_id, call_arena(call), &kept, err) ||
	    !content_lock(change_tx(change), &zone, call_arena(call), &content, err))
		return false;
	if (!uuid_parse(req->change_id, &undoes) || !undo(&content, &zone, &kept, err))
		return error_wrap(err, "undo a change of '%s'", zone.name);
	revision.undoes = &undoes;
	return (revise(change, call_service(call), &zone, &content, &revision, &complaints, &revised, err) &&
	        revise_reply(call, change, &zone, &revised, err)) ||
	       error_wrap(err, "undo a change of '%s'", zone.name);
}
