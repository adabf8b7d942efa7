/* command: the token, the message, the desired state, the journal: in this order, each refused for its own reason. */

#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/failpoint.h"
#include "lib/base/log.h"
#include "lib/base/uuid.h"
#include "lib/contract/contract.h"

#include "stralix/v1/node.contract.h"

#include "agent/engine/engine.h"
#include "agent/engine/order.h"

enum { COMMAND_MAX = 300000 };

static bool unpack_command(const Stralix__V1__CommandFrame *frame, struct arena *arena, Stralix__V1__Command **ret,
                           struct error *err)
{
	ProtobufCMessage *message;

	if (!contract_unpack(&stralix__v1__command__descriptor, frame->payload.data, frame->payload.len, COMMAND_MAX,
	                     arena, &message, err))
		return false;
	if (contract_has_unknown(message))
		return error_set(err, ERR_AGENT_TOO_OLD, "the command has a field that this agent doesn't know");
	*ret = (Stralix__V1__Command *)message;
	return contract_validate(&stralix__v1__command__rules, message, arena, err);
}

/* The state that a command is to bring about, whole and right. */
static bool check_desired(const struct kind *kind, const Stralix__V1__CommandFrame *frame,
                          const Stralix__V1__Command *command, struct arena *arena, struct error *err)
{
	bool order = order_is_one(frame->verb), good;
	Stralix__V1__FileOrder *read;
	struct object object = { 0 };

	snprintf(object.kind, sizeof(object.kind), "%s", frame->kind);
	snprintf(object.id, sizeof(object.id), "%s", command->resource_id);
	if (order) {
		good = order_read(command->desired.data, command->desired.len, frame->verb, &object, arena, &read, err);
		good = good && (!object.desired || kind->ops->read(kind->self, &object, err));
	} else {
		object.desired = command->desired.data;
		object.desired_size = command->desired.len;
		good = kind->ops->read(kind->self, &object, err);
		object.desired = NULL; /* the command's */
	}
	object_done(&object);
	return good;
}

size_t engine_kind(const struct engine *engine, const char *name)
{
	size_t i = 0;

	while (i < engine->n_kinds && !kind_is(&engine->kinds[i], name))
		i++;
	return i;
}

/* Orders are about files: of objects that are made of them, and of the node. */
static bool takes(const struct kind *kind, const Stralix__V1__CommandFrame *frame)
{
	if (order_is_one(frame->verb))
		return kind->also != NULL;
	return strcmp(frame->kind, kind->name) == 0 &&
	       (strcmp(frame->verb, "apply") == 0 || strcmp(frame->verb, "remove") == 0);
}

/* Everything that can be said against a command without the journal. */
static bool check_command(const struct engine *engine, const Stralix__V1__CommandFrame *frame,
                          const Stralix__V1__Command *command, struct arena *arena, struct error *err)
{
	bool removes = strcmp(frame->verb, "remove") == 0;
	size_t at = engine_kind(engine, frame->kind);
	const struct kind *kind = &engine->kinds[at];

	if (at == engine->n_kinds || !takes(kind, frame))
		return error_set(err, ERR_AGENT_TOO_OLD, "this agent doesn't know %s.%s", frame->kind, frame->verb);
	if (!command->generation || command->generation->n == 0)
		return error_field(err, "generation", "required", "A command names its generation.");
	return removes || check_desired(kind, frame, command, arena, err);
}

static void fill_task(const Stralix__V1__CommandFrame *frame, const Stralix__V1__Command *command, struct task *task)
{
	snprintf(task->id, sizeof(task->id), "%s", command->task_id);
	snprintf(task->kind, sizeof(task->kind), "%s", frame->kind);
	snprintf(task->verb, sizeof(task->verb), "%s", frame->verb);
	snprintf(task->resource_id, sizeof(task->resource_id), "%s", command->resource_id);
	snprintf(task->request_id, sizeof(task->request_id), "%s", command->request_id);
	task->attempt = command->attempt;
	task->generation = (struct generation){ command->generation->epoch, command->generation->n };
	task->desired = command->desired.data;
	task->desired_size = command->desired.len;
}

static bool answer(struct engine *engine, const struct task *task, Stralix__V1__Outcome__State state,
                   const struct error *why, struct buf *report, struct error *err)
{
	_cleanup_buf_ struct buf packed = { 0 };
	const struct outcome outcome = { .task_id = task->id,
		                         .resource_id = task->resource_id,
		                         .generation = task->generation,
		                         .attempt = task->attempt,
		                         .state = state,
		                         .code = why ? error_code_name(why->code) : NULL,
		                         .message = why ? why->message : NULL };

	return outcome_pack(&outcome, &packed, err) &&
	       outcome_sign(engine->signer, packed.data, packed.size, task->attempt, report, err);
}

/* Says no and why. A task id that can't be read is answered as the nil one. */
static bool refuse(struct engine *engine, const Stralix__V1__CommandFrame *frame, const Stralix__V1__Command *command,
                   const struct error *why, struct buf *report, struct error *err)
{
	struct task task = { .id = "00000000-0000-0000-0000-000000000000" };
	struct uuid id;

	if (command && uuid_parse(command->task_id, &id)) {
		uuid_format(&id, task.id);
		task.attempt = command->attempt;
		if (uuid_parse(command->resource_id, &id))
			uuid_format(&id, task.resource_id);
		if (command->generation)
			task.generation = (struct generation){ command->generation->epoch, command->generation->n };
	}
	log_write(LOG_WARN_,
	          (struct log_field[]){ { "task", task.id },
	                                { "kind", frame->kind },
	                                { "verb", frame->verb },
	                                { "code", error_code_name(why->code) },
	                                { "requestId", command ? command->request_id : NULL },
	                                { NULL, NULL } },
	          "refused a command: %s", why->message);
	return answer(engine, &task, STRALIX__V1__OUTCOME__STATE__REFUSED, why, report, err);
}

/* A command that may be carried out: the journal says what becomes of it. */
static bool take(struct engine *engine, const Stralix__V1__CommandFrame *frame, const Stralix__V1__Command *command,
                 const struct token_claims *claims, struct buf *report, struct error *err)
{
	_cleanup_buf_ struct buf stored = { 0 };
	struct task task = { 0 };
	struct journal_command taken = { .jti = claims->jti, .expires_s = claims->exp };
	enum journal_state state;
	struct error why = { 0 };
	bool fresh;

	fill_task(frame, command, &task);
	taken.task = task;
	if (!journal_accept(engine->journal, &taken, &state, &fresh, &stored, &why))
		return refuse(engine, frame, command, &why, report, err);
	if (fresh) {
		failpoint("engine.begun");
		worker_wake(engine->lines[engine_kind(engine, frame->kind)].worker);
	}
	if (stored.size > 0)
		return outcome_sign(engine->signer, stored.data, stored.size, task.attempt, report, err);
	return answer(engine, &task, (Stralix__V1__Outcome__State)state, NULL, report, err);
}

bool engine_command(struct engine *engine, const Stralix__V1__CommandFrame *frame, struct arena *arena,
                    struct buf *report, struct error *err)
{
	_cleanup_free_ struct token_claims *claims = calloc(1, sizeof(*claims));
	Stralix__V1__Command *command = NULL;
	struct error why = { 0 };

	if (!claims)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (!engine_admit(engine, frame, claims, &why)) {
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): it doesn't see that _cleanup_ frees */
		struct error unread = { 0 };

		/* Only a token that was believed but for its time names a task: nobody gets a signed refusal of a task
		 * by making a token up. */
		if (why.code != ERR_CLOCK_SKEW || !unpack_command(frame, arena, &command, &unread))
			command = NULL;
		return refuse(engine, frame, command, &why, report, err);
	}
	if (!unpack_command(frame, arena, &command, &why) || !check_command(engine, frame, command, arena, &why))
		return refuse(engine, frame, command, &why, report, err);
	return take(engine, frame, command, claims, report, err);
}
