/* log: a website's own logs, which split.c writes. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/token/token.h"

#include "agent/adapters/nginx/internal.h"
#include "agent/engine/file.h"

void nginx_marker(const char *secret, const char *id, char ret[static NGINX_MARKER])
{
	uint8_t digest[TOKEN_DIGEST];
	char text[128];
	size_t size = (size_t)snprintf(text, sizeof(text), "%s server %s", secret, id);

	token_digest(text, size, digest);
	size = (size_t)snprintf(ret, NGINX_MARKER, "%.36s.", id);
	for (unsigned i = 0; i < 16; i++, size += 2)
		snprintf(ret + size, 3, "%02x", digest[i]);
}

bool nginx_log(void *self, const char *id, bool errors, char *ret, size_t size, struct error *err)
{
	const struct nginx *nginx = self;
	int wanted = snprintf(ret, size, "%slog/site/%s%s.log", nginx->dir, id, errors ? ".error" : "");

	return (size_t)wanted < size || error_set(err, ERR_INTERNAL, "the path of a log is too long");
}

bool nginx_log_place(const struct nginx *nginx, struct error *err)
{
	const struct file_owner workers = { (uid_t)-1, nginx->web_gid, 0710 }; /* they open their logs anew by name */
	const struct file_owner own = { (uid_t)-1, (gid_t)-1, 0700 };

	return file_mkdir_at(nginx->root, "log", workers, err) && file_mkdir_at(nginx->root, "log/site", own, err);
}

bool nginx_log_purge(const struct nginx *nginx, const struct object *site, struct error *err)
{
	static const char *const ends[] = { "log", "log.1", "error.log", "error.log.1" };

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		char name[96];

		snprintf(name, sizeof(name), "log/site/%s.%s", site->id, ends[i]);
		if (unlinkat(nginx->root, name, 0) < 0 && errno != ENOENT)
			return error_errno(err, errno, "delete a log");
	}
	return true;
}
