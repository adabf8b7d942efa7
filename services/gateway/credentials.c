/* Cookie, bearer token, and the proof that a change was asked for by the panel's own pages. */

#include "credentials.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "basic.h"

enum { SESSION_MAX_AGE_S = 12 * 3600 }; /* when a session says no end that can be read */

static const char api_token[] = "st_"; /* how a program's token begins: it comes as bearer, never as a cookie */

const char credentials_cleared_cookie[] = CREDENTIALS_COOKIE "=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Strict";

static bool token_good(const char *text, size_t size)
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";

	return size > 0 && size < CREDENTIALS_TOKEN && strspn(text, alphabet) >= size;
}

static void set_token(struct credentials *credentials, const char *text, size_t size)
{
	if (!token_good(text, size)) {
		credentials->bad = true;
		return;
	}
	memcpy(credentials->token, text, size);
	credentials->token[size] = '\0';
}

static void take_bearer(struct credentials *credentials, const char *value)
{
	if (credentials->has_bearer) {
		credentials->bad = true;
		credentials->password[0] = '\0';
		return;
	}
	credentials->has_bearer = true;
	credentials->bad = false; /* a cookie beside it is of no interest */
	if (strncasecmp(value, "Bearer ", 7) == 0)
		set_token(credentials, value + 7, strlen(value + 7));
	else
		credentials->bad = true;
	if (strncasecmp(value, "Basic ", strlen("Basic ")) == 0 &&
	    (!basic_password(value + strlen("Basic "), credentials->password, sizeof(credentials->password)) ||
	     strncmp(credentials->password, api_token, sizeof(api_token) - 1) != 0))
		credentials->password[0] = '\0';
}

/* "a=1; __Host-session=xyz; b=2" */
static void take_cookies(struct credentials *credentials, const char *value)
{
	static const char name[] = CREDENTIALS_COOKIE "=";

	while (*value) {
		size_t size;

		value += strspn(value, "; \t");
		size = strcspn(value, ";");
		if (strncmp(value, name, sizeof(name) - 1) == 0) {
			const char *token = value + sizeof(name) - 1;
			size_t token_size = size - (sizeof(name) - 1);

			while (token_size > 0 && isblank((unsigned char)token[token_size - 1]))
				token_size--;
			if (credentials->has_bearer)
				return;
			if (credentials->has_cookie || strncmp(token, api_token, sizeof(api_token) - 1) == 0)
				credentials->bad = true;
			else
				set_token(credentials, token, token_size);
			credentials->has_cookie = true;
		}
		value += size;
	}
}

void credentials_header(struct credentials *credentials, const char *name, const char *value)
{
	if (strcasecmp(name, "Authorization") == 0) {
		take_bearer(credentials, value);
	} else if (strcasecmp(name, "Cookie") == 0) {
		take_cookies(credentials, value);
	} else if (strcasecmp(name, "X-Requested-With") == 0) {
		credentials->requested_with = strcmp(value, "stralix") == 0;
	} else if (strcasecmp(name, "Origin") == 0) {
		credentials->has_origin = true;
		snprintf(credentials->origin, sizeof(credentials->origin), "%s", value);
	} else if (strcasecmp(name, "Sec-Fetch-Site") == 0) {
		credentials->has_site = true;
		credentials->same_site = strcmp(value, "same-origin") == 0;
	}
}

void credentials_use_basic(struct credentials *credentials)
{
	if (!credentials->password[0])
		return;
	credentials->has_bearer = credentials->has_cookie = credentials->bad = false;
	set_token(credentials, credentials->password, strlen(credentials->password));
	credentials->has_basic = true;
}

bool credentials_present(const struct credentials *credentials, struct error *err)
{
	if (!credentials->has_bearer && !credentials->has_cookie && !credentials->has_basic)
		return error_set(err, ERR_UNAUTHENTICATED, "Sign in first.");
	if (credentials->bad || !credentials->token[0])
		return error_set(err, ERR_UNAUTHENTICATED, "The session or token can't be read. Sign in again.");
	return true;
}

/* Whether a word is one of a list separated by blanks. */
static bool listed(const char *list, const char *word)
{
	size_t size = strlen(word);

	while (size > 0 && *list) {
		size_t item = strcspn(list, " ");

		if (item == size && strncasecmp(list, word, size) == 0)
			return true;
		list += item + (list[item] == ' ');
	}
	return false;
}

bool credentials_may_change(const struct credentials *credentials, const char *origins, struct error *err)
{
	if (credentials->has_bearer)
		return true;
	if (credentials->has_origin && !listed(origins, credentials->origin))
		return error_set(err, ERR_FORBIDDEN, "This change was asked for by a page of another origin.");
	if (credentials->has_site && !credentials->same_site)
		return error_set(err, ERR_FORBIDDEN, "This change was asked for by a page of another site.");
	if (credentials->has_cookie && !credentials->requested_with)
		return error_set(err, ERR_FORBIDDEN,
		                 "A change with a session cookie needs the header X-Requested-With: stralix.");
	return true;
}

/* Appends "https://panel.example:8443" of one URL. */
static bool add_origin(struct buf *buf, const char *url, size_t size, struct error *err)
{
	bool secure = strncasecmp(url, "https://", 8) == 0;
	const char *host = url + (secure ? 8 : 7);
	const char *port = secure ? ":443" : ":80";
	size_t host_size, cut = strlen(port);

	if (!secure && strncasecmp(url, "http://", 7) != 0)
		return error_set(err, ERR_INVALID, "public_url: '%.*s' is no http or https URL", (int)size, url);
	host_size = strcspn(host, "/?# ");
	if (host_size > cut && strncmp(host + host_size - cut, port, cut) == 0)
		host_size -= cut;
	if (host_size == 0 || memchr(host, '@', host_size))
		return error_set(err, ERR_INVALID, "public_url: '%.*s' has no plain host", (int)size, url);
	buf_printf(buf, "%s%s", buf->size ? " " : "", secure ? "https://" : "http://");
	for (size_t i = 0; i < host_size; i++)
		buf_putc(buf, (char)tolower((unsigned char)host[i]));
	return true;
}

bool credentials_origins(const char *public_urls, char **ret, struct error *err)
{
	_cleanup_buf_ struct buf buf = { 0 };

	while (*public_urls) {
		size_t size = strcspn(public_urls, " ");

		if (size > 0 && !add_origin(&buf, public_urls, size, err))
			return false;
		public_urls += size + (public_urls[size] == ' ');
	}
	if (buf.size == 0)
		return error_set(err, ERR_INVALID, "public_url: no URL given");
	*ret = buf_take(&buf);
	return *ret ? true : error_set(err, ERR_INTERNAL, "out of memory");
}

int64_t credentials_parse_time(const char *rfc3339)
{
	struct tm tm = { 0 };
	const char *rest = strptime(rfc3339, "%Y-%m-%dT%H:%M:%S", &tm);

	if (!rest)
		return -1;
	if (*rest == '.')
		rest += 1 + strspn(rest + 1, "0123456789");
	return strcmp(rest, "Z") == 0 ? (int64_t)timegm(&tm) : -1;
}

void credentials_cookie(struct buf *buf, const char *token, const char *expires_at, int64_t now_unix_ms)
{
	int64_t expires = credentials_parse_time(expires_at);
	int64_t age = expires < 0 ? SESSION_MAX_AGE_S : expires - now_unix_ms / 1000;

	buf_printf(buf, CREDENTIALS_COOKIE "=%s; Path=/; Max-Age=%lld; Secure; HttpOnly; SameSite=Strict", token,
	           age > 0 ? (long long)age : 0LL);
}
