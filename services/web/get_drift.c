/* GetDrift. Which files of a website aren't as the panel wrote them. */
#include "lib/base/clock.h"

#include "stralix/v1/node.contract.h"

#include "ask.h"
#include "web.h"
#include "wish.h"

/* Errors: ERR_NOT_FOUND, ERR_NO_NODE. */
bool web_get_drift(struct call *call, const Stralix__V1__GetDriftRequest *req, struct error *err)
{
	const Stralix__V1__ObserveAnswer *answer;
	Stralix__V1__ObserveQuestion question;
	Stralix__V1__GetDriftReply reply;
	char observed_at[CLOCK_RFC3339];
	ProtobufCMessage *message;
	struct website site;

	if (!wish_find(call, req->website_id, &site, err))
		return false;
	stralix__v1__observe_question__init(&question);
	if (!ask_node(call, &site, "observe", &question.base, &stralix__v1__observe_answer__rules, &message, err))
		return error_wrap(err, "files of website '%s'", site.domain);
	answer = (const Stralix__V1__ObserveAnswer *)(void *)message;
	stralix__v1__get_drift_reply__init(&reply);
	reply.files = answer->files;
	reply.n_files = answer->n_files;
	reply.more = answer->more;
	reply.observed_at = clock_rfc3339(answer->observed_ms, observed_at);
	return call_reply(call, &reply.base, err);
}
