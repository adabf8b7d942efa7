/* The writer of canonical claims: alphabetical order, no white space, no escapes. */
#include <inttypes.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "claims_table.h"

struct writer {
	char *out;
	size_t size; /* stays below CLAIMS_MAX; CLAIMS_MAX when it didn't fit */
};

static void _printf_(2, 3) put(struct writer *w, const char *format, ...)
{
	va_list args;
	int n;

	if (w->size >= CLAIMS_MAX)
		return;
	va_start(args, format);
	n = vsnprintf(w->out + w->size, CLAIMS_MAX - w->size, format, args);
	va_end(args);
	w->size = n < 0 || (size_t)n >= CLAIMS_MAX - w->size ? CLAIMS_MAX : w->size + (size_t)n;
}

static void put_name(struct writer *w, const struct claim *claim)
{
	put(w, "%c\"%s\":", w->size == 0 ? '{' : ',', claim->name);
}

static bool put_list(struct writer *w, const struct claim *claim, const char *members, unsigned count)
{
	if (count > claim->most)
		return false;
	for (unsigned i = 0; i < count; i++) {
		const char *member = members + i * claim->size;

		if (!claim_is_value(member, claim->size))
			return false;
		if (i == 0)
			put_name(w, claim);
		put(w, "%c\"%s\"", i == 0 ? '[' : ',', member);
	}
	if (count > 0)
		put(w, "]");
	return true;
}

static void put_base64(struct writer *w, const struct claim *claim, const void *bytes, size_t size)
{
	char text[sodium_base64_ENCODED_LEN(256, sodium_base64_VARIANT_URLSAFE_NO_PADDING)];

	put_name(w, claim);
	put(w, "\"%s\"", sodium_bin2base64(text, sizeof text, bytes, size, sodium_base64_VARIANT_URLSAFE_NO_PADDING));
}

static bool put_text(struct writer *w, const struct claim *claim, const char *text)
{
	size_t length = strnlen(text, claim->size);

	if (length == claim->size || !claim_is_text(text, length))
		return false;
	if (length > 0)
		put_base64(w, claim, text, length);
	return true;
}

static bool put_value(struct writer *w, const struct claim *claim, const char *value)
{
	if (value[0] == '\0')
		return true;
	if (!claim_is_value(value, claim->size))
		return false;
	put_name(w, claim);
	put(w, "\"%s\"", value);
	return true;
}

static bool put_time(struct writer *w, const struct claim *claim, int64_t seconds)
{
	if (seconds < 0 || seconds > CLAIM_TIME_MAX)
		return false;
	put_name(w, claim);
	put(w, "%" PRId64, seconds);
	return true;
}

static bool put_claim(struct writer *w, const struct claim *claim, const struct token_claims *claims)
{
	const void *field = (const char *)claims + claim->offset;
	const void *count = (const char *)claims + claim->count;

	switch (claim->kind) {
	case CLAIM_VALUE:
		return put_value(w, claim, field);
	case CLAIM_TEXT:
		return put_text(w, claim, field);
	case CLAIM_LIST:
		return put_list(w, claim, field, *(const unsigned *)count);
	case CLAIM_DIGEST:
		if (*(const bool *)count)
			put_base64(w, claim, field, claim->size);
		return true;
	case CLAIM_TIME:
		return put_time(w, claim, *(const int64_t *)field);
	case CLAIM_MOMENT:
		return *(const int64_t *)field == 0 || put_time(w, claim, *(const int64_t *)field);
	}
	return false;
}

bool claims_write(const struct token_claims *claims, char out[static CLAIMS_MAX], size_t *ret_size, struct error *err)
{
	struct writer w = { .out = out };

	for (size_t i = 0; i < CLAIMS; i++)
		if (!put_claim(&w, &claim_table[i], claims))
			return error_set(err, ERR_INVALID, "claim '%s' has a value that a token can't carry",
			                 claim_table[i].name);
	put(&w, "}");
	if (w.size >= CLAIMS_MAX)
		return error_set(err, ERR_TOO_LARGE, "the claims take more than %d bytes", CLAIMS_MAX - 1);
	*ret_size = w.size;
	return true;
}
