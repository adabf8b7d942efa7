/* observe: what on this node isn't as it should be. */

#include <string.h>

#include "stralix/v1/node.contract.h"

#include "agent/engine/verb.h"

bool verb_observe(const struct verb_node *node, const struct question *question, struct arena *arena,
                  struct buf *answer, struct error *err)
{
	static const char whole_node[] = "00000000-0000-0000-0000-000000000000";
	bool all = strcmp(question->resource_id, whole_node) == 0;
	Stralix__V1__ObserveAnswer reply;
	ProtobufCMessage *message;

	if (!verb_unpack(question, &stralix__v1__observe_question__rules, arena, &message, err))
		return false;
	stralix__v1__observe_answer__init(&reply);
	if (!all)
		return question->kind->ops->observe(question->kind->self, question->resource_id, arena, &reply, err) &&
		       verb_pack(&reply.base, answer, err);
	for (size_t i = 0; i < node->n_kinds; i++)
		if (!node->kinds[i].ops->observe(node->kinds[i].self, NULL, arena, &reply, err))
			return false;
	return verb_pack(&reply.base, answer, err);
}
