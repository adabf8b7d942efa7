/* credentials: what a request brings to say who asks, and what it must bring beside a cookie before it may change
 * anything. Pure text; whether a token is good is authz's to say. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "lib/base/buf.h"
#include "lib/base/error.h"

enum { CREDENTIALS_TOKEN = 129 };

#define CREDENTIALS_COOKIE "__Host-session"

/* Starts zeroed; credentials_header is called for each header. */
struct credentials {
	char token[CREDENTIALS_TOKEN];    /* empty: none */
	char password[CREDENTIALS_TOKEN]; /* of Basic authentication, if it could be an API token; empty: none */
	bool has_cookie, has_bearer;      /* which it was; a bearer token wins */
	bool has_basic;                   /* credentials_use_basic took the password */
	bool bad;                         /* several, none that could be a token, or a program's token as cookie */
	bool requested_with;              /* X-Requested-With: stralix */
	bool has_origin, has_site, same_site;
	char origin[256];
};

void credentials_header(struct credentials *credentials, const char *name, const char *value);

/* Where the contract allows it (basic): takes an API token that came as a password, whoever the user is said to be. A
 * browser may add such a password by itself, so a change asked for with it must not come from another site's page. */
void credentials_use_basic(struct credentials *credentials);

/* ERR_UNAUTHENTICATED when there is no token that could be one. */
bool credentials_present(const struct credentials *credentials, struct error *err) _must_check_;

/*
 * Whether a change may be asked for with these. A bearer token is proof enough: no browser adds one by itself. Else
 * Origin, when there is one, must be of origins (separated by blanks, from credentials_origins) and Sec-Fetch-Site
 * same-origin; and a cookie needs X-Requested-With. ERR_FORBIDDEN.
 */
bool credentials_may_change(const struct credentials *credentials, const char *origins, struct error *err) _must_check_;

/* The origins of public URLs (separated by blanks): lower case, no path, no default port. malloc'd. ERR_INVALID. */
bool credentials_origins(const char *public_urls, char **ret, struct error *err) _must_check_;

/* The value of a Set-Cookie header that keeps a session's token; expires_at is RFC 3339. Appended to buf. */
void credentials_cookie(struct buf *buf, const char *token, const char *expires_at, int64_t now_unix_ms);
/* The one that clears it. */
extern const char credentials_cleared_cookie[];

/* Unix seconds of "2026-11-24T17:38:00.123Z"; -1 when it isn't one. */
int64_t credentials_parse_time(const char *rfc3339);
