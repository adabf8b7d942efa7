/* reflect: see reflect.h. */
#include "reflect.h"

#include <string.h>

size_t reflect_size(ProtobufCType type)
{
	switch (type) {
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_SFIXED64:
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_FIXED64:
	case PROTOBUF_C_TYPE_DOUBLE:
		return sizeof(uint64_t);
	case PROTOBUF_C_TYPE_BOOL:
		return sizeof(protobuf_c_boolean);
	case PROTOBUF_C_TYPE_STRING:
	case PROTOBUF_C_TYPE_MESSAGE:
		return sizeof(void *);
	case PROTOBUF_C_TYPE_BYTES:
		return sizeof(ProtobufCBinaryData);
	default:
		return sizeof(uint32_t);
	}
}

size_t reflect_values(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field, const void **ret)
{
	const void *value = reflect_const(message, field);

	if (field->label == PROTOBUF_C_LABEL_REPEATED) {
		*ret = *(const void *const *)value;
		return reflect_count(message, field);
	}
	*ret = value;
	if (reflect_other_case(message, field))
		return 0;
	return field->type == PROTOBUF_C_TYPE_MESSAGE && !*(const void *const *)value ? 0 : 1;
}

/* protobuf-c leaves the option map_entry out: a map is known by its shape. */
bool reflect_is_map(const ProtobufCFieldDescriptor *field)
{
	const ProtobufCMessageDescriptor *entry = field->descriptor;
	size_t size;

	if (field->label != PROTOBUF_C_LABEL_REPEATED || field->type != PROTOBUF_C_TYPE_MESSAGE)
		return false;
	size = strlen(entry->short_name);
	return size > 5 && !strcmp(entry->short_name + size - 5, "Entry") && entry->n_fields == 2 &&
	       !strcmp(entry->fields[0].name, "key") && !strcmp(entry->fields[1].name, "value");
}
