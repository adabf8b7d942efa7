/* A private PostgreSQL with authz's schema, roles and two organisations. */
#include "authz_db.h"

#include <stdio.h>
#include <stdlib.h>

#include "authz_sql.h"
#include "schema.h"

struct authz_db {
	struct postgres *postgres;
	struct db *own, *wide;
};

const char *const authz_db_orgs[2] = { "0192f000-0000-7000-8000-00000000000a", "0192f000-0000-7000-8000-00000000000b" };

struct authz_db *authz_db_new(void)
{
	struct authz_db *it = calloc(1, sizeof(*it));
	char sql[512];

	if (!it)
		abort();
	it->postgres = postgres_new();
	schema_make(it->postgres, "authz");
	schema_migrate(it->postgres, "authz", authz_migrations);
	snprintf(sql, sizeof(sql), "insert into organisations (id, name) values ('%s', 'Bakery'), ('%s', 'Cobbler')",
	         authz_db_orgs[0], authz_db_orgs[1]);
	authz_db_sql(it, sql);
	it->own = schema_open(it->postgres, "authz", "authz",
	                      (struct db_options){ .queries = authz_queries, .generic_plans = true });
	it->wide = schema_open(it->postgres, "authz", "authz_wide",
	                       (struct db_options){ .queries = authz_queries_wide, .generic_plans = true });
	return it;
}

void authz_db_free(struct authz_db *it)
{
	if (!it)
		return;
	db_free(it->own);
	db_free(it->wide);
	postgres_free(it->postgres);
	free(it);
}

struct db *authz_db_own(struct authz_db *it)
{
	return it->own;
}

struct db *authz_db_wide(struct authz_db *it)
{
	return it->wide;
}

void authz_db_sql(struct authz_db *it, const char *sql)
{
	_cleanup_free_ char *text = NULL;

	if (asprintf(&text, "set search_path = authz; %s", sql) < 0)
		abort();
	postgres_psql(it->postgres, text);
}
