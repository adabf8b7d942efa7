/* ImportZone and PlanImport. A zone file's records, as one change. */
#include <string.h>

#include "file.h"
#include "plan.h"
#include "revise.h"

/*
 * Effects  as of ChangeRecords; the serial comes after that of the file's SOA.
 * Errors   those of ChangeRecords; ERR_INVALID names the lines.
 */
bool dns_import_zone(struct call *call, const Stralix__V1__ImportZoneRequest *req, struct error *err)
{
	struct revision revision = revision_by(call, "import", req->note, "zone:update", "zone.import");
	struct complaints complaints = { .arena = call_arena(call) };
	_cleanup_(change_freep) struct change *change = NULL;
	struct revised revised;
	struct content content;
	char etag[ZONE_ETAG];
	struct zone zone;

	revision.file = true;
	if (!zone_change_begin(call, req->zone_id, &change, &zone, err) || !zone_may_change(&zone, err))
		return false;
	if (*req->if_match && strcmp(zone_records_etag(&zone, etag), req->if_match) != 0)
		return error_set(err, ERR_PRECONDITION,
		                 "The zone was changed meanwhile. Look at it again, then repeat your change.");
	return (content_lock(change_tx(change), &zone, call_arena(call), &content, err) &&
	        file_edit(&content, &zone, req->zone_file, req->replace, NULL, &revision.least_serial, &complaints,
	                  err) &&
	        complaints_none(&complaints, err) &&
	        revise(change, call_service(call), &zone, &content, &revision, &complaints, &revised, err) &&
	        revise_reply(call, change, &zone, &revised, err)) ||
	       error_wrap(err, "import zone '%s'", zone.name);
}

/* Errors: ERR_NOT_FOUND, ERR_CONFLICT (deleted). */
bool dns_plan_import(struct call *call, const Stralix__V1__PlanImportRequest *req, struct error *err)
{
	struct complaints complaints = { .arena = call_arena(call) };
	struct file_faults faults = { .n = 0 };
	struct content content;
	struct zone zone;
	uint32_t serial;

	return zone_see(call, req->zone_id, &zone, err) && zone_may_change(&zone, err) &&
	       content_find(service_db_wide(call_service(call)), &zone, call_arena(call), &content, err) &&
	       file_edit(&content, &zone, req->zone_file, req->replace, &faults, &serial, &complaints, err) &&
	       plan_reply(call, &zone, &content, &faults, &complaints, err);
}
