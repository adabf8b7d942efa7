/* write: messages to JSON, straight into a buffer. */
#include "write.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/base64.h"
#include "lib/contract/format.h"
#include "lib/contract/reflect.h"
#include "lib/json/json.h"

#include "scalar.h"

static void add_escaped(struct buf *buf, uint32_t point)
{
	if (point == '"' || point == '\\')
		buf_printf(buf, "\\%c", (int)point);
	else
		buf_printf(buf, "\\u%04x", point);
}

static bool needs_escape(uint32_t point)
{
	return point < 0x20 || point == '"' || point == '\\' || point == '<' || point == 0x7F || point == 0x2028 ||
	       point == 0x2029;
}

/* How many bytes from here can be copied as they are. */
static size_t plain_run(const char *text)
{
	const char *at = text;

	while (write_is_plain(*at))
		at++;
	return (size_t)(at - text);
}

size_t write_special(struct buf *buf, const char *text, size_t size)
{
	uint32_t point = 0;
	size_t valid = format_utf8_next(text, size, &point);

	if (!valid)
		return 0;
	if (needs_escape(point))
		add_escaped(buf, point);
	else
		buf_add(buf, text, valid);
	return valid;
}

static size_t add_special(struct buf *buf, const char *text, size_t size)
{
	size_t valid = write_special(buf, text, size);

	if (!valid)
		buf_puts(buf, "\xEF\xBF\xBD");
	return valid ? valid : 1;
}

void json_quote(struct buf *buf, const char *text)
{
	size_t size = text ? strlen(text) : 0, step;

	buf_putc(buf, '"');
	for (; size; text += step, size -= step) {
		step = plain_run(text);
		if (step)
			buf_add(buf, text, step);
		else
			step = add_special(buf, text, size);
	}
	buf_putc(buf, '"');
}

static void write_base64(struct buf *buf, const ProtobufCBinaryData *bytes)
{
	buf_putc(buf, '"');
	base64_put(buf, bytes->data, bytes->len);
	buf_putc(buf, '"');
}

/* The shortest text that reads back as the same number. */
static void write_real(struct buf *buf, double number)
{
	char text[40] = "";

	if (isnan(number)) {
		buf_puts(buf, "\"NaN\"");
		return;
	}
	if (isinf(number)) {
		buf_puts(buf, number < 0 ? "\"-Infinity\"" : "\"Infinity\"");
		return;
	}
	if (number == 0) {
		buf_puts(buf, signbit(number) ? "-0.0" : "0"); /* -0 would be read as a whole number */
		return;
	}
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, number);
		if (strtod(text, NULL) == number)
			break;
	}
	buf_puts(buf, text);
}

/* The digits of a number, which is what most fields of a list are. */
static void write_digits(struct buf *buf, uint64_t number)
{
	char text[20], *at = text + sizeof(text);

	do
		*--at = (char)('0' + number % 10);
	while (number /= 10);
	buf_add(buf, at, (size_t)(text + sizeof(text) - at));
}

static void write_signed(struct buf *buf, int64_t number)
{
	if (number < 0)
		buf_putc(buf, '-');
	write_digits(buf, number < 0 ? 0 - (uint64_t)number : (uint64_t)number);
}

static void write_enum(struct buf *buf, const ProtobufCEnumDescriptor *type, int number)
{
	const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(type, number);

	if (value)
		json_quote(buf, value->name);
	else
		buf_printf(buf, "%d", number);
}

static void write_message(struct buf *buf, const ProtobufCMessage *message);

void write_value(struct buf *buf, const ProtobufCFieldDescriptor *field, const void *value)
{
	switch (field->type) {
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_SINT32:
	case PROTOBUF_C_TYPE_SFIXED32:
		write_signed(buf, *(const int32_t *)value);
		break;
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_FIXED32:
		write_digits(buf, *(const uint32_t *)value);
		break;
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_SFIXED64:
		buf_putc(buf, '"');
		write_signed(buf, *(const int64_t *)value);
		buf_putc(buf, '"');
		break;
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_FIXED64:
		buf_putc(buf, '"');
		write_digits(buf, *(const uint64_t *)value);
		buf_putc(buf, '"');
		break;
	case PROTOBUF_C_TYPE_FLOAT:
		write_real(buf, (double)*(const float *)value);
		break;
	case PROTOBUF_C_TYPE_DOUBLE:
		write_real(buf, *(const double *)value);
		break;
	case PROTOBUF_C_TYPE_BOOL:
		buf_puts(buf, *(const protobuf_c_boolean *)value ? "true" : "false");
		break;
	case PROTOBUF_C_TYPE_ENUM:
		write_enum(buf, field->descriptor, *(const int *)value);
		break;
	case PROTOBUF_C_TYPE_STRING:
		json_quote(buf, *(const char *const *)value);
		break;
	case PROTOBUF_C_TYPE_BYTES:
		write_base64(buf, value);
		break;
	case PROTOBUF_C_TYPE_MESSAGE:
		write_message(buf, *(const ProtobufCMessage *const *)value);
		break;
	}
}

/* Names of members are strings, whatever the key's type. */
static void write_map_key(struct buf *buf, const ProtobufCFieldDescriptor *field, const void *value)
{
	bool quoted = field->type == PROTOBUF_C_TYPE_STRING || reflect_size(field->type) == sizeof(uint64_t);

	if (!quoted)
		buf_putc(buf, '"');
	write_value(buf, field, value);
	if (!quoted)
		buf_putc(buf, '"');
	buf_putc(buf, ':');
}

/* The last of several entries with one key wins. */
static bool is_overwritten(const ProtobufCMessage *const *entries, size_t i, size_t n)
{
	const ProtobufCFieldDescriptor *key = &entries[i]->descriptor->fields[0];
	const void *own = reflect_const(entries[i], key);

	for (size_t j = i + 1; j < n; j++) {
		const void *other = reflect_const(entries[j], key);

		if (key->type == PROTOBUF_C_TYPE_STRING
		            ? !strcmp(*(const char *const *)own, *(const char *const *)other)
		            : !memcmp(own, other, reflect_size(key->type)))
			return true;
	}
	return false;
}

static void write_map(struct buf *buf, const ProtobufCMessage *const *entries, size_t n)
{
	bool some = false;

	buf_putc(buf, '{');
	for (size_t i = 0; i < n; i++) {
		const ProtobufCFieldDescriptor *fields = entries[i]->descriptor->fields;
		const void *value;

		if (is_overwritten(entries, i, n))
			continue;
		if (some)
			buf_putc(buf, ',');
		some = true;
		write_map_key(buf, &fields[0], reflect_const(entries[i], &fields[0]));
		if (reflect_values(entries[i], &fields[1], &value))
			write_value(buf, &fields[1], value);
		else
			buf_puts(buf, "{}");
	}
	buf_putc(buf, '}');
}

static void write_array(struct buf *buf, const ProtobufCFieldDescriptor *field, const void *values, size_t n)
{
	size_t size = reflect_size(field->type);

	buf_putc(buf, '[');
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_putc(buf, ',');
		write_value(buf, field, (const uint8_t *)values + i * size);
	}
	buf_putc(buf, ']');
}

static void write_key(struct buf *buf, const char *name, bool first)
{
	size_t size = strlen(name) + 1;
	char *at = buf_room(buf, size + strlen(",\"\":"));
	char *start = at;

	if (!at)
		return;
	if (!first)
		*at++ = ',';
	*at++ = '"';
	at += scalar_camel(name, at, size);
	*at++ = '"';
	*at++ = ':';
	*at = '\0';
	buf->size += (size_t)(at - start);
}

static void write_message(struct buf *buf, const ProtobufCMessage *message)
{
	bool first = true;

	buf_putc(buf, '{');
	for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
		bool repeated = field->label == PROTOBUF_C_LABEL_REPEATED;
		const void *values;
		size_t n = reflect_values(message, field, &values);

		if (!repeated && !n)
			continue; /* an absent message, or not the one of its oneof */
		write_key(buf, field->name, first);
		first = false;
		if (reflect_is_map(field))
			write_map(buf, values, n);
		else if (repeated)
			write_array(buf, field, values, n);
		else
			write_value(buf, field, values);
	}
	buf_putc(buf, '}');
}

bool json_write(struct buf *buf, const ProtobufCMessage *message)
{
	write_message(buf, message);
	return !buf_failed(buf);
}
