/* The strict reader of claims: accepts exactly what the writer makes, hence one spelling of each token. */
#include <string.h>

#include "base64.h"
#include "claims_table.h"

struct reader {
	const char *at, *end;
	bool first; /* no claim read yet */
};

static bool take(struct reader *r, const char *literal)
{
	size_t length = strlen(literal);

	if ((size_t)(r->end - r->at) < length || memcmp(r->at, literal, length) != 0)
		return false;
	r->at += length;
	return true;
}

/* A quoted string without escapes, borrowed; at least one character. */
static bool take_string(struct reader *r, const char **ret, size_t *ret_length)
{
	const char *close;

	if (!take(r, "\"") || !(close = memchr(r->at, '"', (size_t)(r->end - r->at))) || close == r->at)
		return false;
	*ret = r->at;
	*ret_length = (size_t)(close - r->at);
	r->at = close + 1;
	return true;
}

static bool take_value(struct reader *r, char *ret, size_t size)
{
	const char *text;
	size_t length;

	if (!take_string(r, &text, &length) || length >= size || memchr(text, '\0', length))
		return false;
	memcpy(ret, text, length);
	ret[length] = '\0';
	return claim_is_value(ret, size);
}

static bool take_list(struct reader *r, const struct claim *claim, char *members, unsigned *ret_count)
{
	unsigned count = 0;

	if (!take(r, "["))
		return false;
	do {
		if (count == claim->most || !take_value(r, members + count * claim->size, claim->size))
			return false;
		count++;
	} while (take(r, ","));
	*ret_count = count;
	return take(r, "]");
}

static bool take_base64(struct reader *r, void *ret, size_t max, size_t *ret_size)
{
	const char *text;
	size_t length;

	return take_string(r, &text, &length) && base64_read(text, length, ret, max, ret_size);
}

static bool take_text(struct reader *r, char *ret, size_t size)
{
	size_t length;

	if (!take_base64(r, ret, size - 1, &length))
		return false;
	ret[length] = '\0';
	return length > 0 && claim_is_text(ret, length);
}

static bool take_digest(struct reader *r, void *ret, size_t size, bool *ret_there)
{
	size_t length;

	*ret_there = take_base64(r, ret, size, &length) && length == size;
	return *ret_there;
}

static bool take_time(struct reader *r, int64_t *ret)
{
	const char *start = r->at;
	int64_t seconds = 0;

	for (; r->at < r->end && *r->at >= '0' && *r->at <= '9'; r->at++) {
		seconds = seconds * 10 + (*r->at - '0');
		if (seconds > CLAIM_TIME_MAX)
			return false;
	}
	*ret = seconds;
	return r->at > start && (*start != '0' || r->at == start + 1);
}

static bool take_content(struct reader *r, const struct claim *claim, struct token_claims *claims)
{
	void *field = (char *)claims + claim->offset;
	void *count = (char *)claims + claim->count;

	switch (claim->kind) {
	case CLAIM_VALUE:
		return take_value(r, field, claim->size);
	case CLAIM_TEXT:
		return take_text(r, field, claim->size);
	case CLAIM_LIST:
		return take_list(r, claim, field, count);
	case CLAIM_DIGEST:
		return take_digest(r, field, claim->size, count);
	case CLAIM_TIME:
		return take_time(r, field);
	case CLAIM_MOMENT:
		return take_time(r, field) && *(int64_t *)field > 0;
	}
	return false;
}

/* Steps over `,"name":` when the next claim is this one. */
static bool take_name(struct reader *r, const char *name)
{
	struct reader ahead = *r;

	if (!take(&ahead, r->first ? "{" : ",") || !take(&ahead, "\"") || !take(&ahead, name) || !take(&ahead, "\":"))
		return false;
	ahead.first = false;
	*r = ahead;
	return true;
}

bool claims_read(const char *text, size_t size, struct token_claims *ret)
{
	struct reader r = { .at = text, .end = text + size, .first = true };

	memset(ret, 0, sizeof *ret);
	for (size_t i = 0; i < CLAIMS; i++) {
		const struct claim *claim = &claim_table[i];

		if (take_name(&r, claim->name) ? !take_content(&r, claim, ret) : claim->kind == CLAIM_TIME)
			return false;
	}
	return take(&r, "}") && r.at == r.end;
}
