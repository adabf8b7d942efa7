/* talk: JSON over HTTP with a provider; for its drivers. */
#pragma once

#include <jansson.h>

#include "lib/fetch/fetch.h"

#include "provider.h"

enum { TALK_URL = 1024, TALK_LINE = 600 };

static inline void json_drop(json_t **json)
{
	json_decref(*json);
}
#define _cleanup_json_ _cleanup_(json_drop)

struct talk {
	const struct provider_access *access;
	const char *who;
	char base[TALK_URL];
	struct fetch *fetch;
	char line[TALK_LINE];
};

/* base: without a slash at its end. header: "X-API-Key: ". */
bool talk_open(struct talk *talk, const struct provider_access *access, const char *who, const char *base,
               const char *header, struct error *err) _must_check_;
void talk_close(struct talk *talk);

/* What came: its status, and JSON where the body is some; NULL else. */
struct talk_answer {
	long status;
	json_t *json;
	const char *text; /* what isn't, when it is short; until the next question */
};
void talk_done(struct talk_answer *answer);
#define _talk_answer_ _cleanup_(talk_done) struct talk_answer

/* Takes body over (NULL: none). Any status below 500 but 401, 403 and 429 is an answer; ERR_FORBIDDEN,
 * ERR_RATE_LIMITED, ERR_UNAVAILABLE, ERR_BAD_REPLY (no JSON where some is due), and what fetch_ask says. */
bool talk_ask(struct talk *talk, const char *method, const char *path, json_t *body, struct talk_answer *ret,
              struct error *err) _must_check_;

/* The provider's own words of a refusal: {"error": "…"} or {"errors": [{"code", "message"}]}; cut to size. */
const char *talk_words(const struct talk_answer *answer, char *ret, size_t size);
bool talk_refused(const struct talk *talk, const struct talk_answer *answer, struct error *err);

/* Adds a record from a name, a type, a TTL and text of a provider unless it makes no sense here, or is SOA or an NS of
 * the apex. False without room. */
struct talk_records {
	const char *origin; /* with the dot */
	struct dns_record *list;
	size_t n, room;
};
bool talk_add(struct talk_records *records, const char *name, enum dns_type type, json_int_t ttl, const char *text,
              struct arena *arena) _must_check_;
