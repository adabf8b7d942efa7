/* PostgreSQL: a password for each role, kept in pgpass files, and the SQL that makes roles and schemas. */
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "lib/base/buf.h"
#include "lib/trust/scram.h"
#include "lib/trust/store.h"

#include "parts.h"

enum { PASSWORD_BYTES = 24, PASSWORD = PASSWORD_BYTES * 2 + 1, PGPASS_MAX = 65536, NAME = 64 };

/* {name} in a template becomes the value; the list ends with { NULL, NULL }. */
struct substitution {
	const char *name, *value;
};

static const char head_sql[] = "-- Made by stralixctl init: roles and schemas. psql runs it as superuser, in the\n"
			       "-- panel's database, as often as you like.\n"
			       "\\set ON_ERROR_STOP on\n"
			       "set client_min_messages = warning;\n"
			       "begin;\n"
			       "revoke all on schema public from public;\n"
			       "revoke all on database :\"DBNAME\" from public;\n";

static const char role_sql[] =
	"\n"
	"select 'create role {role}' where not exists (select from pg_roles where rolname = '{role}') \\gexec\n"
	"alter role {role} with login nosuperuser nocreatedb nocreaterole noinherit noreplication nobypassrls\n"
	"  password '{verifier}';\n"
	"alter role {role} set search_path = {schema};\n"
	"alter role {role} set idle_in_transaction_session_timeout = '30s';\n"
	"grant connect on database :\"DBNAME\" to {role};\n";

static const char schema_sql[] = "\n"
				 "create schema if not exists {schema} authorization {schema}_owner;\n"
				 "alter schema {schema} owner to {schema}_owner;\n"
				 "revoke all on schema {schema} from public;\n"
				 "grant usage on schema {schema} to {schema}, {schema}_wide;\n"
				 "alter default privileges for role {schema}_owner\n"
				 "  revoke execute on functions from public;\n";

static void put(struct buf *out, const char *template, const struct substitution *list)
{
	while (*template != '\0') {
		size_t plain = strcspn(template, "{"), name = strcspn(template + plain, "}");
		const struct substitution *row = list;

		buf_add(out, template, plain);
		template += plain;
		if (*template == '\0')
			return;
		while (row->name && (strlen(row->name) != name - 1 || memcmp(row->name, template + 1, name - 1) != 0))
			row++;
		buf_puts(out, row->name ? row->value : "");
		template += name + 1;
	}
}

/* The password of a role in a pgpass file. */
static bool find_password(const char *text, const char *role, char ret[static PASSWORD])
{
	char mark[NAME + 16];
	const char *found;

	snprintf(mark, sizeof mark, "*:*:stralix:%s:", role);
	found = strstr(text, mark);
	if (!found || strcspn(found + strlen(mark), "\n") != PASSWORD - 1)
		return false;
	snprintf(ret, PASSWORD, "%s", found + strlen(mark));
	return true;
}

static bool make_password(char ret[static PASSWORD], struct error *err)
{
	unsigned char bytes[PASSWORD_BYTES];

	if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
		return error_errno(err, errno, "make a password");
	for (size_t i = 0; i < sizeof bytes; i++)
		snprintf(ret + i * 2, 3, "%02x", bytes[i]);
	explicit_bzero(bytes, sizeof bytes);
	return true;
}

/* Adds the role to its pgpass text, with the password that the old text has for it, and to roles.sql. */
static bool add_role(const char *schema, const char *suffix, const char *old, struct buf *pgpass, struct buf *sql,
                     struct error *err)
{
	char role[NAME], password[PASSWORD], verifier[SCRAM_VERIFIER];
	const struct substitution list[] = {
		{ "role", role },
		{ "schema", schema },
		{ "verifier", verifier },
		{ NULL, NULL },
	};
	bool done;

	snprintf(role, sizeof role, "%s%s", schema, suffix);
	done = (find_password(old, role, password) || make_password(password, err)) &&
	       scram_verifier(role, password, verifier, err);
	if (done) {
		buf_printf(pgpass, "*:*:stralix:%s:%s\n", role, password);
		put(sql, role_sql, list);
	}
	explicit_bzero(password, sizeof password);
	return done;
}

static bool read_old(const char *path, char **ret, struct error *err)
{
	if (place_exists(path))
		return store_read(path, PGPASS_MAX, ret, NULL, err);
	*ret = calloc(1, 1);
	return *ret || error_set(err, ERR_INTERNAL, "%s: out of memory", path);
}

struct owners {
	struct buf *pgpass;
	const char *old;
};

static bool add_service(const struct place *place, const struct process *process, const struct owners *owners,
                        struct buf *sql, struct error *err)
{
	const struct substitution list[] = { { "schema", process->name }, { NULL, NULL } };
	struct path path = place_path(place, "etc/%s/pgpass", process->name);
	_cleanup_buf_ struct buf pgpass = { 0 };
	_cleanup_free_ char *old = NULL;

	if (!read_old(path.text, &old, err) ||
	    !add_role(process->name, "_owner", owners->old, owners->pgpass, sql, err) ||
	    !add_role(process->name, "", old, &pgpass, sql, err) ||
	    !add_role(process->name, "_wide", old, &pgpass, sql, err))
		return error_wrap(err, "roles of %s", process->name);
	put(sql, schema_sql, list);
	if (buf_failed(&pgpass))
		return error_set(err, ERR_INTERNAL, "%s: out of memory", path.text);
	return place_write(place, path.text, pgpass.data, 0600, process->owner, err);
}

bool database_make(const struct place *place, struct error *err)
{
	struct path owner_path = place_path(place, "etc/owner/pgpass");
	struct path sql_path = place_path(place, "etc/postgres/roles.sql");
	_cleanup_buf_ struct buf owner = { 0 }, sql = { 0 };
	_cleanup_free_ char *old = NULL;
	struct owners owners = { &owner, NULL };

	if (!place_folder(place, place_path(place, "etc/owner").text, 0700, OWNER_ROOT, err) ||
	    !place_folder(place, place_path(place, "etc/postgres").text, 0700, OWNER_ROOT, err) ||
	    !read_old(owner_path.text, &old, err))
		return false;
	owners.old = old;
	buf_puts(&sql, head_sql);
	for (const struct process *process = processes; process->name; process++)
		if (process->database && !add_service(place, process, &owners, &sql, err))
			return false;
	buf_puts(&sql, "\ncommit;\n");
	if (buf_failed(&owner) || buf_failed(&sql))
		return error_set(err, ERR_INTERNAL, "database roles: out of memory");
	return place_write(place, owner_path.text, owner.data, 0600, OWNER_ROOT, err) &&
	       place_write(place, sql_path.text, sql.data, 0600, OWNER_ROOT, err);
}
