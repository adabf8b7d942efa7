/* view: copies of messages, without their secrets. */
#include "view.h"

#include <stdio.h>
#include <string.h>

#include "lib/json/json.h"

enum { VIEW_MAX = 32768, COPY_MAX = 1024 * 1024 };

static void *field_at(ProtobufCMessage *message, size_t offset)
{
	return (char *)message + offset;
}

/* Stands where a text was: that there was one may be seen. */
static char mask[] = "***";

/* Masks a text that is set, and sets any other field to its default. */
static void clear_field(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
	void *value = field_at(message, field->offset);
	char **text = value;

	if (field->label == PROTOBUF_C_LABEL_REPEATED)
		*(size_t *)field_at(message, field->quantifier_offset) = 0;
	else if (field->type == PROTOBUF_C_TYPE_STRING)
		*text = *text && **text ? mask : (char *)(uintptr_t)field->default_value;
	else if (field->type == PROTOBUF_C_TYPE_BYTES)
		*(ProtobufCBinaryData *)value = (ProtobufCBinaryData){ 0 };
	else if (field->type == PROTOBUF_C_TYPE_MESSAGE)
		memset(value, 0, sizeof(ProtobufCMessage *));
	else if (field->type == PROTOBUF_C_TYPE_INT64 || field->type == PROTOBUF_C_TYPE_UINT64 ||
	         field->type == PROTOBUF_C_TYPE_SINT64 || field->type == PROTOBUF_C_TYPE_FIXED64 ||
	         field->type == PROTOBUF_C_TYPE_SFIXED64 || field->type == PROTOBUF_C_TYPE_DOUBLE)
		memset(value, 0, sizeof(int64_t));
	else
		memset(value, 0, sizeof(int32_t));
}

static void clear_secrets(const struct contract_message *rules, ProtobufCMessage *message);

static void clear_inside(const struct contract_message *rules, ProtobufCMessage *message,
                         const ProtobufCFieldDescriptor *field)
{
	void *value = field_at(message, field->offset);
	bool repeated = field->label == PROTOBUF_C_LABEL_REPEATED;
	ProtobufCMessage **each = repeated ? *(ProtobufCMessage ***)value : value;
	size_t n = repeated ? *(size_t *)field_at(message, field->quantifier_offset) : 1;

	if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) &&
	    *(uint32_t *)field_at(message, field->quantifier_offset) != field->id)
		return;
	for (size_t i = 0; i < n; i++)
		if (each[i])
			clear_secrets(rules, each[i]);
}

static void clear_secrets(const struct contract_message *rules, ProtobufCMessage *message)
{
	for (unsigned i = 0; i < rules->descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &rules->descriptor->fields[i];

		if (rules->fields[i].secret)
			clear_field(message, field);
		else if (rules->fields[i].message)
			clear_inside(rules->fields[i].message, message, field);
	}
}

/* Whether a field has a value; what is neither text nor bytes always has one. */
static bool is_set(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
	const void *value = field_at(message, field->offset);

	if (field->label == PROTOBUF_C_LABEL_REPEATED)
		return *(size_t *)field_at(message, field->quantifier_offset) > 0;
	if (field->type == PROTOBUF_C_TYPE_STRING)
		return **(const char *const *)value != '\0';
	return field->type != PROTOBUF_C_TYPE_BYTES || ((const ProtobufCBinaryData *)value)->len > 0;
}

static bool holds_secret(const struct contract_message *rules, ProtobufCMessage *message)
{
	for (unsigned i = 0; i < rules->descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &rules->descriptor->fields[i];
		bool repeated = field->label == PROTOBUF_C_LABEL_REPEATED;
		void *value = field_at(message, field->offset);

		if (rules->fields[i].secret && is_set(message, field))
			return true;
		if (!rules->fields[i].message ||
		    ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) &&
		     *(uint32_t *)field_at(message, field->quantifier_offset) != field->id))
			continue;
		ProtobufCMessage **each = repeated ? *(ProtobufCMessage ***)value : value;
		size_t n = repeated ? *(size_t *)field_at(message, field->quantifier_offset) : 1;
		for (size_t j = 0; j < n; j++)
			if (each[j] && holds_secret(rules->fields[i].message, each[j]))
				return true;
	}
	return false;
}

bool view_holds_secret(const struct contract_message *rules, const void *packed, size_t size, struct arena *arena)
{
	ProtobufCMessage *message = NULL;

	return !contract_unpack(rules->descriptor, packed, size, COPY_MAX, arena, &message, NULL) ||
	       holds_secret(rules, message);
}

static bool copy(const ProtobufCMessage *message, struct arena *arena, ProtobufCMessage **ret, struct error *err)
{
	size_t size = 0;
	const uint8_t *packed = contract_pack(message, arena, &size);

	if (!packed)
		return error_set(err, ERR_INTERNAL, "out of memory");
	return contract_unpack(message->descriptor, packed, size, COPY_MAX, arena, ret, err) ||
	       error_wrap(err, "copy a %s", message->descriptor->short_name);
}

bool view_json(const struct contract_message *rules, const ProtobufCMessage *message, struct arena *arena, char **ret,
               struct error *err)
{
	_cleanup_buf_ struct buf json = { 0 };
	ProtobufCMessage *shown = NULL;

	if (message) {
		if (!rules || rules->descriptor != message->descriptor)
			return error_set(err, ERR_INTERNAL, "the rules aren't those of %s", message->descriptor->name);
		if (!copy(message, arena, &shown, err))
			return false;
		clear_secrets(rules, shown);
		if (!json_write(&json, shown))
			return error_set(err, ERR_INTERNAL, "write %s as JSON", message->descriptor->name);
	}
	if (json.size > VIEW_MAX) {
		buf_clear(&json);
		buf_puts(&json, "{\"tooLong\":true}");
	}
	*ret = arena_strdup(arena, json.data ? json.data : "");
	return (*ret && !buf_failed(&json)) || error_set(err, ERR_INTERNAL, "out of memory");
}

bool view_checked(const struct contract_message *rules, const ProtobufCMessage *message, struct arena *arena,
                  ProtobufCMessage **ret, struct error *err)
{
	struct error why = { 0 };

	if (rules->descriptor != message->descriptor)
		return error_set(err, ERR_INTERNAL, "the method takes %s, not %s", rules->descriptor->name,
		                 message->descriptor->name);
	if (!copy(message, arena, ret, err))
		return false;
	if (contract_validate(rules, *ret, arena, &why))
		return true;
	return error_set(err, ERR_INTERNAL, "%s: %s: %s", message->descriptor->short_name,
	                 why.n_violations ? why.violations[0].field : "",
	                 why.n_violations ? why.violations[0].message : why.message);
}
