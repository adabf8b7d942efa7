/* split: a record's data as the fields of a form, and the way back: see rdata.h. */
#include <string.h>

#include "lib/contract/format.h"

#include "internal.h"

enum { STRING_MOST = 255 };

/* Bytes as text for a form: what isn't text is \DDD, a backslash is doubled, and so is a quote that it begins with. */
static void show(const struct buf *bytes, struct buf *out)
{
	const char *data = bytes->data ? bytes->data : "";
	bool text = format_utf8_valid(data, bytes->size);

	for (size_t i = 0; i < bytes->size; i++) {
		unsigned char c = (unsigned char)data[i];

		if (c < ' ' || c == 0x7f || (c >= 0x80 && !text))
			buf_printf(out, "\\%03u", c);
		else if (c == '\\' || (c == '"' && i == 0))
			buf_printf(out, "\\%c", c);
		else
			buf_putc(out, (char)c);
	}
}

/* What is left, as it stands, with its quotes. */
static void show_quoted(const struct dns_word *words, size_t n, struct buf *out)
{
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%s\"%s\"", i ? " " : "", words[i].text);
}

/* One text, however it was cut; strings that mean something each keep their quotes. */
static bool show_strings(const struct dns_word *words, size_t n, struct buf *out)
{
	_cleanup_buf_ struct buf bytes = { 0 };

	for (size_t i = 0; i < n; i++) {
		if (!dns_word_decode(words[i].text, &bytes))
			return false;
		if (i + 1 < n && bytes.size != (i + 1) * STRING_MOST) {
			show_quoted(words, n, out);
			return true;
		}
	}
	if (n > 1 && bytes.size == (n - 1) * STRING_MOST) /* with an empty one behind */
		show_quoted(words, n, out);
	else
		show(&bytes, out);
	return true;
}

/* What is left, as it stands. */
static bool show_rest(const struct dns_word *words, size_t n, struct buf *out)
{
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%s%s", i ? " " : "", words[i].text);
	return true;
}

bool rdata_split(enum dns_type type, const char *data, struct arena *arena, const char *ret[static DNS_MEMBERS])
{
	const struct dns_type_row *row = dns_type_row(type);
	struct dns_word words[DNS_RDATA_WORDS];
	const char *why;
	size_t n = 0, at = 0;

	if (!row || !dns_words(data, arena, words, DNS_RDATA_WORDS, &n, &why))
		return false;
	for (size_t i = 0; i < DNS_MEMBERS; i++) {
		const struct dns_member *member = &row->members[i];
		_cleanup_buf_ struct buf out = { 0 };

		ret[i] = NULL;
		if (i >= dns_members(row))
			continue;
		size_t left = n - at;
		bool rest = member->kind == DNS_STRINGS || member->kind == DNS_HEX || member->kind == DNS_BASE64 ||
		            member->kind == DNS_PARAMS;
		size_t taken = rest || !left ? left : 1;
		bool strings = member->kind == DNS_STRING || member->kind == DNS_STRINGS;

		if (!(strings ? show_strings(words + at, taken, &out) : show_rest(words + at, taken, &out)))
			return false;
		at += taken;
		ret[i] = buf_failed(&out) ? NULL : arena_strdup(arena, out.data ? out.data : "");
		if (!ret[i])
			return false;
	}
	return true;
}

/* A field of a form as a word in quotes: \DDD, \\ and \" stay, any other backslash is one, and quotes are escaped. */
static void quote_field(const char *text, struct buf *out)
{
	buf_putc(out, '"');
	for (; *text; text++) {
		bool escape = *text == '\\' && text[1] && strchr("0123456789\\\"", text[1]);

		if (*text == '"' || (*text == '\\' && !escape))
			buf_putc(out, '\\');
		buf_putc(out, *text);
		if (escape)
			buf_putc(out, *++text);
	}
	buf_putc(out, '"');
}

/* A field that is to be one word stays one, so that no other one moves: rdata_normalise refuses it under its name. */
static void join_field(enum dns_kind kind, const char *text, struct buf *out)
{
	bool string = kind == DNS_STRING || kind == DNS_STRINGS;
	bool as_it_is = kind == DNS_PARAMS || (kind == DNS_HEX && *text) || (kind == DNS_STRINGS && *text == '"') ||
	                (!string && *text && !strpbrk(text, " \t\"();"));

	if (as_it_is)
		buf_puts(out, text);
	else
		quote_field(text, out);
}

const char *rdata_join(enum dns_type type, const char *const members[static DNS_MEMBERS], struct arena *arena)
{
	const struct dns_type_row *row = dns_type_row(type);
	_cleanup_buf_ struct buf out = { 0 };

	for (size_t i = 0; row && i < dns_members(row); i++) {
		buf_puts(&out, i ? " " : "");
		join_field(row->members[i].kind, members[i] ? members[i] : "", &out);
	}
	return !row || buf_failed(&out) ? NULL : arena_strdup(arena, out.data ? out.data : "");
}

const char *rdata_target(enum dns_type type, const char *data)
{
	switch (type) {
	case DNS_NS:
	case DNS_CNAME:
	case DNS_PTR:
	case DNS_ALIAS:
		return data;
	case DNS_MX:
	case DNS_SRV:
		return strrchr(data, ' ') ? strrchr(data, ' ') + 1 : NULL;
	default:
		return NULL;
	}
}
