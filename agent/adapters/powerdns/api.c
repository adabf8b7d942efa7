/* api: HTTP over one connection that stays. */

#include <curl/curl.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"

#include "agent/adapters/powerdns/internal.h"

enum { ANSWER_MOST = 32 << 20, WORDS_MOST = 600, DEPTH_URL = 1200 };

struct powerdns {
	CURL *curl;
	struct curl_slist *headers;
	char base[128], address[64];
	uint16_t port;
};

struct answer {
	struct buf body;
	bool overflow;
};

static size_t on_body(char *data, size_t unit, size_t n, void *arg)
{
	struct answer *answer = arg;

	if (answer->body.size + unit * n > ANSWER_MOST) {
		answer->overflow = true;
		return 0;
	}
	buf_add(&answer->body, data, unit * n);
	return buf_failed(&answer->body) ? 0 : unit * n;
}

static void api_close(void *self)
{
	struct powerdns *powerdns = self;

	if (!powerdns)
		return;
	curl_easy_cleanup(powerdns->curl);
	for (struct curl_slist *line = powerdns->headers; line; line = line->next)
		explicit_bzero(line->data, strlen(line->data)); /* the key */
	curl_slist_free_all(powerdns->headers);
	free(powerdns);
}
DEFINE_CLEANUP(struct powerdns *, api_close)

/* Bodies and answers hold private keys. */
static void free_wiped(void *memory)
{
	if (memory)
		explicit_bzero(memory, malloc_usable_size(memory));
	free(memory);
}

static bool set_up(struct powerdns *powerdns, const char *key)
{
	CURL *curl = powerdns->curl;
	char line[256];

	snprintf(line, sizeof(line), "X-API-Key: %s", key);
	powerdns->headers = curl_slist_append(curl_slist_append(NULL, "Content-Type: application/json"), line);
	explicit_bzero(line, sizeof(line));
	return powerdns->headers && !curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http") &&
	       !curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) && !curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) &&
	       !curl_easy_setopt(curl, CURLOPT_PROXY, "") &&
	       !curl_easy_setopt(curl, CURLOPT_HTTPHEADER, powerdns->headers) &&
	       !curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
}

static bool api_open(const Stralix__V1__CallDaemon *daemon, void **self, struct error *err)
{
	_cleanup_(api_closep) struct powerdns *powerdns = calloc(1, sizeof(*powerdns));

	json_set_alloc_funcs(malloc, free_wiped);
	if (!powerdns || !(powerdns->curl = curl_easy_init()))
		return error_set(err, ERR_INTERNAL, "out of memory");
	snprintf(powerdns->base, sizeof(powerdns->base), "%.80s/api/v1/servers/localhost", daemon->api);
	snprintf(powerdns->address, sizeof(powerdns->address), "%s", daemon->address);
	powerdns->port = (uint16_t)daemon->port;
	if (!set_up(powerdns, daemon->api_key))
		return error_set(err, ERR_INTERNAL, "libcurl lacks what is needed");
	*self = TAKE_PTR(powerdns);
	return true;
}

const char *powerdns_address(const struct powerdns *powerdns)
{
	return powerdns->address;
}

uint16_t powerdns_port(const struct powerdns *powerdns)
{
	return powerdns->port;
}

/* {"error": "…"}, or the text itself. */
static bool refused(long status, const struct buf *body, struct error *err)
{
	_cleanup_json_ json_t *json = body->size ? json_loadb(body->data, body->size, 0, NULL) : NULL;
	const char *words = json_string_value(json_object_get(json, "error"));
	enum error_code code = ERR_TEST_FAILED;

	if (!words)
		words = body->data ? body->data : "no reason";
	if (status == 404)
		code = ERR_NOT_FOUND;
	else if (status == 409)
		code = ERR_EXISTS;
	else if (status == 413)
		code = ERR_TOO_LARGE;
	else if (status == 401 || status == 403 || status >= 500)
		code = ERR_UNAVAILABLE;
	return error_set(err, code, "PowerDNS: %.*s (HTTP %ld)", WORDS_MOST, words, status);
}

static bool failed(CURLcode code, const struct answer *answer, struct error *err)
{
	if (answer->overflow)
		return error_set(err, ERR_TOO_LARGE, "PowerDNS answers with more than %d MiB", ANSWER_MOST >> 20);
	return error_set(err, code == CURLE_OPERATION_TIMEDOUT ? ERR_TIMEOUT : ERR_UNAVAILABLE,
	                 "PowerDNS doesn't answer: %s", curl_easy_strerror(code));
}

static CURLcode perform(struct powerdns *powerdns, const struct api_call *wanted, const char *body, long patience_ms,
                        struct answer *answer)
{
	CURL *curl = powerdns->curl;
	char url[DEPTH_URL];

	snprintf(url, sizeof(url), "%s%s", powerdns->base, wanted->path);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, patience_ms);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, patience_ms < 2000 ? patience_ms : 2000L);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
	if (body) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(body));
	} else {
		curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
	}
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, wanted->method);
	return curl_easy_perform(curl);
}

/* Keys may be in a body. */
static void wipe_text(char **text)
{
	if (*text)
		explicit_bzero(*text, strlen(*text));
	free(*text);
}

static void answer_done(struct answer *answer)
{
	if (answer->body.data)
		explicit_bzero(answer->body.data, answer->body.capacity);
	buf_done(&answer->body);
}

bool api_ask(struct powerdns *powerdns, struct call *call, const struct api_call *wanted, json_t **answer,
             struct error *err)
{
	_cleanup_(wipe_text) char *body = wanted->body ? json_dumps(wanted->body, JSON_COMPACT) : NULL;
	_cleanup_(answer_done) struct answer got = { .overflow = false };
	int64_t left = call->deadline_ms - clock_monotonic_ms();
	long status = 0;
	CURLcode code;

	*answer = NULL;
	if (wanted->body && !body)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (left <= 0)
		return error_set(err, ERR_TIMEOUT, "PowerDNS: the time is over");
	code = perform(powerdns, wanted, body, (long)left, &got);
	curl_easy_getinfo(powerdns->curl, CURLINFO_RESPONSE_CODE, &status);
	/* Nobody heard it, or it was refused: nothing has changed by it. */
	if (wanted->touches && code != CURLE_COULDNT_CONNECT && (code != CURLE_OK || status < 400 || status >= 500))
		call->reply->touched = true;
	if (code != CURLE_OK)
		return failed(code, &got, err);
	if (status < 200 || status >= 300)
		return refused(status, &got.body, err);
	*answer = got.body.size ? json_loadb(got.body.data, got.body.size, 0, NULL) : NULL;
	return *answer || !got.body.size || error_set(err, ERR_BAD_REPLY, "PowerDNS answers what isn't JSON");
}

bool api_tell(struct powerdns *powerdns, struct call *call, const char *method, const char *path, json_t *body,
              struct error *err)
{
	_cleanup_json_ json_t *owned = body, *answer = NULL;

	if (!path)
		return error_set(err, ERR_INTERNAL, "out of memory");
	return api_ask(powerdns, call,
	               &(struct api_call){ .method = method, .path = path, .body = owned, .touches = true }, &answer,
	               err);
}

const char *call_secret(const struct call *call, size_t at)
{
	const ProtobufCBinaryData *secret = at < call->state->n_secrets ? &call->state->secrets[at] : NULL;

	if (!secret || secret->len == 0 || memchr(secret->data, '\0', secret->len))
		return NULL;
	return arena_strndup(call->arena, (const char *)secret->data, secret->len);
}

static bool health(void *self, struct call *call, struct error *err)
{
	_cleanup_json_ json_t *answer = NULL;
	const char *version;

	if (!api_ask(self, call, &(struct api_call){ .method = "GET", .path = "" }, &answer, err))
		return false;
	version = json_string_value(json_object_get(answer, "version"));
	call->reply->version = arena_strndup(call->arena, version ? version : "", 64);
	return call->reply->version || error_set(err, ERR_INTERNAL, "out of memory");
}

const struct call_ops powerdns_calls = { .kind = "zone",
	                                 .open = api_open,
	                                 .close = api_close,
	                                 .apply = zone_apply,
	                                 .verify = zone_verify,
	                                 .remove = zone_remove,
	                                 .health = health,
	                                 .plan = zone_plan,
	                                 .observe = zone_observe };
