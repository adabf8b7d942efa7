/* http: see http.h. */
#include "cli/api/http.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/uuid.h"

#include "cli/api/member.h"

enum { TIMEOUT_S = 30, CONNECT_S = 10, ANSWER_MAX = 32 << 20, HEADER = 512 };

struct http {
	CURL *curl;
	char *url, *token;
};

void http_free(struct http *http)
{
	if (!http)
		return;
	curl_easy_cleanup(http->curl);
	if (http->token)
		explicit_bzero(http->token, strlen(http->token));
	free(http->token);
	free(http->url);
	free(http);
}

static size_t on_data(char *data, size_t size, size_t n, void *arg)
{
	struct buf *answer = arg;

	if (answer->size + size * n > ANSWER_MAX)
		return 0;
	buf_add(answer, data, size * n);
	return buf_failed(answer) ? 0 : size * n;
}

bool http_new(const char *url, const char *ca, const char *token, struct http **ret, struct error *err)
{
	_cleanup_(http_freep) struct http *http = calloc(1, sizeof(*http));
	size_t size = strlen(url);

	while (size && url[size - 1] == '/')
		size--;
	if (!http || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || !(http->curl = curl_easy_init()) ||
	    !(http->url = strndup(url, size)) || !(http->token = strdup(token)))
		return error_set(err, ERR_INTERNAL, "out of memory");
	curl_easy_setopt(http->curl, CURLOPT_PROTOCOLS_STR, "https"); /* a token never travels in the clear */
	curl_easy_setopt(http->curl, CURLOPT_TIMEOUT, (long)TIMEOUT_S);
	curl_easy_setopt(http->curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
	curl_easy_setopt(http->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(http->curl, CURLOPT_USERAGENT, "stralixctl/" STRALIX_VERSION);
	curl_easy_setopt(http->curl, CURLOPT_WRITEFUNCTION, on_data);
	if (ca)
		curl_easy_setopt(http->curl, CURLOPT_CAINFO, ca);
	*ret = TAKE_PTR(http);
	return true;
}

/* "name: before value after" */
static void add_header(struct curl_slist **list, const char *name, const char *before, const char *value,
                       const char *after)
{
	char line[HEADER];

	snprintf(line, sizeof(line), "%s: %s%s%s", name, before, value, after);
	*list = curl_slist_append(*list, line);
	explicit_bzero(line, sizeof(line));
}

static struct curl_slist *headers_of(const struct http *http, const char *method, bool has_body, const char *etag)
{
	struct curl_slist *list = NULL;
	struct uuid key = uuid_v7();
	char text[UUID_TEXT];

	add_header(&list, "Authorization", "Bearer ", http->token, "");
	if (has_body)
		add_header(&list, "Content-Type", "", "application/json", "");
	if (strcmp(method, "GET") != 0)
		add_header(&list, "Idempotency-Key", "", uuid_format(&key, text), "");
	if (etag)
		add_header(&list, "If-Match", "\"", etag, "\"");
	return list;
}

/* A problem document (RFC 9457) as an error; retry_after: seconds, 0 when the panel didn't say. */
static bool fail(long status, curl_off_t retry_after, const json_t *problem, struct error *err)
{
	enum error_code code = error_code_parse(member_text(problem, "code"));
	json_t *violation;
	size_t i;

	error_set(err, code == ERR_NONE ? ERR_BAD_REPLY : code, "%s (HTTP %ld%s%s)",
	          *member_text(problem, "detail") ? member_text(problem, "detail")
	                                          : "the panel refused without saying why",
	          status, *member_text(problem, "requestId") ? ", request " : "", member_text(problem, "requestId"));
	err->retry_after_s = (unsigned)retry_after;
	json_array_foreach(json_object_get(problem, "violations"), i, violation)
	{
		struct violation *to = &err->violations[err->n_violations];

		if (err->n_violations == ERROR_VIOLATIONS)
			break;
		snprintf(to->field, sizeof(to->field), "%s", member_text(violation, "field"));
		snprintf(to->rule, sizeof(to->rule), "%s", member_text(violation, "rule"));
		snprintf(to->message, sizeof(to->message), "%s", member_text(violation, "message"));
		err->n_violations++;
	}
	return false;
}

bool http_call(struct http *http, const char *method, const char *path, const json_t *body, const char *etag,
               json_t **ret, struct error *err)
{
	_cleanup_free_ char *text = body ? json_dumps(body, JSON_COMPACT) : NULL, *url = NULL;
	struct curl_slist *headers = headers_of(http, method, body != NULL, etag);
	_cleanup_(json_decrefp) json_t *json = NULL;
	_cleanup_buf_ struct buf answer = { 0 };
	curl_off_t retry_after = 0;
	long status = 0;
	CURLcode code;

	*ret = NULL;
	if (asprintf(&url, "%s%s", http->url, path) < 0)
		abort();
	curl_easy_setopt(http->curl, CURLOPT_URL, url);
	curl_easy_setopt(http->curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(http->curl, CURLOPT_WRITEDATA, &answer);
	curl_easy_setopt(http->curl, CURLOPT_POSTFIELDS, text ? text : "");
	curl_easy_setopt(http->curl, CURLOPT_POSTFIELDSIZE, text ? (long)strlen(text) : 0L);
	if (!text)
		curl_easy_setopt(http->curl, CURLOPT_HTTPGET, 1L);
	curl_easy_setopt(http->curl, CURLOPT_CUSTOMREQUEST, method);
	code = curl_easy_perform(http->curl);
	curl_slist_free_all(headers);
	if (code != CURLE_OK)
		return error_set(err, ERR_UNAVAILABLE, "%s: %s", http->url, curl_easy_strerror(code));
	curl_easy_getinfo(http->curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(http->curl, CURLINFO_RETRY_AFTER, &retry_after);
	json = answer.size ? json_loadb(answer.data, answer.size, 0, NULL) : NULL;
	if (status < 200 || status >= 300)
		return fail(status, retry_after, json, err);
	if (answer.size && !json)
		return error_set(err, ERR_BAD_REPLY, "%s%s answered something that isn't JSON", http->url, path);
	*ret = TAKE_PTR(json);
	return true;
}
