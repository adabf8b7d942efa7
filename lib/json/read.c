/* read: JSON to messages, by way of jansson's tree: bodies are small. */
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/contract/reflect.h"
#include "lib/json/json.h"

#include "scalar.h"

enum { DEPTH_MAX = 16, PATH_SIZE = 96, FIELDS_MAX = 256, WORD_BITS = 64 };

struct reading {
	struct arena *arena;
	struct error *err;
	unsigned depth;
	char path[PATH_SIZE];
	size_t size;
};

static void add_path(struct reading *reading, const char *format, ...) _printf_(2, 3);

static void add_path(struct reading *reading, const char *format, ...)
{
	size_t room = PATH_SIZE - reading->size;
	va_list list;
	int n;

	va_start(list, format);
	n = vsnprintf(reading->path + reading->size, room, format, list);
	va_end(list);
	if (n > 0)
		reading->size += (size_t)n < room ? (size_t)n : room - 1;
}

static void cut_path(struct reading *reading, size_t size)
{
	reading->size = size;
	reading->path[size] = '\0';
}

static bool refuse(struct reading *reading, const char *rule, const char *words)
{
	return error_field(reading->err, reading->path, rule, "%s", words);
}

static bool accept_fault(struct reading *reading, struct scalar_fault fault)
{
	return !fault.rule || refuse(reading, fault.rule, fault.words);
}

ProtobufCMessage *json_new(const ProtobufCMessageDescriptor *descriptor, struct arena *arena)
{
	ProtobufCMessage *message = arena_alloc(arena, descriptor->sizeof_message);

	if (message)
		protobuf_c_message_init(descriptor, message);
	return message;
}

static bool read_object(struct reading *reading, json_t *json, ProtobufCMessage *message);

static bool read_message(struct reading *reading, const ProtobufCFieldDescriptor *field, json_t *json,
                         ProtobufCMessage **value)
{
	*value = json_new(field->descriptor, reading->arena);
	if (!*value)
		return refuse(reading, "memory", "This is too much.");
	return read_object(reading, json, *value);
}

static bool read_value(struct reading *reading, const ProtobufCFieldDescriptor *field, json_t *json, void *value)
{
	if (field->type == PROTOBUF_C_TYPE_MESSAGE)
		return read_message(reading, field, json, value);
	if (field->type == PROTOBUF_C_TYPE_BOOL) {
		if (!json_is_boolean(json))
			return accept_fault(reading, scalar_wrong_type);
		*(protobuf_c_boolean *)value = json_is_true(json);
		return true;
	}
	if (json_is_string(json))
		return accept_fault(reading, scalar_read(field, json_string_value(json), value, reading->arena));
	if (json_is_integer(json))
		return accept_fault(reading, scalar_integer(field, json_integer_value(json), value));
	if (json_is_real(json) && field->type != PROTOBUF_C_TYPE_STRING && field->type != PROTOBUF_C_TYPE_BYTES)
		return accept_fault(reading, scalar_real(field, json_real_value(json), value));
	return accept_fault(reading, scalar_wrong_type);
}

/* Room for n values of a repeated field. */
static bool make_room(struct reading *reading, const ProtobufCFieldDescriptor *field, ProtobufCMessage *message,
                      size_t n, uint8_t **ret)
{
	uint8_t *values = NULL;

	if (n) {
		values = arena_alloc(reading->arena, n * reflect_size(field->type));
		if (!values)
			return refuse(reading, "memory", "This is too much.");
	}
	*(uint8_t **)reflect_value(message, field) = values;
	*reflect_quantifier(message, field) = n;
	*ret = values;
	return true;
}

static bool read_array(struct reading *reading, const ProtobufCFieldDescriptor *field, json_t *json,
                       ProtobufCMessage *message)
{
	size_t path = reading->size, i, size = reflect_size(field->type);
	uint8_t *values = NULL;
	json_t *item;

	if (!json_is_array(json))
		return refuse(reading, "type", "This must be an array.");
	if (!make_room(reading, field, message, json_array_size(json), &values))
		return false;
	json_array_foreach(json, i, item)
	{
		add_path(reading, "[%zu]", i);
		if (!read_value(reading, field, item, values + i * size))
			return false;
		cut_path(reading, path);
	}
	return true;
}

static bool read_entry(struct reading *reading, const ProtobufCFieldDescriptor *field, const char *key, json_t *json,
                       ProtobufCMessage **value)
{
	const ProtobufCMessageDescriptor *entry = field->descriptor;

	*value = json_new(entry, reading->arena);
	if (!*value)
		return refuse(reading, "memory", "This is too much.");
	return accept_fault(reading, scalar_read(&entry->fields[0], key, reflect_value(*value, &entry->fields[0]),
	                                         reading->arena)) &&
	       read_value(reading, &entry->fields[1], json, reflect_value(*value, &entry->fields[1]));
}

static bool read_map(struct reading *reading, const ProtobufCFieldDescriptor *field, json_t *json,
                     ProtobufCMessage *message)
{
	size_t path = reading->size, i = 0;
	uint8_t *values = NULL;
	const char *key;
	json_t *item;

	if (!json_is_object(json))
		return refuse(reading, "type", "This must be an object.");
	if (!make_room(reading, field, message, json_object_size(json), &values))
		return false;
	json_object_foreach(json, key, item)
	{
		add_path(reading, "[\"%.40s\"]", key);
		if (!read_entry(reading, field, key, item, (ProtobufCMessage **)(void *)values + i++))
			return false;
		cut_path(reading, path);
	}
	return true;
}

static bool read_member(struct reading *reading, const ProtobufCFieldDescriptor *field, json_t *json,
                        ProtobufCMessage *message)
{
	if (json_is_null(json))
		return true;
	if (reflect_is_map(field))
		return read_map(reading, field, json, message);
	if (field->label == PROTOBUF_C_LABEL_REPEATED)
		return read_array(reading, field, json, message);
	if (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) {
		if (*reflect_case(message, field))
			return refuse(reading, "oneof", "Another member of this choice is given already.");
		*reflect_case(message, field) = field->id;
	}
	return read_value(reading, field, json, reflect_value(message, field));
}

static const ProtobufCFieldDescriptor *find_field(const ProtobufCMessageDescriptor *descriptor, const char *name)
{
	for (unsigned i = 0; i < descriptor->n_fields; i++)
		if (scalar_is_named(&descriptor->fields[i], name))
			return &descriptor->fields[i];
	return NULL;
}

/* jansson refuses a name given twice; one field given by both its names is refused here. */
static bool note_seen(struct reading *reading, uint64_t *seen, size_t index)
{
	uint64_t bit = UINT64_C(1) << (index % WORD_BITS);

	if (index >= FIELDS_MAX)
		return refuse(reading, "unknown", "This message has too many fields.");
	if (seen[index / WORD_BITS] & bit)
		return refuse(reading, "repeated", "This field is given twice.");
	seen[index / WORD_BITS] |= bit;
	return true;
}

static bool read_members(struct reading *reading, json_t *json, ProtobufCMessage *message)
{
	uint64_t seen[FIELDS_MAX / WORD_BITS] = { 0 };
	size_t path = reading->size;
	const char *key;
	json_t *item;

	json_object_foreach(json, key, item)
	{
		const ProtobufCFieldDescriptor *field = find_field(message->descriptor, key);
		char camel[PATH_SIZE];

		scalar_camel(field ? field->name : key, camel, sizeof(camel));
		add_path(reading, "%s%.60s", path ? "." : "", field ? camel : key);
		if (!field)
			return refuse(reading, "unknown", "There is no such field.");
		if (!note_seen(reading, seen, (size_t)(field - message->descriptor->fields)) ||
		    !read_member(reading, field, item, message))
			return false;
		cut_path(reading, path);
	}
	return true;
}

static bool read_object(struct reading *reading, json_t *json, ProtobufCMessage *message)
{
	bool good;

	if (!json_is_object(json))
		return refuse(reading, "type", "This must be an object.");
	if (reading->depth == DEPTH_MAX)
		return refuse(reading, "depth", "This is nested too deeply.");
	reading->depth++;
	good = read_members(reading, json, message);
	reading->depth--;
	return good;
}

/* One more value at the end of a repeated field. */
static bool append(struct reading *reading, const ProtobufCFieldDescriptor *field, const char *text,
                   ProtobufCMessage *message)
{
	size_t n = *reflect_quantifier(message, field), size = reflect_size(field->type);
	const uint8_t *before = *(uint8_t **)reflect_value(message, field);
	uint8_t *values = NULL;

	if (n >= FIELDS_MAX)
		return refuse(reading, "count", "There are too many.");
	values = arena_alloc(reading->arena, (n + 1) * size);
	if (!values)
		return refuse(reading, "memory", "This is too much.");
	if (n)
		memcpy(values, before, n * size);
	*(uint8_t **)reflect_value(message, field) = values;
	*reflect_quantifier(message, field) = n + 1;
	return accept_fault(reading, scalar_read(field, text, values + n * size, reading->arena));
}

/* The members that the text has, two levels deep, by their names in the contract. */
static bool fill_mask(struct reading *reading, json_t *json, ProtobufCMessage *message)
{
	const ProtobufCFieldDescriptor *mask = find_field(message->descriptor, "update_mask");
	const char *key, *inner;
	char path[PATH_SIZE];
	json_t *item, *unused;

	if (!mask || mask->label != PROTOBUF_C_LABEL_REPEATED || *reflect_quantifier(message, mask))
		return true;
	json_object_foreach(json, key, item)
	{
		const ProtobufCFieldDescriptor *field = find_field(message->descriptor, key);

		if (field->type != PROTOBUF_C_TYPE_MESSAGE || field->label == PROTOBUF_C_LABEL_REPEATED)
			continue;
		json_object_foreach(item, inner, unused)
		{
			const ProtobufCFieldDescriptor *member = find_field(field->descriptor, inner);

			snprintf(path, sizeof(path), "%s.%s", field->name, member->name);
			if (!append(reading, mask, path, message))
				return false;
		}
	}
	return true;
}

bool json_read(const ProtobufCMessageDescriptor *descriptor, const char *text, size_t size, struct arena *arena,
               ProtobufCMessage **ret, struct error *err)
{
	struct error local = { 0 };
	struct reading reading = { .arena = arena, .err = err ? err : &local };
	_cleanup_(json_decrefp) json_t *json = NULL;
	ProtobufCMessage *message = json_new(descriptor, arena);
	json_error_t fault;

	if (!message)
		return error_set(err, ERR_TOO_LARGE, "the request needs too much memory");
	if (size) {
		json = json_loadb(text, size, JSON_REJECT_DUPLICATES, &fault);
		if (!json)
			return error_set(err, ERR_MALFORMED, "line %d, column %d: %s", fault.line, fault.column,
			                 fault.text);
		if (!json_is_object(json))
			return error_set(err, ERR_MALFORMED, "the body must be a JSON object");
		if (!read_object(&reading, json, message) || !fill_mask(&reading, json, message))
			return false;
	}
	*ret = message;
	return true;
}

static bool is_set(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
	static const uint8_t zeros[sizeof(ProtobufCBinaryData)];
	const void *value = reflect_value(message, field);

	if (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF)
		return *reflect_case(message, field) != 0;
	if (field->type == PROTOBUF_C_TYPE_STRING)
		return *(const char *const *)value && **(const char *const *)value;
	return memcmp(value, zeros, reflect_size(field->type)) != 0;
}

bool json_set(ProtobufCMessage *message, const char *name, const char *value, struct arena *arena, struct error *err)
{
	const ProtobufCFieldDescriptor *field = find_field(message->descriptor, name);
	struct error local = { 0 };
	struct reading reading = { .arena = arena, .err = err ? err : &local };
	char camel[PATH_SIZE];

	scalar_camel(field ? field->name : name, camel, sizeof(camel));
	add_path(&reading, "%.60s", field ? camel : name);
	if (!field)
		return refuse(&reading, "unknown", "There is no such field.");
	if (field->type == PROTOBUF_C_TYPE_MESSAGE)
		return accept_fault(&reading, scalar_wrong_type);
	if (field->label == PROTOBUF_C_LABEL_REPEATED)
		return append(&reading, field, value, message);
	if (is_set(message, field))
		return refuse(&reading, "repeated", "This field is given twice.");
	if (!accept_fault(&reading, scalar_read(field, value, reflect_value(message, field), arena)))
		return false;
	if (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF)
		*reflect_case(message, field) = field->id;
	return true;
}
