/* schema: see schema.h. */
#include "schema.h"

#include <stdio.h>
#include <stdlib.h>

enum { CONNECTIONS = 4 };

static void check(bool ok, const struct error *err)
{
	if (ok)
		return;
	fprintf(stderr, "%s\n", err->message);
	abort();
}

void schema_make(struct postgres *postgres, const char *name)
{
	_cleanup_free_ char *sql = NULL;

	if (asprintf(&sql,
	             "create role %s_owner login; create role %s login; create role %s_wide login;"
	             "create schema %s authorization %s_owner; grant usage on schema %s to %s, %s_wide",
	             name, name, name, name, name, name, name, name) < 0)
		abort();
	postgres_psql(postgres, sql);
}

void schema_migrate(struct postgres *postgres, const char *name, const struct db_migration *migrations)
{
	_cleanup_free_ char *owner = NULL;
	struct error err = { 0 };

	if (asprintf(&owner, "%s_owner", name) < 0)
		abort();
	check(db_migrate(postgres_conninfo(postgres, owner), name, migrations, &err), &err);
}

struct db *schema_open(struct postgres *postgres, const char *name, const char *role, struct db_options options)
{
	struct error err = { 0 };
	struct db *db = NULL;

	options.conninfo = postgres_conninfo(postgres, role);
	options.schema = name;
	options.connections = CONNECTIONS;
	check(db_open(&options, &db, &err) && db_ready(db, &err), &err);
	return db;
}
