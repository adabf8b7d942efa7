/* plan: what a website's files would be. */

#include <string.h>

#include "stralix/v1/node.contract.h"

#include "agent/engine/apply.h"
#include "agent/engine/verb.h"

bool verb_plan(const struct verb_node *node, const struct question *question, struct arena *arena, struct buf *answer,
               struct error *err)
{
	const Stralix__V1__PlanQuestion *wanted;
	Stralix__V1__PlanAnswer reply;
	ProtobufCMessage *message;

	if (!verb_unpack(question, &stralix__v1__plan_question__rules, arena, &message, err))
		return false;
	wanted = (const Stralix__V1__PlanQuestion *)message;
	if (!wanted->site)
		return error_field(err, "site", "required", "A plan needs the state that is planned.");
	stralix__v1__plan_answer__init(&reply);
	return apply_plan(node->apply, question->resource_id, wanted->site, arena, &reply, err) &&
	       verb_pack(&reply.base, answer, err);
}
