/* journal: adopted files. */

#include <stdlib.h>
#include <string.h>

#include "agent/engine/journal_internal.h"

static bool read_file(sqlite3_stmt *row, struct adopted_file *file, struct error *err)
{
	uint8_t *content;

	*file = (struct adopted_file){ .at_ms = sqlite3_column_int64(row, 5) };
	sql_text(row, 0, file->path, sizeof(file->path));
	sql_text(row, 1, file->owner, sizeof(file->owner));
	sql_text(row, 4, file->actor, sizeof(file->actor));
	file->has_base = sqlite3_column_bytes(row, 2) == TOKEN_DIGEST;
	if (file->has_base)
		memcpy(file->base, sqlite3_column_blob(row, 2), TOKEN_DIGEST);
	if (!sql_blob(row, 3, &content, &file->size, err))
		return false;
	file->content = (char *)content;
	return true;
}

static bool collect(struct journal *journal, struct adopted *ret, struct error *err)
{
	_cleanup_sql_ sqlite3_stmt *statement = NULL;
	bool row;

	if (!sql_prepare(journal->db, "select path, owner, base, content, actor, at_ms from adopted order by path",
	                 SQL_NONE, &statement, err))
		return false;
	while (sql_step(journal->db, statement, &row, err)) {
		struct adopted_file file;

		if (!row)
			return true;
		if (!read_file(statement, &file, err))
			return false;
		bool ok = adopted_put(ret, &file, err);
		free(file.content);
		if (!ok)
			return false;
	}
	return false;
}

bool journal_adopted(struct journal *journal, struct adopted *ret, struct error *err)
{
	*ret = (struct adopted){ 0 };
	pthread_mutex_lock(&journal->lock);
	bool ok = collect(journal, ret, err);
	pthread_mutex_unlock(&journal->lock);
	if (!ok)
		adopted_done(ret);
	return ok;
}

static bool store(struct journal *journal, const struct adopted_file *file, struct error *err)
{
	return sql_run(
		journal->db,
		"insert or replace into adopted (path, owner, base, content, actor, at_ms) values (?, ?, ?, ?, ?, ?)",
		SQL_VALUES(SQL_TEXT(file->path), SQL_TEXT(file->owner),
	                   SQL_BLOB(file->has_base ? file->base : NULL, file->has_base ? TOKEN_DIGEST : 0),
	                   SQL_BLOB(file->content, file->size), SQL_TEXT(file->actor), SQL_INT(file->at_ms)),
		err);
}

bool journal_store_uses(struct journal *journal, const struct adopted_use *uses, size_t n, struct error *err)
{
	bool ok = true;

	for (size_t i = 0; ok && i < n; i++)
		if (uses[i].dropped && !uses[i].fresh)
			ok = sql_run(journal->db, "delete from adopted where path = ?",
			             SQL_VALUES(SQL_TEXT(uses[i].file->path)), err);
	for (size_t i = 0; ok && i < n; i++)
		if (uses[i].fresh && !uses[i].dropped)
			ok = store(journal, uses[i].file, err);
	return ok;
}
