/* random_bytes: packed messages of any type, made up, the same ones at every run; and what may befall them. */
#pragma once

#include <protobuf-c/protobuf-c.h>

#include "lib/base/buf.h"

/* Starts with any number but 0. */
struct random {
	uint64_t state;
};

unsigned random_below(struct random *random, unsigned limit);

/* Appends a message as services pack it: in the order of numbers, some fields absent. */
void random_message(struct buf *buf, const ProtobufCMessageDescriptor *type, struct random *random);

/* Changes, cuts, repeats or inserts something. */
void random_break(struct buf *buf, struct random *random);
