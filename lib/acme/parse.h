/* parse: what an authority's JSON says; for this module alone. All of it works on bytes that nobody has looked at. */
#pragma once

#include "acme.h"

typedef struct json_t parse_value;

/* An object, and nothing behind it. ERR_BAD_REPLY. */
bool parse_object(const void *data, size_t size, parse_value **ret, struct error *err) _must_check_;
void parse_free(parse_value *value);
DEFINE_CLEANUP(parse_value *, parse_free)

/* A text member of less than room bytes and without control characters; false: absent, or not such. */
bool parse_text(const parse_value *object, const char *name, char *ret, size_t room);
bool parse_true(const parse_value *object, const char *name);
const parse_value *parse_member(const parse_value *object, const char *name);

/* Unix seconds of a member in RFC 3339; false: absent, or none. */
bool parse_time(const parse_value *object, const char *name, int64_t *ret);

/* A problem document; what it doesn't have stays empty. */
void parse_problem(const parse_value *object, struct acme_problem *ret);

/* May a URL be asked? */
typedef bool (*parse_may_fn)(const void *arg, const char *url);

struct parse_urls {
	parse_may_fn may;
	const void *arg;
};

/* url, the order's own, is copied. */
bool parse_order(const parse_value *object, const char *url, const struct parse_urls *urls, struct arena *arena,
                 struct acme_order *ret, struct error *err) _must_check_;
bool parse_authorization(const parse_value *object, const struct parse_urls *urls, struct arena *arena,
                         struct acme_authorization *ret, struct error *err) _must_check_;

/* A chain as it may be kept: whole CERTIFICATE blocks with nothing but line ends between. */
bool parse_chain(const char *text, size_t size);
