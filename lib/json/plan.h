/* plan: what is known about a type before its first message comes. */
#pragma once

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>

#include "lib/json/json.h"

struct plan_member {
	const ProtobufCFieldDescriptor *field;
	ProtobufCWireType wire;
	bool repeated, uncommon; /* uncommon: not written straight from packed bytes */
	char *key;               /* `,"taskId":` */
	char *absent;            /* `,"taskId":""`; empty for what is left out */
	size_t key_size, absent_size;
	struct json_plan *plan; /* of a message */
};

struct json_plan {
	size_t n;
	struct plan_member members[]; /* in the order of their numbers */
};
