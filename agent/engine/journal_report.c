/* journal: the outbox of reports. */

#include <stdio.h>

#include "agent/engine/journal_internal.h"

static bool read_due(struct journal *journal, int64_t now_ms, struct journal_report *ret, bool *found, int64_t *next_ms,
                     struct error *err)
{
	_cleanup_sql_ sqlite3_stmt *statement = NULL;
	bool row;

	*found = false;
	*next_ms = 0;
	if (!sql_prepare(journal->db,
	                 "select r.id, r.task_id, t.attempt, r.tries, r.outcome, r.next_ms from reports r join tasks t"
	                 " on t.id = r.task_id order by r.next_ms, r.id limit 1",
	                 SQL_NONE, &statement, err) ||
	    !sql_step(journal->db, statement, &row, err))
		return false;
	if (!row)
		return true;
	*next_ms = sqlite3_column_int64(statement, 5);
	if (*next_ms > now_ms)
		return true;
	*ret = (struct journal_report){ .id = (uint64_t)sqlite3_column_int64(statement, 0),
		                        .attempt = (uint32_t)sqlite3_column_int64(statement, 2),
		                        .tries = (unsigned)sqlite3_column_int(statement, 3) };
	sql_text(statement, 1, ret->task_id, sizeof(ret->task_id));
	*found = sql_blob(statement, 4, &ret->outcome, &ret->outcome_size, err);
	return *found;
}

bool journal_report_due(struct journal *journal, int64_t now_ms, struct journal_report *ret, bool *found,
                        int64_t *next_ms, struct error *err)
{
	pthread_mutex_lock(&journal->lock);
	bool ok = read_due(journal, now_ms, ret, found, next_ms, err);
	pthread_mutex_unlock(&journal->lock);
	return ok;
}

static bool run(struct journal *journal, const char *sql, const struct sql_value *values, struct error *err)
{
	pthread_mutex_lock(&journal->lock);
	bool ok = sql_run(journal->db, sql, values, err);
	pthread_mutex_unlock(&journal->lock);
	return ok;
}

bool journal_report_sent(struct journal *journal, uint64_t id, int64_t next_ms, struct error *err)
{
	return run(journal, "update reports set tries = tries + 1, next_ms = ? where id = ?",
	           SQL_VALUES(SQL_INT(next_ms), SQL_INT(id)), err);
}

bool journal_report_committed(struct journal *journal, uint64_t id, struct error *err)
{
	return run(journal, "delete from reports where id = ?", SQL_VALUES(SQL_INT(id)), err);
}

bool journal_reports_now(struct journal *journal, struct error *err)
{
	return run(journal, "update reports set next_ms = 0, tries = 0", SQL_NONE, err);
}

bool journal_reserve_seq(struct journal *journal, uint64_t least, uint64_t count, uint64_t *first, struct error *err)
{
	char text[32];

	if (!journal_begin(journal, err))
		return false;
	bool ok = journal_node_get(journal, "seq", text, sizeof(text), err);
	uint64_t stored = ok ? strtoull(text, NULL, 10) : 0;
	*first = stored > least ? stored : least;
	ok = ok && journal_node_set(journal, "seq", SQL_INT(*first + count), err);
	return journal_end(journal, ok, err);
}
