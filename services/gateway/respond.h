/* respond: answers, with the headers that every answer has. */
#pragma once

#include "lib/base/buf.h"

#include "request.h"

/* What an answer has beside the common headers; NULL leaves one out. */
struct respond_headers {
	const char *content_type, *cache_control; /* cache_control NULL: no-store */
	const char *content_security_policy;      /* NULL: nothing may be loaded */
	const char *etag, *vary, *content_encoding, *location, *allow, *set_cookie, *retry_after, *clear_site_data,
		*www_authenticate;
	bool close; /* the connection */
};

/* Takes the buffer's bytes; a failed buffer closes the connection. */
void respond_buf(struct request *request, unsigned status, const struct respond_headers *headers, struct buf *body);

void respond_empty(struct request *request, unsigned status, const struct respond_headers *headers);

/* Takes fd. */
void respond_fd(struct request *request, unsigned status, const struct respond_headers *headers, int fd, uint64_t size);

void respond_stream(struct request *request, const struct respond_headers *headers, const struct http_stream *stream,
                    void *arg);

/* A problem document. extra may be NULL; its content type and retry_after are set here. status 0: the code's own. */
void respond_problem(struct request *request, const struct error *err, unsigned status,
                     const struct respond_headers *extra);
