/* url: formats of paths and URLs (RFC 3986). Each check gives the text, or NULL when it breaks its format. */
#pragma once

#include <stdbool.h>

#include "lib/base/arena.h"

/*
 * An absolute path whose decoded form has the same shape: no empty and no dot segments, nothing escaped that is '.',
 * '/',
 * '\', '$' or a control. '$' itself is refused, though RFC 3986 has it: nginx has no escape for it.
 */
const char *url_path(const char *text, struct arena *arena);

/* A path as above, or http:// or https:// with a host, a port and such a path; a query and a fragment behind. */
const char *url_target(const char *text, struct arena *arena);

/*
 * "http://192.0.2.10:8080", "https://[2001:db8::1]": a scheme, an address in its one spelling, a port if it isn't the
 * scheme's own; never a name, which could change its meaning after it was checked.
 */
const char *url_upstream(const char *text, struct arena *arena);

/* Whether an upstream's address belongs to this machine or link, to nobody, to many, or to a provider's metadata (RFC
 * 6890): what a customer must not reach through a server. */
bool url_upstream_is_inner(const char *upstream);

const char *url_folder(const char *text, struct arena *arena); /* "web/public": file names with '/' in between */
const char *url_file_name(const char *text, struct arena *arena);

/* A good path with its escapes decoded, as daemons compare it. From the arena; NULL when that is full. */
const char *url_decode(const char *path, struct arena *arena);
