/* ListSessions. The caller's own, the newest first. */
#include <string.h>

#include "authz.h"
#include "authz_sql.h"
#include "cells.h"

enum { ID, CREATED_AT, LAST_SEEN_AT, EXPIRES_AT, SOURCE_IP };

static Stralix__V1__SessionInfo *read_row(const struct rows *rows, unsigned row, struct arena *arena)
{
	Stralix__V1__SessionInfo *it = arena_alloc(arena, sizeof(*it));

	if (!it)
		return NULL;
	stralix__v1__session_info__init(it);
	it->id = cell_text(rows, row, ID, arena);
	it->created_at = cell_time(rows, row, CREATED_AT, arena);
	it->last_seen_at = cell_time(rows, row, LAST_SEEN_AT, arena);
	it->expires_at = cell_time(rows, row, EXPIRES_AT, arena);
	it->source_ip = cell_text(rows, row, SOURCE_IP, arena);
	return it->id && it->created_at && it->last_seen_at && it->expires_at && it->source_ip ? it : NULL;
}

/* Errors: ERR_UNAVAILABLE. */
bool authz_list_sessions(struct call *call, const Stralix__V1__ListSessionsRequest *req, struct error *err)
{
	const struct identity *who = call_identity(call);
	_cleanup_(rows_freep) struct rows *rows = NULL;
	Stralix__V1__ListSessionsReply reply;

	(void)req;
	stralix__v1__list_sessions_reply__init(&reply);
	if (!DB_RUN(service_db(call_service(call)), &who->org, AUTHZ_SESSION_LIST, &rows, err, DB_TEXT(who->user_id)))
		return error_wrap(err, "list sessions");
	reply.sessions = arena_alloc(call_arena(call), (rows_count(rows) + 1) * sizeof(Stralix__V1__SessionInfo *));
	for (unsigned i = 0; reply.sessions && i < rows_count(rows); i++, reply.n_sessions++) {
		if (!(reply.sessions[i] = read_row(rows, i, call_arena(call))))
			break;
		reply.sessions[i]->current = strcmp(reply.sessions[i]->id, who->session_id) == 0;
	}
	if (!reply.sessions || reply.n_sessions < rows_count(rows))
		return error_set(err, ERR_TOO_LARGE, "no room for the list");
	return call_reply(call, &reply.base, err);
}
