/*
 * http: HTTP/1.1 on a loopback address; the only user of microhttpd.h. Two threads poll; an exchange that waits for
 * something is suspended and costs no thread. A request is either answered, or suspended and resumed later.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/base/error.h"

struct sockaddr;
struct http_server;
struct http_exchange; /* one request and its answer */

/* Header names and values; an array ends with { NULL, NULL }; a NULL value is left out. */
struct http_header {
	const char *name;
	const char *value;
};

/* All run on the server's threads, for one exchange never two at once. */
struct http_callbacks {
	/* The headers are in, the body isn't. Answering here refuses the body unread and closes the connection. */
	void (*begin)(void *arg, struct http_exchange *exchange);
	/* The request is complete; called again after each http_resume. Must answer or suspend. */
	void (*run)(void *arg, struct http_exchange *exchange);
	/* The answer is out or the client is gone; the exchange ends with this call. */
	void (*done)(void *arg, struct http_exchange *exchange);
};

struct http_options {
	const char *listen; /* "127.0.0.1:8080" or "[::1]:8080": anything but loopback is refused */
	unsigned max_connections;
	size_t max_body;  /* bytes kept of a body; the rest is read, up to max_drain, and http_body_overflow tells */
	size_t max_drain; /* a body above this closes the connection */
	unsigned idle_s;  /* of a connection that isn't suspended */
	const struct http_callbacks *callbacks;
	void *arg;
};

bool http_start(const struct http_options *options, struct http_server **ret, struct error *err) _must_check_;
unsigned http_port(const struct http_server *server);
void http_quiesce(struct http_server *server); /* no new connections; those at work go on */
void http_free(struct http_server *server);    /* no exchange may be suspended then */
DEFINE_CLEANUP(struct http_server *, http_free)

/* What the getters give lives as long as the exchange. */
const char *http_method(const struct http_exchange *exchange);
const char *http_target(const struct http_exchange *exchange); /* as sent: path and query, nothing decoded */
const char *http_find_header(const struct http_exchange *exchange, const char *name); /* the first; NULL: absent */
void http_each_header(const struct http_exchange *exchange, void (*fn)(void *arg, const char *name, const char *value),
                      void *arg);
const struct sockaddr *http_peer(const struct http_exchange *exchange);
const char *http_body(const struct http_exchange *exchange, size_t *ret_size);
bool http_body_overflow(const struct http_exchange *exchange);
void *http_user(const struct http_exchange *exchange); /* NULL until set */
void http_set_user(struct http_exchange *exchange, void *user);

/* In begin or run only: no answer now. The resume may come from any thread, even before this call returns to run's
 * caller; so suspend before handing the exchange to another thread. */
void http_suspend(struct http_exchange *exchange);
void http_resume(struct http_exchange *exchange);

/* Each answers; once an exchange. Without memory the connection is closed. */
void http_reply(struct http_exchange *exchange, unsigned status, const struct http_header *headers, char *body,
                size_t size); /* takes body (malloc'd, may be NULL) */
void http_reply_fd(struct http_exchange *exchange, unsigned status, const struct http_header *headers, int fd,
                   uint64_t size); /* takes fd */

/*
 * A stream without end. read gives bytes, or 0 after http_suspend, or -1 for the end; gone is called once, when nobody
 * reads any more, possibly from within this call.
 */
struct http_stream {
	ssize_t (*read)(void *arg, char *out, size_t max);
	void (*gone)(void *arg);
};
void http_reply_stream(struct http_exchange *exchange, unsigned status, const struct http_header *headers,
                       const struct http_stream *stream, void *arg);
