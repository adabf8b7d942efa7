/* A user with the organisation: looked up by address, and shown as a session. */
#include "account.h"

#include <stdio.h>

#include "lib/base/clock.h"

#include "authz_sql.h"

static bool read_account(const struct rows *rows, struct account *ret, struct error *err)
{
	ret->id = rows_uuid(rows, 0, 0);
	ret->org = rows_uuid(rows, 0, 1);
	snprintf(ret->email, sizeof(ret->email), "%s", rows_text(rows, 0, 2));
	snprintf(ret->name, sizeof(ret->name), "%s", rows_text(rows, 0, 3));
	if (!role_parse(rows_text(rows, 0, 4), &ret->role))
		return error_set(err, ERR_INTERNAL, "role '%s' of a user isn't known", rows_text(rows, 0, 4));
	snprintf(ret->hash, sizeof(ret->hash), "%s", rows_text(rows, 0, 5));
	ret->active = rows_bool(rows, 0, 6);
	snprintf(ret->org_name, sizeof(ret->org_name), "%s", rows_text(rows, 0, 7));
	ret->org_created_ms = rows_int(rows, 0, 8);
	ret->must_change = rows_bool(rows, 0, 9);
	return true;
}

bool account_by_email(struct db *wide, const char *email, struct account *ret, bool *ret_found, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!DB_RUN(wide, NULL, AUTHZ_WIDE_USER_BY_EMAIL, &rows, err, DB_TEXT(email)))
		return error_wrap(err, "look for an account");
	*ret_found = rows_count(rows) > 0;
	return !*ret_found || read_account(rows, ret, err);
}

bool id_read(const char *text, struct uuid *ret, struct error *err)
{
	return uuid_parse(text, ret) || error_set(err, ERR_INVALID, "'%s' is no id", text);
}

bool session_view_init(struct session_view *view, struct account *account, const char *const *scopes,
                       int64_t expires_ms, struct arena *arena, struct error *err)
{
	Stralix__V1__Session *message = &view->message;

	stralix__v1__organisation__init(&view->organisation);
	view->organisation.id = uuid_format(&account->org, view->org_id);
	view->organisation.name = account->org_name;
	view->organisation.created_at = clock_rfc3339(account->org_created_ms, view->created_at);
	stralix__v1__session__init(message);
	message->user_id = uuid_format(&account->id, view->user_id);
	message->email = account->email;
	message->name = account->name;
	message->role = arena_strdup(arena, role_name(account->role));
	message->organisation = &view->organisation;
	message->must_change_password = account->must_change;
	message->expires_at = clock_rfc3339(expires_ms, view->expires_at);
	if (!message->role)
		return error_set(err, ERR_TOO_LARGE, "no room for a session");
	if (account->must_change)
		scopes = role_must_change;
	return permission_list(account->role, scopes, arena, &message->permissions, &message->n_permissions, err);
}
