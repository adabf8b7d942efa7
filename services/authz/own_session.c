/* own_session: see own_session.h. */
#include "own_session.h"

#include "stralix/v1/authz.contract.h"

#include "authz_sql.h"
#include "role.h"

bool own_session_audit(struct call *call, struct change *change, const char *session_id, struct error *err)
{
	const struct identity *who = call_identity(call);
	struct arena *arena = call_arena(call);
	char kind[] = "session", org[UUID_TEXT];
	Stralix__V1__Session before;
	Stralix__V1__Target target;

	stralix__v1__session__init(&before);
	stralix__v1__target__init(&target);
	target.kind = kind;
	target.id = arena_strdup(arena, session_id);
	target.name = arena_strdup(arena, who->name);
	target.organisation_id = uuid_format(&who->org, org);
	before.user_id = arena_strdup(arena, who->user_id);
	before.email = target.name;
	before.role = arena_strdup(arena, role_name(who->role));
	if (!target.id || !target.name || !before.user_id || !before.role)
		return error_set(err, ERR_TOO_LARGE, "no room to end a session");
	return change_audit(change, "session.delete", &target, "success", &stralix__v1__session__rules, &before.base,
	                    NULL, err);
}

bool own_session_home(struct call *call, struct uuid *ret, struct error *err)
{
	const struct identity *who = call_identity(call);
	_cleanup_(rows_freep) struct rows *rows = NULL;

	*ret = who->org;
	if (!who->acting)
		return true;
	if (!DB_RUN(service_db_wide(call_service(call)), NULL, AUTHZ_WIDE_SESSION_HOME, &rows, err,
	            DB_TEXT(who->session_id), DB_TEXT(who->user_id)))
		return false;
	if (!rows_count(rows))
		return error_set(err, ERR_UNAUTHENTICATED, "Sign in again.");
	*ret = rows_uuid(rows, 0, 0);
	return true;
}
