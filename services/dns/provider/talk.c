/* talk: see talk.h. */
#include "talk.h"

#include <stdio.h>
#include <string.h>

#include "lib/dns/name.h"
#include "lib/dns/rdata.h"

enum { TIMEOUT_MS = 15000, BODY_MOST = 16 << 20, WORDS = 400, TTL_MOST = INT32_MAX };

bool talk_open(struct talk *talk, const struct provider_access *access, const char *who, const char *base,
               const char *header, struct error *err)
{
	struct fetch_options options = { .who = who,
		                         .ca = access->ca,
		                         .line = talk->line,
		                         .timeout_ms = TIMEOUT_MS,
		                         .body_most = BODY_MOST,
		                         .plain = access->plain,
		                         .may = access->may,
		                         .arg = access->arg };
	int size;

	talk->access = access;
	talk->who = who;
	if (snprintf(talk->line, sizeof(talk->line), "%s%s", header, access->token) >= (int)sizeof(talk->line))
		return error_set(err, ERR_TOO_LARGE, "the token is too long");
	size = snprintf(talk->base, sizeof(talk->base), "%s", base);
	if (size >= (int)sizeof(talk->base))
		return error_set(err, ERR_TOO_LARGE, "the URL is too long");
	while (size > 0 && talk->base[size - 1] == '/')
		talk->base[--size] = '\0';
	return fetch_new(&options, &talk->fetch, err);
}

void talk_close(struct talk *talk)
{
	fetch_free(talk->fetch);
	explicit_bzero(talk->line, sizeof(talk->line));
}

void talk_done(struct talk_answer *answer)
{
	json_decref(answer->json);
}

/* One line of printable text, cut between characters. */
static const char *clean(const char *text, char *ret, size_t size)
{
	size_t n = strlen(text);

	if (n >= size)
		for (n = size - 1; n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80; n--)
			;
	memcpy(ret, text, n);
	ret[n] = '\0';
	for (char *at = ret; *at; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7F)
			*at = ' ';
	return ret;
}

const char *talk_words(const struct talk_answer *answer, char *ret, size_t size)
{
	const json_t *first = json_array_get(json_object_get(answer->json, "errors"), 0);
	const char *words = json_string_value(json_object_get(answer->json, "error"));
	const json_t *chain;

	if (!words && json_is_string(first))
		words = json_string_value(first);
	if (!words)
		words = json_string_value(json_object_get(first, "message"));
	chain = json_array_get(json_object_get(first, "error_chain"), 0);
	if (words && json_string_value(json_object_get(chain, "message"))) {
		char both[2 * WORDS];

		snprintf(both, sizeof(both), "%s: %s", words, json_string_value(json_object_get(chain, "message")));
		return clean(both, ret, size);
	}
	return clean(words ? words : answer->text && *answer->text != '<' ? answer->text : "no reason", ret, size);
}

bool talk_refused(const struct talk *talk, const struct talk_answer *answer, struct error *err)
{
	char words[WORDS];

	return error_set(err, ERR_TEST_FAILED, "%s: %s (HTTP %ld)", talk->who, talk_words(answer, words, sizeof(words)),
	                 answer->status);
}

static bool judge(const struct talk *talk, const struct talk_answer *answer, unsigned retry_after_s, struct error *err)
{
	char words[WORDS];

	talk_words(answer, words, sizeof(words));
	if (answer->status == 401 || answer->status == 403)
		return error_set(err, ERR_FORBIDDEN, "%s doesn't accept the token: %s (HTTP %ld)", talk->who, words,
		                 answer->status);
	if (answer->status == 429 || (answer->status == 503 && retry_after_s)) {
		error_set(err, ERR_RATE_LIMITED, "%s asks to wait: %s (HTTP %ld)", talk->who, words, answer->status);
		if (err)
			err->retry_after_s = retry_after_s;
		return false;
	}
	if (answer->status >= 500)
		return error_set(err, ERR_UNAVAILABLE, "%s: %s (HTTP %ld)", talk->who, words, answer->status);
	if (answer->status >= 300 && answer->status < 400)
		return error_set(err, ERR_TEST_FAILED, "%s points to another place (HTTP %ld); enter that one.",
		                 talk->who, answer->status);
	return true;
}

bool talk_ask(struct talk *talk, const char *method, const char *path, json_t *body, struct talk_answer *ret,
              struct error *err)
{
	_cleanup_json_ json_t *owned = body;
	_cleanup_free_ char *text = owned ? json_dumps(owned, JSON_COMPACT) : NULL;
	const struct buf packed = { .data = text, .size = text ? strlen(text) : 0 };
	const struct fetch_answer *answer;
	char url[2 * TALK_URL];

	*ret = (struct talk_answer){ 0 };
	if (owned && !text)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (snprintf(url, sizeof(url), "%s%s", talk->base, path) >= (int)sizeof(url))
		return error_set(err, ERR_TOO_LARGE, "the URL is too long");
	if (!fetch_ask(talk->fetch, &(struct fetch_request){ method, url, text ? &packed : NULL },
	               talk->access->deadline_ms, &answer, err))
		return false;
	ret->status = answer->status;
	ret->text = answer->body.size < WORDS ? answer->body.data : NULL;
	ret->json = answer->body.size ? json_loadb(answer->body.data, answer->body.size, 0, NULL) : NULL;
	if (!judge(talk, ret, answer->retry_after_s, err)) {
		talk_done(ret);
		*ret = (struct talk_answer){ 0 };
		return false;
	}
	if (!ret->json && answer->body.size && answer->status < 300)
		return error_set(err, ERR_BAD_REPLY, "%s answers with what isn't JSON.", talk->who);
	return true;
}

static bool more_room(struct talk_records *records, struct arena *arena)
{
	size_t room = records->room ? 2 * records->room : 64;
	struct dns_record *list;

	if (records->n < records->room)
		return true;
	list = room > (size_t)4 * PROVIDER_RECORDS ? NULL : arena_alloc(arena, room * sizeof(*list));
	if (!list)
		return false;
	if (records->n)
		memcpy(list, records->list, records->n * sizeof(*list));
	records->list = list;
	records->room = room;
	return true;
}

bool talk_add(struct talk_records *records, const char *name, enum dns_type type, json_int_t ttl, const char *text,
              struct arena *arena)
{
	struct rdata_fault fault = { 0 };
	const char *why = "", *owner, *data;

	if (!*name || type == DNS_NONE || type == DNS_SOA)
		return true;
	owner = name[strlen(name) - 1] == '.' ? name : arena_printf(arena, "%s.", name);
	owner = owner ? dns_owner(owner, records->origin, arena, &why) : NULL;
	if (!owner || (type == DNS_NS && strcmp(owner, records->origin) == 0) ||
	    !rdata_normalise(type, text, ".", arena, &data, &fault))
		return true;
	if (!more_room(records, arena))
		return false;
	records->list[records->n++] = (struct dns_record){ .name = owner,
		                                           .type = type,
		                                           .ttl = ttl < 0          ? 0
		                                                  : ttl > TTL_MOST ? TTL_MOST
		                                                                   : (uint32_t)ttl,
		                                           .data = data };
	return true;
}
