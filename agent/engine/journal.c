/* journal: opening, the node's own values, stage and commit. */

#include "agent/engine/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/clock.h"

#include "agent/engine/journal_internal.h"
#include "agent/engine/reserve.h"

enum { KEEP_TASKS_MS = 7 * 24 * 3600 * 1000 };

static const char schema[] =
	"create table if not exists node (key text primary key, value) without rowid;"
	"create table if not exists objects ("
	"  kind text not null, id text not null, seen_epoch integer not null, seen_n integer not null,"
	"  epoch integer not null default 0, n integer not null default 0, state integer not null default 0,"
	"  desired blob, primary key (kind, id)) without rowid;"
	"create table if not exists tasks ("
	"  place integer primary key autoincrement, id text not null unique, attempt integer not null,"
	"  kind text not null, verb text not null, resource_id text not null, epoch integer not null,"
	"  n integer not null, desired blob, request_id text not null, state integer not null, generation integer,"
	"  outcome blob, changed_ms integer not null);"
	"create index if not exists tasks_unfinished on tasks (place) where state in (1, 2);"
	"create index if not exists tasks_of_node on tasks (resource_id) where kind = 'node';"
	"create table if not exists tokens (jti text primary key, task_id text not null, expires_s integer not null)"
	"  without rowid;"
	"create table if not exists reports ("
	"  id integer primary key autoincrement, task_id text not null unique, outcome blob not null,"
	"  tries integer not null default 0, next_ms integer not null default 0);"
	"create table if not exists adopted ("
	"  path text primary key, owner text not null, base blob, content blob not null, actor text not null,"
	"  at_ms integer not null) without rowid;"
	"create table if not exists pools (id text not null, version text not null, shard integer not null,"
	"  primary key (id, version)) without rowid;"
	"pragma user_version = 1;";

void journal_free(struct journal *journal)
{
	if (!journal)
		return;
	sqlite3_close(journal->db);
	closep(&journal->wal);
	pthread_mutex_destroy(&journal->lock);
	free(journal->reserve);
	free(journal);
}

bool journal_begin(struct journal *journal, struct error *err)
{
	pthread_mutex_lock(&journal->lock);
	if (sql_run(journal->db, "begin immediate", SQL_NONE, err))
		return true;
	pthread_mutex_unlock(&journal->lock);
	return false;
}

bool journal_end(struct journal *journal, bool ok, struct error *err)
{
	if (ok)
		ok = sql_run(journal->db, "commit", SQL_NONE, err);
	if (!ok)
		sqlite3_exec(journal->db, "rollback", NULL, NULL, NULL); /* the error is already in err */
	pthread_mutex_unlock(&journal->lock);
	return ok;
}

bool journal_node_get(struct journal *journal, const char *key, char *out, size_t size, struct error *err)
{
	_cleanup_sql_ sqlite3_stmt *statement = NULL;
	bool row;

	if (!sql_prepare(journal->db, "select value from node where key = ?", SQL_VALUES(SQL_TEXT(key)), &statement,
	                 err) ||
	    !sql_step(journal->db, statement, &row, err))
		return false;
	if (row)
		sql_text(statement, 0, out, size);
	else
		out[0] = '\0';
	return true;
}

bool journal_node_set(struct journal *journal, const char *key, const struct sql_value value, struct error *err)
{
	return sql_run(
		journal->db,
		"insert into node (key, value) values (?, ?) on conflict (key) do update set value = excluded.value",
		SQL_VALUES(SQL_TEXT(key), value), err);
}

static bool make_secret(struct journal *journal, struct error *err)
{
	uint8_t bytes[16];
	char secret[33];

	if (!journal_node_get(journal, "secret", secret, sizeof(secret), err))
		return false;
	if (secret[0])
		return true;
	randombytes_buf(bytes, sizeof(bytes));
	sodium_bin2hex(secret, sizeof(secret), bytes, sizeof(bytes));
	return journal_node_set(journal, "secret", SQL_TEXT(secret), err);
}

static bool set_up(struct journal *journal, const char *path, struct error *err)
{
	char wal[4096];

	if (sqlite3_exec(journal->db,
	                 "pragma journal_mode = wal; pragma synchronous = normal; pragma trusted_schema = off;", NULL,
	                 NULL, NULL) != SQLITE_OK ||
	    sqlite3_exec(journal->db, schema, NULL, NULL, NULL) != SQLITE_OK)
		return sql_error(journal->db, err, "set up");
	if (!make_secret(journal, err))
		return false;
	snprintf(wal, sizeof(wal), "%s-wal", path);
	journal->wal = open(wal, O_RDWR | O_CLOEXEC);
	if (journal->wal < 0)
		return error_errno(err, errno, "open %s", wal);
	return true;
}

bool journal_open(const char *path, struct journal **ret, struct error *err)
{
	_cleanup_(journal_freep) struct journal *journal = calloc(1, sizeof(*journal));
	mode_t mask = umask(0077);
	int code;

	if (!journal) {
		umask(mask);
		return error_set(err, ERR_INTERNAL, "out of memory");
	}
	journal->wal = -1;
	pthread_mutex_init(&journal->lock, NULL);
	if (asprintf(&journal->reserve, "%s.reserve", path) < 0) {
		umask(mask);
		return error_set(err, ERR_INTERNAL, "out of memory");
	}
	reserve_keep(journal->reserve);
	code = sqlite3_open_v2(path, &journal->db,
	                       SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW,
	                       NULL);
	bool ok = code == SQLITE_OK ? set_up(journal, path, err)
	                            : error_set(err, ERR_DISK, "open %s: %s", path, sqlite3_errstr(code));
	umask(mask);
	if (!ok || !journal_sync(journal, err))
		return false;
	*ret = TAKE_PTR(journal);
	return true;
}

bool journal_sync(struct journal *journal, struct error *err)
{
	return fdatasync(journal->wal) == 0 || error_errno(err, errno, "sync the journal");
}

static bool read_number(struct journal *journal, const char *key, uint64_t *ret, struct error *err)
{
	char text[32];

	if (!journal_node_get(journal, key, text, sizeof(text), err))
		return false;
	*ret = strtoull(text, NULL, 10);
	return true;
}

bool journal_node(struct journal *journal, struct journal_node *ret, struct error *err)
{
	*ret = (struct journal_node){ 0 };
	pthread_mutex_lock(&journal->lock);
	bool ok = read_number(journal, "generation", &ret->generation, err) &&
	          read_number(journal, "staged", &ret->staged, err) && read_number(journal, "seq", &ret->seq, err) &&
	          journal_node_get(journal, "secret", ret->secret, sizeof(ret->secret), err) &&
	          journal_node_get(journal, "rendered", ret->rendered, sizeof(ret->rendered), err);
	pthread_mutex_unlock(&journal->lock);
	return ok;
}

bool journal_stage(struct journal *journal, uint64_t generation, const struct task *const *tasks, size_t n,
                   struct error *err)
{
	if (!journal_begin(journal, err))
		return false;
	bool ok = generation == 0 || journal_node_set(journal, "staged", SQL_INT(generation), err);
	for (size_t i = 0; ok && i < n; i++)
		ok = sql_run(journal->db, "update tasks set state = 2, generation = ?, changed_ms = ? where id = ?",
		             SQL_VALUES(SQL_INT(generation), SQL_INT(clock_unix_ms()), SQL_TEXT(tasks[i]->id)), err);
	return journal_end(journal, ok, err);
}

static bool store_object(struct journal *journal, const struct object *object, struct error *err)
{
	return sql_run(journal->db,
	               "update objects set epoch = ?, n = ?, state = ?, desired = ? where kind = ? and id = ?",
	               SQL_VALUES(SQL_INT(object->generation.epoch), SQL_INT(object->generation.n),
	                          SQL_INT(object->state), SQL_BLOB(object->desired, object->desired_size),
	                          SQL_TEXT(object->kind), SQL_TEXT(object->id)),
	               err);
}

static bool store_ending(struct journal *journal, const struct journal_ending *ending, struct error *err)
{
	const struct sql_value outcome = SQL_BLOB(ending->outcome, ending->outcome_size);

	return (!ending->object || store_object(journal, ending->object, err)) &&
	       sql_run(journal->db, "update tasks set state = ?, outcome = ?, changed_ms = ? where id = ?",
	               SQL_VALUES(SQL_INT(ending->state), outcome, SQL_INT(clock_unix_ms()),
	                          SQL_TEXT(ending->task->id)),
	               err) &&
	       sql_run(journal->db, "insert or replace into reports (task_id, outcome) values (?, ?)",
	               SQL_VALUES(SQL_TEXT(ending->task->id), outcome), err);
}

static bool commit(struct journal *journal, const struct journal_generation *generation,
                   const struct journal_ending *endings, size_t n, struct error *err)
{
	if (!journal_begin(journal, err))
		return false;
	bool ok = generation->number == 0 ||
	          (journal_node_set(journal, "generation", SQL_INT(generation->number), err) &&
	           journal_node_set(journal, "rendered", SQL_TEXT(generation->rendered), err) &&
	           journal_store_uses(journal, generation->uses, generation->n_uses, err));
	for (size_t i = 0; ok && i < n; i++)
		ok = store_ending(journal, &endings[i], err);
	return journal_end(journal, ok, err);
}

bool journal_commit(struct journal *journal, const struct journal_generation *generation,
                    const struct journal_ending *endings, size_t n, struct error *err)
{
	struct error why = { 0 };

	if (commit(journal, generation, endings, n, &why))
		return true;
	/* A full disk is told about as well. */
	if (why.code == ERR_DISK && reserve_give(journal->reserve))
		return commit(journal, generation, endings, n, err);
	*err = why;
	return false;
}

bool journal_prune(struct journal *journal, struct error *err)
{
	int64_t now_ms = clock_unix_ms();

	reserve_keep(journal->reserve);
	if (!journal_begin(journal, err))
		return false;
	/* Ten minutes more than they live: a clock that was set back brings none of them to life. */
	bool ok = sql_run(journal->db, "delete from tokens where expires_s < ?",
	                  SQL_VALUES(SQL_INT(now_ms / 1000 - 600)), err) &&
	          sql_run(journal->db,
	                  "delete from tasks where state > 2 and changed_ms < ? and id not in (select task_id from "
	                  "reports)",
	                  SQL_VALUES(SQL_INT(now_ms - KEEP_TASKS_MS)), err) &&
	          /* An order about the node's files is an object only so that its task is one like any other. */
	          sql_run(journal->db,
	                  "delete from objects where kind = 'node' and not exists (select from_node.id from tasks"
	                  " from_node where from_node.kind = 'node' and from_node.resource_id = objects.id)",
	                  SQL_NONE, err);
	return journal_end(journal, ok, err);
}
