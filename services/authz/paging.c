/* paging: see paging.h. */
#include "paging.h"

enum { DEFAULT_LIMIT = 50 };

unsigned paging_limit(uint32_t asked)
{
	return asked ? asked : DEFAULT_LIMIT;
}

bool paging_check(const char *cursor, struct error *err)
{
	struct uuid id;

	return !*cursor || uuid_parse(cursor, &id) ||
	       error_field(err, "cursor", "CURSOR", "This page is no longer there; start from the first.");
}

unsigned paging_rows(const struct rows *rows, unsigned limit)
{
	return rows_count(rows) > limit ? limit : rows_count(rows);
}
