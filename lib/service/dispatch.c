/* dispatch: one call from arrival to answer: deadline, method, token, permission, body, rules, key, handler, reply. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/json/json.h"

#include "stralix/v1/common.pb-c.h"

#include "guard.h"
#include "internal.h"

enum { AWAY_RETRY_S = 1, KEY_MAX = 64 };

#define ID_BYTES "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:-"

/* Unix ms of the header, bounded; without one, or with nonsense, the default. */
int64_t dispatch_deadline(const struct bus_msg *msg, int64_t now_ms)
{
	const char *text = bus_msg_header(msg, BUS_DEADLINE);
	char *end = NULL;
	long long deadline;

	if (!text || !isdigit((unsigned char)text[0]))
		return now_ms + DEADLINE_DEFAULT_MS;
	errno = 0;
	deadline = strtoll(text, &end, 10);
	if (errno || *end)
		return now_ms + DEADLINE_DEFAULT_MS;
	return deadline < now_ms + DEADLINE_MOST_MS ? deadline : now_ms + DEADLINE_MOST_MS;
}

/* Copies a header that is made of the given bytes and fits; else leaves "". */
static void take_header(const struct bus_msg *msg, const char *name, const char *bytes, char *to, size_t size)
{
	const char *value = bus_msg_header(msg, name);

	to[0] = '\0';
	if (value && strlen(value) < size && !value[strspn(value, bytes)])
		memcpy(to, value, strlen(value) + 1);
}

static void take_headers(struct call *call)
{
	const char *type = bus_msg_header(call->msg, BUS_CONTENT_TYPE);

	call->json = type && strncmp(type, "application/json", strlen("application/json")) == 0;
	take_header(call->msg, BUS_REQUEST_ID, ID_BYTES, call->request_id, sizeof(call->request_id));
	take_header(call->msg, BUS_TRACEPARENT, "0123456789abcdef-", call->traceparent, sizeof(call->traceparent));
	take_header(call->msg, BUS_SOURCE_IP, "0123456789abcdefABCDEF.:", call->source_ip, sizeof(call->source_ip));
	if (!call->request_id[0]) {
		struct uuid fresh = uuid_v7();

		uuid_format(&fresh, call->request_id);
	}
}

/* The method that the subject's last token names. */
static const struct contract_method *find_method(struct call *call)
{
	const struct contract_service *contract = call->service->definition->contract;
	const char *name = strrchr(bus_msg_subject(call->msg), '.');

	for (size_t i = 0; name && i < contract->n_methods; i++)
		if (strcmp(contract->methods[i].name, name + 1) == 0) {
			call->endpoint = i;
			return &contract->methods[i];
		}
	return NULL;
}

static bool admit(struct call *call, struct error *err)
{
	const struct guard_request request = {
		.method = call->method,
		.authorization = bus_msg_header(call->msg, BUS_AUTHORIZATION),
		.pulse = bus_msg_header(call->msg, BUS_PULSE),
		.body = bus_msg_data(call->msg),
		.size = bus_msg_size(call->msg),
		.now_s = call->arrived_ms / 1000,
		.arena = call->arena,
	};

	if (bus_msg_size(call->msg) > REQUEST_MAX)
		return error_set(err, ERR_TOO_LARGE, "a request has at most %d bytes", REQUEST_MAX);
	return guard_admit(call->service->guard, &request, &call->identity, err);
}

static bool decode(struct call *call, ProtobufCMessage **ret, struct error *err)
{
	const struct contract_message *rules = call->method->request;
	const void *body = bus_msg_data(call->msg);
	size_t size = bus_msg_size(call->msg);

	if (call->json ? !json_read(rules->descriptor, body, size, call->arena, ret, err)
	               : !contract_unpack(rules->descriptor, body, size, REQUEST_MAX, call->arena, ret, err))
		return false;
	return contract_validate(rules, *ret, call->arena, err);
}

/*
 * The key that the call came with, if it is one that counts: a person's, for a change. Who acts for an organisation
 * asks another question than the same person for themselves, and so does their token that is limited to records:
 * neither gets the other's answer.
 */
static bool take_key(struct call *call, struct error *err)
{
	char purpose[UUID_TEXT + 32] = "idempotency", org[UUID_TEXT];
	const char *key = bus_msg_header(call->msg, BUS_IDEMPOTENCY_KEY);

	if (!key || !call->method->mutating || !call->identity.user_id[0] || !call->service->db)
		return true;
	if (!key[0] || strlen(key) > KEY_MAX || key[strspn(key, ID_BYTES)])
		return error_field(err, "Idempotency-Key", "TOKEN",
		                   "An idempotency key is 1 to %d of A-Z a-z 0-9 _ . : -", KEY_MAX);
	call->hold.key = key;
	call->hold.holder = uuid_v7();
	if (call->identity.acting)
		snprintf(purpose, sizeof(purpose), "idempotency for %s", uuid_format(&call->identity.org, org));
	else if (call->identity.limits)
		snprintf(purpose, sizeof(purpose), "idempotency of %s", call->identity.session_id);
	token_key_digest(call->service->key, purpose, bus_msg_data(call->msg), bus_msg_size(call->msg),
	                 call->hold.digest);
	return true;
}

/* "Done" needs no words: the empty reply is sent for a handler that kept none. */
static bool check_reply(struct call *call, struct error *err)
{
	if (call->replied || call->later.then)
		return true;
	if (call->method->reply->descriptor != &stralix__v1__empty__descriptor)
		return error_set(err, ERR_INTERNAL, "the handler of %s gave no reply", call->method->name);
	call->replied = true;
	return true;
}

static bool run_handler(struct call *call, const ProtobufCMessage *request, struct error *err)
{
	bool done = false;

	if (!take_key(call, err) || !key_hold(call, &done, err))
		return false;
	if (done)
		return true;
	if (call->method->invoke(call->service->definition->handlers, call, request, err) && check_reply(call, err)) {
		if (!call->changed)
			key_release(call);
		return true;
	}
	key_release(call);
	return false;
}

static bool handle(struct call *call, struct error *err)
{
	ProtobufCMessage *request = NULL;

	call->arena = arena_new(ARENA_MAX);
	if (!call->arena)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (!call->method)
		return error_set(err, ERR_NOT_FOUND, "%s has no such method", call->service->name);
	if (!admit(call, err))
		return false;
	log_context(call->request_id, call->identity.user_id[0] ? call->identity.user_id : NULL);
	return decode(call, &request, err) && run_handler(call, request, err);
}

void dispatch_public_error(const struct error *err, struct error *ret)
{
	static const struct {
		enum error_code code;
		const char *words;
	} plain[] = {
		{ ERR_INTERNAL, "internal error" },
		{ ERR_BAD_REPLY, "A part of the panel answered nonsense." },
		{ ERR_UNAVAILABLE, "A part of the panel is away. Try again in a moment." },
		{ ERR_TIMEOUT, "A part of the panel didn't answer in time." },
		{ ERR_DISK, "A disk is full or failing." },
	};

	*ret = *err;
	if (ret->code == ERR_NONE)
		ret->code = ERR_INTERNAL;
	for (size_t i = 0; i < ARRAY_SIZE(plain); i++)
		if (plain[i].code == ret->code)
			snprintf(ret->message, sizeof(ret->message), "%s", plain[i].words);
	if ((ret->code == ERR_UNAVAILABLE || ret->code == ERR_TIMEOUT) && !ret->retry_after_s)
		ret->retry_after_s = AWAY_RETRY_S;
}

static void fail(struct call *call, const struct error *err)
{
	struct error shown, why = { 0 };
	char line[96];

	snprintf(line, sizeof(line), "call %s", call->method ? call->method->name : "of an unknown method");
	log_failure(error_http_status(err->code) >= 500 ? LOG_ERROR_ : LOG_INFO_, err, line);
	dispatch_public_error(err, &shown);
	if (shown.code == ERR_INTERNAL)
		snprintf(shown.message, sizeof(shown.message), "internal error, request %s", call->request_id);
	if (!answer_error(call->service->bus, call->msg, call->request_id, call->json, &shown, &why))
		log_failure(LOG_WARN_, &why, "answer a failed call");
}

void dispatch_finish(struct call *call, bool ok, struct error *err)
{
	struct service *service = call->service;

	ok = ok && answer_reply(call, err);
	if (!ok)
		fail(call, err);
	if (call->method && service->discovery)
		discovery_count(service->discovery, call->endpoint, clock_monotonic_us() - call->started_us,
		                ok ? NULL : err);
	log_context(NULL, NULL);
	arena_free(call->arena);
	bus_msg_free(call->answer);
	bus_msg_free(call->msg);
	free(call);
}

void dispatch(struct service *service, struct bus_msg *msg, int64_t arrived_ms)
{
	int64_t deadline_ms = dispatch_deadline(msg, arrived_ms);
	bool wanted = deadline_ms > clock_unix_ms() && bus_msg_reply(msg); /* else nobody waits any more */
	struct call *call = wanted ? calloc(1, sizeof(*call)) : NULL;
	struct error err = { 0 };

	if (!call) {
		bus_msg_free(msg);
		return;
	}
	*call = (struct call){ .service = service,
		               .msg = msg,
		               .arrived_ms = arrived_ms,
		               .deadline_ms = deadline_ms,
		               .started_us = clock_monotonic_us() };
	take_headers(call);
	call->method = find_method(call);
	log_context(call->request_id, NULL);
	bool ok = handle(call, &err);
	if (ok && call->later.then) {
		if (later_send(call, &err)) {
			log_context(NULL, NULL);
			return; /* it may be answered and gone */
		}
		ok = false;
	}
	dispatch_finish(call, ok, &err);
}

void dispatch_refuse(struct service *service, const struct bus_msg *msg)
{
	struct error err = { 0 }, why = { 0 };
	const char *type = bus_msg_header(msg, BUS_CONTENT_TYPE);

	error_set(&err, ERR_UNAVAILABLE, "%s has too much to do. Try again in a moment.", service->name);
	err.retry_after_s = AWAY_RETRY_S;
	if (!answer_error(service->bus, msg, bus_msg_header(msg, BUS_REQUEST_ID),
	                  type && strncmp(type, "application/json", strlen("application/json")) == 0, &err, &why))
		log_failure(LOG_WARN_, &why, "refuse a call");
}

bool dispatch_check(const struct contract_service *contract, const void *handlers, struct error *err)
{
	for (size_t i = 0; i < contract->n_methods; i++) {
		void (*handler)(void) = NULL;

		memcpy(&handler, (const char *)handlers + contract->methods[i].handler, sizeof(handler));
		if (!handler)
			return error_set(err, ERR_INTERNAL, "%s has no handler of %s", contract->name,
			                 contract->methods[i].name);
	}
	return true;
}
