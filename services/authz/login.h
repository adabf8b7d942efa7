/* login: limits of sign-in attempts, by address and by account, counted in PostgreSQL for all copies of authz. */
#pragma once

#include "lib/db/db.h"

enum { LOGIN_KEY = 320 };

struct login_limits {
	int64_t per_ip, per_account; /* attempts in a window of AUTHZ_LOGIN_WINDOW_S; 0: no limit */
};

/* What counts as one address: an IPv4 address, the /64 of an IPv6 one; "unknown" for anything else. */
void login_ip_key(const char *ip, char ret[static LOGIN_KEY]);

/* Whether the n-th attempt of a window is too many. */
bool login_too_many(int64_t limit, int64_t attempts);

/*
 * Counts an attempt, before any hashing. ERR_RATE_LIMITED with retry_after_s, the same for accounts that don't exist;
 * *ret_first then says whether it is the first refused one of its window (the one to audit).
 */
bool login_admit(struct db *wide, const struct login_limits *limits, const char *ip, const char *email, bool *ret_first,
                 struct error *err) _must_check_;

/* Takes the attempt back: it was the right password. */
bool login_forgive(struct db *wide, const char *ip, const char *email, struct error *err) _must_check_;
