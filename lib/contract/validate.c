/* validate: a message against its field rules. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/contract/contract.h"
#include "lib/contract/format.h"

#include "reflect.h"

enum { PATH_SIZE = 96 };

struct walk {
	struct arena *arena;
	struct error err;
	char path[PATH_SIZE];
	size_t size;
};

static void add_path(struct walk *walk, const char *format, ...) _printf_(2, 3);

static void add_path(struct walk *walk, const char *format, ...)
{
	size_t room = PATH_SIZE - walk->size;
	va_list list;
	int n;

	va_start(list, format);
	n = vsnprintf(walk->path + walk->size, room, format, list);
	va_end(list);
	if (n > 0)
		walk->size += (size_t)n < room ? (size_t)n : room - 1;
}

static void cut_path(struct walk *walk, size_t size)
{
	walk->size = size;
	walk->path[size] = '\0';
}

static void violate(struct walk *walk, const char *rule, const char *words)
{
	if (walk->err.code == ERR_NONE || walk->err.code == ERR_INVALID)
		error_field(&walk->err, walk->path, rule, "%s", words);
}

/* Where a text may be cut so that no sequence is left in halves. */
static size_t cut_utf8(const char *text, size_t size)
{
	while (size && ((uint8_t)text[size] & 0xC0) == 0x80)
		size--;
	return size;
}

/* Puts a normalised text in place: the message holds char *, and nobody writes through it. */
static void put_text(void *value, const char *text)
{
	memcpy(value, &text, sizeof(text));
}

static void check_length(struct walk *walk, const struct contract_field *rule, void *value, const char *text)
{
	size_t limit = rule->max_len ? rule->max_len : format_limit(rule->format), size = strlen(text);
	char words[64];

	if (size <= limit) {
		put_text(value, text);
		return;
	}
	if (rule->format == STRALIX__FORMAT__TEXT) {
		text = arena_strndup(walk->arena, text, cut_utf8(text, limit));
		if (text)
			put_text(value, text);
		else
			error_set(&walk->err, ERR_TOO_LARGE, "the request needs too much memory");
		return;
	}
	snprintf(words, sizeof(words), "Use at most %zu bytes.", limit);
	violate(walk, "max_len", words);
}

static void check_string(struct walk *walk, const struct contract_field *rule, void *value)
{
	const char *text = *(char **)value, *normal = NULL, *reason = NULL;

	if (text && *text && rule->format != STRALIX__FORMAT__FORMAT_UNSET) {
		if (!format_check(rule->format, text, walk->arena, &normal, &reason)) {
			violate(walk, format_name(rule->format), reason);
			return;
		}
		check_length(walk, rule, value, normal);
		text = normal;
	}
	if (rule->required && (!text || !*text))
		violate(walk, "required", "Fill this in.");
}

static void check_binary(struct walk *walk, const struct contract_field *rule, const ProtobufCBinaryData *bytes)
{
	size_t limit = rule->max_len ? rule->max_len : format_limit(rule->format);

	if (rule->required && !bytes->len)
		violate(walk, "required", "Fill this in.");
	else if (rule->format == STRALIX__FORMAT__DIGEST && bytes->len && bytes->len != limit)
		violate(walk, format_name(rule->format), format_words(rule->format));
	else if (rule->format != STRALIX__FORMAT__FORMAT_UNSET && bytes->len > limit)
		violate(walk, "max_len", format_words(rule->format));
}

static void check_enum(struct walk *walk, const struct contract_field *rule, const ProtobufCEnumDescriptor *type,
                       int number)
{
	if (!protobuf_c_enum_descriptor_get_value(type, number))
		violate(walk, "enum", "This value isn't known.");
	else if (rule->required && !number)
		violate(walk, "required", "Choose a value.");
}

/* A whole number of any type as int64; what an unsigned one has above that counts as the highest. */
static bool read_integer(const ProtobufCFieldDescriptor *field, const void *value, int64_t *ret)
{
	uint64_t wide;

	switch (field->type) {
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_SINT32:
	case PROTOBUF_C_TYPE_SFIXED32:
		*ret = *(const int32_t *)value;
		return true;
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_FIXED32:
		*ret = *(const uint32_t *)value;
		return true;
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_SFIXED64:
		*ret = *(const int64_t *)value;
		return true;
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_FIXED64:
		wide = *(const uint64_t *)value;
		*ret = wide > INT64_MAX ? INT64_MAX : (int64_t)wide;
		return true;
	default:
		return false;
	}
}

static void check_range(struct walk *walk, const struct contract_field *rule, int64_t number)
{
	char words[80];

	if (number >= rule->min && number <= rule->max)
		return;
	snprintf(words, sizeof(words), "Use a number from %lld to %lld.", (long long)rule->min, (long long)rule->max);
	violate(walk, "range", words);
}

static void check_message(struct walk *walk, const struct contract_message *rules, ProtobufCMessage *message);

static void check_value(struct walk *walk, const struct contract_field *rule, const ProtobufCFieldDescriptor *field,
                        void *value)
{
	int64_t number;

	if (field->type == PROTOBUF_C_TYPE_STRING)
		check_string(walk, rule, value);
	else if (field->type == PROTOBUF_C_TYPE_BYTES)
		check_binary(walk, rule, value);
	else if (field->type == PROTOBUF_C_TYPE_ENUM)
		check_enum(walk, rule, field->descriptor, *(int *)value);
	else if (field->type == PROTOBUF_C_TYPE_MESSAGE)
		check_message(walk, rule->message, *(ProtobufCMessage **)value);
	else if (rule->has_range && field->label != PROTOBUF_C_LABEL_REPEATED && read_integer(field, value, &number))
		check_range(walk, rule, number);
}

/* A field may be left out, a member of a list can't. */
static bool is_empty_text(const ProtobufCFieldDescriptor *field, const void *value)
{
	const char *text = field->type == PROTOBUF_C_TYPE_STRING ? *(char *const *)value : "x";

	return !text || !*text;
}

static void check_repeated(struct walk *walk, const struct contract_field *rule, const ProtobufCFieldDescriptor *field,
                           ProtobufCMessage *message)
{
	size_t n = reflect_count(message, field), size = reflect_size(field->type), path = walk->size;
	uint8_t *values = *(uint8_t **)reflect_value(message, field);

	if (rule->has_range && ((int64_t)n < rule->min || (int64_t)n > rule->max))
		violate(walk, "count", "There are too many or too few.");
	for (size_t i = 0; i < n && walk->err.n_violations < ERROR_VIOLATIONS; i++) {
		add_path(walk, "[%zu]", i);
		if (is_empty_text(field, values + i * size) && rule->format != STRALIX__FORMAT__FORMAT_UNSET)
			violate(walk, format_name(rule->format), format_words(rule->format));
		else
			check_value(walk, rule, field, values + i * size);
		cut_path(walk, path);
	}
}

static void check_field(struct walk *walk, const struct contract_field *rule, const ProtobufCFieldDescriptor *field,
                        ProtobufCMessage *message)
{
	const void *values;

	if (field->label == PROTOBUF_C_LABEL_REPEATED) {
		check_repeated(walk, rule, field, message);
		if (rule->required && !reflect_count(message, field))
			violate(walk, "required", "Give at least one.");
	} else if (reflect_values(message, field, &values)) {
		check_value(walk, rule, field, reflect_value(message, field));
	} else if (rule->required && !(field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF)) {
		violate(walk, "required", "Fill this in.");
	}
}

static void check_message(struct walk *walk, const struct contract_message *rules, ProtobufCMessage *message)
{
	size_t path = walk->size;

	for (unsigned i = 0; i < rules->descriptor->n_fields; i++) {
		if (walk->err.n_violations == ERROR_VIOLATIONS)
			return;
		add_path(walk, "%s%s", path ? "." : "", rules->fields[i].json_name);
		check_field(walk, &rules->fields[i], &rules->descriptor->fields[i], message);
		cut_path(walk, path);
	}
}

bool contract_validate(const struct contract_message *rules, ProtobufCMessage *message, struct arena *arena,
                       struct error *err)
{
	struct walk walk = { .arena = arena };

	check_message(&walk, rules, message);
	if (walk.err.code == ERR_NONE)
		return true;
	if (err)
		*err = walk.err;
	return false;
}
