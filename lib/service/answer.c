/* answer: replies and errors as they travel. */
#include <stdio.h>
#include <string.h>

#include "lib/json/json.h"

#include "stralix/v1/common.pb-c.h"

#include "internal.h"

#define JSON_TYPE "application/json"

enum { ERROR_LINE = 240, ERROR_ARENA = 256 * 1024, BODY_ARENA = 64 * 1024 };

static bool pack_json(const ProtobufCMessage *message, struct buf *buf, struct error *err)
{
	return (json_write(buf, message) && !buf_failed(buf)) || error_set(err, ERR_INTERNAL, "write a reply as JSON");
}

static bool reply_json(struct call *call, struct buf *buf, struct error *err)
{
	ProtobufCMessage *message = NULL;

	return contract_unpack(call->method->reply->descriptor, call->reply, call->reply_size, REPLY_MAX, call->arena,
	                       &message, err) &&
	       pack_json(message, buf, err);
}

bool answer_reply(struct call *call, struct error *err)
{
	_cleanup_buf_ struct buf json = { 0 };
	const struct bus_header headers[] = { { BUS_REQUEST_ID, call->request_id },
		                              { BUS_CONTENT_TYPE, call->json ? JSON_TYPE : NULL },
		                              { NULL, NULL } };

	if (!call->json)
		return bus_respond(call->service->bus, call->msg, headers, call->reply, call->reply_size, err);
	return reply_json(call, &json, err) &&
	       bus_respond(call->service->bus, call->msg, headers, json.data, json.size, err);
}

/* "NOT_FOUND: no such website", as one line of at most 240 bytes. */
static void error_line(const struct error *err, char line[static ERROR_LINE])
{
	snprintf(line, ERROR_LINE, "%s: %.180s", error_code_name(err->code), err->message);
	for (char *c = line; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = ' ';
}

static void fill_error(struct error *from, Stralix__V1__Error *error, Stralix__V1__Violation *violations,
                       Stralix__V1__Violation **pointers)
{
	union {
		const char *in;
		char *out;
	} code = { .in = error_code_name(from->code) }; /* generated messages have no const text */

	stralix__v1__error__init(error);
	error->code = code.out;
	error->message = from->message;
	error->retryable = error_retryable(from->code);
	error->retry_after_s = from->retry_after_s;
	error->violations = pointers;
	error->n_violations = from->n_violations;
	for (unsigned i = 0; i < from->n_violations; i++) {
		stralix__v1__violation__init(&violations[i]);
		violations[i].field = from->violations[i].field;
		violations[i].rule = from->violations[i].rule;
		violations[i].message = from->violations[i].message;
		pointers[i] = &violations[i];
	}
}

static bool pack_error(const struct error *from, bool json, struct buf *buf, struct error *why)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(BODY_ARENA);
	struct error copy = *from;
	Stralix__V1__Error error;
	Stralix__V1__Violation violations[ERROR_VIOLATIONS], *pointers[ERROR_VIOLATIONS];
	const uint8_t *packed;
	size_t size = 0;

	fill_error(&copy, &error, violations, pointers);
	if (json)
		return pack_json(&error.base, buf, why);
	packed = arena ? contract_pack(&error.base, arena, &size) : NULL;
	if (!packed)
		return error_set(why, ERR_INTERNAL, "out of memory");
	buf_add(buf, packed, size);
	return !buf_failed(buf) || error_set(why, ERR_INTERNAL, "out of memory");
}

bool answer_error(struct bus *bus, const struct bus_msg *to, const char *request_id, bool json, const struct error *err,
                  struct error *why)
{
	_cleanup_buf_ struct buf body = { 0 };
	char line[ERROR_LINE], status[16];
	const struct bus_header headers[] = { { BUS_REQUEST_ID, request_id },
		                              { BUS_CONTENT_TYPE, json ? JSON_TYPE : NULL },
		                              { BUS_ERROR_CODE, status },
		                              { BUS_ERROR, line },
		                              { NULL, NULL } };

	error_line(err, line);
	snprintf(status, sizeof(status), "%d", error_http_status(err->code));
	return pack_error(err, json, &body, why) && bus_respond(bus, to, headers, body.data, body.size, why);
}

/* What another service said of its failure, as it was. */
static bool read_error(const struct bus_msg *msg, struct error *err)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(ERROR_ARENA);
	ProtobufCMessage *message = NULL;
	const Stralix__V1__Error *body;
	struct error ours = { 0 };

	if (!arena || !contract_unpack(&stralix__v1__error__descriptor, bus_msg_data(msg), bus_msg_size(msg), REPLY_MAX,
	                               arena, &message, &ours))
		return error_set(err, ERR_BAD_REPLY, "an error that can't be read: %s", ours.message);
	body = (const Stralix__V1__Error *)(const void *)message;
	error_set(err, error_code_parse(body->code), "%s", body->message);
	if (!err)
		return false;
	err->retry_after_s = body->retry_after_s;
	err->n_violations = 0;
	for (size_t i = 0; i < body->n_violations && i < ERROR_VIOLATIONS; i++) {
		struct violation *violation = &err->violations[err->n_violations++];

		snprintf(violation->field, sizeof(violation->field), "%s", body->violations[i]->field);
		snprintf(violation->rule, sizeof(violation->rule), "%s", body->violations[i]->rule);
		snprintf(violation->message, sizeof(violation->message), "%s", body->violations[i]->message);
	}
	return false;
}

bool answer_read(const struct bus_msg *msg, const ProtobufCMessageDescriptor *type, struct arena *arena,
                 ProtobufCMessage **ret, struct error *err)
{
	if (bus_msg_header(msg, BUS_ERROR_CODE))
		return read_error(msg, err);
	if (!type)
		return true;
	if (!contract_unpack(type, bus_msg_data(msg), bus_msg_size(msg), REPLY_MAX, arena, ret, err)) {
		if (err)
			err->code = ERR_BAD_REPLY;
		return false;
	}
	return true;
}
