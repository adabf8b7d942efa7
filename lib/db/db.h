/*
 * db: PostgreSQL; the only user of libpq-fe.h. A pool of connections; every statement has a name from a .sql file, is
 * prepared at connect (a typo fails the start), takes parameters, and runs inside a transaction whose first statement
 * sets the organisation for row security. No statement runs outside one; a single one is one by itself.
 */
#pragma once

#include <stdint.h>

#include "lib/base/error.h"
#include "lib/base/uuid.h"

struct db;
struct tx;
struct rows;

/*
 * Made at build time from "-- name: website_insert" blocks of a .sql file; see lib/db/sqlgen.c. The same file gives
 * `enum { WEB_WEBSITE_INSERT, … }` and `extern const struct db_query web_queries[]`. A query's id is its place in its
 * table; its name is the prepared statement's, so names are unique among all tables of one db (else the start fails).
 */
struct db_query {
	const char *name;
	const char *sql;
};

/* Recorded as done by (origin, number); origin is the NAME given to sqlgen ("service", "web"), NULL: the schema. */
struct db_migration {
	unsigned number;
	const char *name;
	const char *sql;
	const char *origin;
};

struct db_options {
	const char *conninfo; /* libpq connection string, without a password in it (passfile, peer or certificate) */
	const char *schema;   /* becomes search_path */
	const struct db_query *queries; /* ends with a row of NULLs; the table that tx_run's ids belong to */
	unsigned connections;           /* the pool's size; made when first needed, kept */
	const struct db_query *const
		*more_queries;         /* further tables, ends with NULL; run by tx_run_from; may be NULL */
	unsigned statement_timeout_ms; /* 0: 5000 */
	bool generic_plans; /* each statement's one plan fits all parameters: nothing is planned while calls wait */
};

/* Fails only for bad options; an absent server makes tx_begin fail with ERR_UNAVAILABLE until it is back. */
bool db_open(const struct db_options *options, struct db **ret, struct error *err) _must_check_;
void db_free(struct db *db);
DEFINE_CLEANUP(struct db *, db_free)

/* Connects and prepares, to see whether all is well: ERR_UNAVAILABLE while the server is away, ERR_INTERNAL when a
 * statement doesn't fit the schema. Leaves two connections in the pool ready for the first calls. */
bool db_ready(struct db *db, struct error *err) _must_check_;

/*
 * Begins. org NULL: no organisation's rows are visible. Waits up to 2 s for a free connection: ERR_UNAVAILABLE. A
 * connection that the server has dropped meanwhile is replaced by a new one here, once. The server hears of it with the
 * first statement that is waited for. Messages of ERR_UNAVAILABLE are libpq's, for the log: they name sockets and
 * roles.
 */
bool tx_begin(struct db *db, const struct uuid *org, struct tx **ret, struct error *err) _must_check_;
bool tx_set_org(struct tx *tx, const struct uuid *org,
                struct error *err) _must_check_;                /* once known, within the same transaction */
bool tx_commit(struct tx **tx, struct error *err) _must_check_; /* frees it and sets NULL either way */
void tx_free(struct tx *tx);                                    /* rolls back what isn't committed */
DEFINE_CLEANUP(struct tx *, tx_free)

/* Parameters, bound to $1, $2 …; an array of n. */
struct db_param {
	enum { DB_NULL_, DB_TEXT_, DB_INT_, DB_BOOL_, DB_UUID_, DB_BYTES_, DB_TEXTS_ } type;
	const void *data;
	int64_t number; /* value, or size, or count */
};
#define DB_NULL ((struct db_param){ .type = DB_NULL_ })
#define DB_TEXT(text) ((struct db_param){ .type = DB_TEXT_, .data = (text) }) /* NULL pointer is NULL */
#define DB_TEXT_OR_NULL(text)                                                                                          \
	((struct db_param){ .type = DB_TEXT_, .data = (text)[0] ? (text) : NULL }) /* "" is NULL */
#define DB_INT(value) ((struct db_param){ .type = DB_INT_, .number = (int64_t)(value) })
#define DB_BOOL(value) ((struct db_param){ .type = DB_BOOL_, .number = (value) })
#define DB_UUID(id) ((struct db_param){ .type = DB_UUID_, .data = (id) }) /* const struct uuid *, NULL is NULL */
#define DB_BYTES(bytes, size) ((struct db_param){ .type = DB_BYTES_, .data = (bytes), .number = (int64_t)(size) })
#define DB_TEXTS(array, count)                                                                                         \
	((struct db_param){ .type = DB_TEXTS_,                                                                         \
	                    .data = (array),                                                                           \
	                    .number = (int64_t)(count) }) /* char *const *, text[] or uuid[] */

/*
 * Runs a statement of the primary table. ret may be NULL. A unique violation is ERR_EXISTS, a serialisation failure or
 * deadlock ERR_UNAVAILABLE, a check or foreign key violation ERR_CONFLICT, a lost connection ERR_UNAVAILABLE, the
 * statement timeout ERR_TIMEOUT. After a failure only tx_free helps.
 */
bool tx_run(struct tx *tx, unsigned query, const struct db_param *params, unsigned n, struct rows **ret,
            struct error *err) _must_check_;
#define TX_RUN(tx, query, ret, err, ...)                                                                               \
	tx_run(tx, query, (const struct db_param[]){ __VA_ARGS__ },                                                    \
	       sizeof((const struct db_param[]){ __VA_ARGS__ }) / sizeof(struct db_param), ret, err)

/* The same for a statement of another table that the db was opened with. */
bool tx_run_from(struct tx *tx, const struct db_query *table, unsigned query, const struct db_param *params, unsigned n,
                 struct rows **ret, struct error *err) _must_check_;
#define TX_RUN_FROM(tx, table, query, ret, err, ...)                                                                   \
	tx_run_from(tx, table, query, (const struct db_param[]){ __VA_ARGS__ },                                        \
	            sizeof((const struct db_param[]){ __VA_ARGS__ }) / sizeof(struct db_param), ret, err)

/* Several of the primary table in one round trip, one after the other; none needs to know what another gave. */
enum { DB_ASKS = 8 };
struct db_ask {
	unsigned query;
	const struct db_param *params;
	unsigned n;
	struct rows **ret; /* NULL: nobody wants them */
};
#define DB_ASK(query, ret, ...)                                                                                        \
	{                                                                                                              \
		query, (const struct db_param[]){ __VA_ARGS__ },                                                       \
			sizeof((const struct db_param[]){ __VA_ARGS__ }) / sizeof(struct db_param), ret                \
	}
bool tx_ask(struct tx *tx, const struct db_ask *asks, unsigned n, struct error *err) _must_check_;

/*
 * A statement whose result nobody needs, without waiting for it: it goes with the next one that is waited for, or with
 * the commit, in one round trip. When it has failed, that one fails, with this one's error; so whoever means something
 * by the error's code uses tx_run.
 */
bool tx_send(struct tx *tx, unsigned query, const struct db_param *params, unsigned n, struct error *err) _must_check_;
#define TX_SEND(tx, query, err, ...)                                                                                   \
	tx_send(tx, query, (const struct db_param[]){ __VA_ARGS__ },                                                   \
	        sizeof((const struct db_param[]){ __VA_ARGS__ }) / sizeof(struct db_param), err)
bool tx_send_from(struct tx *tx, const struct db_query *table, unsigned query, const struct db_param *params,
                  unsigned n, struct error *err) _must_check_;
#define TX_SEND_FROM(tx, table, query, err, ...)                                                                       \
	tx_send_from(tx, table, query, (const struct db_param[]){ __VA_ARGS__ },                                       \
	             sizeof((const struct db_param[]){ __VA_ARGS__ }) / sizeof(struct db_param), err)

/*
 * A transaction of one statement, in one round trip: what tx_begin, tx_run and tx_commit do together. When an old
 * connection turns out to be lost the statement runs once more, which it must bear: a read, most likely.
 */
bool db_run(struct db *db, const struct uuid *org, unsigned query, const struct db_param *params, unsigned n,
            struct rows **ret, struct error *err) _must_check_;
#define DB_RUN(db, org, query, ret, err, ...)                                                                          \
	db_run(db, org, query, (const struct db_param[]){ __VA_ARGS__ },                                               \
	       sizeof((const struct db_param[]){ __VA_ARGS__ }) / sizeof(struct db_param), ret, err)

void rows_free(struct rows *rows);
DEFINE_CLEANUP(struct rows *, rows_free)
unsigned rows_count(const struct rows *rows);
unsigned rows_columns(const struct rows *rows);
unsigned rows_affected(const struct rows *rows); /* of insert, update, delete */
/* How many of them are a page's, of a statement that asks for one more than limit: *ret_more says whether it came. */
unsigned rows_page(const struct rows *rows, unsigned limit, bool *ret_more);
bool rows_null(const struct rows *rows, unsigned row, unsigned column);

/*
 * Values of a result: of type bool, bytea, int2, int4, int8, text, varchar, name, jsonb, timestamptz or uuid; a
 * statement casts what is of another, else the start fails by its name.
 */
const char *rows_text(const struct rows *rows, unsigned row, unsigned column); /* "" for NULL; belongs to rows */
int64_t rows_int(const struct rows *rows, unsigned row, unsigned column);      /* 0 for NULL */
int64_t rows_ms(const struct rows *rows, unsigned row, unsigned column); /* Unix ms of a timestamptz; 0 for NULL */
bool rows_bool(const struct rows *rows, unsigned row, unsigned column);
struct uuid rows_uuid(const struct rows *rows, unsigned row, unsigned column); /* nil for NULL */
const uint8_t *rows_bytes(const struct rows *rows, unsigned row, unsigned column,
                          size_t *ret_size); /* belongs to rows */

/*
 * Runs the migrations that aren't recorded, in order, each in a transaction, under an advisory lock on the schema;
 * table migration(origin, number, name, applied_at). conninfo: the owner role. ERR_CONFLICT when a recorded one has
 * another name now.
 */
bool db_migrate(const char *conninfo, const char *schema, const struct db_migration *migrations,
                struct error *err) _must_check_;
