/* Replies of services: error headers first, then the message. */

#include "rpc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stralix/v1/common.pb-c.h"

enum { AWAY_RETRY_S = 2 };

/* A code that this build doesn't know still has an HTTP status. */
static enum error_code code_of_status(long status)
{
	static const enum error_code codes[] = { ERR_INVALID,      ERR_UNAUTHENTICATED, ERR_FORBIDDEN, ERR_NOT_FOUND,
		                                 ERR_CONFLICT,     ERR_PRECONDITION,    ERR_TOO_LARGE, ERR_KEY_REUSED,
		                                 ERR_RATE_LIMITED, ERR_UNAVAILABLE,     ERR_TIMEOUT };

	for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
		if (error_http_status(codes[i]) == status)
			return codes[i];
	return ERR_BAD_REPLY;
}

static enum error_code code_of(const char *name, long status)
{
	enum error_code code = error_code_parse(name);

	return error_http_status(code) == status ? code : code_of_status(status);
}

static void take_violations(const Stralix__V1__Error *from, struct error *err)
{
	for (size_t i = 0; i < from->n_violations && err->n_violations < ERROR_VIOLATIONS; i++) {
		struct violation *violation = &err->violations[err->n_violations++];

		snprintf(violation->field, sizeof(violation->field), "%s", from->violations[i]->field);
		snprintf(violation->rule, sizeof(violation->rule), "%s", from->violations[i]->rule);
		snprintf(violation->message, sizeof(violation->message), "%s", from->violations[i]->message);
	}
}

static bool fail(const struct bus_msg *reply, const char *status_text, struct arena *arena, struct error *err)
{
	ProtobufCMessage *message = NULL;
	const Stralix__V1__Error *body;
	long status = strtol(status_text, NULL, 10);
	enum error_code code;

	*err = (struct error){ 0 };
	if (bus_msg_size(reply) == 0 || !contract_unpack(&stralix__v1__error__descriptor, bus_msg_data(reply),
	                                                 bus_msg_size(reply), RPC_REPLY_MAX, arena, &message, NULL))
		return error_set(err, code_of_status(status), "The service refused without saying why.");
	body = (const Stralix__V1__Error *)(const void *)message;
	code = code_of(body->code, status);
	if (code == ERR_INTERNAL || code == ERR_BAD_REPLY)
		return error_set(err, code, "Something went wrong on our side. The log has the request id.");
	error_set(err, code, "%s", body->message);
	err->retry_after_s = body->retry_after_s;
	take_violations(body, err);
	return false;
}

bool rpc_unpack(const struct bus_msg *reply, const ProtobufCMessageDescriptor *type, struct arena *arena,
                ProtobufCMessage **ret, struct error *err)
{
	const char *status = bus_msg_header(reply, BUS_ERROR_CODE);

	if (status)
		return fail(reply, status, arena, err);
	if (!contract_unpack(type, bus_msg_data(reply), bus_msg_size(reply), RPC_REPLY_MAX, arena, ret, err)) {
		*err = (struct error){ 0 };
		return error_set(err, ERR_BAD_REPLY, "A service answered nonsense. The log has the request id.");
	}
	return true;
}

void rpc_away(struct error *err, const char *service)
{
	enum error_code code = err->code == ERR_TIMEOUT ? ERR_TIMEOUT : ERR_UNAVAILABLE;

	*err = (struct error){ 0 };
	if (code == ERR_TIMEOUT)
		error_set(err, code, "The %s service didn't answer in time. Look before you try again.", service);
	else
		error_set(err, code, "The %s service is away; it comes back by itself.", service);
	err->retry_after_s = AWAY_RETRY_S;
}
