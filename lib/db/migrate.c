/* migrate: runs what isn't recorded yet, one transaction each, one runner at a time. */

#include <string.h>

#include "internal.h"

static bool prepare_record(struct connection *connection, const char *schema, struct error *err)
{
	const struct db_param name = DB_TEXT(schema);
	_cleanup_(result_clearp) PGresult *locked = NULL;

	return connection_ask(connection, "select pg_advisory_lock(hashtextextended('migrate ' || $1::text, 0))", &name,
	                      1, &locked, err) &&
	       connection_exec(connection,
	                       "create table if not exists migration (origin text not null, number integer not null, "
	                       "name text not null, applied_at timestamptz not null default now(), "
	                       "primary key (origin, number))",
	                       NULL, err);
}

/* Whether it has run; another name under its number is an error. */
static bool recorded(struct connection *connection, const struct db_migration *migration, const char *origin, bool *ret,
                     struct error *err)
{
	const struct db_param params[] = { DB_TEXT(origin), DB_INT(migration->number) };
	_cleanup_(result_clearp) PGresult *result = NULL;

	if (!connection_ask(connection, "select name from migration where origin = $1::text and number = $2::integer",
	                    params, 2, &result, err))
		return false;
	*ret = PQntuples(result) > 0;
	if (*ret && strcmp(PQgetvalue(result, 0, 0), migration->name) != 0)
		return error_set(err, ERR_CONFLICT, "it was run as '%s'", PQgetvalue(result, 0, 0));
	return true;
}

static bool apply(struct connection *connection, const struct db_migration *migration, const char *origin,
                  struct error *err)
{
	const struct db_param params[] = { DB_TEXT(origin), DB_INT(migration->number), DB_TEXT(migration->name) };
	_cleanup_(result_clearp) PGresult *inserted = NULL, *committed = NULL;

	if (!connection_exec(connection, "begin", NULL, err) ||
	    !connection_exec(connection, migration->sql, NULL, err) ||
	    !connection_ask(connection,
	                    "insert into migration (origin, number, name) values ($1::text, $2::integer, $3::text)",
	                    params, 3, &inserted, err) ||
	    !connection_exec(connection, "commit", &committed, err))
		return false;
	if (strcmp(PQcmdStatus(committed), "COMMIT") != 0)
		return error_set(err, ERR_INTERNAL, "the transaction was rolled back");
	return true;
}

bool db_migrate(const char *conninfo, const char *schema, const struct db_migration *migrations, struct error *err)
{
	_cleanup_(connection_closep) struct connection *connection = NULL; /* closing gives the lock back */

	if (!connection_open(conninfo, schema, 0, false, &connection, err) || !prepare_record(connection, schema, err))
		return error_wrap(err, "migrate schema %s", schema);
	for (const struct db_migration *migration = migrations; migration->name; migration++) {
		const char *origin = migration->origin ? migration->origin : schema;
		bool done = false;

		if (!recorded(connection, migration, origin, &done, err) ||
		    (!done && !apply(connection, migration, origin, err)))
			return error_wrap(err, "migration %s/%04u_%s", origin, migration->number, migration->name);
	}
	return true;
}
