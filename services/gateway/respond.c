/* The headers of every answer: security, request id, caching. */

#include "respond.h"

#include <stdio.h>
#include <stdlib.h>

#include "problem.h"

enum { HEADERS = 24 };

static const char nothing_loads[] = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/* Fills a row; absent values are skipped by http. */
static void collect(const struct request *request, const struct respond_headers *extra,
                    struct http_header ret[static HEADERS])
{
	const char *policy = extra->content_security_policy;
	const struct http_header all[] = {
		{ "X-Request-Id", request->id },
		{ "Request-Id", request->id },
		{ "Strict-Transport-Security", "max-age=31536000" },
		{ "X-Content-Type-Options", "nosniff" },
		{ "X-Frame-Options", "DENY" },
		{ "Content-Security-Policy", policy ? policy : nothing_loads },
		{ "Referrer-Policy", "same-origin" },
		{ "Cross-Origin-Opener-Policy", "same-origin" },
		{ "Cross-Origin-Resource-Policy", "same-origin" },
		{ "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()" },
		{ "Cache-Control", extra->cache_control ? extra->cache_control : "no-store" },
		{ "Content-Type", extra->content_type },
		{ "Content-Encoding", extra->content_encoding },
		{ "ETag", extra->etag },
		{ "Vary", extra->vary },
		{ "Location", extra->location },
		{ "Allow", extra->allow },
		{ "Set-Cookie", extra->set_cookie },
		{ "Retry-After", extra->retry_after },
		{ "Clear-Site-Data", extra->clear_site_data },
		{ "WWW-Authenticate", extra->www_authenticate },
		{ "Connection", extra->close || atomic_load(&request->gateway->draining) ? "close" : NULL },
		{ NULL, NULL },
	};
	size_t n = 0;

	_Static_assert(ARRAY_SIZE(all) <= HEADERS, "headers don't fit");
	for (size_t i = 0; i + 1 < ARRAY_SIZE(all); i++)
		if (all[i].value)
			ret[n++] = all[i];
	ret[n] = (struct http_header){ NULL, NULL };
}

void respond_buf(struct request *request, unsigned status, const struct respond_headers *headers, struct buf *body)
{
	struct http_header all[HEADERS];
	size_t size = body->size;

	collect(request, headers, all);
	request->status = buf_failed(body) ? 500 : status;
	http_reply(request->exchange, request->status, all, buf_failed(body) ? NULL : buf_take(body),
	           buf_failed(body) ? 0 : size);
	buf_done(body);
}

void respond_empty(struct request *request, unsigned status, const struct respond_headers *headers)
{
	struct http_header all[HEADERS];

	collect(request, headers, all);
	request->status = status;
	http_reply(request->exchange, status, all, NULL, 0);
}

void respond_fd(struct request *request, unsigned status, const struct respond_headers *headers, int fd, uint64_t size)
{
	struct http_header all[HEADERS];

	collect(request, headers, all);
	request->status = status;
	http_reply_fd(request->exchange, status, all, fd, size);
}

void respond_stream(struct request *request, const struct respond_headers *headers, const struct http_stream *stream,
                    void *arg)
{
	struct http_header all[HEADERS + 1];
	size_t n = 0;

	collect(request, headers, all);
	while (all[n].name)
		n++;
	all[n++] = (struct http_header){ "X-Accel-Buffering", "no" }; /* or a proxy holds events back */
	all[n] = (struct http_header){ NULL, NULL };
	request->status = 200;
	http_reply_stream(request->exchange, 200, all, stream, arg);
}

void respond_problem(struct request *request, const struct error *err, unsigned status,
                     const struct respond_headers *extra)
{
	struct respond_headers headers = extra ? *extra : (struct respond_headers){ 0 };
	_cleanup_buf_ struct buf body = { 0 };
	unsigned retry_after = problem_retry_after(err);
	char seconds[12];

	snprintf(seconds, sizeof(seconds), "%u", retry_after);
	headers.content_type = "application/problem+json";
	headers.retry_after = retry_after ? seconds : NULL;
	problem_write(&body, err, status, request->id);
	respond_buf(request, status ? status : problem_status(err), &headers, &body);
}
