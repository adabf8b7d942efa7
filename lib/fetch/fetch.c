/* fetch: see fetch.h. */
#include "fetch.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/clock.h"

enum { HEADERS_MOST = 64 * 1024, CONNECT_MS = 5000, PLACE = 80, TYPE = 80 };

struct fetch {
	struct fetch_options options;
	CURL *curl;
	struct curl_slist *headers, *body_headers; /* of requests without and with a body */
	char why[CURL_ERROR_SIZE];
	struct fetch_answer answer;
	size_t header_bytes;
	bool overflow, forbidden, tls;
};

static void curl_once(void)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
}

unsigned fetch_retry_after(const char *text, int64_t now_s)
{
	char *end;
	long long seconds = strtoll(text, &end, 10);

	if (end == text || *end)
		seconds = (long long)curl_getdate(text, NULL) - now_s;
	if (seconds <= 0)
		return 0;
	return seconds > FETCH_WAIT_MOST_S ? FETCH_WAIT_MOST_S : (unsigned)seconds;
}

static size_t on_header(char *data, size_t unit, size_t n, void *arg)
{
	static const char name[] = "Retry-After:";
	struct fetch *fetch = arg;
	size_t size = unit * n;
	char text[64];

	fetch->header_bytes += size;
	if (fetch->header_bytes > HEADERS_MOST) {
		fetch->overflow = true;
		return 0;
	}
	if (fetch->options.on_header)
		fetch->options.on_header(fetch->options.arg, data, size);
	if (size < sizeof(name) || size - sizeof(name) >= sizeof(text) ||
	    strncasecmp(data, name, sizeof(name) - 1) != 0)
		return size;
	snprintf(text, sizeof(text), "%.*s", (int)(size - sizeof(name) + 1), data + sizeof(name) - 1);
	text[strcspn(text, "\r\n")] = '\0';
	fetch->answer.retry_after_s = fetch_retry_after(text + strspn(text, " \t"), time(NULL));
	return size;
}

static size_t on_body(char *data, size_t unit, size_t n, void *arg)
{
	struct fetch *fetch = arg;
	size_t size = unit * n;

	if (fetch->answer.body.size + size > fetch->options.body_most) {
		fetch->overflow = true;
		return 0;
	}
	buf_add(&fetch->answer.body, data, size);
	return buf_failed(&fetch->answer.body) ? 0 : size;
}

/* "https://192.0.2.1:443", whatever name led there. */
static bool place_of(const struct fetch *fetch, const struct curl_sockaddr *address, char ret[static PLACE])
{
	const char *scheme = fetch->tls ? "https" : "http";
	char text[INET6_ADDRSTRLEN];

	if (address->family == AF_INET) {
		const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)&address->addr;

		if (!inet_ntop(AF_INET, &v4->sin_addr, text, sizeof(text)))
			return false;
		snprintf(ret, PLACE, "%s://%s:%u", scheme, text, ntohs(v4->sin_port));
		return true;
	}
	if (address->family == AF_INET6) {
		const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)(const void *)&address->addr;

		if (!inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof(text)))
			return false;
		snprintf(ret, PLACE, "%s://[%s]:%u", scheme, text, ntohs(v6->sin6_port));
		return true;
	}
	return false;
}

static curl_socket_t on_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct fetch *fetch = arg;
	char place[PLACE];

	(void)purpose;
	if (fetch->options.may &&
	    (!place_of(fetch, address, place) || !fetch->options.may(fetch->options.arg, place))) {
		fetch->forbidden = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* Appends one line; false without memory. */
static bool add_line(struct curl_slist **list, const char *line)
{
	struct curl_slist *longer = line ? curl_slist_append(*list, line) : *list;

	if (line && !longer)
		return false;
	*list = longer;
	return true;
}

static bool set_up(struct fetch *fetch)
{
	const struct fetch_options *options = &fetch->options;
	CURL *curl = fetch->curl;
	char type[TYPE];

	snprintf(type, sizeof(type), "Content-Type: %s",
	         options->content_type ? options->content_type : "application/json");
	return add_line(&fetch->headers, options->line) && add_line(&fetch->body_headers, options->line) &&
	       add_line(&fetch->body_headers, type) &&
	       !curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, options->plain ? "http,https" : "https") &&
	       !curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) && !curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) &&
	       (options->environment || !curl_easy_setopt(curl, CURLOPT_PROXY, "")) &&
	       !curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) &&
	       !curl_easy_setopt(curl, CURLOPT_USERAGENT, "stralixhost/" STRALIX_VERSION) &&
	       !curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, fetch->why) &&
	       !curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header) &&
	       !curl_easy_setopt(curl, CURLOPT_HEADERDATA, fetch) &&
	       !curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body) &&
	       !curl_easy_setopt(curl, CURLOPT_WRITEDATA, fetch) &&
	       !curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, on_socket) &&
	       !curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, fetch) &&
	       (!options->ca || !*options->ca || !curl_easy_setopt(curl, CURLOPT_CAINFO, options->ca));
}

bool fetch_new(const struct fetch_options *options, struct fetch **ret, struct error *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	_cleanup_(fetch_freep) struct fetch *fetch = calloc(1, sizeof(*fetch));

	pthread_once(&once, curl_once);
	if (!fetch || !(fetch->curl = curl_easy_init()))
		return error_set(err, ERR_INTERNAL, "out of memory");
	fetch->options = *options;
	if (!options->timeout_ms)
		fetch->options.timeout_ms = FETCH_TIMEOUT_MS;
	if (!set_up(fetch))
		return error_set(err, ERR_INTERNAL, "libcurl lacks what is needed");
	*ret = TAKE_PTR(fetch);
	return true;
}

static void free_wiped(struct curl_slist *list)
{
	for (struct curl_slist *line = list; line; line = line->next)
		explicit_bzero(line->data, strlen(line->data));
	curl_slist_free_all(list);
}

void fetch_free(struct fetch *fetch)
{
	if (!fetch)
		return;
	curl_easy_cleanup(fetch->curl);
	free_wiped(fetch->headers);
	free_wiped(fetch->body_headers);
	buf_done(&fetch->answer.body);
	free(fetch);
}

static void forget(struct fetch *fetch)
{
	struct buf body = fetch->answer.body;

	buf_clear(&body);
	fetch->answer = (struct fetch_answer){ .body = body };
	fetch->header_bytes = 0;
	fetch->overflow = fetch->forbidden = false;
	fetch->why[0] = '\0';
}

static bool prepare(struct fetch *fetch, const struct fetch_request *request, long patience_ms)
{
	CURL *curl = fetch->curl;

	fetch->tls = strncasecmp(request->url, "https:", 6) == 0;
	curl_easy_setopt(curl, CURLOPT_NOBODY, 0L); /* all of them leave traces of the request before */
	return !curl_easy_setopt(curl, CURLOPT_URL, request->url) &&
	       !curl_easy_setopt(curl, CURLOPT_HTTPHEADER, request->body ? fetch->body_headers : fetch->headers) &&
	       !curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, patience_ms) &&
	       !curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
	                         patience_ms < CONNECT_MS ? patience_ms : CONNECT_MS) &&
	       (request->body ? !curl_easy_setopt(curl, CURLOPT_POST, 1L) &&
	                                !curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
	                                                  (curl_off_t)request->body->size) &&
	                                !curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body->data)
	                      : !curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L)) &&
	       !curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method) &&
	       (strcmp(request->method, "HEAD") != 0 || !curl_easy_setopt(curl, CURLOPT_NOBODY, 1L));
}

static bool failed(const struct fetch *fetch, CURLcode code, struct error *err)
{
	const char *who = fetch->options.who;

	if (fetch->overflow)
		return error_set(err, ERR_BAD_REPLY, "%s's answer is too large.", who);
	if (fetch->forbidden)
		return error_set(err, ERR_FORBIDDEN, "%s: this address isn't to be connected to.", who);
	if (code == CURLE_OPERATION_TIMEDOUT)
		return error_set(err, ERR_TIMEOUT, "%s doesn't answer in time.", who);
	return error_set(err, ERR_UNAVAILABLE, "%s can't be reached: %s", who,
	                 fetch->why[0] ? fetch->why : curl_easy_strerror(code));
}

bool fetch_ask(struct fetch *fetch, const struct fetch_request *request, int64_t deadline_ms,
               const struct fetch_answer **ret, struct error *err)
{
	int64_t left = deadline_ms - clock_monotonic_ms();
	CURLcode code;

	forget(fetch);
	if (left <= 0)
		return error_set(err, ERR_TIMEOUT, "%s doesn't answer in time.", fetch->options.who);
	if (left > (int64_t)fetch->options.timeout_ms)
		left = fetch->options.timeout_ms;
	if (!prepare(fetch, request, (long)left))
		return error_set(err, ERR_INTERNAL, "out of memory");
	code = curl_easy_perform(fetch->curl);
	if (code)
		return failed(fetch, code, err);
	curl_easy_getinfo(fetch->curl, CURLINFO_RESPONSE_CODE, &fetch->answer.status);
	*ret = &fetch->answer;
	return true;
}
