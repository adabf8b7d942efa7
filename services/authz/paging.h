/* paging: lists in the order of ids, whose cursor is the last id of the page before. */
#pragma once

#include "lib/db/db.h"

unsigned paging_limit(uint32_t asked);                                 /* 0: 50 */
bool paging_check(const char *cursor, struct error *err) _must_check_; /* "" is the first page */

/* How many of the rows are the page's: one more than asked for says that there is a next one. */
unsigned paging_rows(const struct rows *rows, unsigned limit);
