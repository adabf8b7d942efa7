/* report: from bytes off the bus to a stored outcome. */

#include "report.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/failpoint.h"
#include "lib/base/log.h"

#include "stralix/v1/node.contract.h"

#include "book.h"
#include "dispatch.h"
#include "settle.h"
#include "steps.h"
#include "tasks_sql.h"
#include "work.h"

enum { REPORT_MAX = 300000, ARENA = 4 << 20 };

const char *report_node(const struct bus_msg *msg)
{
	const char *dot = strchr(bus_msg_subject(msg), '.');

	return dot ? dot + 1 : "";
}

static bool check_claims(const struct token_claims *claims, const char *node_id, const Stralix__V1__Report *report,
                         struct error *err)
{
	int64_t age = clock_unix_ms() / 1000 - claims->iat;
	uint8_t digest[TOKEN_DIGEST];

	token_digest(report->outcome.data, report->outcome.len, digest);
	if (strcmp(claims->iss, node_id) != 0 || strcmp(claims->aud, "tasks") != 0 || !claims->has_dig ||
	    memcmp(claims->dig, digest, sizeof(digest)) != 0)
		return error_set(err, ERR_UNAUTHENTICATED, "the token is for something else");
	/* A heartbeat says what time the node thinks it is: one from another time is news of a wrong clock. */
	if (strcmp(claims->sub, HEARTBEAT_SUBJECT) != 0 && (age > REPORT_AGE_S || age < -REPORT_AGE_S))
		return error_set(err, ERR_CLOCK_SKEW, "the token is %lld s old; the panel's time is %lld ms",
		                 (long long)age, (long long)clock_unix_ms());
	return true;
}

bool report_open(struct tasks *tasks, const char *node_id, const void *data, size_t size, struct arena *arena,
                 Stralix__V1__Report **ret_report, struct token_claims *ret_claims, struct error *err)
{
	struct node_facts node;
	ProtobufCMessage *message = NULL;
	Stralix__V1__Report *report;

	if (!contract_unpack(&stralix__v1__report__descriptor, data, size, REPORT_MAX, arena, &message, err) ||
	    !contract_validate(&stralix__v1__report__rules, message, arena, err))
		return false;
	report = (Stralix__V1__Report *)message;
	if (!book_find(tasks->book, service_db_wide(tasks->service), node_id, &node, err))
		return err->code == ERR_NOT_FOUND ? error_set(err, ERR_UNAUTHENTICATED, "node '%s' is unknown", node_id)
		                                  : false;
	if (!node.trusted || !node.has_key)
		return error_set(err, ERR_UNAUTHENTICATED, "node '%s' is not trusted", node_id);
	if (!token_verify(node.key, report->token, ret_claims, err) || !check_claims(ret_claims, node_id, report, err))
		return false;
	*ret_report = report;
	return true;
}

static bool open_outcome(struct tasks *tasks, const char *node_id, const struct bus_msg *msg, struct arena *arena,
                         Stralix__V1__Outcome **ret, struct error *err)
{
	struct token_claims claims;
	Stralix__V1__Report *report;
	ProtobufCMessage *message = NULL;

	if (!report_open(tasks, node_id, bus_msg_data(msg), bus_msg_size(msg), arena, &report, &claims, err) ||
	    !contract_unpack(&stralix__v1__outcome__descriptor, report->outcome.data, report->outcome.len, REPORT_MAX,
	                     arena, &message, err) ||
	    !contract_validate(&stralix__v1__outcome__rules, message, arena, err))
		return error_wrap(err, "report of node '%s'", node_id);
	*ret = (Stralix__V1__Outcome *)message;
	return strcmp((*ret)->task_id, claims.sub) == 0 ||
	       error_set(err, ERR_UNAUTHENTICATED, "report of node '%s': the token is of another task", node_id);
}

/* Whose task it is. *ret_ours: there is one, and it is this node's. */
static bool find_task(struct tasks *tasks, const char *node_id, const struct uuid *id, bool *ret_ours,
                      struct uuid *ret_org, char request_id[static 65], struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!DB_RUN(service_db_wide(tasks->service), NULL, TASKS_WIDE_TASK_WHERE, &rows, err, DB_UUID(id)))
		return false;
	*ret_ours = rows_count(rows) && strcmp(rows_text(rows, 0, 1), node_id) == 0;
	if (*ret_ours) {
		*ret_org = rows_uuid(rows, 0, 0);
		snprintf(request_id, 65, "%s", rows_text(rows, 0, 2));
	}
	return true;
}

static bool store(struct tasks *tasks, const char *node_id, const struct uuid *org, const char *request_id,
                  const Stralix__V1__Outcome *outcome, struct error *err)
{
	_cleanup_buf_ struct buf steps = { 0 };
	struct verdict verdict;
	struct news news = { .verdict = &verdict, .seq = (int64_t)outcome->seq };
	struct uuid id;
	bool freed = false;

	if (!uuid_parse(outcome->task_id, &id) || outcome->seq > INT64_MAX || !outcome->seq)
		return error_set(err, ERR_INVALID, "the outcome has no task or number");
	news.attempt = outcome->attempt ? outcome->attempt : 1;
	verdict_of(outcome, news.attempt, node_id, &verdict);
	if (outcome->n_steps) {
		steps_write(&steps, outcome->steps, outcome->n_steps);
		if (buf_failed(&steps))
			return error_set(err, ERR_INTERNAL, "no memory for steps");
		news.steps = steps.data;
	}
	if (!settle(tasks->service, org, &id, request_id, &news, &freed, err))
		return false;
	if (freed) {
		failpoint("tasks.stored");
		dispatch_node(tasks, node_id);
	}
	return true;
}

/* Taken in, and nothing else: the claim has said so already. */
static bool is_receipt(const Stralix__V1__Outcome *outcome)
{
	return outcome->state == STRALIX__V1__OUTCOME__STATE__ACCEPTED && !outcome->n_steps;
}

bool report_answer(struct tasks *tasks, const struct task *task, const struct bus_msg *reply, struct error *err)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA);
	Stralix__V1__Outcome *outcome = NULL;
	char id[UUID_TEXT];

	if (!arena)
		return error_set(err, ERR_UNAVAILABLE, "no memory for a report");
	if (!open_outcome(tasks, task->node_id, reply, arena, &outcome, err))
		return false;
	if (strcmp(outcome->task_id, uuid_format(&task->id, id)) != 0)
		return error_set(err, ERR_UNAUTHENTICATED, "node '%s' answered about another task", task->node_id);
	return is_receipt(outcome) || store(tasks, task->node_id, &task->org, task->request_id, outcome, err);
}

static bool take_in(struct tasks *tasks, const struct bus_msg *msg, struct error *err)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA);
	const char *node_id = report_node(msg);
	Stralix__V1__Outcome *outcome = NULL;
	char request_id[65];
	struct uuid id, org;
	bool ours, ok;

	if (!arena)
		return error_set(err, ERR_UNAVAILABLE, "no memory for a report");
	if (!open_outcome(tasks, node_id, msg, arena, &outcome, err))
		return false;
	if (!uuid_parse(outcome->task_id, &id) || !find_task(tasks, node_id, &id, &ours, &org, request_id, err))
		return false;
	if (!ours) { /* said once; it will never be, so the node may forget it */
		log_write(
			LOG_WARN_,
			(const struct log_field[]){ { "node", node_id }, { "task", outcome->task_id }, { NULL, NULL } },
			"a report about a task that isn't this node's");
		return true;
	}
	log_context(request_id[0] ? request_id : NULL, NULL);
	ok = store(tasks, node_id, &org, request_id, outcome, err);
	log_context(NULL, NULL);
	return ok;
}

void report_refuse(struct tasks *tasks, const struct bus_msg *msg, const struct error *why)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA);
	char status[16], text[sizeof(why->message) + 64];
	Stralix__V1__Error body;
	struct error err = { 0 };
	uint8_t *packed = NULL;
	size_t size = 0;

	stralix__v1__error__init(&body);
	body.code = (char *)(uintptr_t)error_code_name(why->code);
	body.message = (char *)(uintptr_t)why->message;
	body.retryable = error_retryable(why->code);
	if (arena)
		packed = contract_pack(&body.base, arena, &size);
	snprintf(status, sizeof(status), "%d", error_http_status(why->code));
	snprintf(text, sizeof(text), "%s: %s", error_code_name(why->code), why->message);
	text[strcspn(text, "\r\n")] = '\0';
	if (!bus_respond(service_bus(tasks->service), msg,
	                 (const struct bus_header[]){ { BUS_ERROR_CODE, status }, { BUS_ERROR, text }, { NULL, NULL } },
	                 packed, size, &err))
		log_failure(LOG_DEBUG_, &err, "refuse a report");
}

/* A message and whose it is. */
struct incoming {
	struct tasks *tasks;
	struct bus_msg *msg;
};

static void run_report(void *arg)
{
	struct incoming *incoming = arg;
	struct error err = { 0 };

	if (!take_in(incoming->tasks, incoming->msg, &err)) {
		if (err.code != ERR_UNAVAILABLE)
			log_failure(LOG_WARN_, &err, "a report is refused");
		report_refuse(incoming->tasks, incoming->msg, &err);
	} else if (bus_msg_reply(incoming->msg) &&
	           !bus_respond(service_bus(incoming->tasks->service), incoming->msg, NULL, "", 0, &err)) {
		log_failure(LOG_DEBUG_, &err, "answer a report"); /* it comes again */
	}
	bus_msg_free(incoming->msg);
	free(incoming);
}

void report_on_message(void *arg, struct bus_msg *msg)
{
	struct tasks *tasks = arg;
	struct incoming *incoming = calloc(1, sizeof(*incoming));

	if (!incoming)
		abort();
	incoming->tasks = tasks;
	incoming->msg = msg;
	if (!work_add(tasks->work, run_report, incoming, true)) { /* too many, or the end: it comes again */
		bus_msg_free(msg);
		free(incoming);
	}
}
