/* scalar: values of single fields from text, for bodies, paths and queries alike. */
#pragma once

#include <protobuf-c/protobuf-c.h>

#include "lib/base/arena.h"
#include "lib/base/error.h"

/* What a value may be wrong by: the rule of a violation, and words for people. Both NULL when all is well. */
struct scalar_fault {
	const char *rule, *words;
};

/* Reads text as proto3 JSON has it in quotes into value; strings and bytes come from the arena. */
struct scalar_fault scalar_read(const ProtobufCFieldDescriptor *field, const char *text, void *value,
                                struct arena *arena);

struct scalar_fault scalar_integer(const ProtobufCFieldDescriptor *field, int64_t number, void *value);
struct scalar_fault scalar_real(const ProtobufCFieldDescriptor *field, double number, void *value);

extern const struct scalar_fault scalar_wrong_type;

/* Whether name is the field's, in snake_case or lowerCamelCase. */
bool scalar_is_named(const ProtobufCFieldDescriptor *field, const char *name);

/* The field's lowerCamelCase name, cut to size; gives its length. */
size_t scalar_camel(const char *name, char *ret, size_t size);
