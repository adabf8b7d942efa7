/* unknown: whether a message says more than this contract understands. */
#include "lib/contract/contract.h"

#include "reflect.h"

static bool is_unknown_value(const ProtobufCFieldDescriptor *field, const void *value)
{
	if (field->type == PROTOBUF_C_TYPE_ENUM)
		return !protobuf_c_enum_descriptor_get_value(field->descriptor, *(const int *)value);
	if (field->type == PROTOBUF_C_TYPE_MESSAGE)
		return contract_has_unknown(*(const ProtobufCMessage *const *)value);
	return false;
}

bool contract_has_unknown(const ProtobufCMessage *message)
{
	if (message->n_unknown_fields)
		return true;
	for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
		const void *values;
		size_t n = reflect_values(message, field, &values);

		for (size_t v = 0; v < n; v++)
			if (is_unknown_value(field, (const uint8_t *)values + v * reflect_size(field->type)))
				return true;
	}
	return false;
}
