/* internal: what the files of lib/db share. Not for anybody else. */
#pragma once

#include <libpq-fe.h>

#include "lib/db/db.h"

enum { CONNECTION_SENT = 32 };

/* One connection to the server. broken: of no use any more, close it. */
struct connection {
	PGconn *pg;
	bool broken;
	int answer_ms;                     /* longest wait for an answer; -1 for ever */
	const char *sent[CONNECTION_SENT]; /* statements that were sent and not heard of yet, */
	unsigned n_sent;                   /* which is what libpq calls a pipeline */
};

/* application_name is the schema. statement_timeout_ms 0: none. Says what libpq says: ERR_UNAVAILABLE. */
bool connection_open(const char *conninfo, const char *schema, unsigned statement_timeout_ms, bool generic_plans,
                     struct connection **ret, struct error *err) _must_check_;
void connection_close(struct connection *connection);
DEFINE_CLEANUP(struct connection *, connection_close)

/* Prepares a table's statements in one round trip. */
bool connection_prepare(struct connection *connection, const struct db_query *table, struct error *err) _must_check_;

/* Runs trusted text, which may hold several statements, and gives the last result (for PQclear). */
bool connection_exec(struct connection *connection, const char *sql, PGresult **ret, struct error *err) _must_check_;

/* The same of one statement with parameters. */
bool connection_ask(struct connection *connection, const char *sql, const struct db_param *params, unsigned n,
                    PGresult **ret, struct error *err) _must_check_;

/* What lib/db itself says, to be prepared before all below. */
extern const struct db_query connection_queries[];

/*
 * Prepared statements are sent, any number, then waited for in one round trip: results of the last ones (for PQclear),
 * or the first error, with its statement's name. What is sent costs no round trip, and isn't at work before the wait.
 */
bool connection_send(struct connection *connection, const char *name, const struct db_param *params, unsigned n,
                     struct error *err) _must_check_;
bool connection_send_begin(struct connection *connection, const struct uuid *org, struct error *err) _must_check_;
bool connection_send_org(struct connection *connection, const struct uuid *org, struct error *err) _must_check_;
bool connection_wait(struct connection *connection, PGresult **rets, unsigned n_rets, struct error *err) _must_check_;

bool connection_commit(struct connection *connection, struct error *err) _must_check_;
void connection_rollback(struct connection *connection); /* of what was sent as well; else it is broken */

/* Whether the server still has it, as far as one hears without asking. */
bool connection_alive(struct connection *connection);

static inline void result_clear(PGresult *result)
{
	PQclear(result);
}
DEFINE_CLEANUP(PGresult *, result_clear)

/* libpq's format of a value; text is 0. */
enum { BINARY = 1 };

/* Parameters in the shape that libpq wants. */
struct params {
	int n;
	const char *values[64];
	int lengths[64], formats[64];
	char *owned[64]; /* texts made for values */
};

bool params_init(struct params *ret, const struct db_param *params, unsigned n, struct error *err) _must_check_;
void params_done(struct params *params);

/* Whether rows know the types of all its columns; of a statement that was described, too. ERR_INTERNAL. */
bool rows_readable(const PGresult *result, struct error *err) _must_check_;

/* Takes the result over. */
bool rows_new(PGresult *result, struct rows **ret, struct error *err) _must_check_;
