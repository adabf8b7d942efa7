/* json: proto3 JSON mapping for protobuf-c messages; the only user of jansson. */
#pragma once

#include <protobuf-c/protobuf-c.h>

#include "lib/base/arena.h"
#include "lib/base/buf.h"
#include "lib/base/error.h"

struct json_plan;

/*
 * Appends a message as JSON: lowerCamelCase names, zero values written out, 64-bit integers as strings, enums by name,
 * bytes as base64, maps as objects, absent sub-messages left out. '<' is escaped; invalid UTF-8 becomes U+FFFD.
 */
bool json_write(struct buf *buf, const ProtobufCMessage *message) _must_check_;

/*
 * How messages of a type are written straight from their packed bytes: names and defaults, looked up once. NULL without
 * memory. Changes nothing afterwards, so that all threads may read it.
 */
struct json_plan *json_plan_new(const ProtobufCMessageDescriptor *descriptor);
void json_plan_free(struct json_plan *plan);
DEFINE_CLEANUP(struct json_plan *, json_plan_free)

/*
 * Appends what contract_unpack and json_write would, in one pass and without their memory. False: nothing was appended,
 * because the bytes are malformed, or merely uncommon (fields out of order, unknown ones, maps): contract_unpack tells
 * which. Doesn't look at the size of the whole.
 */
bool json_write_packed(struct buf *buf, const struct json_plan *plan, const void *data, size_t size) _must_check_;

/* Appends a quoted, escaped string. (jansson has a json_string of its own.) */
void json_quote(struct buf *buf, const char *text);

/*
 * Reads one JSON object into a message from the arena. Refuses unknown and repeated fields, wrong types, numbers out of
 * range, depth over 16, and text that isn't UTF-8: ERR_INVALID with a violation whose field is the path, or
 * ERR_MALFORMED with line and column. Absent and null fields keep their defaults. Size 0 is the empty object.
 * A message with a field update_mask that isn't given gets the members that are: "settings.aliases" of a PATCH.
 */
bool json_read(const ProtobufCMessageDescriptor *descriptor, const char *text, size_t size, struct arena *arena,
               ProtobufCMessage **ret, struct error *err) _must_check_;

/* Sets one scalar field of a message (from json_read or initialised) by its lowerCamelCase or snake_case name, from
 * text of a path or a query ("limit", "20"); repeated fields append. ERR_INVALID: unknown, given twice, out of range.
 */
bool json_set(ProtobufCMessage *message, const char *name, const char *value, struct arena *arena,
              struct error *err) _must_check_;

/* A message with its defaults, from the arena. */
ProtobufCMessage *json_new(const ProtobufCMessageDescriptor *descriptor, struct arena *arena);
