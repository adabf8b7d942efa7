/* cells: values of rows as generated messages hold them. From the arena; NULL when it has no room. */
#pragma once

#include "lib/base/arena.h"
#include "lib/db/db.h"

char *cell_text(const struct rows *rows, unsigned row, unsigned column, struct arena *arena);
char *cell_time(const struct rows *rows, unsigned row, unsigned column,
                struct arena *arena); /* RFC 3339; "" for NULL */
char *cell_number(const struct rows *rows, unsigned row, unsigned column, struct arena *arena);

/* Splits at blanks. */
bool words_split(const char *text, struct arena *arena, char ***ret, size_t *ret_n, struct error *err) _must_check_;
