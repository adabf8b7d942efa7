/* url: formats of paths and URLs (RFC 3986). Each check gives the text, or NULL when it breaks its format. */
#pragma once

#include "lib/base/arena.h"

/*
 * An absolute path whose decoded form has the same shape: no empty and no dot segments, nothing escaped that is '.',
 * '/',
 * '\', '$' or a control. '$' itself is refused, though RFC 3986 has it: nginx has no escape for it.
 */
const char *url_path(const char *text, struct arena *arena);

/* A path as above, or http:// or https:// with a host, a port and such a path; a query and a fragment behind. */
const char *url_target(const char *text, struct arena *arena);

const char *url_folder(const char *text, struct arena *arena); /* "web/public": file names with '/' in between */
const char *url_file_name(const char *text, struct arena *arena);

/* A good path with its escapes decoded, as daemons compare it. From the arena; NULL when that is full. */
const char *url_decode(const char *path, struct arena *arena);
