/* CreateZone. Records a zone and asks for it to be served. */
#include <string.h>

#include "lib/base/clock.h"
#include "lib/contract/format.h"
#include "lib/dns/name.h"
#include "lib/dns/zonefile.h"

#include "account.h"
#include "claims.h"
#include "dns_sql.h"
#include "edit.h"
#include "file.h"
#include "names.h"
#include "place.h"
#include "revise.h"
#include "second.h"
#include "store.h"
#include "template.h"
#include "view.h"

static bool refuse_name(const struct call *call, const char *name, const struct dns_settings *settings,
                        struct error *err)
{
	bool staff = call_identity(call)->role >= STRALIX__ROLE__STAFF;
	bool catalog = *settings->catalog && name_is_reserved(name, settings->catalog);

	if (catalog && staff && strcmp(name, settings->catalog) == 0)
		return true;
	if (catalog || name_is_reserved(name, settings->panel_hosts))
		return error_field(err, "name", "reserved", "This name belongs to the panel itself.");
	if (dns_zone_is_reverse(name) && !staff)
		return error_field(err, "name", "reverse",
		                   "Zones of addresses are made by the operators of the panel.");
	return true;
}

/* Fills what the request and the caller say: organisation, name, and an id made beforehand for the claim. */
static bool zone_from_request(struct call *call, const Stralix__V1__CreateZoneRequest *req, struct zone *zone,
                              struct error *err)
{
	struct arena *arena = call_arena(call);
	const char *why = "", *name = dns_zone_name(req->name, arena, &why);

	if (!name)
		return error_field(err, "name", "DNS_ZONE", "%s", why);
	*zone = (struct zone){
		.id = uuid_v7(),
		.name = name,
		.origin = arena_printf(arena, "%s.", name),
		.display_name = format_display_domain(name, arena),
		.message = "",
		.reverse = dns_zone_is_reverse(name),
		.version = 1,
		.settings = req->settings,
		.created_ms = clock_unix_ms(),
	};
	if (!zone->origin || !zone->display_name)
		return error_set(err, ERR_TOO_LARGE, "no room for the request");
	if (!call_choose_org(call, req->organisation_id, &zone->org, err))
		return false;
	if (req->n_node_ids && *req->account_id)
		return error_field(err, "nodeIds", "account", "A zone at another provider is on no nodes.");
	if (req->create_at_provider && !*req->account_id)
		return error_field(err, "accountId", "required", "Choose the account that it is to be made in.");
	if (req->n_node_ids && call_identity(call)->role < STRALIX__ROLE__STAFF)
		return error_set(err, ERR_FORBIDDEN, "The nodes are chosen by placement.");
	return refuse_name(call, name, service_settings(call_service(call)), err);
}

/* What the zone begins with. */
static bool first_content(struct call *call, const Stralix__V1__CreateZoneRequest *req, const struct zone *zone,
                          struct content *content, uint32_t *ret_serial, struct complaints *complaints,
                          struct error *err)
{
	struct arena *arena = call_arena(call);
	Stralix__V1__ZoneTemplate *tmpl;

	*ret_serial = 0;
	*content = (struct content){ .arena = arena, .room = 64 };
	content->rows = arena_alloc(arena, content->room * sizeof(struct row));
	if (!content->rows)
		return error_set(err, ERR_TOO_LARGE, "no room for a zone");
	if (*req->zone_file && !file_edit(content, zone, req->zone_file, false, NULL, ret_serial, complaints, err))
		return false;
	if (*req->template_id) {
		if (!template_find(service_db_wide(call_service(call)), req->template_id, &zone->org, arena, &tmpl,
		                   err))
			return false;
		template_apply(tmpl, req->template_values, req->n_template_values, zone, content, complaints);
	}
	return complaints_none(complaints, err);
}

/* On those that staff chose; else on one, and on another when there is one. */
static bool place_all(struct call *call, const Stralix__V1__CreateZoneRequest *req, struct zone *zone,
                      struct error *err)
{
	struct service *service = call_service(call);
	struct arena *arena = call_arena(call);
	struct error why = { 0 };

	if (*req->account_id)
		return true; /* its account is looked up, and kept, within the change */
	for (size_t i = 0; i < req->n_node_ids; i++)
		if (!place_one(service, call, zone, req->node_ids[i], arena, err))
			return false;
	if (!req->n_node_ids && !place_one(service, call, zone, "", arena, err))
		return false;
	while (!req->n_node_ids && zone->n_nodes < WANTED_NODES)
		if (!place_one(service, call, zone, "", arena, &why))
			break; /* the janitor adds it when there is one */
	return true;
}

/* The row of a zone at another provider, whose worker finds it. */
static bool insert_elsewhere(struct change *change, const Stralix__V1__CreateZoneRequest *req, struct zone *zone,
                             struct error *err)
{
	const struct placement *node = zone_elsewhere(zone);

	return !node ||
	       TX_SEND(change_tx(change), DNS_PROVIDER_ZONE_INSERT, err, DB_UUID(&node->id), DB_UUID(&zone->id),
	               DB_UUID(&zone->org), DB_UUID(&node->account), DB_BOOL(req->create_at_provider));
}

static bool insert(struct call *call, struct change *change, const Stralix__V1__CreateZoneRequest *req,
                   struct zone *zone, struct error *err)
{
	struct uuid account;

	if (*req->account_id && (!uuid_parse(req->account_id, &account) ||
	                         !account_place(change_tx(change), &account, zone, call_arena(call), err)))
		return false;
	if (!zone_insert(change_tx(change), zone, err))
		return err->code == ERR_EXISTS ? claim_taken(err) : false;
	for (size_t i = 0; i < zone->n_nodes; i++)
		zone->nodes[i].fresh = false;
	return insert_elsewhere(change, req, zone, err);
}

static bool write_zone(struct call *call, const Stralix__V1__CreateZoneRequest *req, struct zone *zone,
                       struct content *content, struct complaints *complaints, const struct revision *revision,
                       struct error *err)
{
	const struct dns_settings *settings = service_settings(call_service(call));
	_cleanup_(change_freep) struct change *change = NULL;
	Stralix__V1__ZoneReply reply;
	struct revised revised;

	return change_begin(call, &zone->org, &change, err) && change_quota(change, DNS_QUOTA, 1, err) &&
	       insert(call, change, req, zone, err) &&
	       revise(change, call_service(call), zone, content, revision, complaints, &revised, err) &&
	       zone_reply(zone, settings->name_servers, call_arena(call), &reply, err) &&
	       claim_confirm(change, zone, err) && change_reply(change, &reply.base, err) && change_commit(change, err);
}

/*
 * Effects  a claim on the name; places on nodes, or one at an account's provider; then one change: zone, nodes and
 *          records, tasks zone.apply (a provider's row), audit zone.create.
 * Errors   ERR_EXISTS (name), ERR_INVALID, ERR_QUOTA, ERR_NO_NODE, ERR_UNAVAILABLE.
 * Repeat   safe: the same idempotency key gets the first reply again.
 */
bool dns_create_zone(struct call *call, const Stralix__V1__CreateZoneRequest *req, struct error *err)
{
	struct revision revision = revision_by(call, "create", "", "zone:create", "zone.create");
	struct complaints complaints = { .arena = call_arena(call) };
	struct content content;
	struct zone zone;

	revision.verb = "created";
	revision.always = true;
	revision.file = *req->zone_file;
	if (!zone_from_request(call, req, &zone, err) ||
	    !first_content(call, req, &zone, &content, &revision.least_serial, &complaints, err) ||
	    !claim_zone(call, &zone, err))
		return error_wrap(err, "create zone '%s'", req->name);
	if (!place_all(call, req, &zone, err)) {
		claim_give_back(call, &zone);
		return error_wrap(err, "create zone '%s'", req->name);
	}
	if (write_zone(call, req, &zone, &content, &complaints, &revision, err))
		return true;
	if (err->code == ERR_INVALID || err->code == ERR_QUOTA) /* else the change may have committed */
		claim_give_back(call, &zone);
	return error_wrap(err, "create zone '%s'", req->name);
}
