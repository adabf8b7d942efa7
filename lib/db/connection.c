/* connection: one libpq connection: connect, prepare, run with a deadline, and what SQLSTATEs mean. */

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"

#include "internal.h"

enum { ANSWER_GRACE_MS = 3000, RETRY_AFTER_S = 2 };

#define BEGIN "stralix begin"
#define SET_ORG "stralix set org"
#define COMMIT "stralix commit"
#define ROLLBACK "stralix rollback"

const struct db_query connection_queries[] = {
	{ BEGIN, "begin" },   { SET_ORG, "select set_config('stralix.org', $1, true)" },
	{ COMMIT, "commit" }, { ROLLBACK, "rollback" },
	{ NULL, NULL },
};

/* The first prefix that matches decides. */
static const struct {
	const char *prefix;
	enum error_code code;
} meanings[] = {
	{ "23505", ERR_EXISTS },      /* unique_violation */
	{ "23503", ERR_CONFLICT },    /* foreign_key_violation */
	{ "23514", ERR_CONFLICT },    /* check_violation */
	{ "23P01", ERR_CONFLICT },    /* exclusion_violation */
	{ "40", ERR_UNAVAILABLE },    /* serialisation failure, deadlock */
	{ "55P03", ERR_UNAVAILABLE }, /* lock_not_available */
	{ "57014", ERR_TIMEOUT },     /* query_canceled: statement_timeout */
	{ "57", ERR_UNAVAILABLE },    /* the server shuts down */
	{ "53100", ERR_DISK },        /* disk_full */
	{ "53", ERR_UNAVAILABLE },    /* out of connections, of memory */
	{ "08P01", ERR_INTERNAL },    /* protocol violation: a wrong number of parameters, say */
	{ "08", ERR_UNAVAILABLE },    /* connection lost */
	{ "25P03", ERR_UNAVAILABLE }, /* idle_in_transaction_session_timeout */
};

static enum error_code code_of(const char *sqlstate)
{
	for (size_t i = 0; i < ARRAY_SIZE(meanings); i++)
		if (strncmp(sqlstate, meanings[i].prefix, strlen(meanings[i].prefix)) == 0)
			return meanings[i].code;
	return ERR_INTERNAL;
}

/* libpq's messages end with a line feed. */
static int first_line(const char *text)
{
	return (int)strcspn(text, "\n");
}

static bool fail_lost(struct connection *connection, const char *why, struct error *err)
{
	connection->broken = true;
	error_set(err, ERR_UNAVAILABLE, "the database is away: %.*s", first_line(why), why);
	if (err)
		err->retry_after_s = RETRY_AFTER_S;
	return false;
}

/* The server's last words on a connection, whether its end has been read yet or not. */
static bool is_last(const PGresult *result)
{
	const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);

	return severity && (strcmp(severity, "FATAL") == 0 || strcmp(severity, "PANIC") == 0);
}

static bool fail_result(struct connection *connection, const PGresult *result, struct error *err)
{
	const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	enum error_code code;

	if (primary && is_last(result))
		return fail_lost(connection, primary, err);

	if (PQstatus(connection->pg) == CONNECTION_BAD || !sqlstate)
		return fail_lost(connection, PQerrorMessage(connection->pg), err);
	code = code_of(sqlstate);
	error_set(err, code, "%s (SQLSTATE %.5s)", primary ? primary : "the database refused", sqlstate);
	if (err && code == ERR_UNAVAILABLE)
		err->retry_after_s = 1;
	return false;
}

/* Waits until PQgetResult doesn't block. */
static bool wait_answer(struct connection *connection, int64_t deadline, struct error *err)
{
	while (PQisBusy(connection->pg)) {
		struct pollfd fd = { .fd = PQsocket(connection->pg), .events = POLLIN };
		int64_t left = deadline - clock_monotonic_ms();
		int ready;

		if (connection->answer_ms < 0)
			left = -1;
		else if (left <= 0)
			return fail_lost(connection, "no answer in time", err);
		ready = poll(&fd, 1, (int)left);
		if (ready < 0 && errno != EINTR)
			return fail_lost(connection, strerrordesc_np(errno), err);
		if (ready > 0 && !PQconsumeInput(connection->pg))
			return fail_lost(connection, PQerrorMessage(connection->pg), err);
	}
	return true;
}

static bool result_ok(const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_PIPELINE_SYNC;
}

/* Takes all results of what was sent; keeps the first bad one, else the last. */
static bool collect(struct connection *connection, PGresult **ret, struct error *err)
{
	int64_t deadline = clock_monotonic_ms() + connection->answer_ms;
	_cleanup_(result_clearp) PGresult *kept = NULL;
	PGresult *result;

	for (;;) {
		if (!wait_answer(connection, deadline, err))
			return false;
		result = PQgetResult(connection->pg);
		if (!result)
			break;
		if (kept && !result_ok(kept)) {
			PQclear(result);
			continue;
		}
		PQclear(kept);
		kept = result;
	}
	if (!kept)
		return fail_lost(connection, PQerrorMessage(connection->pg), err);
	if (!result_ok(kept))
		return fail_result(connection, kept, err);
	*ret = TAKE_PTR(kept);
	return true;
}

bool connection_exec(struct connection *connection, const char *sql, PGresult **ret, struct error *err)
{
	_cleanup_(result_clearp) PGresult *result = NULL;

	if (!PQsendQuery(connection->pg, sql))
		return fail_lost(connection, PQerrorMessage(connection->pg), err);
	if (!collect(connection, &result, err))
		return false;
	if (ret)
		*ret = TAKE_PTR(result);
	return true;
}

bool connection_ask(struct connection *connection, const char *sql, const struct db_param *params, unsigned n,
                    PGresult **ret, struct error *err)
{
	_cleanup_(params_done) struct params p = { 0 };

	if (!params_init(&p, params, n, err))
		return false;
	if (!PQsendQueryParams(connection->pg, sql, p.n, NULL, p.values, p.lengths, p.formats, BINARY))
		return fail_lost(connection, PQerrorMessage(connection->pg), err);
	return collect(connection, ret, err);
}

/* In a pipeline the results of each message end with NULL. */
static bool next_in_pipeline(struct connection *connection, int64_t deadline, PGresult **ret, struct error *err)
{
	if (!wait_answer(connection, deadline, err))
		return false;
	*ret = PQgetResult(connection->pg);
	if (!wait_answer(connection, deadline, err))
		return false;
	PQclear(PQgetResult(connection->pg));
	return true;
}

/* Each statement was prepared and described: what it returns must be readable. The last result is the sync. */
static bool collect_prepared(struct connection *connection, const struct db_query *table, struct error *err)
{
	int64_t deadline = clock_monotonic_ms() + connection->answer_ms;
	bool ok = true;

	for (const struct db_query *query = table; query->name; query++) {
		_cleanup_(result_clearp) PGresult *prepared = NULL, *described = NULL;

		if (!next_in_pipeline(connection, deadline, &prepared, err) ||
		    !next_in_pipeline(connection, deadline, &described, err))
			return false;
		if (!ok)
			continue;
		ok = result_ok(prepared) ? rows_readable(described, err) : fail_result(connection, prepared, err);
		if (!ok)
			error_wrap(err, "prepare statement '%s'", query->name);
	}
	return ok;
}

bool connection_prepare(struct connection *connection, const struct db_query *table, struct error *err)
{
	_cleanup_(result_clearp) PGresult *sync = NULL;
	PGconn *pg = connection->pg;

	if (!table->name)
		return true;
	if (!PQenterPipelineMode(pg))
		return fail_lost(connection, "pipeline mode is refused", err);
	for (const struct db_query *query = table; query->name; query++)
		if (!PQsendPrepare(pg, query->name, query->sql, 0, NULL) || !PQsendDescribePrepared(pg, query->name))
			return fail_lost(connection, PQerrorMessage(pg), err);
	if (!PQpipelineSync(pg))
		return fail_lost(connection, PQerrorMessage(pg), err);
	if (!collect_prepared(connection, table, err))
		return false;
	if (!wait_answer(connection, clock_monotonic_ms() + connection->answer_ms, err))
		return false;
	sync = PQgetResult(pg);
	if (PQresultStatus(sync) != PGRES_PIPELINE_SYNC || !PQexitPipelineMode(pg))
		return fail_lost(connection, PQerrorMessage(pg), err);
	return true;
}

bool connection_send(struct connection *connection, const char *name, const struct db_param *params, unsigned n,
                     struct error *err)
{
	_cleanup_(params_done) struct params p = { 0 };
	PGconn *pg = connection->pg;

	if (!params_init(&p, params, n, err))
		return error_wrap(err, "%s", name);
	if (connection->n_sent == CONNECTION_SENT && !connection_wait(connection, NULL, 0, err))
		return false;
	if ((connection->n_sent == 0 && !PQenterPipelineMode(pg)) ||
	    !PQsendQueryPrepared(pg, name, p.n, p.values, p.lengths, p.formats, BINARY))
		return fail_lost(connection, PQerrorMessage(pg), err);
	connection->sent[connection->n_sent++] = name;
	return true;
}

bool connection_send_begin(struct connection *connection, const struct uuid *org, struct error *err)
{
	return connection_send(connection, BEGIN, NULL, 0, err) && (!org || connection_send_org(connection, org, err));
}

bool connection_send_org(struct connection *connection, const struct uuid *org, struct error *err)
{
	char text[UUID_TEXT] = "";

	if (org)
		uuid_format(org, text);
	return connection_send(connection, SET_ORG, &DB_TEXT(text), 1, err);
}

/* What follows a statement that failed isn't carried out, and says so alone. rets: of the last ones. */
static bool collect_sent(struct connection *connection, int64_t deadline, PGresult **rets, unsigned n_rets,
                         struct error *err)
{
	unsigned n = connection->n_sent, before = n - n_rets;
	bool ok = true;

	for (unsigned i = 0; i < n; i++) {
		_cleanup_(result_clearp) PGresult *result = NULL;

		if (!next_in_pipeline(connection, deadline, &result, err))
			return false;
		if (!ok)
			continue;
		ok = result_ok(result) ||
		     (fail_result(connection, result, err), error_wrap(err, "%s", connection->sent[i]));
		if (connection->broken)
			return false;
		if (ok && i >= before)
			rets[i - before] = TAKE_PTR(result);
	}
	return ok;
}

static void clear_all(PGresult **results, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		PQclear(TAKE_PTR(results[i]));
}

bool connection_wait(struct connection *connection, PGresult **rets, unsigned n_rets, struct error *err)
{
	int64_t deadline = clock_monotonic_ms() + connection->answer_ms;
	_cleanup_(result_clearp) PGresult *sync = NULL;
	PGconn *pg = connection->pg;

	if (!PQpipelineSync(pg))
		return fail_lost(connection, PQerrorMessage(pg), err);
	bool ok = collect_sent(connection, deadline, rets, n_rets, err);
	connection->n_sent = 0;
	if (!connection->broken && wait_answer(connection, deadline, ok ? err : NULL)) {
		sync = PQgetResult(pg);
		if (PQresultStatus(sync) != PGRES_PIPELINE_SYNC || !PQexitPipelineMode(pg))
			fail_lost(connection, PQerrorMessage(pg), ok ? err : NULL);
	}
	if (ok && !connection->broken)
		return true;
	clear_all(rets, n_rets);
	return false;
}

bool connection_commit(struct connection *connection, struct error *err)
{
	_cleanup_(result_clearp) PGresult *result = NULL;

	if (!connection_send(connection, COMMIT, NULL, 0, err) || !connection_wait(connection, &result, 1, err))
		return false;
	return strcmp(PQcmdStatus(result), "COMMIT") == 0 ||
	       error_set(err, ERR_INTERNAL, "the transaction was rolled back");
}

void connection_rollback(struct connection *connection)
{
	struct error ignored = { 0 };

	if (connection->n_sent > 0 && !connection->broken && !connection_wait(connection, NULL, 0, &ignored))
		ignored = (struct error){ 0 };
	if (connection->broken || PQtransactionStatus(connection->pg) == PQTRANS_IDLE)
		return;
	if (!connection_send(connection, ROLLBACK, NULL, 0, &ignored) ||
	    !connection_wait(connection, NULL, 0, &ignored))
		connection->broken = true;
}

bool connection_alive(struct connection *connection)
{
	struct pollfd fd = { .fd = PQsocket(connection->pg), .events = POLLIN };

	while (!connection->broken && poll(&fd, 1, 0) > 0)
		connection->broken = !PQconsumeInput(connection->pg) || PQisBusy(connection->pg);
	return !connection->broken && PQstatus(connection->pg) == CONNECTION_OK;
}

/* Of what the server says by itself only its end matters. */
static void take_notice(void *arg, const PGresult *result)
{
	struct connection *connection = arg;

	if (is_last(result))
		connection->broken = true;
}

bool connection_open(const char *conninfo, const char *schema, unsigned statement_timeout_ms, bool generic_plans,
                     struct connection **ret, struct error *err)
{
	_cleanup_(connection_closep) struct connection *connection = calloc(1, sizeof(*connection));
	const char *const keywords[] = {
		"dbname",           "options", "fallback_application_name", "connect_timeout", "client_encoding",
		"tcp_user_timeout", NULL
	};
	char options[320];
	const char *const values[] = { conninfo, options, schema, "2", "UTF8", "5000", NULL };

	if (!connection)
		return error_errno(err, ENOMEM, "connect to the database");
	/* NOLINTBEGIN(clang-analyzer-unix.Malloc): it doesn't see that _cleanup_ frees */
	snprintf(options, sizeof(options),
	         "-c search_path=%s -c statement_timeout=%u -c idle_in_transaction_session_timeout=30000 "
	         "-c bytea_output=hex -c timezone=UTC -c datestyle=ISO -c client_min_messages=warning "
	         "-c jit=off -c plan_cache_mode=%s",
	         schema, statement_timeout_ms, generic_plans ? "force_generic_plan" : "auto");
	connection->answer_ms = statement_timeout_ms ? (int)statement_timeout_ms + ANSWER_GRACE_MS : -1;
	connection->pg = PQconnectdbParams(keywords, values, true);
	if (PQstatus(connection->pg) != CONNECTION_OK) /* without memory too */
		return fail_lost(connection, PQerrorMessage(connection->pg), err);
	PQsetNoticeReceiver(connection->pg, take_notice, connection);
	*ret = TAKE_PTR(connection);
	return true;
	/* NOLINTEND(clang-analyzer-unix.Malloc) */
}

void connection_close(struct connection *connection)
{
	if (!connection)
		return;
	PQfinish(connection->pg);
	free(connection);
}
