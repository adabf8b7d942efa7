/* plan: see plan.h. */
#include "plan.h"

#include <stdlib.h>
#include <string.h>

#include "lib/contract/reflect.h"
#include "lib/contract/wire.h"

#include "scalar.h"
#include "write.h"

enum { NAME_MAX_ = 128, DEFAULTS_MAX = 16 << 10 };

static ProtobufCWireType wire_of(ProtobufCType type)
{
	switch (type) {
	case PROTOBUF_C_TYPE_FIXED32:
	case PROTOBUF_C_TYPE_SFIXED32:
	case PROTOBUF_C_TYPE_FLOAT:
		return PROTOBUF_C_WIRE_TYPE_32BIT;
	case PROTOBUF_C_TYPE_FIXED64:
	case PROTOBUF_C_TYPE_SFIXED64:
	case PROTOBUF_C_TYPE_DOUBLE:
		return PROTOBUF_C_WIRE_TYPE_64BIT;
	case PROTOBUF_C_TYPE_STRING:
	case PROTOBUF_C_TYPE_BYTES:
	case PROTOBUF_C_TYPE_MESSAGE:
		return PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED;
	default:
		return PROTOBUF_C_WIRE_TYPE_VARINT;
	}
}

/* Of several members of a oneof the last in the bytes wins: not for one pass. */
static bool shares_oneof(const ProtobufCMessageDescriptor *type, const ProtobufCFieldDescriptor *field)
{
	if (!(field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF))
		return false;
	for (unsigned i = 0; i < type->n_fields; i++)
		if (&type->fields[i] != field && (type->fields[i].flags & PROTOBUF_C_FIELD_FLAG_ONEOF) &&
		    type->fields[i].quantifier_offset == field->quantifier_offset)
			return true;
	return false;
}

/* Numbers in arrays are packed, or not: no reply is full of them. */
static bool is_uncommon(const ProtobufCMessageDescriptor *type, const ProtobufCFieldDescriptor *field)
{
	return reflect_is_map(field) || field->label == PROTOBUF_C_LABEL_REQUIRED || shares_oneof(type, field) ||
	       (field->label == PROTOBUF_C_LABEL_REPEATED &&
	        wire_of(field->type) != PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED);
}

static void write_absent(struct buf *buf, const ProtobufCMessage *defaults, const struct plan_member *member)
{
	const ProtobufCFieldDescriptor *field = member->field;
	const void *value;

	if (!member->repeated && !reflect_values(defaults, field, &value))
		return;
	buf_puts(buf, member->key);
	if (member->repeated)
		buf_puts(buf, reflect_is_map(field) ? "{}" : "[]");
	else
		write_value(buf, field, value);
}

static struct json_plan *make(const ProtobufCMessageDescriptor *type, unsigned depth);

static bool fill(struct plan_member *member, const ProtobufCMessage *defaults, unsigned depth)
{
	const ProtobufCFieldDescriptor *field = member->field;
	_cleanup_buf_ struct buf key = { 0 }, absent = { 0 };
	char name[NAME_MAX_];

	member->wire = wire_of(field->type);
	member->repeated = field->label == PROTOBUF_C_LABEL_REPEATED;
	member->uncommon = is_uncommon(defaults->descriptor, field);
	scalar_camel(field->name, name, sizeof(name));
	buf_printf(&key, ",\"%s\":", name);
	member->key_size = key.size;
	member->key = buf_take(&key);
	if (!member->key)
		return false;
	write_absent(&absent, defaults, member);
	member->absent_size = absent.size;
	member->absent = buf_take(&absent);
	if (!member->absent || field->type != PROTOBUF_C_TYPE_MESSAGE || member->uncommon)
		return member->absent != NULL;
	member->uncommon = depth == WIRE_DEPTH; /* refused at any rate; ends a type that holds itself, too */
	member->plan = member->uncommon ? NULL : make(field->descriptor, depth + 1);
	return member->uncommon || member->plan;
}

static struct json_plan *make(const ProtobufCMessageDescriptor *type, unsigned depth)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(DEFAULTS_MAX);
	const ProtobufCMessage *defaults = arena ? json_new(type, arena) : NULL;
	_cleanup_(json_plan_freep) struct json_plan *plan =
		calloc(1, sizeof(*plan) + type->n_fields * sizeof(plan->members[0]));

	if (!plan || !defaults)
		return NULL;
	for (; plan->n < type->n_fields; plan->n++) {
		plan->members[plan->n].field = &type->fields[plan->n];
		if (!fill(&plan->members[plan->n], defaults, depth)) {
			plan->n++; /* what it has is freed, too */
			return NULL;
		}
	}
	return TAKE_PTR(plan);
}

struct json_plan *json_plan_new(const ProtobufCMessageDescriptor *descriptor)
{
	return make(descriptor, 1);
}

void json_plan_free(struct json_plan *plan)
{
	if (!plan)
		return;
	for (size_t i = 0; i < plan->n; i++) {
		free(plan->members[i].key);
		free(plan->members[i].absent);
		json_plan_free(plan->members[i].plan);
	}
	free(plan);
}
