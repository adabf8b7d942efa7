/* journal: the places of PHP pools. */

#include <stdio.h>
#include <stdlib.h>

#include "agent/engine/journal_internal.h"

static bool add(sqlite3_stmt *statement, struct journal_pool **list, size_t *n, struct error *err)
{
	struct journal_pool *longer = reallocarray(*list, *n + 1, sizeof(*longer));

	if (!longer)
		return error_set(err, ERR_INTERNAL, "out of memory");
	*list = longer;
	sql_text(statement, 0, longer[*n].id, sizeof(longer[*n].id));
	sql_text(statement, 1, longer[*n].version, sizeof(longer[*n].version));
	longer[(*n)++].shard = (unsigned)sqlite3_column_int(statement, 2);
	return true;
}

static bool read_all(struct journal *journal, struct journal_pool **list, size_t *n, struct error *err)
{
	_cleanup_sql_ sqlite3_stmt *statement = NULL;
	bool row;

	if (!sql_prepare(journal->db, "select id, version, shard from pools", SQL_NONE, &statement, err))
		return false;
	do {
		if (!sql_step(journal->db, statement, &row, err) || (row && !add(statement, list, n, err)))
			return false;
	} while (row);
	return true;
}

bool journal_pools(struct journal *journal, struct journal_pool **ret, size_t *n, struct error *err)
{
	struct journal_pool *list = NULL;
	size_t count = 0;

	pthread_mutex_lock(&journal->lock);
	bool ok = read_all(journal, &list, &count, err);
	pthread_mutex_unlock(&journal->lock);
	if (!ok) {
		free(list);
		return false;
	}
	*ret = list;
	*n = count;
	return true;
}

bool journal_pool_set(struct journal *journal, const struct journal_pool *pool, struct error *err)
{
	pthread_mutex_lock(&journal->lock);
	bool ok = sql_run(journal->db, "insert or replace into pools (id, version, shard) values (?, ?, ?)",
	                  SQL_VALUES(SQL_TEXT(pool->id), SQL_TEXT(pool->version), SQL_INT(pool->shard)), err);
	pthread_mutex_unlock(&journal->lock);
	return ok;
}

bool journal_pool_forget(struct journal *journal, const struct journal_pool *pool, struct error *err)
{
	pthread_mutex_lock(&journal->lock);
	bool ok = sql_run(journal->db, "delete from pools where id = ? and version = ?",
	                  SQL_VALUES(SQL_TEXT(pool->id), SQL_TEXT(pool->version)), err);
	pthread_mutex_unlock(&journal->lock);
	return ok;
}
