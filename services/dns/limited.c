/* limited: see limited.h. */
#include "limited.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/dns/name.h"

#include "edit.h"
#include "pace.h"
#include "view.h"

bool limited_out(const struct call *call, const struct uuid *zone_id)
{
	const struct identity *who = call_identity(call);

	for (size_t i = 0; i < who->n_limits; i++)
		if (uuid_equal(&who->limits[i].zone, zone_id))
			return false;
	return who->limits != NULL;
}

void limited_sets(struct call *call, const struct zone *zone, Stralix__V1__RecordSetChange **sets, size_t *n)
{
	size_t n_limits, kept = 0;
	const struct limit *limits = call_limits(call, &n_limits);

	if (!limits)
		return;
	for (size_t i = 0; i < *n; i++) {
		const char *why, *name = dns_owner(sets[i]->name, zone->origin, call_arena(call), &why);

		if (name && limits_hold(limits, n_limits, &zone->id, name, sets[i]->type))
			sets[kept++] = sets[i];
	}
	*n = kept;
}

void limited_view(struct call *call, Stralix__V1__Zone *view)
{
	Stralix__V1__Zone shown;
	size_t n;

	if (!call_limits(call, &n))
		return;
	stralix__v1__zone__init(&shown);
	shown.id = view->id;
	shown.name = view->name;
	shown.display_name = view->display_name;
	shown.organisation_id = view->organisation_id;
	shown.state = view->state;
	shown.serving = view->serving;
	shown.serial = view->serial;
	shown.task_id = view->task_id;
	shown.records_etag = view->records_etag;
	*view = shown;
}

void limited_done(struct limited *limited)
{
	change_free(limited->change);
}

static bool no_such(struct error *err)
{
	return error_set(err, ERR_NOT_FOUND, "This token has no such name.");
}

/* "home.shop.example", with its last dot or without, in lower case with it. */
static bool read_name(const char *field, const char *text, struct arena *arena, const char **ret, struct error *err)
{
	const char *why = "Enter a full name.", *dot;

	*ret = dns_name(text, ".", DNS_NAME_WILDCARD, arena, &why);
	dot = *ret ? strchr(*ret, '.') : NULL;
	return (dot && dot[1]) || error_field(err, field, "name", "%s", *ret ? "Enter a full name." : why);
}

static bool holds_one(const struct limit *limit, const char *name, const char *const *types)
{
	for (; *types; types++)
		if (limits_hold(limit, 1, &limit->zone, name, *types))
			return true;
	return false;
}

/* Begins a change of the zone; false without err's code: this zone is gone. */
static bool begin(struct call *call, const struct uuid *zone_id, struct limited *ret, struct error *err)
{
	char id[UUID_TEXT];

	if (!zone_change_begin(call, uuid_format(zone_id, id), &ret->change, &ret->zone, err) ||
	    !zone_may_change(&ret->zone, err)) {
		change_free(TAKE_PTR(ret->change));
		if (err->code == ERR_NOT_FOUND || err->code == ERR_CONFLICT)
			*err = (struct error){ 0 };
		return false;
	}
	return true;
}

bool limited_begin(struct call *call, const char *field, const char *name, const char *const *types,
                   struct limited *ret, struct error *err)
{
	struct dns_state *state = call_state(call);
	struct arena *arena = call_arena(call);
	unsigned after_s = 0;
	const struct limit *limits;
	size_t n;

	*ret = (struct limited){ .name = "" };
	if (!(limits = call_limits(call, &n)))
		return error_set(err, ERR_FORBIDDEN, "This is for API tokens that are limited to records alone.");
	if (!pace_take(state->pace, call_identity(call)->session_id, clock_monotonic_ms(), &after_s)) {
		err->retry_after_s = after_s;
		return error_set(err, ERR_RATE_LIMITED, "This token asks too often.");
	}
	if (!read_name(field, name, arena, &ret->name, err))
		return false;
	for (size_t i = 0; i < n && !ret->change; i++)
		if (holds_one(&limits[i], ret->name, types) && !begin(call, &limits[i].zone, ret, err) && err->code)
			return false;
	if (!ret->change || !dns_name_within(ret->name, ret->zone.origin))
		return no_such(err);
	if (!content_lock(change_tx(ret->change), &ret->zone, arena, &ret->content, err))
		return false;
	ret->content.limits = limits;
	ret->content.n_limits = n;
	return true;
}

bool limited_holds(struct call *call, const struct limited *limited, const char *type)
{
	size_t n;
	const struct limit *limits = call_limits(call, &n);

	return limits_hold(limits, n, &limited->zone.id, limited->name, type);
}

void limited_input(const struct limited *limited, enum dns_type type, Stralix__V1__RecordInput *ret)
{
	const struct row *row = content_own_of(&limited->content, limited->name, type, NULL);

	stralix__v1__record_input__init(ret);
	ret->name = (char *)(uintptr_t)limited->name;
	ret->type = (char *)(uintptr_t)dns_type_name(type);
	ret->ttl = row ? row->ttl : LIMITED_TTL;
	if (row)
		ret->comment = (char *)(uintptr_t)row->comment;
}

bool limited_change(struct call *call, struct limited *limited, const struct revision *revision,
                    Stralix__V1__RecordChange *const *changes, size_t n, struct limited_outcome *ret, struct error *err)
{
	struct arena *arena = call_arena(call);
	struct complaints complaints = { .arena = arena };
	struct revised revised = { .change_id = { { 0 } } };

	*ret = (struct limited_outcome){ .n_task_ids = 0 };
	edit_changes(&limited->content, &limited->zone, changes, n, &complaints);
	if (n && !revise(limited->change, call_service(call), &limited->zone, &limited->content, revision, &complaints,
	                 &revised, err))
		return error_wrap(err, "change records of '%s'", limited->zone.name);
	ret->change_id = view_id(&revised.change_id, arena);
	if (!uuid_is_nil(&revised.change_id))
		ret->task_ids = zone_task_ids(&limited->zone, arena, &ret->n_task_ids);
	return ret->change_id || error_set(err, ERR_TOO_LARGE, "no room for the reply");
}
