/* cells: see cells.h. */
#include "cells.h"

#include <string.h>

#include "lib/base/clock.h"

char *cell_text(const struct rows *rows, unsigned row, unsigned column, struct arena *arena)
{
	return arena_strdup(arena, rows_text(rows, row, column));
}

char *cell_time(const struct rows *rows, unsigned row, unsigned column, struct arena *arena)
{
	char text[CLOCK_RFC3339] = "";

	if (!rows_null(rows, row, column))
		clock_rfc3339(rows_ms(rows, row, column), text);
	return arena_strdup(arena, text);
}

char *cell_number(const struct rows *rows, unsigned row, unsigned column, struct arena *arena)
{
	return arena_printf(arena, "%lld", (long long)rows_int(rows, row, column));
}

bool words_split(const char *text, struct arena *arena, char ***ret, size_t *ret_n, struct error *err)
{
	char *copy = arena_strdup(arena, text), *rest = copy, *word;
	char **words = arena_alloc(arena, (strlen(text) / 2 + 1) * sizeof(*words));

	if (!copy || !words)
		return error_set(err, ERR_TOO_LARGE, "no room for a list");
	*ret_n = 0;
	while ((word = strsep(&rest, " ")))
		if (*word)
			words[(*ret_n)++] = word;
	*ret = words;
	return true;
}
