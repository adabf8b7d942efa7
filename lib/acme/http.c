/* http: see http.h. */
#include "http.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum { TIMEOUT_MS = 15000, BODY_MOST = 256 * 1024, HEADERS_MOST = 64 * 1024, ORIGIN = 300 };

struct http {
	CURL *curl;
	struct curl_slist *post_headers;
	char origin[ORIGIN];
	char why[CURL_ERROR_SIZE];
	struct http_answer answer;
	size_t header_bytes;
	bool overflow;
};

static void curl_once(void)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
}

bool http_within(const char *url, const char *origin)
{
	size_t size = strlen(origin), length = strlen(url);

	if (length >= ACME_URL || strncmp(url, origin, size) != 0 || url[size] != '/')
		return false;
	for (; *url; url++)
		if (*url <= ' ' || *url > '~' || strchr("\"\\<>^`{|}", *url))
			return false;
	return true;
}

bool http_may(const struct http *http, const char *url)
{
	return http_within(url, http->origin);
}

/* "https://ca.example:14000" of a directory's URL. */
static bool origin_of(const char *url, char ret[static ORIGIN])
{
	static const char scheme[] = "https://";
	size_t size;

	if (strncmp(url, scheme, strlen(scheme)) != 0)
		return false;
	size = strlen(scheme) + strcspn(url + strlen(scheme), "/?#@");
	if (size <= strlen(scheme) || size >= ORIGIN || url[size] != '/')
		return false;
	memcpy(ret, url, size);
	ret[size] = '\0';
	return http_within(url, ret);
}

/* A header's value without white space around, cut off at size; "" when it is another header. */
static bool value_of(const char *line, size_t size, const char *name, char *ret, size_t room)
{
	size_t length = strlen(name);

	if (size <= length || strncasecmp(line, name, length) != 0 || line[length] != ':')
		return false;
	for (line += length + 1, size -= length + 1; size > 0 && (*line == ' ' || *line == '\t'); line++)
		size--;
	while (size > 0 && strchr(" \t\r\n", line[size - 1]))
		size--;
	if (size >= room || memchr(line, '\0', size))
		return false;
	memcpy(ret, line, size);
	ret[size] = '\0';
	return true;
}

static bool is_nonce(const char *text)
{
	return *text && text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")] == '\0';
}

/* Seconds, or a date; what lies behind or is far off is bounded. */
static unsigned wait_of(const char *text, int64_t now_s)
{
	char *end;
	long long seconds = strtoll(text, &end, 10);

	if (end == text || *end)
		seconds = (long long)curl_getdate(text, NULL) - now_s;
	if (seconds <= 0)
		return 0;
	return seconds > ACME_WAIT_MOST_S ? ACME_WAIT_MOST_S : (unsigned)seconds;
}

/* <https://ca.example/cert/1/alternate>;rel="alternate" */
static void add_alternate(struct http_answer *answer, const char *origin, char *text)
{
	char *end = *text == '<' ? strchr(text, '>') : NULL;

	if (!end || !strstr(end, "rel=\"alternate\"") || answer->n_alternates == LINKS)
		return;
	*end = '\0';
	if (http_within(text + 1, origin))
		memcpy(answer->alternates[answer->n_alternates++], text + 1, strlen(text + 1) + 1);
}

void http_header(struct http_answer *answer, const char *origin, const char *line, size_t size, int64_t now_s)
{
	char text[2 * ACME_URL];

	if (value_of(line, size, "Replay-Nonce", text, NONCE) && is_nonce(text))
		memcpy(answer->nonce, text, strlen(text) + 1);
	else if (value_of(line, size, "Location", text, ACME_URL) && http_within(text, origin))
		memcpy(answer->location, text, strlen(text) + 1);
	else if (value_of(line, size, "Retry-After", text, sizeof(text)))
		answer->retry_after_s = wait_of(text, now_s);
	else if (value_of(line, size, "Link", text, sizeof(text)))
		add_alternate(answer, origin, text);
	else if (value_of(line, size, "Content-Type", text, sizeof(text))) {
		text[strcspn(text, "; ")] = '\0';
		answer->problem = strcasecmp(text, "application/problem+json") == 0;
		answer->json = answer->problem || strcasecmp(text, "application/json") == 0;
	}
}

static size_t on_header(char *data, size_t unit, size_t n, void *arg)
{
	struct http *http = arg;

	http->header_bytes += unit * n;
	if (http->header_bytes > HEADERS_MOST) {
		http->overflow = true;
		return 0;
	}
	http_header(&http->answer, http->origin, data, unit * n, time(NULL));
	return unit * n;
}

static size_t on_body(char *data, size_t unit, size_t n, void *arg)
{
	struct http *http = arg;
	size_t size = unit * n;

	if (http->answer.body.size + size > BODY_MOST) {
		http->overflow = true;
		return 0;
	}
	buf_add(&http->answer.body, data, size);
	return buf_failed(&http->answer.body) ? 0 : size;
}

static bool set_up(struct http *http, const struct acme_options *options)
{
	CURL *curl = http->curl;
	long timeout = options->timeout_ms ? (long)options->timeout_ms : TIMEOUT_MS;

	http->post_headers = curl_slist_append(NULL, "Content-Type: application/jose+json");
	return http->post_headers && !curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https") &&
	       !curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) && !curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) &&
	       !curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, timeout) &&
	       !curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, timeout < 5000L ? timeout : 5000L) &&
	       !curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) &&
	       !curl_easy_setopt(curl, CURLOPT_USERAGENT, "stralixhost/" STRALIX_VERSION) &&
	       !curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, http->why) &&
	       !curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header) &&
	       !curl_easy_setopt(curl, CURLOPT_HEADERDATA, http) &&
	       !curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body) &&
	       !curl_easy_setopt(curl, CURLOPT_WRITEDATA, http) &&
	       (!options->ca || !*options->ca || !curl_easy_setopt(curl, CURLOPT_CAINFO, options->ca));
}

bool http_new(const struct acme_options *options, struct http **ret, struct error *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	_cleanup_(http_freep) struct http *http = calloc(1, sizeof(*http));

	pthread_once(&once, curl_once);
	if (!http || !(http->curl = curl_easy_init()))
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (!origin_of(options->directory, http->origin))
		return error_set(err, ERR_INVALID, "'%s' is no https URL of a directory", options->directory);
	if (!set_up(http, options))
		return error_set(err, ERR_INTERNAL, "libcurl lacks what ACME needs");
	*ret = TAKE_PTR(http);
	return true;
}

void http_free(struct http *http)
{
	if (!http)
		return;
	curl_easy_cleanup(http->curl);
	curl_slist_free_all(http->post_headers);
	buf_done(&http->answer.body);
	free(http);
}

static void forget(struct http *http)
{
	struct buf body = http->answer.body;

	buf_clear(&body);
	http->answer = (struct http_answer){ .body = body };
	http->header_bytes = 0;
	http->overflow = false;
	http->why[0] = '\0';
}

static bool choose_method(struct http *http, const struct buf *body, bool head)
{
	CURL *curl = http->curl;

	curl_easy_setopt(curl, CURLOPT_NOBODY, 0L); /* all three leave traces of the request before */
	if (!body)
		return !curl_easy_setopt(curl, CURLOPT_HTTPHEADER, NULL) &&
		       !curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L) &&
		       (!head || !curl_easy_setopt(curl, CURLOPT_NOBODY, 1L));
	return !curl_easy_setopt(curl, CURLOPT_POST, 1L) &&
	       !curl_easy_setopt(curl, CURLOPT_HTTPHEADER, http->post_headers) &&
	       !curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body->size) &&
	       !curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body->data);
}

bool http_ask(struct http *http, const char *url, const struct buf *body, bool head, struct error *err)
{
	CURLcode code;

	forget(http);
	if (!http_may(http, url))
		return error_set(err, ERR_BAD_REPLY, "the authority named a URL that isn't its own: %.100s", url);
	if (curl_easy_setopt(http->curl, CURLOPT_URL, url) || !choose_method(http, body, head))
		return error_set(err, ERR_INTERNAL, "out of memory");
	code = curl_easy_perform(http->curl);
	if (http->overflow)
		return error_set(err, ERR_BAD_REPLY, "the authority's answer is too large");
	if (code == CURLE_OPERATION_TIMEDOUT)
		return error_set(err, ERR_TIMEOUT, "The certificate authority doesn't answer in time.");
	if (code)
		return error_set(err, ERR_UNAVAILABLE, "The certificate authority can't be reached: %s",
		                 http->why[0] ? http->why : curl_easy_strerror(code));
	curl_easy_getinfo(http->curl, CURLINFO_RESPONSE_CODE, &http->answer.status);
	return true;
}

const struct http_answer *http_answer(const struct http *http)
{
	return &http->answer;
}
