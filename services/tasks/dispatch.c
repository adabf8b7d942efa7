/* dispatch: jobs in a row: check and send (a worker), the answer (a bus thread hands it on), its meaning (a worker). */

#include "dispatch.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/bus/bus.h"
#include "lib/token/token.h"

#include "stralix/v1/authz.pb-c.h"
#include "stralix/v1/node.pb-c.h"

#include "book.h"
#include "claim.h"
#include "command_token.h"
#include "report.h"
#include "settle.h"
#include "visits.h"
#include "work.h"

enum {
	CHECK_MS = 3000,
	ANSWER_MS = 10000,
	OFFLINE_MS = 20000,
	AWAY_MS = 5000,
	BUS_MS = 1000,
	DOUBT_MS = 30000,
	ARENA = 1 << 20
};

#define BUS_WORDS "The message bus is away; the task runs when it is back."

/* A task on its way; owned by whatever runs next. */
struct sending {
	struct tasks *tasks;
	struct task *task;
	struct bus_msg *reply;
	struct error why; /* of no reply */
	int64_t sent_ms;  /* Unix */
	bool bus_lost;    /* then it says nothing about the node */
};

static void sending_free(struct sending *sending)
{
	bus_msg_free(sending->reply);
	task_free(sending->task);
	free(sending);
}
DEFINE_CLEANUP(struct sending *, sending_free)

/* It didn't get to the node: an end, or a wait that counts as no attempt. */
static void put_back(struct sending *sending, struct verdict *verdict, bool denied, const char *hold_reason)
{
	const struct task *task = sending->task;
	const struct news news = {
		.verdict = verdict, .attempt = task->attempt, .denied = denied, .hold_reason = hold_reason
	};
	struct error err = { 0 };
	bool freed;

	if (!settle(sending->tasks->service, &task->org, &task->id, task->request_id, &news, &freed, &err))
		log_failure(LOG_ERROR_, &err, "put a task back"); /* its lease will run out */
}

static void wait_later(struct sending *sending, int64_t delay_ms, const char *message)
{
	struct verdict verdict = { .kind = VERDICT_WAIT, .delay_ms = delay_ms };

	snprintf(verdict.message, sizeof(verdict.message), "%s", message);
	put_back(sending, &verdict, false, NULL);
}

static void node_offline(struct sending *sending)
{
	struct verdict verdict = { .kind = VERDICT_HOLD, .delay_ms = OFFLINE_MS };

	snprintf(verdict.message, sizeof(verdict.message), OFFLINE_WORDS, sending->task->node_id);
	put_back(sending, &verdict, false, "offline");
	book_away(sending->tasks->book, sending->task->node_id);
}

/* It is silent about this command alone: lost with a link that has died since, or its answer was. */
static bool only_lost(const struct sending *sending)
{
	return sending->why.code == ERR_TIMEOUT &&
	       book_heard_since(sending->tasks->book, sending->task->node_id, sending->sent_ms);
}

static void wrong_clock(struct sending *sending)
{
	struct verdict verdict = { .kind = VERDICT_HOLD, .delay_ms = OFFLINE_MS };

	snprintf(verdict.message, sizeof(verdict.message), CLOCK_WORDS, sending->task->node_id);
	put_back(sending, &verdict, false, "clock");
}

static bool is_system(const char *actor)
{
	return strncmp(actor, "system:", strlen("system:")) == 0;
}

/* Whether the actor still may; *ret_allowed. Fails when authz can't be asked. */
static bool check_actor(const struct sending *sending, struct arena *arena, bool *ret_allowed, struct error *err)
{
	const struct task *task = sending->task;
	Stralix__V1__CheckActorRequest request;
	ProtobufCMessage *reply = NULL;
	struct task_words words;

	*ret_allowed = is_system(task->actor_id);
	if (*ret_allowed || !task->permission[0])
		return true;
	task_words(task, &words);
	stralix__v1__check_actor_request__init(&request);
	request.user_id = (char *)(uintptr_t)task->actor_id;
	request.organisation_id = words.org;
	request.permission = (char *)(uintptr_t)task->permission;
	if (!service_rpc(sending->tasks->service, "authz", "CheckActor", NULL, task->request_id, &request.base,
	                 &stralix__v1__check_actor_reply__descriptor, CHECK_MS, arena, &reply, err))
		return false;
	*ret_allowed = ((Stralix__V1__CheckActorReply *)reply)->allowed;
	return true;
}

static uint8_t *pack_command(const struct task *task, struct arena *arena, size_t *ret_size)
{
	Stralix__V1__Command command;
	struct task_words words;

	task_words(task, &words);
	stralix__v1__command__init(&command);
	command.task_id = words.id;
	command.attempt = task->attempt;
	command.generation = &words.generation;
	command.resource_id = words.resource;
	command.desired.data = task->desired;
	command.desired.len = task->desired_size;
	command.request_id = (char *)(uintptr_t)task->request_id;
	return contract_pack(&command.base, arena, ret_size);
}

static void run_answer(void *arg);

/* On a thread of the bus, which must not wait. */
static void on_answer(void *arg, struct bus_msg *reply, const struct error *why)
{
	struct sending *sending = arg;

	sending->reply = reply;
	if (why)
		sending->why = *why;
	sending->bus_lost = why && !bus_connected(service_bus(sending->tasks->service));
	if (!work_add(sending->tasks->work, run_answer, sending, false))
		sending_free(sending); /* the process ends; the lease brings it up again */
}

/* On success the answer owns the sending. */
static bool send_command(struct sending *sending, struct arena *arena, struct error *err)
{
	const struct task *task = sending->task;
	const struct command_token what = { task->node_id, task->kind, task->verb, task->request_id };
	char token[TOKEN_MAX], bearer[TOKEN_MAX + 8], subject[160];
	size_t size;
	uint8_t *command = pack_command(task, arena, &size);

	if (!command)
		return error_set(err, ERR_TOO_LARGE, "the command is too large");
	if (!command_token(sending->tasks->service, &what, command, size, token, err))
		return false;
	snprintf(bearer, sizeof(bearer), "Bearer %s", token);
	snprintf(subject, sizeof(subject), "node.%s.%s.%s", task->node_id, task->kind, task->verb);
	sending->sent_ms = clock_unix_ms();
	return bus_request_async(
		service_bus(sending->tasks->service), subject,
		(const struct bus_header[]){ { BUS_AUTHORIZATION, bearer },
	                                     { BUS_REQUEST_ID, task->request_id[0] ? task->request_id : NULL },
	                                     { BUS_TRACEPARENT, task->traceparent[0] ? task->traceparent : NULL },
	                                     { NULL, NULL } },
		command, size, ANSWER_MS, on_answer, sending, err);
}

static void run_send(void *arg)
{
	_cleanup_(sending_freep) struct sending *sending = arg;
	_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA);
	struct error err = { 0 };
	bool allowed = false;

	log_context(sending->task->request_id[0] ? sending->task->request_id : NULL, NULL);
	if (!arena || !check_actor(sending, arena, &allowed, &err)) {
		log_failure(LOG_WARN_, &err, "ask whether the actor still may");
		wait_later(sending, AWAY_MS,
		           "The rights of who asked can't be checked now; the task runs when they can.");
	} else if (!allowed) {
		struct verdict verdict = { .kind = VERDICT_FAILED,
			                   .message = "Who asked for this may not do it any more." };

		put_back(sending, &verdict, true, NULL);
	} else if (send_command(sending, arena, &err)) {
		TAKE_PTR(sending);
	} else if (err.code == ERR_UNAVAILABLE) { /* not connected */
		wait_later(sending, BUS_MS, BUS_WORDS);
	} else {
		log_failure(LOG_ERROR_, &err, "send a command");
		wait_later(sending, AWAY_MS, "The command can't be sent now; it is tried again.");
	}
	log_context(NULL, NULL);
}

static void run_answer(void *arg)
{
	_cleanup_(sending_freep) struct sending *sending = arg;
	struct error err = { 0 };
	const char *code;

	log_context(sending->task->request_id[0] ? sending->task->request_id : NULL, NULL);
	code = sending->reply ? bus_msg_header(sending->reply, BUS_ERROR) : NULL;
	if (sending->bus_lost) {
		wait_later(sending, BUS_MS, BUS_WORDS);
	} else if (!sending->reply && only_lost(sending)) {
		wait_later(sending, BUS_MS, "The node's answer was lost on the way; it is asked again.");
	} else if (!sending->reply) {
		log_failure(LOG_INFO_, &sending->why, sending->task->node_id);
		node_offline(sending);
	} else if (code) {
		log_write(LOG_WARN_, (const struct log_field[]){ { "node", sending->task->node_id }, { NULL, NULL } },
		          "the node's answer to a command: %s", code);
		wait_later(sending, AWAY_MS, "The node can't take the command now; it is tried again.");
	} else if (!report_answer(sending->tasks, sending->task, sending->reply, &err)) {
		log_failure(LOG_WARN_, &err, "the answer to a command");
		if (err.code == ERR_CLOCK_SKEW)
			wrong_clock(sending);
		else if (err.code == ERR_UNAUTHENTICATED)
			wait_later(sending, DOUBT_MS, "The node's answer can't be believed; see the log.");
	}
	log_context(NULL, NULL);
}

void dispatch_task(struct tasks *tasks, struct task *task)
{
	struct sending *sending = calloc(1, sizeof(*sending));

	if (!sending)
		abort();
	sending->tasks = tasks;
	sending->task = task;
	if (!work_add(tasks->work, run_send, sending, false))
		sending_free(sending); /* the process ends; the lease brings it up again */
}

/* A node to look at. */
struct visit {
	struct tasks *tasks;
	char node_id[64];
};

static void run_visit(void *arg)
{
	struct visit *visit = arg;

	visits_begin(visit->tasks->visits, visit->node_id);
	claim_node(visit->tasks, visit->node_id);
	free(visit);
}

void dispatch_node(struct tasks *tasks, const char *node_id)
{
	struct visit *visit;

	if (!visits_add(tasks->visits, node_id))
		return;
	visit = calloc(1, sizeof(*visit));
	if (!visit)
		abort();
	visit->tasks = tasks;
	snprintf(visit->node_id, sizeof(visit->node_id), "%s", node_id);
	if (!work_add(tasks->work, run_visit, visit, true)) { /* the sweeper comes by */
		visits_begin(tasks->visits, node_id);
		free(visit);
	}
}
