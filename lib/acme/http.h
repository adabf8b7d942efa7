/* http: one request to an authority and its answer, bounded; for this module alone. */
#pragma once

#include "acme.h"

enum { NONCE = 129, LINKS = 8 };

/* Of the last request. */
struct http_answer {
	long status;
	struct buf body;         /* until the next one */
	char nonce[NONCE];       /* "": none, or one that can't be used */
	char location[ACME_URL]; /* likewise */
	char alternates[LINKS][ACME_URL];
	unsigned n_alternates;
	unsigned retry_after_s;
	bool json, problem; /* by its Content-Type */
};

struct http;
bool http_new(const struct acme_options *options, struct http **ret, struct error *err) _must_check_;
void http_free(struct http *http);
DEFINE_CLEANUP(struct http *, http_free)

/* body NULL: GET, or HEAD with head. ERR_UNAVAILABLE: no answer; ERR_BAD_REPLY: one that is too large. */
bool http_ask(struct http *http, const char *url, const struct buf *body, bool head, struct error *err) _must_check_;
const struct http_answer *http_answer(const struct http *http);

/* Whether it is an https URL of the directory's own origin, short, and without a character that would need escaping. */
bool http_may(const struct http *http, const char *url);

/* Reads one header line of size bytes into the answer: what doesn't fit is as if it weren't there. */
void http_header(struct http_answer *answer, const char *origin, const char *line, size_t size, int64_t now_s);

/* Whether url starts with origin ("https://ca.example:14000") and goes on as a path; as http_may. */
bool http_within(const char *url, const char *origin);
