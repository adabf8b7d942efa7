/* reflect: reaches into a message by its descriptor. */
#pragma once

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stdint.h>

static inline void *reflect_value(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
	return (uint8_t *)message + field->offset;
}

static inline const void *reflect_const(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
	return (const uint8_t *)message + field->offset;
}

static inline size_t reflect_count(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
	return *(const size_t *)(const void *)((const uint8_t *)message + field->quantifier_offset);
}

static inline size_t *reflect_quantifier(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
	return (size_t *)(void *)((uint8_t *)message + field->quantifier_offset);
}

static inline uint32_t *reflect_case(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
	return (uint32_t *)(void *)((uint8_t *)message + field->quantifier_offset);
}

/* A member of a oneof that isn't the one. */
static inline bool reflect_other_case(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
	return (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) &&
	       *(const uint32_t *)(const void *)((const uint8_t *)message + field->quantifier_offset) != field->id;
}

/* Bytes of one value in a message or in a repeated field's array. */
size_t reflect_size(ProtobufCType type);

/* How many values a field holds, and where they lie: one in the message itself, or a repeated field's array. */
size_t reflect_values(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field, const void **ret);

bool reflect_is_map(const ProtobufCFieldDescriptor *field);
