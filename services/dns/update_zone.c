/* UpdateZone. Changes settings of a zone. */
#include <string.h>

#include "lib/contract/reflect.h"

#include "revise.h"
#include "view.h"

#define PREFIX "settings."

static const ProtobufCMessageDescriptor *const type = &stralix__v1__zone_settings__descriptor;

/* The settings with the members that the mask names taken from given, which may be NULL. */
static bool merge(const struct zone *zone, const Stralix__V1__UpdateZoneRequest *req, struct arena *arena,
                  Stralix__V1__ZoneSettings **ret, struct error *err)
{
	Stralix__V1__ZoneSettings *merged = arena_alloc(arena, sizeof(*merged)), none;

	if (!merged)
		return error_set(err, ERR_TOO_LARGE, "no room for a zone");
	stralix__v1__zone_settings__init(&none);
	*merged = *zone->settings;
	for (size_t i = 0; i < req->n_update_mask; i++) {
		const ProtobufCFieldDescriptor *field = NULL;

		if (strncmp(req->update_mask[i], PREFIX, strlen(PREFIX)) == 0)
			field = protobuf_c_message_descriptor_get_field_by_name(type,
			                                                        req->update_mask[i] + strlen(PREFIX));
		if (!field)
			return error_field(err, "updateMask", "unknown", "There is no setting '%s'.",
			                   req->update_mask[i]);
		memcpy((char *)merged + field->offset,
		       (const char *)(req->settings ? req->settings : &none) + field->offset,
		       reflect_size(field->type));
	}
	*ret = merged;
	return true;
}

static bool check(const Stralix__V1__ZoneSettings *settings, struct error *err)
{
	if (settings->default_ttl && settings->default_ttl < LEAST_TTL)
		return error_field(err, "settings.defaultTtl", "range", "Enter seconds from %d to %d, or 0.", LEAST_TTL,
		                   MOST_TTL);
	return true;
}

/*
 * Effects  one change: zone (pending) with a new serial, tasks zone.apply, history, audit zone.update.
 * Errors   ERR_NOT_FOUND, ERR_PRECONDITION (If-Match), ERR_INVALID, ERR_CONFLICT (deleted).
 */
bool dns_update_zone(struct call *call, const Stralix__V1__UpdateZoneRequest *req, struct error *err)
{
	const struct dns_settings *settings = service_settings(call_service(call));
	struct revision revision = revision_by(call, "settings", "", "zone:update", "zone.update");
	struct complaints complaints = { .arena = call_arena(call) };
	_cleanup_(change_freep) struct change *change = NULL;
	Stralix__V1__ZoneReply reply;
	struct revised revised;
	struct content content;
	char etag[ZONE_ETAG];
	struct zone zone;

	revision.always = true;
	if (!zone_change_begin(call, req->zone_id, &change, &zone, err))
		return false;
	if (strcmp(zone_etag(&zone, etag), req->if_match) != 0)
		return error_set(err, ERR_PRECONDITION,
		                 "The zone was changed meanwhile. Look at it again, then repeat your change.");
	if (req->n_update_mask == 0)
		return error_field(err, "settings", "required", "Name what is to change, such as settings.defaultTtl.");
	if (!zone_may_change(&zone, err) || !content_lock(change_tx(change), &zone, call_arena(call), &content, err) ||
	    !merge(&zone, req, call_arena(call), &zone.settings, err) || !check(zone.settings, err))
		return false;
	zone.version++;
	return (revise(change, call_service(call), &zone, &content, &revision, &complaints, &revised, err) &&
	        zone_reply(&zone, settings->name_servers, call_arena(call), &reply, err) &&
	        change_reply(change, &reply.base, err) && change_commit(change, err)) ||
	       error_wrap(err, "update zone '%s'", zone.name);
}
