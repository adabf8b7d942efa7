/* rows: reads results, which come as text. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* Bytes decoded for a caller; they live as long as the rows. */
struct decoded {
	struct decoded *next;
	uint8_t data[];
};

struct rows {
	PGresult *result;
	struct decoded *decoded;
};

bool rows_new(PGresult *result, struct rows **ret, struct error *err)
{
	struct rows *rows = calloc(1, sizeof(*rows));

	if (!rows) {
		PQclear(result);
		return error_errno(err, ENOMEM, "keep a result");
	}
	rows->result = result;
	*ret = rows;
	return true;
}

void rows_free(struct rows *rows)
{
	if (!rows)
		return;
	for (struct decoded *next, *at = rows->decoded; at; at = next) {
		next = at->next;
		free(at);
	}
	PQclear(rows->result);
	free(rows);
}

unsigned rows_count(const struct rows *rows)
{
	return (unsigned)PQntuples(rows->result);
}

unsigned rows_columns(const struct rows *rows)
{
	return (unsigned)PQnfields(rows->result);
}

unsigned rows_affected(const struct rows *rows)
{
	return (unsigned)strtoul(PQcmdTuples(rows->result), NULL, 10);
}

bool rows_null(const struct rows *rows, unsigned row, unsigned column)
{
	return PQgetisnull(rows->result, (int)row, (int)column);
}

const char *rows_text(const struct rows *rows, unsigned row, unsigned column)
{
	const char *text = PQgetvalue(rows->result, (int)row, (int)column);

	return text ? text : ""; /* out of range: libpq has warned */
}

int64_t rows_int(const struct rows *rows, unsigned row, unsigned column)
{
	return strtoll(rows_text(rows, row, column), NULL, 10);
}

bool rows_bool(const struct rows *rows, unsigned row, unsigned column)
{
	return rows_text(rows, row, column)[0] == 't';
}

struct uuid rows_uuid(const struct rows *rows, unsigned row, unsigned column)
{
	struct uuid id = { 0 };

	if (!uuid_parse(rows_text(rows, row, column), &id))
		return (struct uuid){ 0 };
	return id;
}

static uint8_t nibble(char c)
{
	return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* bytea_output is hex (set at connect): \x0a1b… */
const uint8_t *rows_bytes(const struct rows *rows, unsigned row, unsigned column, size_t *ret_size)
{
	const char *text = rows_text(rows, row, column);
	size_t size = text[0] == '\\' && text[1] == 'x' ? (strlen(text) - 2) / 2 : 0;
	struct decoded *decoded = malloc(sizeof(*decoded) + size + 1);
	struct rows *mutable = (struct rows *)(uintptr_t)rows; /* the list of what to free is no part of the value */

	*ret_size = 0;
	if (!decoded)
		abort(); /* a caller can't tell "no memory" from "no bytes" */
	for (size_t i = 0; i < size; i++)
		decoded->data[i] = (uint8_t)(nibble(text[2 + 2 * i]) << 4 | nibble(text[3 + 2 * i]));
	decoded->data[size] = 0;
	decoded->next = mutable->decoded;
	mutable->decoded = decoded;
	*ret_size = size;
	return decoded->data;
}
