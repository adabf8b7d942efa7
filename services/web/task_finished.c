/* TaskFinished. Takes note of how a task of this service's ended. */
#include <string.h>

#include "lib/base/clock.h"
#include "lib/service/change.h"

#include "certificate_follow.h"
#include "claims.h"
#include "desire.h"
#include "outcome.h"
#include "settings.h"
#include "store.h"
#include "view.h"
#include "web.h"

enum { MS = 1000 };

/* Names of one state of the settings that aren't in another, which may be NULL. */
static bool release_aliases(struct change *change, const struct website *site, const Stralix__V1__WebsiteSettings *of,
                            const Stralix__V1__WebsiteSettings *but, struct error *err)
{
	for (size_t i = 0; of && i < of->n_aliases; i++)
		if (!settings_has_alias(but, of->aliases[i]) && !claim_release(change, site, of->aliases[i], err))
			return false;
	return true;
}

/* The words of a website that is gone: its names are free, and so is a place in the plan. */
static bool give_back(struct change *change, const struct website *site, struct error *err)
{
	return change_quota(change, WEB_QUOTA, -1, err) && claim_release(change, site, site->domain, err) &&
	       release_aliases(change, site, site->settings, NULL, err);
}

/* Refused at dispatch: desired becomes again what was last at work. */
static bool undo(struct call *call, struct change *change, struct website *site, struct error *err)
{
	const struct desire back = {
		.serving = site->applied_serving,
		.state = site->applied_serving == SERVING_DELETED ? WEBSITE_DELETING : WEBSITE_PENDING,
		.permission = "",
		.action = "website.revert",
		.settings = site->applied_settings,
	};

	site->suspended = site->applied_serving == SERVING_SUSPENDED ||
	                  (site->suspended && site->applied_serving == SERVING_DELETED);
	return website_desire_again(change, site, &back, service_epoch(call_service(call)), call_arena(call), err);
}

/* The audit record's word for it. */
static const char *audit_outcome(enum outcome outcome)
{
	if (outcome == OUTCOME_SUCCESS)
		return "success";
	return outcome == OUTCOME_DENIED ? "denied" : "failed";
}

static const char *audit_action(const struct website *site, bool adopts, bool order)
{
	if (site->serving == SERVING_REMOVED)
		return "website.remove";
	return adopts ? "website.adopt" : order ? "website.restore" : "website.apply";
}

static bool record(struct call *call, struct change *change, struct website *site,
                   const Stralix__V1__TaskFinishedRequest *req, enum outcome outcome, struct error *err)
{
	const struct web_settings *settings = service_settings(call_service(call));
	bool adopts = strcmp(req->verb, "adopt") == 0, order = adopts || strcmp(req->verb, "restore") == 0;
	const char *action = audit_action(site, adopts, order);
	const struct website before = *site;
	struct arena *arena = call_arena(call);
	bool gone;

	outcome_apply(site, order, outcome, req->message, clock_unix_ms(), settings->grace_s * MS);
	gone = site->state == WEBSITE_PURGED;
	return website_update(change_tx(change), site, err) &&
	       website_tell(change, &before, site, action, audit_outcome(outcome), gone ? "deleted" : "updated", arena,
	                    err) &&
	       (outcome != OUTCOME_SUCCESS ||
	        release_aliases(change, site, before.applied_settings, site->settings, err)) &&
	       (!gone || give_back(change, site, err)) &&
	       certificate_follow(change, &before, site, outcome == OUTCOME_SUCCESS ? "" : req->message, arena, err) &&
	       (!outcome_needs_undo(site, outcome) || undo(call, change, site, err)) && change_commit(change, err);
}

static bool done(struct call *call, struct error *err)
{
	Stralix__V1__Empty reply;

	stralix__v1__empty__init(&reply);
	return call_reply(call, &reply.base, err);
}

/*
 * Effects  one change by system:web: website row, audit record, event; claim and quota given back after a removal.
 * Repeat   safe: what is no news any more is answered and forgotten.
 */
bool web_task_finished(struct call *call, const Stralix__V1__TaskFinishedRequest *req, struct error *err)
{
	_cleanup_(change_freep) struct change *change = NULL;
	struct generation generation;
	struct website site;
	struct uuid id, org;
	enum outcome outcome;

	if (!req->target || !req->generation || !uuid_parse(req->target->id, &id) ||
	    !uuid_parse(req->target->organisation_id, &org) || !outcome_parse(req->state, &outcome))
		return error_set(err, ERR_INVALID, "target, generation and a final state are needed");
	generation = (struct generation){ req->generation->epoch, req->generation->n };
	if (!change_begin_system(call_service(call), &org, call_request_id(call), &change, err) ||
	    !change_on_behalf(change, req->actor_id, err))
		return false;
	if (!website_lock(change_tx(change), &id, call_arena(call), &site, err))
		return err->code == ERR_NOT_FOUND ? done(call, err) : false;
	if (!outcome_is_news(&site, &generation, outcome))
		return done(call, err);
	if (!record(call, change, &site, req, outcome, err))
		return error_wrap(err, "end of task %s", req->task_id);
	return done(call, err);
}
