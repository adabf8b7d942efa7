/* db: the pool, and transactions on its connections. */

#include "lib/db/db.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/base/clock.h"

#include "internal.h"

enum { TABLES_MAX = 8, CONNECTIONS_MAX = 64, WAIT_MS = 2000, STATEMENT_TIMEOUT_MS = 5000, READY_CONNECTIONS = 2 };

struct table {
	const struct db_query *queries;
	unsigned n;
};

struct db {
	char *conninfo, *schema;
	unsigned statement_timeout_ms;
	bool generic_plans;
	struct table tables[TABLES_MAX]; /* [0] is the primary one */
	unsigned n_tables;

	pthread_mutex_t lock; /* of all below */
	pthread_cond_t freed;
	struct connection *idle[CONNECTIONS_MAX];
	unsigned n_idle, n_open, max; /* n_open counts those in use as well */
};

struct tx {
	struct db *db;
	struct connection *connection; /* NULL: it was lost, and there is no other */
	bool failed;
	bool untried; /* an old connection, on which nothing was said yet but its beginning, */
	bool has_org; /* of this organisation */
	struct uuid org;
};

static bool add_table(struct db *db, const struct db_query *queries, struct error *err)
{
	struct table *table = &db->tables[db->n_tables];

	if (db->n_tables == TABLES_MAX)
		return error_set(err, ERR_INTERNAL, "more than %d tables of statements", TABLES_MAX);
	table->queries = queries;
	while (queries[table->n].name)
		table->n++;
	db->n_tables++;
	return true;
}

static bool schema_valid(const char *schema)
{
	return schema && schema[0] && schema[strspn(schema, "abcdefghijklmnopqrstuvwxyz_0123456789")] == '\0' &&
	       strlen(schema) < 64;
}

static bool check_options(const struct db_options *options, struct error *err)
{
	_cleanup_free_ char *why = NULL;
	PQconninfoOption *parsed;

	if (!schema_valid(options->schema))
		return error_set(err, ERR_INTERNAL, "'%s' is no schema", options->schema ? options->schema : "");
	if (!options->connections || options->connections > CONNECTIONS_MAX)
		return error_set(err, ERR_INTERNAL, "a pool has 1 to %d connections, not %u", CONNECTIONS_MAX,
		                 options->connections);
	parsed = PQconninfoParse(options->conninfo, &why);
	if (!parsed)
		return error_set(err, ERR_INVALID, "connection string: %.*s", (int)strcspn(why ? why : "?", "\n"),
		                 why ? why : "?");
	PQconninfoFree(parsed);
	return true;
}

static struct db *db_new(void)
{
	struct db *db = calloc(1, sizeof(*db));
	pthread_condattr_t attributes;

	if (!db)
		return NULL;
	pthread_mutex_init(&db->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&db->freed, &attributes);
	pthread_condattr_destroy(&attributes);
	return db;
}

bool db_open(const struct db_options *options, struct db **ret, struct error *err)
{
	static const struct db_query none[] = { { 0 } };
	_cleanup_(db_freep) struct db *db = NULL;

	if (!check_options(options, err))
		return false;
	db = db_new();
	if (!db)
		return error_errno(err, ENOMEM, "open the database");
	db->conninfo = strdup(options->conninfo);
	db->schema = strdup(options->schema);
	if (!db->conninfo || !db->schema)
		return error_errno(err, ENOMEM, "open the database");
	db->max = options->connections;
	db->generic_plans = options->generic_plans;
	db->statement_timeout_ms = options->statement_timeout_ms ? options->statement_timeout_ms : STATEMENT_TIMEOUT_MS;
	if (!add_table(db, options->queries ? options->queries : none, err))
		return false;
	for (const struct db_query *const *more = options->more_queries; more && *more; more++)
		if (!add_table(db, *more, err))
			return false;
	*ret = TAKE_PTR(db);
	return true;
}

void db_free(struct db *db)
{
	if (!db)
		return;
	for (unsigned i = 0; i < db->n_idle; i++)
		connection_close(db->idle[i]);
	pthread_cond_destroy(&db->freed);
	pthread_mutex_destroy(&db->lock);
	free(db->conninfo);
	free(db->schema);
	free(db);
}

static bool connect_prepared(struct db *db, struct connection **ret, struct error *err)
{
	_cleanup_(connection_closep) struct connection *connection = NULL;

	if (!connection_open(db->conninfo, db->schema, db->statement_timeout_ms, db->generic_plans, &connection, err) ||
	    !connection_prepare(connection, connection_queries, err))
		return false;
	for (unsigned i = 0; i < db->n_tables; i++)
		if (!connection_prepare(connection, db->tables[i].queries, err))
			return false;
	*ret = TAKE_PTR(connection);
	return true;
}

/* Gives up the right to one connection. */
static void pool_forget(struct db *db)
{
	pthread_mutex_lock(&db->lock);
	db->n_open--;
	pthread_cond_signal(&db->freed);
	pthread_mutex_unlock(&db->lock);
}

/* What one has lost, the others that lie idle have lost too, most likely. */
static void pool_drop_idle(struct db *db)
{
	struct connection *dropped[CONNECTIONS_MAX];
	unsigned n;

	pthread_mutex_lock(&db->lock);
	n = db->n_idle;
	memcpy(dropped, db->idle, n * sizeof(*dropped)); /* NOLINT(bugprone-sizeof-expression): pointers */
	db->n_idle = 0;
	db->n_open -= n;
	pthread_cond_broadcast(&db->freed);
	pthread_mutex_unlock(&db->lock);
	for (unsigned i = 0; i < n; i++)
		connection_close(dropped[i]);
}

/* The newest idle connection, or the right to make one (*ret NULL). */
static bool pool_reserve(struct db *db, struct connection **ret, struct error *err)
{
	int64_t end = clock_monotonic_ms() + WAIT_MS;
	struct timespec until = { .tv_sec = (time_t)(end / 1000), .tv_nsec = (long)(end % 1000) * 1000000 };
	bool ok = true;

	pthread_mutex_lock(&db->lock);
	while (ok && !db->n_idle && db->n_open >= db->max)
		ok = pthread_cond_timedwait(&db->freed, &db->lock, &until) == 0;
	if (ok && db->n_idle)
		*ret = db->idle[--db->n_idle];
	else if (ok)
		db->n_open++;
	pthread_mutex_unlock(&db->lock);
	if (ok)
		return true;
	error_set(err, ERR_UNAVAILABLE, "all %u database connections are busy", db->max);
	if (err)
		err->retry_after_s = 1;
	return false;
}

/* Replaces what is in *connection by a new one; on failure the right to it is gone. */
static bool pool_renew(struct db *db, struct connection **connection, struct error *err)
{
	connection_close(TAKE_PTR(*connection));
	if (connect_prepared(db, connection, err))
		return true;
	pool_forget(db);
	return false;
}

static bool pool_take(struct db *db, struct connection **ret, bool *ret_fresh, struct error *err)
{
	*ret = NULL;
	if (!pool_reserve(db, ret, err))
		return false;
	*ret_fresh = !*ret || !connection_alive(*ret);
	if (*ret && *ret_fresh)
		pool_drop_idle(db);
	return !*ret_fresh || pool_renew(db, ret, err);
}

static void pool_give(struct db *db, struct connection *connection)
{
	if (connection->n_sent > 0)
		connection_rollback(connection);
	if (connection->broken || PQtransactionStatus(connection->pg) != PQTRANS_IDLE) {
		connection_close(connection);
		pool_forget(db);
		return;
	}
	pthread_mutex_lock(&db->lock);
	db->idle[db->n_idle++] = connection;
	pthread_cond_signal(&db->freed);
	pthread_mutex_unlock(&db->lock);
}

/* A statement by itself. */
struct words {
	const char *statement;
	const struct uuid *org; /* NULL: none */
	const struct db_param *params;
	unsigned n;
	PGresult *result; /* once it was said */
};

/* In one round trip, and so in one transaction. */
static bool say(struct connection *connection, struct words *words, struct error *err)
{
	return (!words->org || connection_send_org(connection, words->org, err)) &&
	       connection_send(connection, words->statement, words->params, words->n, err) &&
	       connection_wait(connection, &words->result, 1, err);
}

/* Says it on a connection of the pool; when an old connection turns out to be lost, once more on a new one. */
static bool pool_say(struct db *db, struct words *words, struct connection **ret, struct error *err)
{
	struct connection *connection = NULL;
	bool fresh = false;

	if (!pool_take(db, &connection, &fresh, err))
		return false;
	if (say(connection, words, err)) {
		*ret = connection;
		return true;
	}
	if (fresh || !connection->broken) {
		pool_give(db, connection);
		return false;
	}
	pool_drop_idle(db);
	if (!pool_renew(db, &connection, err))
		return false;
	if (!say(connection, words, err)) {
		pool_give(db, connection);
		return false;
	}
	*ret = connection;
	return true;
}

/* One of the pool that answers. */
static bool pool_try(struct db *db, struct connection **ret, struct error *err)
{
	bool fresh;

	if (!pool_take(db, ret, &fresh, err))
		return false;
	if (fresh || connection_exec(*ret, "select 1", NULL, err))
		return true;
	pool_give(db, *ret);
	return false;
}

bool db_ready(struct db *db, struct error *err)
{
	struct connection *held[READY_CONNECTIONS];
	unsigned n = 0, want = db->max < READY_CONNECTIONS ? 1 : READY_CONNECTIONS;

	while (n < want && pool_try(db, &held[n], err))
		n++;
	for (unsigned i = 0; i < n; i++)
		pool_give(db, held[i]);
	return n == want;
}

bool tx_begin(struct db *db, const struct uuid *org, struct tx **ret, struct error *err)
{
	_cleanup_(tx_freep) struct tx *tx = calloc(1, sizeof(*tx));
	bool fresh = true;

	if (!tx)
		return error_errno(err, ENOMEM, "begin");
	tx->db = db;
	if (!pool_take(db, &tx->connection, &fresh, err))
		return false;
	tx->untried = !fresh;
	tx->has_org = org;
	if (org)
		tx->org = *org;
	if (!connection_send_begin(tx->connection, org, err))
		return error_wrap(err, "begin");
	*ret = TAKE_PTR(tx);
	return true;
}

static bool usable(const struct tx *tx, struct error *err)
{
	return !tx->failed || error_set(err, ERR_INTERNAL, "the transaction has failed before");
}

bool tx_set_org(struct tx *tx, const struct uuid *org, struct error *err)
{
	if (!usable(tx, err))
		return false;
	tx->has_org = org;
	if (org)
		tx->org = *org;
	tx->failed = !connection_send_org(tx->connection, org, err);
	return !tx->failed;
}

bool tx_commit(struct tx **tx, struct error *err)
{
	struct tx *taken = TAKE_PTR(*tx);
	bool ok = usable(taken, err) && connection_commit(taken->connection, err);

	tx_free(taken);
	return ok || error_wrap(err, "commit");
}

void tx_free(struct tx *tx)
{
	if (!tx)
		return;
	if (tx->connection) {
		connection_rollback(tx->connection);
		pool_give(tx->db, tx->connection);
	}
	free(tx);
}

bool db_run(struct db *db, const struct uuid *org, unsigned query, const struct db_param *params, unsigned n,
            struct rows **ret, struct error *err)
{
	struct words words = { .org = org, .params = params, .n = n };
	struct connection *connection = NULL;

	if (query >= db->tables[0].n)
		return error_set(err, ERR_INTERNAL, "statement %u is not in the table of %u", query, db->tables[0].n);
	words.statement = db->tables[0].queries[query].name;
	if (!pool_say(db, &words, &connection, err))
		return false;
	pool_give(db, connection);
	return rows_new(words.result, ret, err);
}

/* NULL: it isn't in the table, or the transaction has failed. */
static const char *statement(const struct tx *tx, const struct table *table, unsigned query, struct error *err)
{
	if (query < table->n && usable(tx, err))
		return table->queries[query].name;
	if (query < table->n)
		error_wrap(err, "%s", table->queries[query].name);
	else
		error_set(err, ERR_INTERNAL, "statement %u is not in the table of %u", query, table->n);
	return NULL;
}

static bool send(struct tx *tx, const struct table *table, unsigned query, const struct db_param *params, unsigned n,
                 struct error *err)
{
	const char *name = statement(tx, table, query, err);

	if (!name)
		return false;
	tx->untried = false;
	tx->failed = !connection_send(tx->connection, name, params, n, err);
	return !tx->failed;
}

/* Nothing of it has happened, so it begins once more on another connection. */
static bool renew(struct tx *tx, struct error *err)
{
	pool_drop_idle(tx->db);
	return pool_renew(tx->db, &tx->connection, err) &&
	       connection_send_begin(tx->connection, tx->has_org ? &tx->org : NULL, err);
}

/* Statements by their names, as tx_ask has them. */
struct questions {
	const char *names[DB_ASKS];
	const struct db_ask *asks;
	unsigned n;
};

static bool ask_once(struct connection *connection, const struct questions *questions, PGresult **rets,
                     struct error *err)
{
	if (connection->n_sent + questions->n > CONNECTION_SENT && !connection_wait(connection, NULL, 0, err))
		return false;
	for (unsigned i = 0; i < questions->n; i++)
		if (!connection_send(connection, questions->names[i], questions->asks[i].params, questions->asks[i].n,
		                     err))
			return false;
	return connection_wait(connection, rets, questions->n, err);
}

static bool ask(struct tx *tx, const struct questions *questions, PGresult **rets, struct error *err)
{
	bool untried = tx->untried;

	tx->untried = false;
	if (ask_once(tx->connection, questions, rets, err))
		return true;
	if (!untried || !tx->connection->broken)
		return false;
	if (err)
		*err = (struct error){ 0 };
	return renew(tx, err) && ask_once(tx->connection, questions, rets, err);
}

/* Takes all over; ret NULL: nobody wants the rows. */
static bool hand_out(const struct questions *questions, PGresult **results, struct error *err)
{
	bool ok = true;

	for (unsigned i = 0; i < questions->n; i++) {
		struct rows **ret = questions->asks[i].ret;

		if (ret && ok)
			ok = rows_new(results[i], ret, err);
		else
			PQclear(results[i]);
	}
	return ok;
}

static bool run(struct tx *tx, const struct table *table, const struct db_ask *asks, unsigned n, struct error *err)
{
	struct questions questions = { .asks = asks, .n = n };
	PGresult *results[DB_ASKS] = { NULL };

	if (n > DB_ASKS)
		return error_set(err, ERR_INTERNAL, "at most %d statements at once", DB_ASKS);
	for (unsigned i = 0; i < n; i++)
		if (!(questions.names[i] = statement(tx, table, asks[i].query, err)))
			return false;
	tx->failed = !ask(tx, &questions, results, err);
	return !tx->failed && hand_out(&questions, results, err);
}

/* The table that the db was opened with; NULL: with others. */
static const struct table *find_table(const struct db *db, const struct db_query *queries, struct error *err)
{
	for (unsigned i = 0; i < db->n_tables; i++)
		if (db->tables[i].queries == queries)
			return &db->tables[i];
	error_set(err, ERR_INTERNAL, "the database was opened without this table of statements");
	return NULL;
}

bool tx_run(struct tx *tx, unsigned query, const struct db_param *params, unsigned n, struct rows **ret,
            struct error *err)
{
	const struct db_ask one = { query, params, n, ret };

	return run(tx, &tx->db->tables[0], &one, 1, err);
}

bool tx_ask(struct tx *tx, const struct db_ask *asks, unsigned n, struct error *err)
{
	return run(tx, &tx->db->tables[0], asks, n, err);
}

bool tx_run_from(struct tx *tx, const struct db_query *queries, unsigned query, const struct db_param *params,
                 unsigned n, struct rows **ret, struct error *err)
{
	const struct table *table = find_table(tx->db, queries, err);
	const struct db_ask one = { query, params, n, ret };

	return table && run(tx, table, &one, 1, err);
}

bool tx_send(struct tx *tx, unsigned query, const struct db_param *params, unsigned n, struct error *err)
{
	return send(tx, &tx->db->tables[0], query, params, n, err);
}

bool tx_send_from(struct tx *tx, const struct db_query *queries, unsigned query, const struct db_param *params,
                  unsigned n, struct error *err)
{
	const struct table *table = find_table(tx->db, queries, err);

	return table && send(tx, table, query, params, n, err);
}
