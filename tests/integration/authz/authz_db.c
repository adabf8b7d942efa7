/* A private PostgreSQL with authz's schema, roles and two organisations. */
#include "authz_db.h"

#include <stdio.h>
#include <string.h>

#include "authz_sql.h"
#include "postgres.h"

struct authz_db {
	struct postgres *postgres;
	struct db *own, *wide;
};

const char *const authz_db_orgs[2] = { "0192f000-0000-7000-8000-00000000000a", "0192f000-0000-7000-8000-00000000000b" };

static const char roles[] = "create role authz_owner login; create role authz login; create role authz_wide login;"
			    "create schema authz authorization authz_owner;"
			    "grant usage on schema authz to authz, authz_wide;";

static void check(bool ok, const struct error *err)
{
	if (ok)
		return;
	fprintf(stderr, "%s\n", err->message);
	abort();
}

static struct db *open_as(struct postgres *postgres, const char *role, const struct db_query *queries)
{
	const struct db_options options = { .conninfo = postgres_conninfo(postgres, role),
		                            .schema = "authz",
		                            .queries = queries,
		                            .connections = 4,
		                            .generic_plans = true };
	struct error err = { 0 };
	struct db *db = NULL;

	check(db_open(&options, &db, &err) && db_ready(db, &err), &err);
	return db;
}

struct authz_db *authz_db_new(void)
{
	struct authz_db *it = calloc(1, sizeof(*it));
	struct error err = { 0 };
	char sql[512];

	if (!it)
		abort();
	it->postgres = postgres_new();
	postgres_psql(it->postgres, roles);
	check(db_migrate(postgres_conninfo(it->postgres, "authz_owner"), "authz", authz_migrations, &err), &err);
	snprintf(sql, sizeof(sql), "insert into organisations (id, name) values ('%s', 'Bakery'), ('%s', 'Cobbler')",
	         authz_db_orgs[0], authz_db_orgs[1]);
	authz_db_sql(it, sql);
	it->own = open_as(it->postgres, "authz", authz_queries);
	it->wide = open_as(it->postgres, "authz_wide", authz_queries_wide);
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
