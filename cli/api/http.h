/* http: calls of the panel over HTTPS, by libcurl. */
#pragma once

#include <jansson.h>

#include "lib/base/error.h"

struct http;

/* token: of the API; ca: a file, NULL: the system's authorities. Both are copied. */
bool http_new(const char *url, const char *ca, const char *token, struct http **ret, struct error *err) _must_check_;
void http_free(struct http *http);
DEFINE_CLEANUP(struct http *, http_free)

/*
 * One call; path with its query. body may be NULL. etag: for If-Match, NULL: none. *ret: what came, a reference; NULL
 * when nothing did. A problem document is the error: its words, its violations, its request id.
 */
bool http_call(struct http *http, const char *method, const char *path, const json_t *body, const char *etag,
               json_t **ret, struct error *err) _must_check_;
