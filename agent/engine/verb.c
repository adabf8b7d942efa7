/* verb: the table. */

#include "agent/engine/verb.h"

#include <string.h>

static const struct verb verbs[] = {
	{ "read", verb_read },
	{ "plan", verb_plan },
	{ "observe", verb_observe },
	{ "csr", verb_csr },
};

const struct verb *verb_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

bool verb_unpack(const struct question *question, const struct contract_message *rules, struct arena *arena,
                 ProtobufCMessage **ret, struct error *err)
{
	if (!contract_unpack(rules->descriptor, question->data, question->size, VERB_ANSWER, arena, ret, err))
		return false;
	if (contract_has_unknown(*ret))
		return error_set(err, ERR_AGENT_TOO_OLD, "the question has a field that this agent doesn't know");
	return contract_validate(rules, *ret, arena, err);
}

bool verb_pack(const ProtobufCMessage *message, struct buf *answer, struct error *err)
{
	size_t size = protobuf_c_message_get_packed_size(message);
	char *room;

	if (size > VERB_ANSWER)
		return error_set(err, ERR_TOO_LARGE, "the answer has %zu bytes", size);
	room = buf_room(answer, size);
	if (!room)
		return error_set(err, ERR_INTERNAL, "out of memory");
	answer->size += protobuf_c_message_pack(message, (uint8_t *)room);
	return true;
}
