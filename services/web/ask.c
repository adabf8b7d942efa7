/* ask: see ask.h. */
#include "ask.h"

#include "stralix/v1/tasks.pb-c.h"

#include "view.h"

enum { ANSWER_MAX = 300000 };

bool ask_node(struct call *call, const struct website *site, const char *verb, const ProtobufCMessage *question,
              const struct contract_message *rules, ProtobufCMessage **ret, struct error *err)
{
	struct arena *arena = call_arena(call);
	const Stralix__V1__AskNodeReply *reply;
	Stralix__V1__AskNodeRequest request;
	Stralix__V1__Target target;
	ProtobufCMessage *message;

	stralix__v1__ask_node_request__init(&request);
	if (!website_target(site, arena, &target, err))
		return false;
	request.node_id = target.node_id;
	request.kind = target.kind;
	request.verb = (char *)(uintptr_t)verb;
	request.resource_id = target.id;
	request.question.data = contract_pack(question, arena, &request.question.len);
	if (!request.question.data)
		return error_set(err, ERR_TOO_LARGE, "the question is too large");
	if (!call_rpc(call, "tasks", "AskNode", &request.base, &stralix__v1__ask_node_reply__descriptor, &message, err))
		return false;
	reply = (const Stralix__V1__AskNodeReply *)(void *)message;
	return contract_unpack(rules->descriptor, reply->answer.data, reply->answer.len, ANSWER_MAX, arena, ret, err) &&
	       contract_validate(rules, *ret, arena, err);
}
