/* http: see http.h. */
#include "http.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "lib/fetch/fetch.h"

enum { BODY_MOST = 256 * 1024, ORIGIN = 300 };

struct http {
	struct fetch *fetch;
	char origin[ORIGIN];
	struct http_answer answer;
};

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
		answer->retry_after_s = fetch_retry_after(text, now_s);
	else if (value_of(line, size, "Link", text, sizeof(text)))
		add_alternate(answer, origin, text);
	else if (value_of(line, size, "Content-Type", text, sizeof(text))) {
		text[strcspn(text, "; ")] = '\0';
		answer->problem = strcasecmp(text, "application/problem+json") == 0;
		answer->json = answer->problem || strcasecmp(text, "application/json") == 0;
	}
}

static void on_header(void *arg, const char *line, size_t size)
{
	struct http *http = arg;

	http_header(&http->answer, http->origin, line, size, time(NULL));
}

bool http_new(const struct acme_options *options, struct http **ret, struct error *err)
{
	_cleanup_(http_freep) struct http *http = calloc(1, sizeof(*http));
	const struct fetch_options how = { .who = "The certificate authority",
		                           .ca = options->ca,
		                           .content_type = "application/jose+json",
		                           .timeout_ms = options->timeout_ms,
		                           .body_most = BODY_MOST,
		                           .environment = true,
		                           .on_header = on_header,
		                           .arg = http };

	if (!http)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (!origin_of(options->directory, http->origin))
		return error_set(err, ERR_INVALID, "'%s' is no https URL of a directory", options->directory);
	if (!fetch_new(&how, &http->fetch, err))
		return false;
	*ret = TAKE_PTR(http);
	return true;
}

void http_free(struct http *http)
{
	if (!http)
		return;
	fetch_free(http->fetch);
	free(http);
}

bool http_ask(struct http *http, const char *url, const struct buf *body, bool head, struct error *err)
{
	const struct fetch_request request = { body ? "POST" : head ? "HEAD" : "GET", url, body };
	const struct fetch_answer *answer;

	http->answer = (struct http_answer){ 0 };
	if (!http_may(http, url))
		return error_set(err, ERR_BAD_REPLY, "the authority named a URL that isn't its own: %.100s", url);
	if (!fetch_ask(http->fetch, &request, INT64_MAX, &answer, err))
		return false;
	http->answer.status = answer->status;
	http->answer.body = answer->body; /* the fetch's, until the next one */
	return true;
}

const struct http_answer *http_answer(const struct http *http)
{
	return &http->answer;
}
