/* observe: which live files aren't as they should be. */

#include <string.h>

#include "stralix/v1/node.contract.h"

#include "agent/engine/apply.h"
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
	return apply_observe(node->apply, all ? NULL : question->resource_id, arena, &reply, err) &&
	       verb_pack(&reply.base, answer, err);
}
