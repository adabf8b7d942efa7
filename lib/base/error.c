/* error: fills struct error; the tables come from errors.def. */

#define ERROR_C /* defines what the header may have macros for */
#include "lib/base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	int status;
	bool retryable;
} codes[ERROR_CODES] = {
	[ERR_NONE] = { "NONE", 200, false },
#define ERROR(name, status, retryable, meaning) [ERR_##name] = { #name, status, retryable },
#include "lib/base/errors.def"
#undef ERROR
};

/* Cuts a text that didn't fit so that no UTF-8 sequence stays half. */
static void trim_utf8(char *text)
{
	size_t size = strlen(text), back = 0;
	unsigned char c = 0;

	while (back < 4 && back < size) {
		c = (unsigned char)text[size - ++back];
		if ((c & 0xC0) != 0x80)
			break;
	}
	if (c >= 0xC0 && back < (c >= 0xF0 ? 4U : c >= 0xE0 ? 3U : 2U))
		text[size - back] = '\0';
}

_printf_(3, 0) static void fill(char *out, size_t size, const char *format, va_list args)
{
	int length = vsnprintf(out, size, format, args);

	if (length < 0)
		out[0] = '\0';
	else if ((size_t)length >= size)
		trim_utf8(out);
}

bool error_set(struct error *err, enum error_code code, const char *format, ...)
{
	char message[sizeof(err->message)];
	va_list args;

	if (!err)
		return false;
	va_start(args, format);
	fill(message, sizeof(message), format, args); /* the arguments may lie in err itself */
	va_end(args);
	err->code = code;
	err->retry_after_s = 0;
	err->n_violations = 0;
	memcpy(err->message, message, strlen(message) + 1);
	return false;
}

bool error_field(struct error *err, const char *field, const char *rule, const char *format, ...)
{
	struct violation violation = { 0 };
	va_list args;

	if (!err)
		return false;
	va_start(args, format);
	fill(violation.message, sizeof(violation.message), format, args);
	va_end(args);
	snprintf(violation.field, sizeof(violation.field), "%s", field);
	snprintf(violation.rule, sizeof(violation.rule), "%s", rule);
	if (err->code != ERR_INVALID)
		error_set(err, ERR_INVALID, "%s: %s", violation.field, violation.message);
	if (err->n_violations < ERROR_VIOLATIONS)
		err->violations[err->n_violations++] = violation;
	return false;
}

bool error_wrap(struct error *err, const char *format, ...)
{
	char before[sizeof(err->message)], message[sizeof(err->message)];
	va_list args;
	int length;

	if (!err)
		return false;
	va_start(args, format);
	fill(before, sizeof(before), format, args);
	va_end(args);
	length = snprintf(message, sizeof(message), "%s: %s", before, err->message);
	if (length >= (int)sizeof(message))
		trim_utf8(message);
	memcpy(err->message, message, strlen(message) + 1);
	return false;
}

bool error_errno(struct error *err, int number, const char *format, ...)
{
	char what[sizeof(err->message)], reason[128];
	bool disk = number == ENOSPC || number == EDQUOT || number == EIO;
	va_list args;

	va_start(args, format);
	fill(what, sizeof(what), format, args);
	va_end(args);
	return error_set(err, disk ? ERR_DISK : ERR_INTERNAL, "%s: %s", what,
	                 strerror_r(number, reason, sizeof(reason)));
}

const char *error_code_name(enum error_code code)
{
	return (unsigned)code < ERROR_CODES ? codes[code].name : codes[ERR_INTERNAL].name;
}

enum error_code error_code_parse(const char *name)
{
	for (unsigned i = ERR_NONE + 1; i < ERROR_CODES; i++)
		if (strcmp(codes[i].name, name) == 0)
			return (enum error_code)i;
	return ERR_INTERNAL;
}

int error_http_status(enum error_code code)
{
	return (unsigned)code < ERROR_CODES ? codes[code].status : codes[ERR_INTERNAL].status;
}

bool error_retryable(enum error_code code)
{
	return (unsigned)code < ERROR_CODES && codes[code].retryable;
}
