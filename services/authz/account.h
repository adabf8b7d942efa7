/* account: a user with the organisation, as sign-in and the session page need them. */
#pragma once

#include "lib/db/db.h"

#include "stralix/v1/authz.pb-c.h"

#include "password.h"
#include "role.h"

struct account {
	struct uuid id, org;
	Stralix__Role role;
	bool active;      /* the user and the organisation */
	bool must_change; /* the password, before anything else */
	char email[256], name[256], org_name[256];
	int64_t org_created_ms;
	char hash[PASSWORD_HASH];
};

/* By the lower-case address; *ret_found false when there is none. wide: sees all organisations. */
bool account_by_email(struct db *wide, const char *email, struct account *ret, bool *ret_found,
                      struct error *err) _must_check_;

/* Reads a required id of a request, which the contract has checked. */
bool id_read(const char *text, struct uuid *ret, struct error *err) _must_check_;

/* A session for people: message and what its fields point to. */
struct session_view {
	Stralix__V1__Session message;
	Stralix__V1__Organisation organisation;
	char user_id[UUID_TEXT], org_id[UUID_TEXT], created_at[40], expires_at[40];
};

/* scopes: of an API token, ends with NULL; NULL: all of the role's. Points into account. */
bool session_view_init(struct session_view *view, struct account *account, const char *const *scopes,
                       int64_t expires_ms, struct arena *arena, struct error *err) _must_check_;
