/* The steps of a call: refuse, identify, read, forward, answer. */

#include "api.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/failpoint.h"
#include "lib/base/log.h"
#include "lib/contract/contract.h"

#include "stralix/v1/authz.pb-c.h"

#include "problem.h"
#include "respond.h"
#include "rpc.h"
#include "transcode.h"

enum { READ_MS = 5000, CHANGE_MS = 10000, IDENTIFY_MS = 3000 };

static bool is_rpc(const struct request *request, const char *service, const char *method)
{
	const struct route *route = request->match.route;

	return route && strcmp(route->service->name, service) == 0 && strcmp(route->method->name, method) == 0;
}

static void answer_error(struct request *request, unsigned status)
{
	struct respond_headers headers = { 0 };

	/* Whoever wanted to sign out is signed out when the session had ended already. */
	if (request->error.code == ERR_UNAUTHENTICATED && is_rpc(request, "authz", "SignOut"))
		headers.set_cookie = credentials_cleared_cookie;
	respond_problem(request, &request->error, status, &headers);
}

/* ---- answer ---- */

static void answer_message(struct request *request, ProtobufCMessage *reply)
{
	struct respond_headers headers = { .content_type = "application/json" };
	_cleanup_buf_ struct buf body = { 0 }, cookie = { 0 };
	unsigned status = request->match.route->method->http_status;
	char etag[REQUEST_KEY + 2];

	if (is_rpc(request, "authz", "SignIn")) {
		const Stralix__V1__SignInReply *sign_in = (const Stralix__V1__SignInReply *)(void *)reply;

		credentials_cookie(&cookie, sign_in->token, sign_in->session ? sign_in->session->expires_at : "",
		                   clock_unix_ms());
		headers.set_cookie = cookie.data;
	} else if (is_rpc(request, "authz", "SignOut")) {
		headers.set_cookie = credentials_cleared_cookie;
	}
	if (snprintf(etag, sizeof(etag), "\"%s\"", transcode_etag(reply)) > 2)
		headers.etag = etag;
	if (status == 204) {
		headers.content_type = NULL;
		respond_empty(request, status, &headers);
	} else if (transcode_reply(reply, &body, &request->error)) {
		respond_buf(request, status ? status : 200, &headers, &body);
	} else {
		answer_error(request, 0);
	}
}

/* Most replies need nobody to look into them. */
static bool answer_packed(struct request *request)
{
	const struct respond_headers headers = { .content_type = "application/json" };
	const struct route *route = request->match.route;
	_cleanup_buf_ struct buf body = { 0 };

	if (!transcode_packed(route, request->reply, &body))
		return false;
	respond_buf(request, route->method->http_status ? route->method->http_status : 200, &headers, &body);
	return true;
}

/* Whether what the caller may do is another thing after this call. */
static bool changes_identity(const struct request *request)
{
	static const char *const methods[] = { "SignOut", "ChangePassword", "ActFor", "StopActing" };

	for (size_t i = 0; i < ARRAY_SIZE(methods); i++)
		if (is_rpc(request, "authz", methods[i]))
			return true;
	return false;
}

void api_received(struct request *request)
{
	if (request->counted_waiting)
		atomic_fetch_sub(&request->gateway->waiting, 1);
	request->counted_waiting = false;
}

static void answer(struct request *request)
{
	const struct route *route = request->match.route;
	ProtobufCMessage *reply = NULL;

	api_received(request);
	if (request->reply && changes_identity(request))
		identities_drop(request->gateway->identities, request->identity_key.digest);
	if (request->reply && answer_packed(request))
		return;
	if (!request->reply)
		rpc_away(&request->error, route->service->name);
	else if (rpc_unpack(request->reply, route->method->reply->descriptor, request->arena, &reply,
	                    &request->error)) {
		answer_message(request, reply);
		return;
	}
	if (request->error.code == ERR_UNAUTHENTICATED && !route->method->is_public)
		identities_drop(request->gateway->identities, request->identity_key.digest);
	answer_error(request, 0);
}

/* ---- forward ---- */

static void on_reply(void *arg, struct bus_msg *reply, const struct error *why)
{
	struct request *request = arg;

	request->reply = reply;
	if (!reply)
		request->error = *why;
	http_resume(request->exchange);
}

static bool send(struct request *request, const uint8_t *body, size_t size)
{
	char authorization[TOKEN_MAX + 8], pulse[TOKEN_MAX], deadline[24];
	bool aged = request->identity && identities_pulse(request->gateway->identities, request->identity, pulse);
	const struct bus_header headers[] = {
		{ BUS_REQUEST_ID, request->id },
		{ BUS_TRACEPARENT, request->traceparent },
		{ BUS_AUTHORIZATION, request->identity ? authorization : NULL },
		{ BUS_PULSE, aged ? pulse : NULL },
		{ BUS_DEADLINE, deadline },
		{ BUS_IDEMPOTENCY_KEY, request->idempotency_key[0] ? request->idempotency_key : NULL },
		{ BUS_SOURCE_IP, request->source_ip[0] ? request->source_ip : NULL },
		{ NULL, NULL },
	};

	if (request->identity)
		snprintf(authorization, sizeof(authorization), "Bearer %s", request->identity->token);
	snprintf(deadline, sizeof(deadline), "%lld", (long long)request->deadline_unix_ms);
	return bus_request_async(request->gateway->bus, request->match.route->subject, headers, body, size,
	                         request_remaining_ms(request), on_reply, request, &request->error);
}

static bool admit(struct request *request)
{
	struct gateway *gateway = request->gateway;

	if (atomic_fetch_add(&gateway->waiting, 1) >= (unsigned)gateway->settings.max_waiting) {
		atomic_fetch_sub(&gateway->waiting, 1);
		return error_set(&request->error, ERR_UNAVAILABLE, "The panel is very busy; try again in a moment.");
	}
	request->counted_waiting = true;
	return true;
}

/* A call that asks to be held gets that much longer. */
static void add_wait(struct request *request, const ProtobufCMessage *message)
{
	const ProtobufCFieldDescriptor *wait =
		protobuf_c_message_descriptor_get_field_by_name(message->descriptor, "wait_ms");
	int64_t left = request_remaining_ms(request);
	uint32_t wait_ms = 0;

	if (!wait || wait->type != PROTOBUF_C_TYPE_UINT32)
		return;
	memcpy(&wait_ms, (const char *)message + wait->offset, sizeof(wait_ms));
	request_set_deadline(request, left + wait_ms);
}

static bool read_request(struct request *request, uint8_t **ret_body, size_t *ret_size)
{
	ProtobufCMessage *message = NULL;

	if (!transcode_request(request, &message, &request->error))
		return false;
	add_wait(request, message);
	*ret_body = contract_pack(message, request->arena, ret_size);
	return *ret_body ? true : error_set(&request->error, ERR_TOO_LARGE, "The request is too large.");
}

bool api_send(struct request *request, const uint8_t *body, size_t size, void (*next)(struct request *request))
{
	if (!admit(request))
		return false;
	if (request->match.route->method->mutating)
		failpoint("gateway.request");
	request->next = next;
	http_suspend(request->exchange); /* before sending: the reply may be first */
	if (!send(request, body, size))
		http_resume(request->exchange);
	return true;
}

static void forward(struct request *request)
{
	uint8_t *body;
	size_t size;

	if (request->error.code != ERR_NONE || !read_request(request, &body, &size) ||
	    !api_send(request, body, size, answer))
		answer_error(request, 0);
}

/* ---- identify ---- */

static void on_identity(void *arg, struct identity *identity, const struct error *why)
{
	struct request *request = arg;

	request->identity = identity;
	if (!identity)
		request->error = *why;
	http_resume(request->exchange);
}

void api_identify(struct request *request, const char *audience, void (*next)(struct request *request))
{
	struct identities *identities = request->gateway->identities;
	const char *token = request->credentials.token;
	int timeout_ms = request_remaining_ms(request);

	if (!credentials_present(&request->credentials, &request->error)) {
		answer_error(request, 0);
		return;
	}
	identity_key(&request->identity_key, token, audience);
	switch (identities_find(identities, &request->identity_key, token, request->id, &request->identity,
	                        &request->error)) {
	case IDENTITY_GOOD:
	case IDENTITY_REFUSED:
		next(request);
		return;
	case IDENTITY_UNKNOWN:
		break;
	}
	request->next = next;
	request->waiter = (struct identity_waiter){ NULL, on_identity, request };
	http_suspend(request->exchange);
	identities_fetch(identities, &request->identity_key, token, request->id,
	                 timeout_ms < IDENTIFY_MS ? timeout_ms : IDENTIFY_MS, &request->waiter);
}

/* ---- refuse ---- */

/* What needs neither token nor message to be refused; the HTTP status, or 0. */
static unsigned refuse(struct request *request, const struct contract_method *method)
{
	struct error *err = &request->error;
	size_t size;

	http_body(request->exchange, &size);
	if (http_body_overflow(request->exchange)) {
		error_set(err, ERR_TOO_LARGE, "The body of the request is too large: 256 KiB at most.");
		return 413;
	}
	if (size > 0 && !transcode_content_type_good(request->content_type)) {
		error_set(err, ERR_MALFORMED, "The body has to be application/json.");
		return 415;
	}
	if (request->bad_idempotency_key) {
		error_field(err, "Idempotency-Key", "format", "1 to 64 of the characters A-Z a-z 0-9 _ . : -, once.");
		return 400;
	}
	if (method->mutating && !credentials_may_change(&request->credentials, request->gateway->origins, err))
		return 403;
	return 0;
}

void api_start(struct request *request)
{
	const struct route *route = request->match.route;
	unsigned status;

	if (route->method->basic)
		credentials_use_basic(&request->credentials);
	status = refuse(request, route->method);
	request_set_deadline(request, route->method->mutating ? CHANGE_MS : READ_MS);
	if (status)
		answer_error(request, status);
	else if (route->method->is_public)
		forward(request);
	else
		api_identify(request, route->service->name, forward);
}
