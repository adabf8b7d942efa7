/* parse: see parse.h. */
#include "parse.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define URN "urn:ietf:params:acme:error:"

enum { DEPTH = 16, CHAIN_MOST = 10 };

static bool nonsense(struct error *err, const char *what)
{
	return error_set(err, ERR_BAD_REPLY, "The certificate authority's answer makes no sense: %s", what);
}

/* jansson reads to a depth of thousands; nothing here needs more than a few. */
static bool is_flat(const char *text, size_t size)
{
	bool quoted = false;
	unsigned depth = 0;

	for (size_t i = 0; i < size; i++) {
		char c = text[i];

		if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && (c == '{' || c == '['))
			depth++;
		else if (!quoted && (c == '}' || c == ']') && depth)
			depth--;
		if (depth > DEPTH)
			return false;
	}
	return true;
}

bool parse_object(const void *data, size_t size, parse_value **ret, struct error *err)
{
	_cleanup_(parse_freep) parse_value *value = NULL;

	if (!data || !is_flat(data, size))
		return nonsense(err, "it is no JSON, or nested too deeply");
	value = json_loadb(data, size, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(value))
		return nonsense(err, "it is no JSON object");
	*ret = TAKE_PTR(value);
	return true;
}

void parse_free(parse_value *value)
{
	json_decref(value);
}

bool parse_text(const parse_value *object, const char *name, char *ret, size_t room)
{
	const char *text = json_string_value(json_object_get(object, name));

	if (!text || strlen(text) >= room)
		return false;
	for (const char *c = text; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			return false;
	memcpy(ret, text, strlen(text) + 1);
	return true;
}

bool parse_true(const parse_value *object, const char *name)
{
	return json_is_true(json_object_get(object, name));
}

const parse_value *parse_member(const parse_value *object, const char *name)
{
	const parse_value *member = json_object_get(object, name);

	return json_is_object(member) ? member : NULL;
}

bool parse_time(const parse_value *object, const char *name, int64_t *ret)
{
	char text[64];
	struct tm tm = { 0 };
	int sign = 1, hours = 0, minutes = 0;
	const char *at;

	if (!parse_text(object, name, text, sizeof(text)) || !(at = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm)))
		return false;
	if (*at == '.')
		at += 1 + strspn(at + 1, "0123456789");
	if (strcmp(at, "Z") != 0) {
		if (strlen(at) != 6 || (*at != '+' && *at != '-') || sscanf(at + 1, "%2d:%2d", &hours, &minutes) != 2)
			return false;
		sign = *at == '-' ? -1 : 1;
	}
	*ret = (int64_t)timegm(&tm) - sign * (hours * 3600 + minutes * 60);
	return true;
}

/* Cut off rather than lost: it is for people. Control characters become spaces. */
static void take_words(const parse_value *object, const char *name, char *ret, size_t room)
{
	const char *text = json_string_value(json_object_get(object, name));
	size_t n = text ? strlen(text) : 0;

	if (n >= room)
		n = room - 1;
	while (n > 0 && text && strlen(text) > n && ((unsigned char)text[n] & 0xc0) == 0x80)
		n--; /* not within a character */
	for (size_t i = 0; i < n; i++)
		ret[i] = (unsigned char)text[i] < ' ' || text[i] == 0x7f ? ' ' : text[i];
	ret[n] = '\0';
}

static void take_type(const parse_value *object, char ret[static ACME_WORD])
{
	char type[ACME_WORD + sizeof(URN)] = "";

	ret[0] = '\0';
	if (!parse_text(object, "type", type, sizeof(type)))
		return;
	if (strncmp(type, URN, strlen(URN)) == 0)
		snprintf(ret, ACME_WORD, "%.*s", ACME_WORD - 1, type + strlen(URN));
	else
		snprintf(ret, ACME_WORD, "other");
}

static void take_name(const parse_value *sub, struct acme_problem *ret)
{
	struct acme_name_problem *name = &ret->names[ret->n];

	*name = (struct acme_name_problem){ 0 };
	if (!parse_text(json_object_get(sub, "identifier"), "value", name->name, sizeof(name->name)))
		return;
	take_type(sub, name->type);
	take_words(sub, "detail", name->detail, sizeof(name->detail));
	ret->n++;
}

void parse_problem(const parse_value *object, struct acme_problem *ret)
{
	const parse_value *subs = json_object_get(object, "subproblems");

	*ret = (struct acme_problem){ 0 };
	take_type(object, ret->type);
	take_words(object, "detail", ret->detail, sizeof(ret->detail));
	for (size_t i = 0; i < json_array_size(subs) && ret->n < ACME_NAMES; i++)
		take_name(json_array_get(subs, i), ret);
}

static bool take_status(const parse_value *object, enum acme_status *ret)
{
	static const char *const names[ACME_STATUSES] = {
		[ACME_PENDING] = "pending",       [ACME_READY] = "ready",
		[ACME_PROCESSING] = "processing", [ACME_VALID] = "valid",
		[ACME_INVALID] = "invalid",       [ACME_EXPIRED] = "expired",
		[ACME_REVOKED] = "revoked",       [ACME_DEACTIVATED] = "deactivated",
	};
	char text[ACME_WORD];

	if (!parse_text(object, "status", text, sizeof(text)))
		return false;
	for (unsigned i = 0; i < ACME_STATUSES; i++)
		if (strcmp(names[i], text) == 0) {
			*ret = (enum acme_status)i;
			return true;
		}
	return false;
}

/* "" when absent; false when there is one that may not be asked. */
static bool take_url(const parse_value *object, const char *name, const struct parse_urls *urls, struct arena *arena,
                     const char **ret)
{
	char text[ACME_URL] = "";

	if (json_object_get(object, name) &&
	    (!parse_text(object, name, text, sizeof(text)) || !urls->may(urls->arg, text)))
		return false;
	*ret = arena_strdup(arena, text);
	return *ret != NULL;
}

static bool take_urls(const parse_value *list, const struct parse_urls *urls, struct arena *arena,
                      struct acme_order *order)
{
	size_t n = json_array_size(list);

	if (n > ACME_NAMES || !(order->authorizations = arena_alloc(arena, (n + 1) * sizeof(char *))))
		return false;
	for (size_t i = 0; i < n; i++) {
		const char *url = json_string_value(json_array_get(list, i));

		if (!url || !urls->may(urls->arg, url) || !(order->authorizations[i] = arena_strdup(arena, url)))
			return false;
		order->n_authorizations++;
	}
	return true;
}

static bool take_names(const parse_value *list, struct arena *arena, struct acme_order *order)
{
	size_t n = json_array_size(list);

	if (n == 0 || n > ACME_NAMES || !(order->names = arena_alloc(arena, (n + 1) * sizeof(char *))))
		return false;
	for (size_t i = 0; i < n; i++) {
		char name[254];

		if (!parse_text(json_array_get(list, i), "value", name, sizeof(name)) ||
		    !(order->names[i] = arena_strdup(arena, name)))
			return false;
		order->n_names++;
	}
	return true;
}

bool parse_order(const parse_value *object, const char *url, const struct parse_urls *urls, struct arena *arena,
                 struct acme_order *ret, struct error *err)
{
	*ret = (struct acme_order){ .url = arena_strdup(arena, url) };
	if (!ret->url)
		return error_set(err, ERR_TOO_LARGE, "no room for an order");
	if (!take_status(object, &ret->status))
		return nonsense(err, "an order without a status");
	if (!take_url(object, "finalize", urls, arena, &ret->finalize) ||
	    !take_url(object, "certificate", urls, arena, &ret->certificate) ||
	    !take_urls(json_object_get(object, "authorizations"), urls, arena, ret))
		return nonsense(err, "an order with a URL that isn't its own");
	if (!take_names(json_object_get(object, "identifiers"), arena, ret))
		return nonsense(err, "an order without names");
	if (!*ret->finalize || !ret->n_authorizations || (ret->status == ACME_VALID && !*ret->certificate))
		return nonsense(err, "an order without what belongs to it");
	return true;
}

static bool is_token(const char *text)
{
	return text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")] == '\0';
}

static bool take_challenge(const parse_value *object, const struct parse_urls *urls, struct arena *arena,
                           struct acme_authorization *ret)
{
	const parse_value *problem = parse_member(object, "error");
	struct acme_challenge *challenge;
	char type[ACME_WORD], token[256];

	if (!parse_text(object, "type", type, sizeof(type)))
		return false;
	if (strcmp(type, "http-01") == 0)
		challenge = &ret->http;
	else if (strcmp(type, "dns-01") == 0)
		challenge = &ret->dns;
	else
		return true;
	if (!take_status(object, &challenge->status) || !parse_text(object, "token", token, sizeof(token)) ||
	    !is_token(token) || !take_url(object, "url", urls, arena, &challenge->url) || !*challenge->url ||
	    !(challenge->token = arena_strdup(arena, token)))
		return false;
	if (problem && !ret->problem && (ret->problem = arena_alloc(arena, sizeof(*ret->problem))))
		parse_problem(problem, ret->problem);
	return true;
}

bool parse_authorization(const parse_value *object, const struct parse_urls *urls, struct arena *arena,
                         struct acme_authorization *ret, struct error *err)
{
	const parse_value *challenges = json_object_get(object, "challenges");
	char name[254];

	*ret = (struct acme_authorization){ .http = { .url = "", .token = "" }, .dns = { .url = "", .token = "" } };
	if (!take_status(object, &ret->status))
		return nonsense(err, "an authorisation without a status");
	if (!parse_text(json_object_get(object, "identifier"), "value", name, sizeof(name)))
		return nonsense(err, "an authorisation without a name");
	ret->wildcard = parse_true(object, "wildcard");
	if (!(ret->name = arena_strdup(arena, name)))
		return error_set(err, ERR_TOO_LARGE, "no room for an authorisation");
	for (size_t i = 0; i < json_array_size(challenges); i++)
		if (!take_challenge(json_array_get(challenges, i), urls, arena, ret))
			return nonsense(err, "a challenge that can't be answered");
	return true;
}

/* Behind a line that is just this; NULL: it isn't there. */
static const char *line(const char *at, const char *end, const char *text)
{
	size_t size = strlen(text);

	if ((size_t)(end - at) < size || memcmp(at, text, size) != 0)
		return NULL;
	for (at += size; at < end && (*at == '\r' || *at == '\n'); at++)
		;
	return at;
}

bool parse_chain(const char *text, size_t size)
{
	const char *at = text, *end = text + size;
	unsigned n = 0;

	if (size > ACME_CHAIN)
		return false;
	while (at < end) {
		const char *body = line(at, end, "-----BEGIN CERTIFICATE-----");

		if (!body || ++n > CHAIN_MOST)
			return false;
		for (at = body; at < end && *at != '-'; at++)
			if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n", *at) ||
			    !*at)
				return false;
		if (at == body || !(at = line(at, end, "-----END CERTIFICATE-----")))
			return false;
	}
	return n > 0;
}
