/* plan: what would change on this node with another desired state. */

#include <string.h>

#include "stralix/v1/node.contract.h"

#include "agent/engine/verb.h"

bool verb_plan(const struct verb_node *node, const struct question *question, struct arena *arena, struct buf *answer,
               struct error *err)
{
	const Stralix__V1__PlanQuestion *wanted;
	Stralix__V1__PlanAnswer reply;
	ProtobufCMessage *message;

	(void)node;
	if (!verb_unpack(question, &stralix__v1__plan_question__rules, arena, &message, err))
		return false;
	wanted = (const Stralix__V1__PlanQuestion *)message;
	stralix__v1__plan_answer__init(&reply);
	return question->kind->ops->plan(question->kind->self, question->resource_id, wanted, arena, &reply, err) &&
	       verb_pack(&reply.base, answer, err);
}
