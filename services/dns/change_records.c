/* ChangeRecords. All of the changes or none, with one new serial. */
#include <string.h>

#include "edit.h"
#include "revise.h"
#include "template.h"

static bool check_etag(const struct zone *zone, const char *if_match, struct error *err)
{
	char etag[ZONE_ETAG];

	return !*if_match || strcmp(zone_records_etag(zone, etag), if_match) == 0 ||
	       error_set(err, ERR_PRECONDITION,
	                 "The zone was changed meanwhile. Look at it again, then repeat your change.");
}

static bool edit(struct call *call, const Stralix__V1__ChangeRecordsRequest *req, const struct zone *zone,
                 struct content *content, struct complaints *complaints, struct error *err)
{
	Stralix__V1__ZoneTemplate *tmpl;

	if (!req->n_changes && !*req->template_id)
		return error_field(err, "changes", "required", "Say what is to change.");
	if ((content->limits = call_limits(call, &content->n_limits)) && *req->template_id)
		return error_field(err, "templateId", "limit", "This token is limited to some records; give these.");
	edit_changes(content, zone, req->changes, req->n_changes, complaints);
	if (!*req->template_id)
		return true;
	if (!template_find(service_db_wide(call_service(call)), req->template_id, &zone->org, call_arena(call), &tmpl,
	                   err))
		return false;
	template_apply(tmpl, req->template_values, req->n_template_values, zone, content, complaints);
	return true;
}

/*
 * Effects  one change: records, zone (pending) with a new serial, tasks zone.apply, history, audit zone.change. What is
 *          already so makes no serial and no task.
 * Errors   ERR_NOT_FOUND, ERR_PRECONDITION (If-Match), ERR_INVALID (each change by its place), ERR_CONFLICT (deleted),
 *          ERR_TOO_LARGE.
 */
bool dns_change_records(struct call *call, const Stralix__V1__ChangeRecordsRequest *req, struct error *err)
{
	struct revision revision =
		revision_by(call, *req->template_id ? "template" : "change", req->note, "zone:update", "zone.change");
	struct complaints complaints = { .arena = call_arena(call) };
	_cleanup_(change_freep) struct change *change = NULL;
	struct revised revised;
	struct content content;
	struct zone zone;

	if (!zone_change_begin(call, req->zone_id, &change, &zone, err) || !zone_may_change(&zone, err) ||
	    !check_etag(&zone, req->if_match, err) ||
	    !content_lock(change_tx(change), &zone, call_arena(call), &content, err))
		return false;
	return (edit(call, req, &zone, &content, &complaints, err) &&
	        revise(change, call_service(call), &zone, &content, &revision, &complaints, &revised, err) &&
	        revise_reply(call, change, &zone, &revised, err)) ||
	       error_wrap(err, "change records of '%s'", zone.name);
}
