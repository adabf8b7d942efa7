/* PlanRecords. What changes would make of a zone, and all that is wrong with them. */
#include "desire.h"
#include "edit.h"
#include "plan.h"
#include "revise.h"
#include "template.h"

/* Errors: ERR_NOT_FOUND, ERR_CONFLICT (deleted), ERR_INVALID (templateId). */
bool dns_plan_records(struct call *call, const Stralix__V1__PlanRecordsRequest *req, struct error *err)
{
	struct db *wide = service_db_wide(call_service(call));
	struct complaints complaints = { .arena = call_arena(call) };
	Stralix__V1__ZoneTemplate *tmpl;
	struct content content;
	struct zone zone;

	if (!zone_see(call, req->zone_id, &zone, err) || !zone_may_change(&zone, err) ||
	    !content_find(wide, &zone, call_arena(call), &content, err))
		return false;
	if ((content.limits = call_limits(call, &content.n_limits)) && *req->template_id)
		return error_field(err, "templateId", "limit", "This token is limited to some records; give these.");
	edit_changes(&content, &zone, req->changes, req->n_changes, &complaints);
	if (*req->template_id) {
		if (!template_find(wide, req->template_id, &zone.org, call_arena(call), &tmpl, err))
			return false;
		template_apply(tmpl, req->template_values, req->n_template_values, &zone, &content, &complaints);
	}
	return plan_reply(call, &zone, &content, NULL, &complaints, err);
}
