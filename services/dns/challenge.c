/* PresentChallenge and CleanupChallenge. One text more, one text less: what ACME clients prove a name by (RFC 8555
 * §8.4). */
#include <string.h>

#include "lib/dns/rdata.h"

#include "limited.h"

static const char *const types[] = { "TXT", NULL };

/* One value of the set, to be there or to be gone. */
struct value {
	const Stralix__V1__ChallengeRequest *req;
	bool there;
	const char *note;
};

static bool reply_with(struct call *call, const struct value *value, const struct limited_outcome *outcome,
                       struct error *err)
{
	Stralix__V1__ChallengeReply reply;

	stralix__v1__challenge_reply__init(&reply);
	reply.fqdn = value->req->fqdn;
	reply.value = value->req->value; /* clients look for it */
	reply.change_id = outcome->change_id;
	reply.task_ids = outcome->task_ids;
	reply.n_task_ids = outcome->n_task_ids;
	return call_reply(call, &reply.base, err);
}

static bool bring_about(struct call *call, const struct value *value, struct error *err)
{
	const struct revision revision = revision_by(call, "challenge", value->note, "zone:update", "zone.challenge");
	_cleanup_(limited_done) struct limited limited = { .change = NULL };
	static char add[] = "add", remove_[] = "remove";
	Stralix__V1__RecordChange change, *list[] = { &change };
	struct rdata_fault fault = { 0 };
	struct limited_outcome outcome;
	Stralix__V1__RecordInput input;
	const char *data;
	size_t n;

	if (!limited_begin(call, "fqdn", value->req->fqdn, types, &limited, err))
		return false;
	if (!rdata_normalise(DNS_TXT, value->req->value, limited.zone.origin, call_arena(call), &data, &fault))
		return error_field(err, "value", fault.rule, "%s", fault.words);
	n = !content_own_of(&limited.content, limited.name, DNS_TXT, data) == value->there;
	limited_input(&limited, DNS_TXT, &input);
	stralix__v1__record_change__init(&change);
	change.op = value->there ? add : remove_;
	change.record = &input;
	input.data = (char *)(uintptr_t)data;
	return limited_change(call, &limited, &revision, list, n, &outcome, err) &&
	       reply_with(call, value, &outcome, err) && (!n || change_commit(limited.change, err));
}

/*
 * Effects  as of ChangeRecords: the value is added to the set, beside what is there. One that is there makes no change.
 * Errors   ERR_FORBIDDEN (no limited token), ERR_RATE_LIMITED, ERR_INVALID (fqdn), ERR_NOT_FOUND.
 */
bool dns_present_challenge(struct call *call, const Stralix__V1__ChallengeRequest *req, struct error *err)
{
	return bring_about(call, &(struct value){ req, true, "certificate challenge" }, err);
}

/* Effects, errors: likewise; this value goes, others stay. One that isn't there makes no change. */
bool dns_cleanup_challenge(struct call *call, const Stralix__V1__ChallengeRequest *req, struct error *err)
{
	return bring_about(call, &(struct value){ req, false, "certificate challenge is over" }, err);
}
