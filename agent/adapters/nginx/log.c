/* log: a website's own access log, and its part of the error log that all share. */

#include <stdio.h>
#include <string.h>

#include "lib/token/token.h"

#include "agent/adapters/nginx/internal.h"

/* In the error log a website goes by a name that only this node can know: whoever asks for anything can put any other
 * name into a line. */
void nginx_marker(const struct nginx *nginx, const char *id, char ret[static NGINX_MARKER])
{
	uint8_t digest[TOKEN_DIGEST];
	char text[128];

	snprintf(text, sizeof(text), "%s server %s", nginx->secret, id);
	token_digest(text, strlen(text), digest);
	ret[0] = 's';
	for (unsigned i = 0; i < 16; i++)
		snprintf(ret + 1 + (size_t)2 * i, 3, "%02x", digest[i]);
}

bool nginx_log(void *self, const char *id, bool errors, struct adapter_log *ret, struct error *err)
{
	const struct nginx *nginx = self;
	int size;

	*ret = (struct adapter_log){ .owner = (uid_t)nginx->settings->web_uid };
	if (errors) {
		nginx_marker(nginx, id, ret->marker);
		size = snprintf(ret->path, sizeof(ret->path), "%s", nginx->error_log);
	} else {
		size = snprintf(ret->path, sizeof(ret->path), "%slog/site/%s.log", nginx->dir, id);
	}
	return (size_t)size < sizeof(ret->path) || error_set(err, ERR_INTERNAL, "the path of a log is too long");
}
