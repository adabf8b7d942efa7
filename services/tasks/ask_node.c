/* AskNode, and what it is made of. A question to a node: a token for it alone, and an answer that nobody but that
 * node's engine can have made.
 */

#include "ask_node.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"

#include "stralix/v1/node.contract.h"

#include "book.h"
#include "command_token.h"
#include "report.h"
#include "tasks.h"

enum { ANSWER_MAX = 300000 };

/* One question on its way. */
struct asking {
	struct call *call;
	const Stralix__V1__AskNodeRequest *req;
	ask_node_fn take;
	char id[UUID_TEXT];
	uint8_t digest[TOKEN_DIGEST];
};

static bool check(struct call *call, const Stralix__V1__AskNodeRequest *req, struct error *err)
{
	static const char *const verbs[] = { "read", "plan", "observe", "csr" };
	const struct tasks *tasks = call_state(call);
	struct node_facts node;
	bool known = false;

	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		known = known || strcmp(req->verb, verbs[i]) == 0;
	if (!known)
		return error_field(err, "verb", "one_of", "A node is asked to read, plan, observe or csr.");
	if (!book_find(tasks->book, service_db_wide(tasks->service), req->node_id, &node, err))
		return false;
	return (node.trusted && node.has_key) ||
	       error_set(err, ERR_NO_NODE, "The node %s isn't trusted now.", req->node_id);
}

static uint8_t *pack(struct asking *asking, size_t *ret_size)
{
	Stralix__V1__Question question;
	struct uuid id = uuid_v7();
	uint8_t *packed;

	stralix__v1__question__init(&question);
	question.question_id = uuid_format(&id, asking->id);
	question.generation = asking->req->generation;
	question.resource_id = asking->req->resource_id;
	question.request_id = (char *)(uintptr_t)call_request_id(asking->call);
	question.question = asking->req->question;
	question.wait_ms = asking->req->wait_ms;
	packed = contract_pack(&question.base, call_arena(asking->call), ret_size);
	if (packed)
		token_digest(packed, *ret_size, asking->digest);
	return packed;
}

static bool then(struct call *call, void *arg, const struct bus_msg *reply, const struct error *why, struct error *err);

static bool ask(struct asking *asking, struct error *err)
{
	const Stralix__V1__AskNodeRequest *req = asking->req;
	struct call *call = asking->call;
	char token[TOKEN_MAX], bearer[TOKEN_MAX + 8], subject[160];
	struct command_token command = {
		.node_id = req->node_id, .kind = req->kind, .verb = req->verb, .request_id = call_request_id(call)
	};
	size_t size;
	uint8_t *question = pack(asking, &size);

	if (!question)
		return error_set(err, ERR_TOO_LARGE, "the question is too large");
	if (!command_token(call_service(call), &command, question, size, token, err))
		return false;
	snprintf(bearer, sizeof(bearer), "Bearer %s", token);
	snprintf(subject, sizeof(subject), "node.%s.%s.%s", req->node_id, req->kind, req->verb);
	const struct bus_header headers[] = { { BUS_AUTHORIZATION, bearer },
		                              { BUS_REQUEST_ID, call_request_id(call) },
		                              { NULL, NULL } };
	const struct call_question what = { subject, headers, question, size, then, asking };
	return call_ask_later(call, &what, err);
}

/* Nobody there is the node's state and no fault of the panel's. */
static bool away(const struct asking *asking, const struct error *why, struct error *err)
{
	bool bus = bus_connected(service_bus(call_service(asking->call)));

	*err = *why;
	if (why->code != ERR_UNAVAILABLE || !bus)
		return false;
	*err = (struct error){ .retry_after_s = 5 };
	return error_set(err, ERR_NO_NODE, "The node %s is offline.", asking->req->node_id);
}

static bool doubt(const struct asking *asking, const struct error *why, struct error *err)
{
	log_write(LOG_WARN_, (const struct log_field[]){ { "node", asking->req->node_id }, { NULL, NULL } },
	          "an answer can't be believed: %s", why->message);
	return error_set(err, ERR_BAD_REPLY, "the answer of node %s can't be believed", asking->req->node_id);
}

/* What a node says no with; anything else would be said of the panel. */
static bool refused(const struct asking *asking, const Stralix__V1__NodeAnswer *answer, struct error *err)
{
	static const enum error_code passed[] = { ERR_NOT_FOUND, ERR_INVALID,     ERR_CONFLICT, ERR_AGENT_TOO_OLD,
		                                  ERR_TOO_LARGE, ERR_TEST_FAILED, ERR_DISK,     ERR_CLOCK_SKEW,
		                                  ERR_TIMEOUT,   ERR_UNAVAILABLE };
	enum error_code code = error_code_parse(answer->code);

	for (size_t i = 0; i < ARRAY_SIZE(passed); i++)
		if (code == passed[i])
			return error_set(err, code, "%s", answer->message);
	return error_set(err, ERR_BAD_REPLY, "node %s: %s: %s", asking->req->node_id, answer->code, answer->message);
}

/* Signed by that node, about this question and no other. */
static bool open_answer(const struct asking *asking, const struct bus_msg *reply, const Stralix__V1__NodeAnswer **ret,
                        struct error *err)
{
	struct call *call = asking->call;
	struct token_claims claims;
	Stralix__V1__Report *report;
	ProtobufCMessage *message;
	char sub[UUID_TEXT + 8];

	if (!report_open(call_state(call), asking->req->node_id, bus_msg_data(reply), bus_msg_size(reply),
	                 call_arena(call), &report, &claims, err))
		return false;
	/* An agent from before there were questions refuses what it takes for a command. */
	if (strcmp(claims.sub, asking->id) == 0)
		return error_set(err, ERR_AGENT_TOO_OLD, "The agent of node %s is too old for this.",
		                 asking->req->node_id);
	snprintf(sub, sizeof(sub), "ask:%s", asking->id);
	if (strcmp(claims.sub, sub) != 0)
		return error_set(err, ERR_UNAUTHENTICATED, "the token is of another question");
	if (!contract_unpack(&stralix__v1__node_answer__descriptor, report->outcome.data, report->outcome.len,
	                     ANSWER_MAX, call_arena(call), &message, err) ||
	    !contract_validate(&stralix__v1__node_answer__rules, message, call_arena(call), err))
		return false;
	*ret = (const Stralix__V1__NodeAnswer *)message;
	return (strcmp((*ret)->question_id, asking->id) == 0 && (*ret)->question_digest.len == TOKEN_DIGEST &&
	        memcmp((*ret)->question_digest.data, asking->digest, TOKEN_DIGEST) == 0) ||
	       error_set(err, ERR_UNAUTHENTICATED, "the answer is to another question");
}

static bool answer(const struct asking *asking, const struct bus_msg *reply, struct error *err)
{
	const char *code = bus_msg_header(reply, BUS_ERROR);
	const Stralix__V1__NodeAnswer *answer;
	struct error why = { 0 };

	if (code) /* link's, unsigned: it has no engine, or too many questions wait for it */
		return error_set(err, ERR_UNAVAILABLE, "node %s: %s", asking->req->node_id, code);
	if (!open_answer(asking, reply, &answer, &why)) {
		if (why.code != ERR_CLOCK_SKEW && why.code != ERR_AGENT_TOO_OLD)
			return doubt(asking, &why, err);
		*err = why;
		return false;
	}
	if (answer->code[0])
		return refused(asking, answer, err);
	return asking->take(asking->call, asking->req, &answer->answer, err);
}

static bool then(struct call *call, void *arg, const struct bus_msg *reply, const struct error *why, struct error *err)
{
	const struct asking *asking = arg;

	(void)call;
	return reply ? answer(asking, reply, err) : away(asking, why, err);
}

bool ask_node(struct call *call, const Stralix__V1__AskNodeRequest *req, ask_node_fn take, struct error *err)
{
	struct asking *asking = arena_alloc(call_arena(call), sizeof(*asking));

	if (!asking)
		return error_set(err, ERR_INTERNAL, "out of memory");
	asking->call = call;
	asking->req = req;
	asking->take = take;
	return check(call, req, err) && ask(asking, err);
}

static bool pass_on(struct call *call, const Stralix__V1__AskNodeRequest *req, const ProtobufCBinaryData *answer,
                    struct error *err)
{
	Stralix__V1__AskNodeReply reply;

	(void)req;
	stralix__v1__ask_node_reply__init(&reply);
	reply.answer = *answer;
	return call_reply(call, &reply.base, err);
}

/*
 * Errors: ERR_NOT_FOUND (no such node), ERR_NO_NODE (not trusted, offline), ERR_CLOCK_SKEW, ERR_AGENT_TOO_OLD,
 * ERR_BAD_REPLY (not to be believed, or a fault of the node's), ERR_TIMEOUT, and what the verb says.
 */
bool tasks_ask_node(struct call *call, const Stralix__V1__AskNodeRequest *req, struct error *err)
{
	return ask_node(call, req, pass_on, err);
}
