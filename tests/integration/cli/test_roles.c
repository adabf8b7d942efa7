/* Database roles as stralixctl makes them, in a real PostgreSQL: each logs in with its password and owns just its own.
 */
#include <libpq-fe.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/base/cleanup.h"
#include "lib/trust/store.h"

#include "installation.h"
#include "postgres.h"

struct world {
	struct postgres *postgres;
	struct test_installation installation;
	char folder[128]; /* of the socket */
};

/* Passwords count from now on, but for the superuser. */
static void demand_passwords(struct world *world)
{
	char path[192];
	FILE *file;

	sscanf(postgres_conninfo(world->postgres, "x"), "host=%127s", world->folder);
	snprintf(path, sizeof path, "%s/data/pg_hba.conf", world->folder);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("local all postgres trust\nlocal all all scram-sha-256\n", file);
	fclose(file);
	postgres_psql(world->postgres, "select pg_reload_conf()");
}

/* The file is only for root, and psql runs as another: a copy without secrets of value. */
static void run_roles(const struct world *world)
{
	_cleanup_free_ char *sql = NULL, *script = NULL;
	char from[128], copy[] = "/tmp/stralix-roles-XXXXXX", command[64];
	_cleanup_close_ int fd = mkstemp(copy);

	snprintf(from, sizeof from, "%s/etc/postgres/roles.sql", world->installation.dir);
	assert_true(store_read(from, 1 << 20, &sql, NULL, NULL));
	assert_true(asprintf(&script, "\\c stralix\n%s", sql) > 0);
	assert_int_equal(write(fd, script, strlen(script)), (ssize_t)strlen(script));
	assert_int_equal(fchmod(fd, 0644), 0);
	snprintf(command, sizeof command, "\\i %s", copy);
	postgres_psql(world->postgres, command);
	unlink(copy);
}

static int start(void **state)
{
	struct world *world = calloc(1, sizeof *world);

	if (!world)
		return -1;
	world->postgres = postgres_new();
	test_installation_make(&world->installation);
	demand_passwords(world);
	postgres_psql(world->postgres, "create database stralix");
	run_roles(world);
	*state = world;
	return 0;
}

static int stop(void **state)
{
	struct world *world = *state;

	test_installation_drop(&world->installation);
	postgres_free(world->postgres);
	free(world);
	return 0;
}

/* A connection of the role, with the password in that process's file; NULL when it's refused. */
static PGconn *enter(const struct world *world, const char *role, const char *process)
{
	char conninfo[512];
	PGconn *connection;

	snprintf(conninfo, sizeof conninfo, "host=%s dbname=stralix user=%s passfile=%s/etc/%s/pgpass", world->folder,
	         role, world->installation.dir, process);
	connection = PQconnectdb(conninfo);
	if (PQstatus(connection) == CONNECTION_OK)
		return connection;
	PQfinish(connection);
	return NULL;
}

static bool runs(PGconn *connection, const char *sql)
{
	PGresult *result = PQexec(connection, sql);
	ExecStatusType status = PQresultStatus(result);

	PQclear(result);
	return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

static void try_role(const struct world *world, const char *role, const char *process, const char *sql, bool wanted)
{
	PGconn *connection = enter(world, role, process);

	if (!connection)
		fail_msg("%s can't log in with the password of %s", role, process);
	if (runs(connection, sql) != wanted)
		fail_msg("%s %s: %s", role, wanted ? "may not" : "may", sql);
	PQfinish(connection);
}

static const char *const services[] = { "authz", "audit", "tasks", "web", "dns" };

static void each_role_logs_in_with_its_own_password_alone(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(services); i++) {
		const char *other = services[(i + 1) % ARRAY_SIZE(services)];
		char role[64];

		try_role(*state, services[i], services[i], "select 1", true);
		snprintf(role, sizeof role, "%s_wide", services[i]);
		try_role(*state, role, services[i], "select 1", true);
		snprintf(role, sizeof role, "%s_owner", services[i]);
		try_role(*state, role, "owner", "select 1", true);
		assert_null(enter(*state, services[i], other));
		assert_null(enter(*state, role, services[i]));
	}
}

static void only_the_owner_makes_tables_and_only_in_its_schema(void **state)
{
	try_role(*state, "web_owner", "owner", "create table made (id int)", true);
	try_role(*state, "web_owner", "owner", "select from web.made", true);
	try_role(*state, "web_owner", "owner", "create table authz.made (id int)", false);
	try_role(*state, "web_owner", "owner", "create table public.made (id int)", false);
	try_role(*state, "web_owner", "owner", "create schema other", false);
	try_role(*state, "web", "web", "create table more (id int)", false);
	try_role(*state, "web", "web", "create temporary table more (id int)", false);
	try_role(*state, "web_wide", "web", "create table more (id int)", false);
}

static void nothing_is_readable_before_it_is_granted(void **state)
{
	try_role(*state, "audit_owner", "owner", "create table kept (id int)", true);
	try_role(*state, "audit", "audit", "select from kept", false);
	try_role(*state, "audit_owner", "owner", "grant select on kept to audit", true);
	try_role(*state, "audit", "audit", "select from kept", true);
	try_role(*state, "audit_wide", "audit", "select from kept", false);
	try_role(*state, "web", "web", "select from audit.kept", false);
	try_role(*state, "web_owner", "owner", "select from audit.kept", false);
}

static void nobody_passes_row_security_or_becomes_another(void **state)
{
	try_role(*state, "tasks_wide", "tasks",
	         "select 1 / (count(*) = 0)::int from pg_roles where rolname ~ '^(authz|audit|tasks|web|dns)' and "
	         "(rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)",
	         true);
	try_role(*state, "tasks", "tasks", "set role tasks_owner", false);
	try_role(*state, "tasks", "tasks", "set role tasks_wide", false);
}

static void running_it_again_changes_nothing(void **state)
{
	run_roles(*state);
	try_role(*state, "web", "web", "select 1", true);
	try_role(*state, "web_owner", "owner", "create table once_more (id int)", true);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_role_logs_in_with_its_own_password_alone),
		cmocka_unit_test(only_the_owner_makes_tables_and_only_in_its_schema),
		cmocka_unit_test(nothing_is_readable_before_it_is_granted),
		cmocka_unit_test(nobody_passes_row_security_or_becomes_another),
		cmocka_unit_test(running_it_again_changes_nothing),
	};

	return cmocka_run_group_tests_name("roles", tests, start, stop);
}
