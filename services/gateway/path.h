/* path: the one spelling of an address that is accepted, and queries taken apart. Each escape is decoded once, here. */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/error.h"

enum { PATH_QUERY_MAX = 64 }; /* parameters */

struct path_parameter {
	const char *name, *value; /* decoded */
};

/* An address taken apart; from the arena. */
struct path {
	const char *text;  /* decoded: "/api/v1/websites" */
	const char *raw;   /* the same as it was sent, without the query */
	const char *query; /* as it was sent, without the '?'; NULL when absent */
};

/*
 * Splits and decodes a target. Refused, as ERR_NOT_FOUND: what doesn't start with '/', empty segments but a last one,
 * "." and "..", escapes of '/', '\', NUL and control characters, escapes of characters that need none, broken escapes,
 * backslashes, invalid UTF-8. So two addresses that differ never mean the same.
 */
bool path_parse(const char *target, struct arena *arena, struct path *ret, struct error *err) _must_check_;

/* Takes "a=1&b=x+y%2Fz" apart; ERR_INVALID for broken escapes, NUL, invalid UTF-8 or too many parameters. */
bool path_query(const char *query, struct arena *arena, struct path_parameter ret[static PATH_QUERY_MAX], size_t *n,
                struct error *err) _must_check_;
