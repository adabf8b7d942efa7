/* journal_sql: a thin, checked layer over SQLite; the journal's own. */
#pragma once

#include <sqlite3.h>
#include <stdint.h>

#include "lib/base/error.h"

/* Runs one statement without rows. Values follow as sql_… arguments, closed by SQL_END. */
enum sql_kind { SQL_KIND_END, SQL_KIND_INT, SQL_KIND_TEXT, SQL_KIND_BLOB };
struct sql_value {
	enum sql_kind kind;
	int64_t number;
	const void *data;
	size_t size;
};

#define SQL_INT(v) ((struct sql_value){ .kind = SQL_KIND_INT, .number = (int64_t)(v) })
#define SQL_TEXT(v) ((struct sql_value){ .kind = SQL_KIND_TEXT, .data = (v) })
#define SQL_BLOB(v, s) ((struct sql_value){ .kind = SQL_KIND_BLOB, .data = (v), .size = (s) })
#define SQL_VALUES(...) ((const struct sql_value[]){ __VA_ARGS__, { .kind = SQL_KIND_END } })
#define SQL_NONE ((const struct sql_value[]){ { .kind = SQL_KIND_END } })

/* Disk full and I/O errors are ERR_DISK, the rest ERR_INTERNAL; always false. */
bool sql_error(sqlite3 *db, struct error *err, const char *what);

/* A statement with its values bound; finalize it. Values are not copied. */
bool sql_prepare(sqlite3 *db, const char *sql, const struct sql_value *values, sqlite3_stmt **ret,
                 struct error *err) _must_check_;
/* *row: whether there is a row to read. */
bool sql_step(sqlite3 *db, sqlite3_stmt *statement, bool *row, struct error *err) _must_check_;
bool sql_run(sqlite3 *db, const char *sql, const struct sql_value *values, struct error *err) _must_check_;

/* A column's text, cut to size, never NULL; and a copy of its bytes. */
void sql_text(sqlite3_stmt *statement, int column, char *out, size_t size);
bool sql_blob(sqlite3_stmt *statement, int column, uint8_t **ret, size_t *size, struct error *err) _must_check_;

static inline void sql_finalizep(sqlite3_stmt **statement)
{
	sqlite3_finalize(*statement);
}
#define _cleanup_sql_ _cleanup_(sql_finalizep)
