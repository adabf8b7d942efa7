/* HTTP/1.1 by libmicrohttpd: poll() threads (its epoll loop stalls), suspended exchanges, bodies in bounded buffers. */

#include "http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/base/buf.h"
#include "lib/base/log.h"

enum { THREADS = 2, CONNECTION_MEMORY = 64 << 10, STREAM_BLOCK = 4096, BACKLOG = 1024 };

struct http_server {
	struct MHD_Daemon *daemon;
	struct http_callbacks callbacks;
	void *arg;
	size_t max_body, max_drain;
	unsigned port;
	int quiesced; /* the listening socket after http_quiesce; else -1 */
};

struct http_exchange {
	struct http_server *server;
	struct MHD_Connection *connection;
	const char *method;
	char *target;
	struct buf body;
	size_t body_seen;
	void *user;
	bool begun, overflow, broken;
};

/* The request line is in. What this gives is the context of every later callback of the request. */
static void *on_target(void *arg, const char *target, struct MHD_Connection *connection)
{
	struct http_exchange *exchange = calloc(1, sizeof(*exchange));

	if (!exchange)
		return NULL;
	exchange->target = strdup(target);
	if (!exchange->target) {
		free(exchange);
		return NULL;
	}
	exchange->server = arg;
	exchange->connection = connection;
	return exchange;
}

/* Leaves targets and queries as they were sent: path.c decodes them, once. */
static size_t keep_escapes(void *arg, struct MHD_Connection *connection, char *text)
{
	(void)arg;
	(void)connection;
	return strlen(text);
}

static bool keep_body(struct http_exchange *exchange, const char *data, size_t size)
{
	const struct http_server *server = exchange->server;

	exchange->body_seen += size;
	if (exchange->body_seen > server->max_drain)
		return false;
	if (exchange->body_seen > server->max_body) {
		exchange->overflow = true;
		buf_done(&exchange->body);
		return true;
	}
	buf_add(&exchange->body, data, size);
	return !buf_failed(&exchange->body);
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *url, const char *method,
                                  const char *version, const char *data, size_t *size, void **context)
{
	struct http_server *server = arg;
	struct http_exchange *exchange = *context;

	(void)connection;
	(void)url;
	(void)version;
	if (!exchange)
		return MHD_NO;
	if (!exchange->begun) {
		exchange->begun = true;
		exchange->method = method;
		server->callbacks.begin(server->arg, exchange);
		return exchange->broken ? MHD_NO : MHD_YES;
	}
	if (*size > 0) {
		bool kept = keep_body(exchange, data, *size);

		*size = 0;
		return kept ? MHD_YES : MHD_NO;
	}
	server->callbacks.run(server->arg, exchange);
	return exchange->broken ? MHD_NO : MHD_YES;
}

static void on_done(void *arg, struct MHD_Connection *connection, void **context, enum MHD_RequestTerminationCode why)
{
	struct http_server *server = arg;
	struct http_exchange *exchange = *context;

	(void)connection;
	(void)why;
	if (!exchange)
		return;
	if (exchange->begun)
		server->callbacks.done(server->arg, exchange);
	buf_done(&exchange->body);
	free(exchange->target);
	free(exchange);
	*context = NULL;
}

static void on_log(void *arg, const char *format, va_list values) __attribute__((format(printf, 2, 0)));

static void on_log(void *arg, const char *format, va_list values)
{
	char line[256];

	(void)arg;
	vsnprintf(line, sizeof(line), format, values);
	line[strcspn(line, "\r\n")] = '\0';
	log_debug("http: %s", line);
}

static bool parse_port(const char *text, uint16_t *ret)
{
	char *end;
	long port;

	if (*text < '0' || *text > '9')
		return false;
	port = strtol(text, &end, 10);
	if (*end || port > 65535)
		return false;
	*ret = htons((uint16_t)port);
	return true;
}

/* Port 0 asks the kernel for one. */
static bool parse_listen(const char *text, struct sockaddr_storage *ret, struct error *err)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)ret;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ret;
	const char *colon = strrchr(text, ':');
	uint16_t port;
	char host[64];

	if (!colon || (size_t)(colon - text) >= sizeof(host) || !parse_port(colon + 1, &port))
		return error_set(err, ERR_INVALID, "listen: '%s' is no ADDRESS:PORT", text);
	snprintf(host, sizeof(host), "%.*s", (int)(colon - text), text);
	*ret = (struct sockaddr_storage){ 0 };
	if (strcmp(host, "[::1]") == 0) {
		v6->sin6_family = AF_INET6;
		v6->sin6_addr = in6addr_loopback;
		v6->sin6_port = port;
		return true;
	}
	v4->sin_family = AF_INET;
	v4->sin_port = port;
	if (inet_pton(AF_INET, host, &v4->sin_addr) != 1 || (ntohl(v4->sin_addr.s_addr) >> 24) != 127)
		return error_set(err, ERR_INVALID, "listen: '%s' is no loopback address", host);
	return true;
}

static unsigned port_of(struct MHD_Daemon *daemon)
{
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);

	return info ? info->port : 0;
}

bool http_start(const struct http_options *options, struct http_server **ret, struct error *err)
{
	_cleanup_(http_freep) struct http_server *server = calloc(1, sizeof(*server));
	struct sockaddr_storage address = { 0 };
	unsigned flags = MHD_USE_POLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;

	if (!server)
		return error_set(err, ERR_INTERNAL, "out of memory");
	server->quiesced = -1;
	server->callbacks = *options->callbacks;
	server->arg = options->arg;
	server->max_body = options->max_body;
	server->max_drain = options->max_drain;
	if (!parse_listen(options->listen, &address, err))
		return false;
	if (address.ss_family == AF_INET6)
		flags |= MHD_USE_IPv6;
	errno = 0;
	server->daemon = MHD_start_daemon(
		flags, 0, NULL, NULL, on_request, server, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
		MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address, MHD_OPTION_THREAD_POOL_SIZE, (unsigned)THREADS,
		MHD_OPTION_URI_LOG_CALLBACK, on_target, server, MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL,
		MHD_OPTION_NOTIFY_COMPLETED, on_done, server, MHD_OPTION_CONNECTION_LIMIT, options->max_connections,
		MHD_OPTION_CONNECTION_TIMEOUT, options->idle_s, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		(size_t)CONNECTION_MEMORY, MHD_OPTION_LISTEN_BACKLOG_SIZE, (unsigned)BACKLOG,
		MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
	if (!server->daemon)
		return error_errno(err, errno, "listen on %s", options->listen);
	server->port = port_of(server->daemon);
	*ret = TAKE_PTR(server);
	return true;
}

unsigned http_port(const struct http_server *server)
{
	return server->port;
}

void http_quiesce(struct http_server *server)
{
	if (server->quiesced >= 0)
		return;
	server->quiesced = MHD_quiesce_daemon(server->daemon);
	if (server->quiesced >= 0)
		shutdown(server->quiesced, SHUT_RDWR); /* or callers would wait in the backlog for nobody */
}

void http_free(struct http_server *server)
{
	if (!server)
		return;
	if (server->daemon)
		MHD_stop_daemon(server->daemon);
	if (server->quiesced >= 0)
		close(server->quiesced);
	free(server);
}

const char *http_method(const struct http_exchange *exchange)
{
	return exchange->method;
}

const char *http_target(const struct http_exchange *exchange)
{
	return exchange->target;
}

const char *http_find_header(const struct http_exchange *exchange, const char *name)
{
	return MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, name);
}

struct each {
	void (*fn)(void *arg, const char *name, const char *value);
	void *arg;
};

static enum MHD_Result on_header(void *arg, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct each *each = arg;

	(void)kind;
	each->fn(each->arg, name, value ? value : "");
	return MHD_YES;
}

void http_each_header(const struct http_exchange *exchange, void (*fn)(void *arg, const char *name, const char *value),
                      void *arg)
{
	struct each each = { fn, arg };

	MHD_get_connection_values(exchange->connection, MHD_HEADER_KIND, on_header, &each);
}

const struct sockaddr *http_peer(const struct http_exchange *exchange)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

	return info ? info->client_addr : NULL;
}

const char *http_body(const struct http_exchange *exchange, size_t *ret_size)
{
	*ret_size = exchange->body.size;
	return exchange->body.data ? exchange->body.data : "";
}

bool http_body_overflow(const struct http_exchange *exchange)
{
	return exchange->overflow;
}

void *http_user(const struct http_exchange *exchange)
{
	return exchange->user;
}

void http_set_user(struct http_exchange *exchange, void *user)
{
	exchange->user = user;
}

void http_suspend(struct http_exchange *exchange)
{
	MHD_suspend_connection(exchange->connection);
}

void http_resume(struct http_exchange *exchange)
{
	MHD_resume_connection(exchange->connection);
}

/* Takes the response; NULL closes the connection. */
static void answer(struct http_exchange *exchange, unsigned status, const struct http_header *headers,
                   struct MHD_Response *response)
{
	bool good = response != NULL;

	for (; good && headers && headers->name; headers++)
		if (headers->value)
			good = MHD_add_response_header(response, headers->name, headers->value) == MHD_YES;
	good = good && MHD_queue_response(exchange->connection, status, response) == MHD_YES;
	if (response)
		MHD_destroy_response(response);
	if (!good)
		exchange->broken = true;
}

void http_reply(struct http_exchange *exchange, unsigned status, const struct http_header *headers, char *body,
                size_t size)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(size, body, MHD_RESPMEM_MUST_FREE);

	if (!response)
		free(body);
	answer(exchange, status, headers, response);
}

void http_reply_fd(struct http_exchange *exchange, unsigned status, const struct http_header *headers, int fd,
                   uint64_t size)
{
	struct MHD_Response *response = MHD_create_response_from_fd64(size, fd);

	if (!response)
		close(fd);
	answer(exchange, status, headers, response);
}

struct reader {
	struct http_stream stream;
	void *arg;
};

static ssize_t on_read(void *arg, uint64_t position, char *out, size_t max)
{
	struct reader *reader = arg;
	ssize_t size = reader->stream.read(reader->arg, out, max);

	(void)position;
	return size < 0 ? MHD_CONTENT_READER_END_OF_STREAM : size;
}

static void on_reader_free(void *arg)
{
	struct reader *reader = arg;

	reader->stream.gone(reader->arg);
	free(reader);
}

void http_reply_stream(struct http_exchange *exchange, unsigned status, const struct http_header *headers,
                       const struct http_stream *stream, void *arg)
{
	struct reader *reader = malloc(sizeof(*reader));
	struct MHD_Response *response = NULL;

	if (reader) {
		*reader = (struct reader){ *stream, arg };
		response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK, on_read, reader,
		                                             on_reader_free);
	}
	if (!response) {
		free(reader);
		stream->gone(arg);
	}
	answer(exchange, status, headers, response);
}
