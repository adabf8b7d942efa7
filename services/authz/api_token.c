/* api_token: see api_token.h. */
#include "api_token.h"

#include "cells.h"
#include "record_limits.h"

enum { ID, NAME, SCOPES, CREATED_AT, LAST_SEEN_AT, EXPIRES_AT, RECORDS };

bool api_token_read(const struct rows *rows, unsigned row, struct arena *arena, Stralix__V1__ApiToken **ret,
                    struct error *err)
{
	Stralix__V1__ApiToken *it = arena_alloc(arena, sizeof(*it));

	if (!it)
		return error_set(err, ERR_TOO_LARGE, "no room for a token");
	stralix__v1__api_token__init(it);
	if (!(it->id = cell_text(rows, row, ID, arena)) || !(it->name = cell_text(rows, row, NAME, arena)) ||
	    !(it->created_at = cell_time(rows, row, CREATED_AT, arena)) ||
	    !(it->last_seen_at = cell_time(rows, row, LAST_SEEN_AT, arena)) ||
	    !(it->expires_at = cell_time(rows, row, EXPIRES_AT, arena)))
		return error_set(err, ERR_TOO_LARGE, "no room for a token");
	*ret = it;
	return words_split(rows_text(rows, row, SCOPES), arena, &it->scopes, &it->n_scopes, err) &&
	       limits_read(rows_text(rows, row, RECORDS), arena, &it->records, &it->n_records, err);
}
