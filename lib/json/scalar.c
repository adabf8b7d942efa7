/* scalar: see scalar.h. */
#include "scalar.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "lib/contract/format.h"

static const struct scalar_fault good = { NULL, NULL };
static const struct scalar_fault out_of_range = { "range", "This number is out of range." };
static const struct scalar_fault too_large = { "memory", "This is too much." };
const struct scalar_fault scalar_wrong_type = { "type", "This value has the wrong type." };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_unsigned(ProtobufCType type)
{
	return type == PROTOBUF_C_TYPE_UINT32 || type == PROTOBUF_C_TYPE_FIXED32 || type == PROTOBUF_C_TYPE_UINT64 ||
	       type == PROTOBUF_C_TYPE_FIXED64;
}

struct scalar_fault scalar_integer(const ProtobufCFieldDescriptor *field, int64_t number, void *value)
{
	switch (field->type) {
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_SINT32:
	case PROTOBUF_C_TYPE_SFIXED32:
	case PROTOBUF_C_TYPE_ENUM:
		if (number < INT32_MIN || number > INT32_MAX)
			return out_of_range;
		*(int32_t *)value = (int32_t)number;
		return good;
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_FIXED32:
		if (number < 0 || number > UINT32_MAX)
			return out_of_range;
		*(uint32_t *)value = (uint32_t)number;
		return good;
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_SFIXED64:
		*(int64_t *)value = number;
		return good;
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_FIXED64:
		if (number < 0)
			return out_of_range;
		*(uint64_t *)value = (uint64_t)number;
		return good;
	case PROTOBUF_C_TYPE_FLOAT:
	case PROTOBUF_C_TYPE_DOUBLE:
		return scalar_real(field, (double)number, value);
	default:
		return scalar_wrong_type;
	}
}

/* 1.0 and 1e3 are legal integers in proto3 JSON, as far as a double is exact. */
struct scalar_fault scalar_real(const ProtobufCFieldDescriptor *field, double number, void *value)
{
	if (field->type == PROTOBUF_C_TYPE_DOUBLE) {
		*(double *)value = number;
		return good;
	}
	if (field->type == PROTOBUF_C_TYPE_FLOAT) {
		if (isfinite(number) && fabs(number) > 3.4028234663852886e38)
			return out_of_range;
		*(float *)value = (float)number;
		return good;
	}
	if (number != trunc(number) || fabs(number) > 9007199254740992.0)
		return scalar_wrong_type;
	return scalar_integer(field, (int64_t)number, value);
}

static struct scalar_fault read_integer(const ProtobufCFieldDescriptor *field, const char *text, void *value)
{
	const char *digits = *text == '-' ? text + 1 : text;
	unsigned long long wide;
	long long number;

	if (!is_digit(*digits) || digits[strspn(digits, "0123456789")])
		return scalar_wrong_type;
	errno = 0;
	if (is_unsigned(field->type) && *text != '-') {
		wide = strtoull(text, NULL, 10);
		if (errno)
			return out_of_range;
		if (wide <= INT64_MAX)
			return scalar_integer(field, (int64_t)wide, value);
		if (field->type != PROTOBUF_C_TYPE_UINT64 && field->type != PROTOBUF_C_TYPE_FIXED64)
			return out_of_range;
		*(uint64_t *)value = wide;
		return good;
	}
	number = strtoll(text, NULL, 10);
	return errno ? out_of_range : scalar_integer(field, number, value);
}

static struct scalar_fault read_real(const ProtobufCFieldDescriptor *field, const char *text, void *value)
{
	char *end;
	double number;

	if (!strcmp(text, "NaN"))
		return scalar_real(field, (double)NAN, value);
	if (!strcmp(text, "Infinity") || !strcmp(text, "-Infinity"))
		return scalar_real(field, *text == '-' ? -(double)INFINITY : (double)INFINITY, value);
	if (!is_digit(text[*text == '-']) || text[strspn(text, "0123456789+-.eE")])
		return scalar_wrong_type;
	number = strtod(text, &end);
	if (*end)
		return scalar_wrong_type;
	return isfinite(number) ? scalar_real(field, number, value) : out_of_range;
}

static struct scalar_fault read_bool(const char *text, protobuf_c_boolean *value)
{
	if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
		return scalar_wrong_type;
	*value = *text == 't';
	return good;
}

static struct scalar_fault read_enum(const ProtobufCFieldDescriptor *field, const char *text, int *value)
{
	const ProtobufCEnumValue *known = protobuf_c_enum_descriptor_get_value_by_name(field->descriptor, text);

	if (!known)
		return (struct scalar_fault){ "enum", "This value isn't known." };
	*value = known->value;
	return good;
}

static struct scalar_fault read_string(const char *text, char **value, struct arena *arena)
{
	if (!format_utf8_valid(text, strlen(text)))
		return (struct scalar_fault){ "utf8", "This is not valid text." };
	*value = arena_strdup(arena, text);
	return *value ? good : too_large;
}

/* -1 for what isn't a digit of either alphabet of base64. */
static int base64_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (is_digit(c))
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	return c == '/' || c == '_' ? 63 : -1;
}

static struct scalar_fault read_bytes(const char *text, ProtobufCBinaryData *value, struct arena *arena)
{
	static const struct scalar_fault bad = { "base64", "This is not base64." };
	size_t size = strlen(text), out = 0;
	uint32_t held = 0, bits = 0;
	uint8_t *bytes;

	while (size && text[size - 1] == '=' && strlen(text) - size < 2)
		size--;
	if (size % 4 == 1)
		return bad;
	bytes = arena_alloc(arena, size * 3 / 4 + 1);
	if (!bytes)
		return too_large;
	for (size_t i = 0; i < size; i++) {
		int digit = base64_digit(text[i]);

		if (digit < 0)
			return bad;
		held = held << 6 | (uint32_t)digit;
		bits += 6;
		if (bits < 8)
			continue;
		bits -= 8;
		bytes[out++] = (uint8_t)(held >> bits);
		held &= (1U << bits) - 1;
	}
	*value = (ProtobufCBinaryData){ .len = out, .data = bytes };
	return good;
}

struct scalar_fault scalar_read(const ProtobufCFieldDescriptor *field, const char *text, void *value,
                                struct arena *arena)
{
	switch (field->type) {
	case PROTOBUF_C_TYPE_STRING:
		return read_string(text, value, arena);
	case PROTOBUF_C_TYPE_BYTES:
		return read_bytes(text, value, arena);
	case PROTOBUF_C_TYPE_BOOL:
		return read_bool(text, value);
	case PROTOBUF_C_TYPE_ENUM:
		return read_enum(field, text, value);
	case PROTOBUF_C_TYPE_FLOAT:
	case PROTOBUF_C_TYPE_DOUBLE:
		return read_real(field, text, value);
	case PROTOBUF_C_TYPE_MESSAGE:
		return scalar_wrong_type;
	default:
		return read_integer(field, text, value);
	}
}

size_t scalar_camel(const char *name, char *ret, size_t size)
{
	bool raise = false;
	size_t n = 0;

	for (; *name && n + 1 < size; name++) {
		if (*name != '_')
			ret[n++] = (char)(raise && *name >= 'a' && *name <= 'z' ? *name - 0x20 : *name);
		raise = *name == '_';
	}
	ret[n] = '\0';
	return n;
}

bool scalar_is_named(const ProtobufCFieldDescriptor *field, const char *name)
{
	bool raise = false;
	const char *at = name;

	if (!strcmp(field->name, name))
		return true;
	for (const char *own = field->name; *own; own++) {
		if (*own != '_' && *at++ != (raise && *own >= 'a' && *own <= 'z' ? *own - 0x20 : *own))
			return false;
		raise = *own == '_';
	}
	return !*at;
}
