/* relay: rounds of take, say, delete; the rows stay locked in between, so that copies of the service share the work. */
#include "relay.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"

#include "internal.h"
#include "outbox.h"
#include "service_sql.h"

enum {
	SWEEP_S = 2,
	DRAIN_MS = 2000, /* at the end: what isn't said by then waits for the next process */
	GATHER_MS = 20,  /* a round follows another at the earliest then, and takes what came meanwhile */
	ANSWER_MS = 5000,
	ID_TEXT = 21,
	AGAIN_LEAST_MS = 250,
	AGAIN_MOST_MS = 5000, /* the other side is away and comes back */
	REFUSED_LEAST_MS = 60000,
	REFUSED_MOST_MS = 3600000,
};

struct relay {
	struct service *service;
	pthread_t thread;
	pthread_mutex_t mutex; /* of what follows */
	pthread_cond_t changed;
	bool woken, stopping;
	int64_t stop_ms; /* monotonic; the last round begins by then */
	int64_t *said;   /* ids to delete */
	size_t n_said;
};

/* Ids, or other numbers, as texts for an array parameter. */
struct numbers {
	char texts[OUTBOX_ROWS][ID_TEXT];
	const char *list[OUTBOX_ROWS];
	size_t n;
};

static void numbers_add(struct numbers *numbers, int64_t number)
{
	snprintf(numbers->texts[numbers->n], ID_TEXT, "%" PRId64, number);
	numbers->list[numbers->n] = numbers->texts[numbers->n];
	numbers->n++;
}

static bool delete_rows(struct tx *tx, const struct numbers *ids, struct error *err)
{
	return !ids->n ||
	       TX_SEND_FROM(tx, service_queries_wide, SERVICE_WIDE_OUTBOX_DELETE, err, DB_TEXTS(ids->list, ids->n));
}

static void add_said(struct relay *relay, const int64_t *ids, size_t n)
{
	int64_t *said;

	pthread_mutex_lock(&relay->mutex);
	said = realloc(relay->said, (relay->n_said + n) * sizeof(*said));
	if (said) {
		memcpy(said + relay->n_said, ids, n * sizeof(*said));
		relay->said = said;
		relay->n_said += n;
	}
	pthread_mutex_unlock(&relay->mutex);
}

/* Up to a round's worth of what changes have said; put back when the transaction fails. */
static void take_said(struct relay *relay, int64_t ids[static OUTBOX_ROWS], size_t *ret_n)
{
	pthread_mutex_lock(&relay->mutex);
	*ret_n = relay->n_said < OUTBOX_ROWS ? relay->n_said : OUTBOX_ROWS;
	for (size_t i = 0; i < *ret_n; i++)
		ids[i] = relay->said[--relay->n_said];
	pthread_mutex_unlock(&relay->mutex);
}

static int64_t pause_ms(int64_t attempts, int64_t least, int64_t most)
{
	int64_t pause = least << (attempts < 16 ? attempts : 16);

	return pause < most ? pause : most;
}

/* Whether the other side has looked at it and won't have it; an absent or failing one gets it again soon. */
static bool is_refusal(enum error_code code)
{
	return !error_retryable(code) && code != ERR_INTERNAL;
}

static bool postpone(struct tx *tx, const struct outbox_row *rows, size_t n, struct error *err)
{
	struct numbers ids = { .n = 0 }, delays = { .n = 0 };
	const char *refused[OUTBOX_ROWS];

	for (size_t i = 0; i < n; i++) {
		bool no = is_refusal(rows[i].err.code);

		if (rows[i].said)
			continue;
		refused[ids.n] = no ? "t" : "f";
		numbers_add(&ids, rows[i].id);
		numbers_add(&delays, no ? pause_ms(rows[i].attempts, REFUSED_LEAST_MS, REFUSED_MOST_MS)
		                        : pause_ms(rows[i].attempts, AGAIN_LEAST_MS, AGAIN_MOST_MS));
	}
	return !ids.n ||
	       TX_SEND_FROM(tx, service_queries_wide, SERVICE_WIDE_OUTBOX_POSTPONE, err, DB_TEXTS(ids.list, ids.n),
	                    DB_TEXTS(delays.list, delays.n), DB_TEXTS(refused, ids.n));
}

static void log_unsaid(const struct outbox_row *row)
{
	bool no = is_refusal(row->err.code);
	char what[OUTBOX_SUBJECT + 32];

	if (row->said || (!no && row->attempts)) /* that it is away is said once */
		return;
	snprintf(what, sizeof(what), "outbox row %" PRId64 " to %s", row->id, row->subject);
	log_context(row->request_id[0] ? row->request_id : NULL, row->actor);
	log_failure(no ? LOG_ERROR_ : LOG_WARN_, &row->err, what);
	log_context(NULL, NULL);
}

static void read_rows(const struct rows *from, struct outbox_row *rows, size_t n)
{
	for (unsigned i = 0; i < n; i++) {
		struct outbox_row *row = &rows[i];

		*row = (struct outbox_row){ .id = rows_int(from, i, 0) };
		row->kind = rows_text(from, i, 1);
		row->subject = rows_text(from, i, 2);
		row->payload = rows_bytes(from, i, 3, &row->size);
		row->actor = rows_text(from, i, 4);
		row->request_id = rows_text(from, i, 5);
		row->traceparent = rows_text(from, i, 6);
		row->attempts = rows_int(from, i, 7);
	}
}

/* Says what is due and deletes it; *ret_n is how many rows were looked at. */
static bool say_due(struct relay *relay, struct tx *tx, struct numbers *done, size_t *ret_n, struct error *err)
{
	_cleanup_(rows_freep) struct rows *due = NULL;
	_cleanup_free_ struct outbox_row *rows = NULL;
	size_t n;

	if (!tx_run_from(tx, service_queries_wide, SERVICE_WIDE_OUTBOX_TAKE, NULL, 0, &due, err))
		return false;
	n = rows_count(due);
	*ret_n = n;
	if (!n)
		return true;
	rows = calloc(n, sizeof(*rows));
	if (!rows)
		return error_set(err, ERR_INTERNAL, "out of memory");
	read_rows(due, rows, n);
	outbox_say(relay->service, rows, n, ANSWER_MS);
	for (size_t i = 0; i < n; i++) {
		log_unsaid(&rows[i]);
		if (rows[i].said)
			numbers_add(done, rows[i].id);
	}
	return postpone(tx, rows, n, err);
}

/* One round; *ret_more: there may be more to do. *ret_full: there certainly is. */
static bool run_round(struct relay *relay, bool *ret_more, bool *ret_full, struct error *err)
{
	_cleanup_(tx_freep) struct tx *tx = NULL;
	struct numbers said = { .n = 0 }, done = { .n = 0 };
	int64_t ids[OUTBOX_ROWS];
	size_t n_said, n_due = 0;
	bool ok;

	take_said(relay, ids, &n_said);
	for (size_t i = 0; i < n_said; i++)
		numbers_add(&said, ids[i]);
	ok = tx_begin(relay->service->db_wide, NULL, &tx, err) &&
	     tx_send_from(tx, service_queries_wide, SERVICE_WIDE_OUTBOX_RELAX, NULL, 0, err) &&
	     delete_rows(tx, &said, err) &&
	     (!bus_connected(relay->service->bus) || say_due(relay, tx, &done, &n_due, err)) &&
	     delete_rows(tx, &done, err) && tx_commit(&tx, err);
	if (!ok && n_said)
		add_said(relay, ids, n_said);
	*ret_full = ok && (n_said == OUTBOX_ROWS || n_due == OUTBOX_ROWS);
	*ret_more = ok && (*ret_full || done.n > 0);
	return ok;
}

/* Lets the words of a crowd gather: taking, saying and deleting one by one costs each as much as all together. */
static void gather(struct relay *relay, int64_t began_ms)
{
	int64_t until_ms = began_ms + GATHER_MS;
	const struct timespec until = { .tv_sec = until_ms / 1000, .tv_nsec = (until_ms % 1000) * 1000000 };

	pthread_mutex_lock(&relay->mutex);
	while (!relay->stopping && clock_monotonic_ms() < until_ms)
		(void)pthread_cond_timedwait(&relay->changed, &relay->mutex, &until);
	pthread_mutex_unlock(&relay->mutex);
}

static bool overdue(struct relay *relay)
{
	bool overdue;

	pthread_mutex_lock(&relay->mutex);
	overdue = relay->stopping && clock_monotonic_ms() > relay->stop_ms;
	pthread_mutex_unlock(&relay->mutex);
	return overdue;
}

static void run_rounds(struct relay *relay, bool *was_ok)
{
	struct error err = { 0 };
	bool more = true, full, ok = true;

	while (more && ok && !overdue(relay)) {
		int64_t began_ms = clock_monotonic_ms();

		ok = run_round(relay, &more, &full, &err);
		if (ok && !full)
			gather(relay, began_ms);
	}
	if (!ok && *was_ok)
		log_failure(LOG_WARN_, &err, "relay the outbox");
	*was_ok = ok;
}

/* Until woken, at most a sweep; false when stopping. */
static bool wait_woken(struct relay *relay)
{
	struct timespec until;
	bool go_on;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += SWEEP_S;
	pthread_mutex_lock(&relay->mutex);
	while (!relay->woken && !relay->stopping)
		if (pthread_cond_timedwait(&relay->changed, &relay->mutex, &until) != 0)
			break;
	relay->woken = false;
	go_on = !relay->stopping;
	pthread_mutex_unlock(&relay->mutex);
	return go_on;
}

static void *run(void *arg)
{
	struct relay *relay = arg;
	bool ok = true;

	do
		run_rounds(relay, &ok);
	while (wait_woken(relay));
	run_rounds(relay, &ok);
	return NULL;
}

bool relay_start(struct service *service, struct relay **ret, struct error *err)
{
	struct relay *relay = calloc(1, sizeof(*relay));
	pthread_condattr_t monotonic;
	int failed;

	if (!relay)
		return error_set(err, ERR_INTERNAL, "out of memory");
	relay->service = service;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_mutex_init(&relay->mutex, NULL);
	pthread_cond_init(&relay->changed, &monotonic);
	pthread_condattr_destroy(&monotonic);
	failed = pthread_create(&relay->thread, NULL, run, relay);
	if (failed) {
		free(relay);
		return error_errno(err, failed, "start the relay");
	}
	*ret = relay;
	return true;
}

void relay_free(struct relay *relay)
{
	if (!relay)
		return;
	pthread_mutex_lock(&relay->mutex);
	relay->stopping = true;
	relay->stop_ms = clock_monotonic_ms() + DRAIN_MS;
	pthread_cond_signal(&relay->changed);
	pthread_mutex_unlock(&relay->mutex);
	pthread_join(relay->thread, NULL);
	free(relay->said);
	pthread_cond_destroy(&relay->changed);
	pthread_mutex_destroy(&relay->mutex);
	free(relay);
}

void relay_wake(struct relay *relay)
{
	pthread_mutex_lock(&relay->mutex);
	relay->woken = true;
	pthread_cond_signal(&relay->changed);
	pthread_mutex_unlock(&relay->mutex);
}

void relay_said(struct relay *relay, const int64_t *ids, size_t n)
{
	if (!n)
		return;
	add_said(relay, ids, n);
	relay_wake(relay);
}
