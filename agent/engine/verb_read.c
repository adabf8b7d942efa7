/* read: what can be looked at of a resource: its logs. */

#include <stdio.h>

#include "stralix/v1/node.contract.h"

#include "agent/engine/log_file.h"
#include "agent/engine/verb.h"

static bool read_log(const struct question *question, const Stralix__V1__LogQuestion *wanted, struct arena *arena,
                     struct buf *answer, struct error *err)
{
	const struct kind *kind = question->kind;
	struct hold *hold = question->hold;
	const struct log_wanted want = { hold->since[0] ? hold->since : wanted->cursor, wanted->max_lines,
		                         wanted->contains };
	struct log_found found;
	Stralix__V1__LogAnswer reply;

	if (!kind->ops->log)
		return error_set(err, ERR_AGENT_TOO_OLD, "a %s has no log on this node", kind->name);
	if (!kind->ops->log(kind->self, question->resource_id, wanted->log == STRALIX__V1__LOG_QUESTION__LOG__ERROR,
	                    hold->path, sizeof(hold->path), err) ||
	    !log_file_read(hold->path, &want, arena, &found, err))
		return false;
	/* Nobody waits for what has been there all along. */
	hold->wanted = *wanted->cursor && found.n == 0 && !found.more && !found.skipped;
	snprintf(hold->since, sizeof(hold->since), "%s", found.cursor);
	stralix__v1__log_answer__init(&reply);
	reply.lines = found.lines;
	reply.n_lines = found.n;
	reply.cursor = found.cursor;
	reply.more = found.more;
	reply.skipped = found.skipped;
	return verb_pack(&reply.base, answer, err);
}

bool verb_read(const struct verb_node *node, const struct question *question, struct arena *arena, struct buf *answer,
               struct error *err)
{
	const Stralix__V1__ReadQuestion *wanted;
	ProtobufCMessage *message;

	(void)node;
	if (!verb_unpack(question, &stralix__v1__read_question__rules, arena, &message, err))
		return false;
	wanted = (const Stralix__V1__ReadQuestion *)message;
	if (!wanted->log)
		return error_field(err, "log", "required", "A question names what is to be read.");
	return read_log(question, wanted->log, arena, answer, err);
}
