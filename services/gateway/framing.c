/* Two lengths, a length beside an encoding, a length that is no number: libmicrohttpd 0.9.75 takes them, so this must
 * not (request smuggling). Chunks are left to the proxy, which hands bodies on whole: libmicrohttpd answers a chunk
 * extension that outgrows its buffer with a 500 of its own. */

#include "framing.h"

#include <string.h>
#include <strings.h>

/* Digits only: no sign, no blanks, no list. Too long a number counts as far above every limit. */
static bool parse_length(const char *text, size_t *ret)
{
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || text[digits])
		return false;
	*ret = 0;
	for (; *text; text++)
		*ret = *ret > FRAMING_DRAIN_MAX ? *ret : *ret * 10 + (size_t)(*text - '0');
	return true;
}

/* RFC 9110: a name with a blank before its colon is another name to the next reader. */
static bool is_token(const char *text)
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~";

	return *text && text[strspn(text, alphabet)] == '\0';
}

static bool has_control(const char *text)
{
	for (; *text; text++)
		if (((unsigned char)*text < 0x20 && *text != '\t') || *text == 0x7f)
			return true;
	return false;
}

void framing_header(struct framing *framing, const char *name, const char *value)
{
	framing->n_headers++;
	framing->header_bytes += strlen(name) + strlen(value);
	if (!is_token(name))
		framing->bad_name = true;
	if (has_control(value))
		framing->bad_bytes = true;
	if (strcasecmp(name, "Content-Length") == 0) {
		framing->n_lengths++;
		if (!parse_length(value, &framing->length))
			framing->bad_length = true;
	} else if (strcasecmp(name, "Transfer-Encoding") == 0) {
		framing->n_encodings++;
		if (strcasecmp(value, "chunked") != 0)
			framing->bad_encoding = true;
	} else if (strcasecmp(name, "Host") == 0) {
		framing->n_hosts++;
	}
}

static unsigned refuse(unsigned status, struct error *err, enum error_code code, const char *why)
{
	error_set(err, code, "%s", why);
	return status;
}

unsigned framing_check(const struct framing *framing, const char *target, struct error *err)
{
	if (framing->n_lengths > 1 || framing->n_encodings > 1 || framing->n_lengths + framing->n_encodings > 1)
		return refuse(400, err, ERR_MALFORMED, "The request says its length twice.");
	if (framing->bad_length)
		return refuse(400, err, ERR_MALFORMED, "Content-Length is no number.");
	if (framing->bad_encoding)
		return refuse(400, err, ERR_MALFORMED, "The only Transfer-Encoding here is chunked.");
	if (framing->n_encodings > 0)
		return refuse(411, err, ERR_MALFORMED,
		              "Chunked bodies end at the proxy: Content-Length is needed here.");
	if (framing->n_hosts > 1)
		return refuse(400, err, ERR_MALFORMED, "The request names two hosts.");
	if (framing->bad_name)
		return refuse(400, err, ERR_MALFORMED, "The name of a header can't be read.");
	if (framing->bad_bytes)
		return refuse(400, err, ERR_MALFORMED, "A header holds a control character.");
	if (strlen(target) > FRAMING_TARGET_MAX)
		return refuse(414, err, ERR_MALFORMED, "The address of the request is too long.");
	if (framing->n_headers > FRAMING_HEADERS_MAX || framing->header_bytes > FRAMING_HEADER_BYTES)
		return refuse(431, err, ERR_TOO_LARGE, "The headers of the request are too large.");
	if (framing->length > FRAMING_DRAIN_MAX)
		return refuse(413, err, ERR_TOO_LARGE, "The body of the request is too large: 256 KiB at most.");
	return 0;
}
