/* journal_sql: statements are prepared, bound and stepped here and nowhere else. */

#include "agent/engine/journal_sql.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

bool sql_error(sqlite3 *db, struct error *err, const char *what)
{
	int code = sqlite3_errcode(db);
	bool disk = code == SQLITE_FULL || code == SQLITE_IOERR || code == SQLITE_READONLY;

	return error_set(err, disk ? ERR_DISK : ERR_INTERNAL, "journal: %s: %s", what, sqlite3_errmsg(db));
}

static int bind(sqlite3_stmt *statement, int index, const struct sql_value *value)
{
	switch (value->kind) {
	case SQL_KIND_INT:
		return sqlite3_bind_int64(statement, index, value->number);
	case SQL_KIND_TEXT:
		return sqlite3_bind_text(statement, index, value->data, -1, SQLITE_STATIC);
	case SQL_KIND_BLOB:
		return sqlite3_bind_blob64(statement, index, value->data ? value->data : "", value->size,
		                           SQLITE_STATIC);
	case SQL_KIND_END:
		break;
	}
	return SQLITE_MISUSE;
}

bool sql_prepare(sqlite3 *db, const char *sql, const struct sql_value *values, sqlite3_stmt **ret, struct error *err)
{
	_cleanup_sql_ sqlite3_stmt *statement = NULL;

	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
		return sql_error(db, err, sql);
	for (int i = 0; values[i].kind != SQL_KIND_END; i++)
		if (bind(statement, i + 1, &values[i]) != SQLITE_OK)
			return sql_error(db, err, sql);
	*ret = TAKE_PTR(statement);
	return true;
}

bool sql_step(sqlite3 *db, sqlite3_stmt *statement, bool *row, struct error *err)
{
	int code = sqlite3_step(statement);

	*row = code == SQLITE_ROW;
	return code == SQLITE_ROW || code == SQLITE_DONE || sql_error(db, err, sqlite3_sql(statement));
}

bool sql_run(sqlite3 *db, const char *sql, const struct sql_value *values, struct error *err)
{
	_cleanup_sql_ sqlite3_stmt *statement = NULL;
	bool row;

	return sql_prepare(db, sql, values, &statement, err) && sql_step(db, statement, &row, err);
}

void sql_text(sqlite3_stmt *statement, int column, char *out, size_t size)
{
	const unsigned char *text = sqlite3_column_text(statement, column);

	snprintf(out, size, "%s", text ? (const char *)text : "");
}

bool sql_blob(sqlite3_stmt *statement, int column, uint8_t **ret, size_t *size, struct error *err)
{
	const void *data = sqlite3_column_blob(statement, column);
	size_t length = (size_t)sqlite3_column_bytes(statement, column);
	uint8_t *copy = malloc(length > 0 ? length : 1);

	if (!copy)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (length > 0)
		memcpy(copy, data, length);
	*ret = copy;
	*size = length;
	return true;
}
