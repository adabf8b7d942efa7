/* rows: reads results. Values come in PostgreSQL's binary form, which costs neither side a conversion to text. */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* The types that statements may return, by their fixed ids (src/include/catalog/pg_type.dat). */
enum type {
	TYPE_BOOL = 16,
	TYPE_BYTEA = 17,
	TYPE_NAME = 19,
	TYPE_INT8 = 20,
	TYPE_INT2 = 21,
	TYPE_INT4 = 23,
	TYPE_TEXT = 25,
	TYPE_VARCHAR = 1043,
	TYPE_TIMESTAMPTZ = 1184,
	TYPE_VOID = 2278,
	TYPE_UUID = 2950,
	TYPE_JSONB = 3802,
};

static const unsigned types[] = { TYPE_BOOL, TYPE_BYTEA,   TYPE_NAME,        TYPE_INT8, TYPE_INT2, TYPE_INT4,
	                          TYPE_TEXT, TYPE_VARCHAR, TYPE_TIMESTAMPTZ, TYPE_VOID, TYPE_UUID, TYPE_JSONB };

#define EPOCH_2000_MS INT64_C(946684800000) /* PostgreSQL counts µs from 2000-01-01 */

/* Text made for a caller; lives as long as the rows. */
struct decoded {
	struct decoded *next;
	char text[UUID_TEXT];
};

struct rows {
	PGresult *result;
	struct decoded *decoded;
};

static bool known(Oid type)
{
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (types[i] == type)
			return true;
	return false;
}

bool rows_readable(const PGresult *result, struct error *err)
{
	for (int i = 0; i < PQnfields(result); i++)
		if (!known(PQftype(result, i)))
			return error_set(err, ERR_INTERNAL, "column '%s' has type %u, which rows can't read: cast it",
			                 PQfname(result, i), PQftype(result, i));
	return true;
}

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

unsigned rows_page(const struct rows *rows, unsigned limit, bool *ret_more)
{
	unsigned n = rows_count(rows);

	*ret_more = n > limit;
	return *ret_more ? limit : n;
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

/* The bytes of a value, which libpq ends with a NUL; "" for NULL and out of range, of which libpq has warned. */
static const char *value(const struct rows *rows, unsigned row, unsigned column)
{
	const char *bytes = PQgetvalue(rows->result, (int)row, (int)column);

	return bytes ? bytes : "";
}

static enum type type_of(const struct rows *rows, unsigned column)
{
	return (enum type)PQftype(rows->result, (int)column);
}

static int64_t big_endian(const char *bytes, size_t size)
{
	uint64_t number = 0;

	for (size_t i = 0; i < size; i++)
		number = number << 8 | (uint8_t)bytes[i];
	return size == 2 ? (int16_t)number : size == 4 ? (int32_t)number : (int64_t)number;
}

int64_t rows_int(const struct rows *rows, unsigned row, unsigned column)
{
	const char *bytes = value(rows, row, column);

	if (rows_null(rows, row, column))
		return 0;
	switch (type_of(rows, column)) {
	case TYPE_INT2:
		return big_endian(bytes, 2);
	case TYPE_INT4:
		return big_endian(bytes, 4);
	case TYPE_INT8:
	case TYPE_TIMESTAMPTZ:
		return big_endian(bytes, 8);
	case TYPE_BOOL:
		return bytes[0];
	default:
		return strtoll(bytes, NULL, 10);
	}
}

int64_t rows_ms(const struct rows *rows, unsigned row, unsigned column)
{
	int64_t us = rows_int(rows, row, column);

	return rows_null(rows, row, column) ? 0 : (us - (us % 1000 + 1000) % 1000) / 1000 + EPOCH_2000_MS;
}

bool rows_bool(const struct rows *rows, unsigned row, unsigned column)
{
	return !rows_null(rows, row, column) && value(rows, row, column)[0] == 1;
}

struct uuid rows_uuid(const struct rows *rows, unsigned row, unsigned column)
{
	struct uuid id = { 0 };

	if (rows_null(rows, row, column))
		return id;
	if (type_of(rows, column) == TYPE_UUID)
		memcpy(id.bytes, value(rows, row, column), sizeof(id.bytes));
	else if (!uuid_parse(value(rows, row, column), &id))
		return (struct uuid){ 0 };
	return id;
}

/* Room for a text that a value is spelled in. */
static char *decode(const struct rows *rows)
{
	struct rows *mutable = (struct rows *)(uintptr_t)rows; /* the list of what to free is no part of the value */
	struct decoded *decoded = malloc(sizeof(*decoded));

	if (!decoded)
		abort(); /* a caller can't tell "no memory" from "no text" */
	decoded->next = mutable->decoded;
	mutable->decoded = decoded;
	return decoded->text;
}

const char *rows_text(const struct rows *rows, unsigned row, unsigned column)
{
	struct uuid id;
	char *text;

	if (rows_null(rows, row, column))
		return "";
	switch (type_of(rows, column)) {
	case TYPE_UUID:
		id = rows_uuid(rows, row, column);
		return uuid_format(&id, decode(rows));
	case TYPE_INT2:
	case TYPE_INT4:
	case TYPE_INT8:
		text = decode(rows);
		snprintf(text, UUID_TEXT, "%" PRId64, rows_int(rows, row, column));
		return text;
	case TYPE_BOOL:
		return rows_bool(rows, row, column) ? "t" : "f";
	case TYPE_JSONB:
		return value(rows, row, column) + 1; /* behind its version */
	default:
		return value(rows, row, column);
	}
}

const uint8_t *rows_bytes(const struct rows *rows, unsigned row, unsigned column, size_t *ret_size)
{
	*ret_size = (size_t)PQgetlength(rows->result, (int)row, (int)column);
	return (const uint8_t *)value(rows, row, column);
}
