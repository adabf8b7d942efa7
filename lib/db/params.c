/* params: typed parameters as libpq wants them: text, and binary for bytes. */

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include "lib/base/buf.h"

#include "internal.h"

enum { INT_TEXT = 21 };

static bool own(struct params *params, int at, char *text, struct error *err)
{
	if (!text)
		return error_errno(err, ENOMEM, "parameter $%d", at + 1);
	params->owned[at] = text;
	params->values[at] = text;
	return true;
}

static char *int_text(int64_t number)
{
	char *text = malloc(INT_TEXT);

	if (text)
		snprintf(text, INT_TEXT, "%" PRId64, number);
	return text;
}

static char *uuid_text(const struct uuid *id)
{
	char *text = malloc(UUID_TEXT);

	return text ? uuid_format(id, text) : NULL;
}

/* An array literal: {"a","b\"c"}. */
static char *array_text(const char *const *texts, size_t n)
{
	struct buf buf = { 0 };

	buf_putc(&buf, '{');
	for (size_t i = 0; i < n; i++) {
		buf_puts(&buf, i ? ",\"" : "\"");
		for (const char *c = texts[i]; *c; c++) {
			if (*c == '"' || *c == '\\')
				buf_putc(&buf, '\\');
			buf_putc(&buf, *c);
		}
		buf_putc(&buf, '"');
	}
	buf_putc(&buf, '}');
	return buf_take(&buf);
}

static bool set_bytes(struct params *ret, int at, const struct db_param *param, struct error *err)
{
	if (param->number < 0 || param->number > INT_MAX)
		return error_set(err, ERR_TOO_LARGE, "parameter $%d has %" PRId64 " bytes", at + 1, param->number);
	ret->values[at] = param->data ? param->data : "";
	ret->lengths[at] = (int)param->number;
	ret->formats[at] = BINARY;
	return true;
}

static bool set(struct params *ret, int at, const struct db_param *param, struct error *err)
{
	switch (param->type) {
	case DB_NULL_:
		return true;
	case DB_TEXT_:
		ret->values[at] = param->data;
		return true;
	case DB_INT_:
		return own(ret, at, int_text(param->number), err);
	case DB_BOOL_:
		ret->values[at] = param->number ? "t" : "f";
		return true;
	case DB_UUID_:
		return !param->data || own(ret, at, uuid_text(param->data), err);
	case DB_BYTES_:
		return set_bytes(ret, at, param, err);
	case DB_TEXTS_:
		return own(ret, at, array_text(param->data, (size_t)param->number), err);
	}
	return error_set(err, ERR_INTERNAL, "parameter $%d: type %d is unknown", at + 1, (int)param->type);
}

bool params_init(struct params *ret, const struct db_param *params, unsigned n, struct error *err)
{
	*ret = (struct params){ 0 };
	if (n > ARRAY_SIZE(ret->values))
		return error_set(err, ERR_INTERNAL, "%u parameters are more than %zu", n, ARRAY_SIZE(ret->values));
	for (ret->n = 0; ret->n < (int)n; ret->n++)
		if (!set(ret, ret->n, &params[ret->n], err))
			return false;
	return true;
}

void params_done(struct params *params)
{
	for (size_t i = 0; i < ARRAY_SIZE(params->owned); i++)
		free(params->owned[i]);
}
