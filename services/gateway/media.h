/* media: what a file's name says of its content, and which encodings a browser takes. Pure. */
#pragma once

#include "lib/base/error.h"

/* The content type by the last extension; "application/octet-stream" when unknown. */
const char *media_type(const char *name);

/* Whether Accept-Encoding (NULL: absent) takes an encoding: "br", "gzip". q=0 is a no. */
bool media_accepts(const char *accept_encoding, const char *encoding);

/* Whether If-None-Match (NULL: absent) names an entity tag, weakly compared. */
bool media_matches(const char *if_none_match, const char *etag);
