/* outbox: writes rows, and says them. */
#include "outbox.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"

#include "internal.h"
#include "rpc.h"
#include "service_sql.h"

static char *hex(const uint8_t *data, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	char *text = malloc(2 * size + 1);

	for (size_t i = 0; text && i < size; i++) {
		text[2 * i] = digits[data[i] >> 4];
		text[2 * i + 1] = digits[data[i] & 15];
	}
	if (text)
		text[2 * size] = '\0';
	return text;
}

/* The columns of a statement that takes arrays. */
struct columns {
	const char *kinds[OUTBOX_ROWS], *subjects[OUTBOX_ROWS], *resources[OUTBOX_ROWS];
	char *payloads[OUTBOX_ROWS];
	size_t n;
};

static void columns_done(struct columns *columns)
{
	for (size_t i = 0; i < columns->n; i++)
		free(columns->payloads[i]);
}

static bool columns_fill(struct columns *columns, const struct outbox_row *rows, size_t n, struct error *err)
{
	if (n > OUTBOX_ROWS)
		return error_set(err, ERR_INTERNAL, "a change says at most %d words", OUTBOX_ROWS);
	for (size_t i = 0; i < n; i++) {
		columns->kinds[i] = rows[i].kind;
		columns->subjects[i] = rows[i].subject;
		columns->resources[i] = rows[i].resource;
		columns->payloads[i] = hex(rows[i].payload, rows[i].size);
		columns->n++;
		if (!columns->payloads[i])
			return error_set(err, ERR_INTERNAL, "out of memory");
	}
	return true;
}

bool outbox_insert(struct tx *tx, const struct uuid *org, struct outbox_row *rows, size_t n, struct error *err)
{
	_cleanup_(columns_done) struct columns columns = { 0 };
	_cleanup_(rows_freep) struct rows *written = NULL;

	if (!n)
		return true;
	if (!columns_fill(&columns, rows, n, err) ||
	    !TX_RUN_FROM(tx, service_queries, SERVICE_OUTBOX_INSERT, &written, err, DB_UUID(org),
	                 DB_TEXTS(columns.kinds, n), DB_TEXTS(columns.subjects, n), DB_TEXTS(columns.payloads, n),
	                 DB_TEXTS(columns.resources, n), DB_TEXT(rows[0].actor), DB_TEXT(rows[0].request_id),
	                 DB_TEXT(rows[0].traceparent)))
		return error_wrap(err, "write the outbox");
	if (rows_count(written) != n)
		return error_set(err, ERR_INTERNAL, "the outbox took %u of %zu words", rows_count(written), n);
	for (unsigned i = 0; i < n; i++) {
		rows[i].id = rows_int(written, i, 0);
		rows[i].rests = rows_bool(written, i, 1);
	}
	return true;
}

/* Words that are on their way. */
struct round {
	pthread_mutex_t mutex;
	pthread_cond_t answered;
	size_t waiting;
};

struct word {
	struct round *round;
	struct outbox_row *row;
	struct bus_msg *reply;
};

static void on_answer(void *arg, struct bus_msg *reply, const struct error *why)
{
	struct word *word = arg;
	struct round *round = word->round;

	pthread_mutex_lock(&round->mutex);
	word->reply = reply;
	if (why)
		word->row->err = *why;
	round->waiting--;
	pthread_cond_signal(&round->answered);
	pthread_mutex_unlock(&round->mutex);
}

/* Splits "rpc.tasks.Enqueue". */
static bool parse_target(const char *subject, char service[static 64], char method[static 64], struct error *err)
{
	const char *dot = strncmp(subject, "rpc.", 4) == 0 ? strchr(subject + 4, '.') : NULL;

	if (!dot || dot - subject - 4 >= 64 || strlen(dot + 1) >= 64)
		return error_set(err, ERR_INTERNAL, "'%s' is no subject of a call", subject);
	snprintf(service, 64, "%.*s", (int)(dot - subject - 4), subject + 4);
	snprintf(method, 64, "%s", dot + 1);
	return true;
}

static bool ask(struct service *service, struct word *word, int timeout_ms)
{
	struct outbox_row *row = word->row;
	char to[64], method[64];
	struct rpc rpc = {
		.to = to,
		.method = method,
		.actor = row->actor,
		.request_id = row->request_id,
		.traceparent = row->traceparent,
		.deadline_ms = clock_unix_ms() + timeout_ms,
	};
	struct rpc_envelope envelope;
	bool sent;

	pthread_mutex_lock(&word->round->mutex);
	word->round->waiting++;
	pthread_mutex_unlock(&word->round->mutex);
	sent = parse_target(row->subject, to, method, &row->err) &&
	       rpc_seal(service, &rpc, row->payload, row->size, &envelope, &row->err) &&
	       bus_request_async(service->bus, row->subject, envelope.headers, row->payload, row->size, timeout_ms,
	                         on_answer, word, &row->err);
	if (!sent) {
		pthread_mutex_lock(&word->round->mutex);
		word->round->waiting--;
		pthread_mutex_unlock(&word->round->mutex);
	}
	return sent;
}

static void say(struct service *service, struct word *word, int timeout_ms)
{
	struct outbox_row *row = word->row;

	if (strcmp(row->kind, "event") == 0)
		row->said = bus_publish(service->bus, row->subject, NULL, row->payload, row->size, &row->err);
	else
		(void)ask(service, word, timeout_ms);
}

void outbox_say(struct service *service, struct outbox_row *rows, size_t n, int timeout_ms)
{
	struct round round = { .mutex = PTHREAD_MUTEX_INITIALIZER, .answered = PTHREAD_COND_INITIALIZER };
	struct word words[OUTBOX_ROWS] = { 0 };

	for (size_t i = 0; i < n; i++) {
		words[i] = (struct word){ .round = &round, .row = &rows[i] };
		rows[i].err.code = ERR_NONE;
		say(service, &words[i], timeout_ms);
	}
	pthread_mutex_lock(&round.mutex);
	while (round.waiting)
		pthread_cond_wait(&round.answered, &round.mutex);
	pthread_mutex_unlock(&round.mutex);
	for (size_t i = 0; i < n; i++)
		if (words[i].reply) {
			rows[i].said = answer_read(words[i].reply, NULL, NULL, NULL, &rows[i].err);
			bus_msg_free(words[i].reply);
		}
	pthread_cond_destroy(&round.answered);
	pthread_mutex_destroy(&round.mutex);
}
