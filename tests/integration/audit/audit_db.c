/* audit_db: see audit_db.h. */
#include "audit_db.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "audit_sql.h"

enum { CONNECTIONS = 4 };

struct postgres *audit_db_new(void)
{
	struct postgres *postgres = postgres_new();
	struct error err = { 0 };

	postgres_psql(postgres, "create role audit_owner login; create role audit login; create role audit_wide login;"
	                        "create schema audit authorization audit_owner;"
	                        "grant usage on schema audit to audit, audit_wide");
	if (!db_migrate(postgres_conninfo(postgres, "audit_owner"), "audit", audit_migrations, &err))
		fail_msg("%s", err.message);
	return postgres;
}

struct db *audit_db_open(struct postgres *postgres, const char *role, const struct db_query *queries,
                         const struct db_query *const *more)
{
	const struct db_options options = { .conninfo = postgres_conninfo(postgres, role),
		                            .schema = "audit",
		                            .queries = queries,
		                            .connections = CONNECTIONS,
		                            .more_queries = more };
	struct error err = { 0 };
	struct db *db = NULL;

	if (!db_open(&options, &db, &err) || !db_ready(db, &err))
		fail_msg("%s", err.message);
	return db;
}
