/*
 * fetch: requests to a server of somebody else's over HTTP, one at a time over a connection that stays. TLS is
 * verified, nothing is followed to another place, times and sizes are bounded. A handle is one thread's.
 */
#pragma once

#include "lib/base/buf.h"
#include "lib/base/error.h"

enum { FETCH_TIMEOUT_MS = 15000, FETCH_WAIT_MOST_S = 7 * 86400 /* a Retry-After above is taken for this */ };

/* Borrowed for as long as the handle lives. */
struct fetch_options {
	const char *who;          /* for people, at the beginning of a sentence: "PowerDNS" */
	const char *ca;           /* a file of who vouches for it; NULL or "": the system's authorities */
	const char *line;         /* a header of every request, a secret most likely: "X-API-Key: …"; NULL: none */
	const char *content_type; /* of bodies; NULL: application/json */
	unsigned timeout_ms;      /* of one request; 0: 15 s */
	size_t body_most;         /* of an answer */
	bool plain;               /* http:// too */
	bool environment;         /* through a proxy, when the environment names one */
	/* Each header line of an answer, with its CR LF; NULL: none. */
	void (*on_header)(void *arg, const char *line, size_t size);
	/* Whether it may be connected to "https://192.0.2.1:443", after names were looked up; NULL: anything. */
	bool (*may)(void *arg, const char *place);
	void *arg;
};

struct fetch_request {
	const char *method, *url; /* HEAD: without an answer's body */
	const struct buf *body;   /* NULL: none */
};

/* Of the last request. */
struct fetch_answer {
	long status;
	struct buf body;
	unsigned retry_after_s; /* as its Retry-After says, seconds or a date; 0: nothing */
};

struct fetch;
bool fetch_new(const struct fetch_options *options, struct fetch **ret, struct error *err) _must_check_;
void fetch_free(struct fetch *fetch); /* wipes the secret line */
DEFINE_CLEANUP(struct fetch *, fetch_free)

/* Until deadline_ms (monotonic) at most. *ret belongs to the handle until its next request. ERR_TIMEOUT;
 * ERR_UNAVAILABLE: not reached; ERR_FORBIDDEN: it may not be connected to; ERR_BAD_REPLY: the answer is too large. */
bool fetch_ask(struct fetch *fetch, const struct fetch_request *request, int64_t deadline_ms,
               const struct fetch_answer **ret, struct error *err) _must_check_;

/* A Retry-After's seconds from now_s on; what lies behind is 0, what is far off is bounded. */
unsigned fetch_retry_after(const char *text, int64_t now_s);
