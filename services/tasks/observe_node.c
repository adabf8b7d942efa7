/* ObserveNode. Which files of a node aren't as the panel wrote them. */

#include "lib/base/clock.h"

#include "stralix/v1/node.contract.h"

#include "ask_node.h"
#include "tasks.h"

enum { ANSWER_MAX = 300000 };

static bool take_answer(struct call *call, const Stralix__V1__AskNodeRequest *req, const ProtobufCBinaryData *answer,
                        struct error *err)
{
	const Stralix__V1__ObserveAnswer *found;
	Stralix__V1__ObserveNodeReply reply;
	char observed_at[CLOCK_RFC3339];
	ProtobufCMessage *message;

	if (!contract_unpack(&stralix__v1__observe_answer__descriptor, answer->data, answer->len, ANSWER_MAX,
	                     call_arena(call), &message, err) ||
	    !contract_validate(&stralix__v1__observe_answer__rules, message, call_arena(call), err))
		return error_wrap(err, "files of node '%s'", req->node_id);
	found = (const Stralix__V1__ObserveAnswer *)(void *)message;
	stralix__v1__observe_node_reply__init(&reply);
	reply.files = found->files;
	reply.n_files = found->n_files;
	reply.more = found->more;
	reply.drifted = found->drifted;
	reply.adopted = found->adopted;
	reply.observed_at = clock_rfc3339(found->observed_ms, observed_at);
	return call_reply(call, &reply.base, err);
}

/* Errors: those of AskNode. */
bool tasks_observe_node(struct call *call, const Stralix__V1__ObserveNodeRequest *req, struct error *err)
{
	static const char whole_node[] = "00000000-0000-0000-0000-000000000000";
	Stralix__V1__AskNodeRequest *request = arena_alloc(call_arena(call), sizeof(*request));

	if (!request)
		return error_set(err, ERR_INTERNAL, "out of memory");
	stralix__v1__ask_node_request__init(request);
	request->node_id = req->node_id;
	request->kind = (char *)(uintptr_t) "website";
	request->verb = (char *)(uintptr_t) "observe";
	request->resource_id = (char *)(uintptr_t)whole_node;
	return ask_node(call, request, take_answer, err);
}
