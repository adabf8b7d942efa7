/* journal: taking commands in, and reading back what is there. */

#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"

#include "agent/engine/journal_internal.h"

/* The row of a task, as far as a repeated command needs it. */
struct known {
	bool found;
	enum journal_state state;
	uint32_t attempt;
	bool same; /* kind, verb, resource, generation and desired are those of the command */
};

static bool check_token(struct journal *journal, const struct journal_command *command, struct error *err)
{
	_cleanup_sql_ sqlite3_stmt *statement = NULL;
	char task_id[UUID_TEXT];
	bool row;

	if (!sql_prepare(journal->db, "select task_id from tokens where jti = ?", SQL_VALUES(SQL_TEXT(command->jti)),
	                 &statement, err) ||
	    !sql_step(journal->db, statement, &row, err))
		return false;
	if (!row)
		return sql_run(
			journal->db, "insert into tokens (jti, task_id, expires_s) values (?, ?, ?)",
			SQL_VALUES(SQL_TEXT(command->jti), SQL_TEXT(command->task.id), SQL_INT(command->expires_s)),
			err);
	sql_text(statement, 0, task_id, sizeof(task_id));
	return strcmp(task_id, command->task.id) == 0 ||
	       error_set(err, ERR_UNAUTHENTICATED, "the command token was used for another task");
}

static bool find_task(struct journal *journal, const struct task *task, struct known *ret, struct buf *outcome,
                      struct error *err)
{
	_cleanup_sql_ sqlite3_stmt *statement = NULL;

	*ret = (struct known){ 0 };
	if (!sql_prepare(
		    journal->db,
		    "select state, attempt, outcome, kind = ? and verb = ? and resource_id = ? and epoch = ? and n = ?"
		    " and desired = ? from tasks where id = ?",
		    SQL_VALUES(SQL_TEXT(task->kind), SQL_TEXT(task->verb), SQL_TEXT(task->resource_id),
	                       SQL_INT(task->generation.epoch), SQL_INT(task->generation.n),
	                       SQL_BLOB(task->desired, task->desired_size), SQL_TEXT(task->id)),
		    &statement, err) ||
	    !sql_step(journal->db, statement, &ret->found, err))
		return false;
	if (!ret->found)
		return true;
	ret->state = (enum journal_state)sqlite3_column_int(statement, 0);
	ret->attempt = (uint32_t)sqlite3_column_int64(statement, 1);
	ret->same = sqlite3_column_int(statement, 3) != 0;
	buf_add(outcome, sqlite3_column_blob(statement, 2), (size_t)sqlite3_column_bytes(statement, 2));
	return true;
}

/* The highest generation that any command named for the resource; zero when none did. */
static bool find_seen(struct journal *journal, const struct task *task, struct generation *ret, bool *removed,
                      struct error *err)
{
	_cleanup_sql_ sqlite3_stmt *statement = NULL;
	bool row;

	*ret = (struct generation){ 0 };
	*removed = false;
	if (!sql_prepare(journal->db, "select seen_epoch, seen_n, state, epoch from objects where kind = ? and id = ?",
	                 SQL_VALUES(SQL_TEXT(task->kind), SQL_TEXT(task->resource_id)), &statement, err) ||
	    !sql_step(journal->db, statement, &row, err))
		return false;
	if (row) {
		*ret = (struct generation){ .epoch = (uint32_t)sqlite3_column_int64(statement, 0),
			                    .n = (uint64_t)sqlite3_column_int64(statement, 1) };
		*removed = sqlite3_column_int(statement, 2) == OBJECT_REMOVED &&
		           sqlite3_column_int64(statement, 3) == (int64_t)task->generation.epoch;
	}
	return true;
}

static bool set_seen(struct journal *journal, const struct task *task, struct error *err)
{
	return sql_run(journal->db,
	               "insert into objects (kind, id, seen_epoch, seen_n) values (?, ?, ?, ?) on conflict (kind, id)"
	               " do update set seen_epoch = excluded.seen_epoch, seen_n = excluded.seen_n",
	               SQL_VALUES(SQL_TEXT(task->kind), SQL_TEXT(task->resource_id), SQL_INT(task->generation.epoch),
	                          SQL_INT(task->generation.n)),
	               err);
}

static bool insert_task(struct journal *journal, const struct task *task, enum journal_state state, struct error *err)
{
	return sql_run(journal->db,
	               "insert into tasks (id, attempt, kind, verb, resource_id, epoch, n, desired, request_id, state,"
	               " changed_ms) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	               SQL_VALUES(SQL_TEXT(task->id), SQL_INT(task->attempt), SQL_TEXT(task->kind),
	                          SQL_TEXT(task->verb), SQL_TEXT(task->resource_id), SQL_INT(task->generation.epoch),
	                          SQL_INT(task->generation.n), SQL_BLOB(task->desired, task->desired_size),
	                          SQL_TEXT(task->request_id), SQL_INT(state), SQL_INT(clock_unix_ms())),
	               err);
}

static bool take_new(struct journal *journal, const struct task *task, enum journal_state *state, bool *fresh,
                     struct error *err)
{
	struct generation seen;
	bool removed;

	if (!find_seen(journal, task, &seen, &removed, err))
		return false;
	if (removed && strcmp(task->verb, "remove") != 0)
		return error_set(err, ERR_CONFLICT, "the resource was removed from this node");
	if (generation_compare(task->generation, seen) <= 0) {
		*state = JOURNAL_SUPERSEDED;
		return insert_task(journal, task, JOURNAL_SUPERSEDED, err);
	}
	*state = JOURNAL_ACCEPTED;
	*fresh = true;
	return set_seen(journal, task, err) && insert_task(journal, task, JOURNAL_ACCEPTED, err);
}

static bool take_known(struct journal *journal, const struct task *task, const struct known *known,
                       enum journal_state *state, bool *fresh, struct error *err)
{
	struct generation seen;
	bool removed;

	if (!known->same)
		return error_set(err, ERR_CONFLICT, "the task's id came before with other content");
	*state = known->state;
	if (task->attempt <= known->attempt)
		return true;
	if (known->state == JOURNAL_FAILED) {
		if (!find_seen(journal, task, &seen, &removed, err))
			return false;
		bool again = generation_compare(task->generation, seen) == 0;
		*state = again ? JOURNAL_ACCEPTED : JOURNAL_SUPERSEDED;
		*fresh = again;
	}
	return sql_run(journal->db, "delete from reports where task_id = ? and ? in (1, 5)",
	               SQL_VALUES(SQL_TEXT(task->id), SQL_INT(*state)), err) &&
	       sql_run(journal->db, "update tasks set attempt = ?, state = ?, changed_ms = ? where id = ?",
	               SQL_VALUES(SQL_INT(task->attempt), SQL_INT(*state), SQL_INT(clock_unix_ms()),
	                          SQL_TEXT(task->id)),
	               err);
}

bool journal_accept(struct journal *journal, const struct journal_command *command, enum journal_state *state,
                    bool *fresh, struct buf *outcome, struct error *err)
{
	struct known known;

	*fresh = false;
	if (!journal_begin(journal, err))
		return false;
	bool ok = check_token(journal, command, err) && find_task(journal, &command->task, &known, outcome, err) &&
	          (known.found ? take_known(journal, &command->task, &known, state, fresh, err)
	                       : take_new(journal, &command->task, state, fresh, err));
	if (ok && known.found && *state != known.state)
		buf_clear(outcome);
	return journal_end(journal, ok, err);
}

static bool read_task(sqlite3_stmt *row, struct task *task, struct error *err)
{
	*task = (struct task){ .attempt = (uint32_t)sqlite3_column_int64(row, 1),
		               .generation = { .epoch = (uint32_t)sqlite3_column_int64(row, 5),
		                               .n = (uint64_t)sqlite3_column_int64(row, 6) } };
	sql_text(row, 0, task->id, sizeof(task->id));
	sql_text(row, 2, task->kind, sizeof(task->kind));
	sql_text(row, 3, task->verb, sizeof(task->verb));
	sql_text(row, 4, task->resource_id, sizeof(task->resource_id));
	sql_text(row, 7, task->request_id, sizeof(task->request_id));
	return sql_blob(row, 8, &task->desired, &task->desired_size, err);
}

static const char *further(const struct journal_kinds *kinds)
{
	return kinds->also ? kinds->also : kinds->name;
}

static bool collect_tasks(struct journal *journal, const struct journal_kinds *kinds, struct task **list, size_t *n,
                          struct error *err)
{
	_cleanup_sql_ sqlite3_stmt *statement = NULL;
	bool row;

	if (!sql_prepare(journal->db,
	                 "select id, attempt, kind, verb, resource_id, epoch, n, request_id, desired from tasks"
	                 " where state in (1, 2) and kind in (?, ?) order by place",
	                 SQL_VALUES(SQL_TEXT(kinds->name), SQL_TEXT(further(kinds))), &statement, err))
		return false;
	while (sql_step(journal->db, statement, &row, err)) {
		if (!row)
			return true;
		struct task *longer = reallocarray(*list, *n + 1, sizeof(*longer));
		if (!longer)
			return error_set(err, ERR_INTERNAL, "out of memory");
		*list = longer;
		if (!read_task(statement, &longer[*n], err))
			return false;
		++*n;
	}
	return false;
}

bool journal_unfinished(struct journal *journal, const struct journal_kinds *kinds, struct task **ret, size_t *n,
                        struct error *err)
{
	struct task *list = NULL;

	*n = 0;
	pthread_mutex_lock(&journal->lock);
	bool ok = collect_tasks(journal, kinds, &list, n, err);
	pthread_mutex_unlock(&journal->lock);
	if (!ok) {
		while (*n > 0)
			task_done(&list[--*n]);
		free(list);
		return false;
	}
	*ret = list;
	return true;
}

static bool read_object(sqlite3_stmt *row, struct object *object, struct error *err)
{
	*object = (struct object){ .generation = { .epoch = (uint32_t)sqlite3_column_int64(row, 2),
		                                   .n = (uint64_t)sqlite3_column_int64(row, 3) },
		                   .state = (enum object_state)sqlite3_column_int(row, 4) };
	sql_text(row, 0, object->kind, sizeof(object->kind));
	sql_text(row, 1, object->id, sizeof(object->id));
	return sql_blob(row, 5, &object->desired, &object->desired_size, err);
}

static bool collect_objects(struct journal *journal, const struct journal_kinds *kinds, struct object **list, size_t *n,
                            struct error *err)
{
	_cleanup_sql_ sqlite3_stmt *statement = NULL;
	size_t room = 0;
	bool row;

	if (!sql_prepare(
		    journal->db,
		    "select kind, id, epoch, n, state, desired from objects where kind in (?, ?) order by kind, id",
		    SQL_VALUES(SQL_TEXT(kinds->name), SQL_TEXT(further(kinds))), &statement, err))
		return false;
	while (sql_step(journal->db, statement, &row, err)) {
		if (!row)
			return true;
		if (*n == room) {
			room = room * 2 + 64;
			struct object *longer = reallocarray(*list, room, sizeof(*longer));
			if (!longer)
				return error_set(err, ERR_INTERNAL, "out of memory");
			*list = longer;
		}
		if (!read_object(statement, &(*list)[*n], err))
			return false;
		++*n;
	}
	return false;
}

bool journal_objects(struct journal *journal, const struct journal_kinds *kinds, struct object **ret, size_t *n,
                     struct error *err)
{
	struct object *list = NULL;

	*n = 0;
	pthread_mutex_lock(&journal->lock);
	bool ok = collect_objects(journal, kinds, &list, n, err);
	pthread_mutex_unlock(&journal->lock);
	if (!ok) {
		while (*n > 0)
			object_done(&list[--*n]);
		free(list);
		return false;
	}
	*ret = list;
	return true;
}
