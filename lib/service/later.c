/* later: calls that wait for somebody else without a worker. */
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"

#include "internal.h"
#include "rpc.h"

enum { LATER_MOST = 512 };

/* Everything that the answer needs outlives the handler. */
static bool copy_headers(struct call *call, const struct bus_header *from, struct error *err)
{
	struct bus_header *copy;
	size_t n = 0;

	while (from[n].name)
		n++;
	copy = arena_alloc(call->arena, (n + 1) * sizeof(*copy));
	if (!copy)
		return error_set(err, ERR_INTERNAL, "out of memory");
	for (size_t i = 0; i < n; i++) {
		copy[i].name = from[i].name;
		copy[i].value = from[i].value ? arena_strdup(call->arena, from[i].value) : NULL;
		if (from[i].value && !copy[i].value)
			return error_set(err, ERR_INTERNAL, "out of memory");
	}
	call->later.headers = copy;
	return true;
}

bool call_ask_later(struct call *call, const struct call_question *question, struct error *err)
{
	const char *subject = arena_strdup(call->arena, question->subject);

	if (!subject || call->method->mutating)
		return error_set(err, ERR_INTERNAL, "%s can't wait for an answer", call->method->name);
	if (!copy_headers(call, question->headers, err))
		return false;
	const struct bus_header *headers = call->later.headers;
	call->later = *question;
	call->later.subject = subject;
	call->later.headers = headers;
	return true;
}

bool call_rpc_later(struct call *call, const char *service, const char *method, const ProtobufCMessage *request,
                    call_then_fn then, void *arg, struct error *err)
{
	const struct rpc rpc = {
		.to = service,
		.method = method,
		.actor = call->identity.user_id,
		.request_id = call->request_id,
		.traceparent = call->traceparent,
		.source_ip = call->source_ip,
		.deadline_ms = call->deadline_ms,
	};
	struct rpc_envelope envelope;
	size_t size = 0;
	const uint8_t *body = contract_pack(request, call->arena, &size);

	if (!body)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (!rpc_seal(call->service, &rpc, body, size, &envelope, err))
		return false;
	const struct call_question question = { envelope.subject, envelope.headers, body, size, then, arg };
	return call_ask_later(call, &question, err);
}

bool call_rpc_answer(struct call *call, const struct bus_msg *answer, const struct error *why,
                     const ProtobufCMessageDescriptor *reply_type, ProtobufCMessage **ret, struct error *err)
{
	if (answer)
		return answer_read(answer, reply_type, call->arena, ret, err);
	*err = *why;
	return false;
}

static bool enter(struct service *service)
{
	pthread_mutex_lock(&service->later.lock);
	bool room = !service->later.closed && service->later.n < LATER_MOST;
	service->later.n += room;
	pthread_mutex_unlock(&service->later.lock);
	return room;
}

static void leave(struct service *service)
{
	pthread_mutex_lock(&service->later.lock);
	service->later.n--;
	pthread_mutex_unlock(&service->later.lock);
}

/* On a thread of the bus, which must not wait. */
static void on_answer(void *arg, struct bus_msg *answer, const struct error *why)
{
	struct call *call = arg;
	struct service *service = call->service;
	struct error err = { 0 };

	call->answer = answer;
	if (why)
		call->why = *why;
	pthread_mutex_lock(&service->later.lock);
	bool resumed = !service->later.closed && service_resume(service, call);
	pthread_mutex_unlock(&service->later.lock);
	if (resumed)
		return;
	leave(service);
	error_set(&err, ERR_UNAVAILABLE, "%s has too much to do, or ends", service->name);
	dispatch_finish(call, false, &err);
}

bool later_send(struct call *call, struct error *err)
{
	const struct call_question *question = &call->later;
	struct service *service = call->service;
	int64_t left = call->deadline_ms - clock_unix_ms();

	if (left <= 0)
		return error_set(err, ERR_TIMEOUT, "no time is left to ask %s", question->subject);
	if (!enter(service))
		return error_set(err, ERR_UNAVAILABLE, "too many calls wait for others");
	if (bus_request_async(service->bus, question->subject, question->headers, question->data, question->size,
	                      (int)left, on_answer, call, err))
		return true;
	/* Nobody was asked: what comes then is told why. */
	leave(service);
	return false;
}

void later_run(struct call *call)
{
	struct error err = { 0 };

	leave(call->service);
	log_context(call->request_id, call->identity.user_id[0] ? call->identity.user_id : NULL);
	bool ok = call->later.then(call, call->later.arg, call->answer, call->answer ? NULL : &call->why, &err);
	if (ok && !call->replied)
		ok = error_set(&err, ERR_INTERNAL, "the handler of %s gave no reply", call->method->name);
	dispatch_finish(call, ok, &err);
}

void later_close(struct service *service)
{
	pthread_mutex_lock(&service->later.lock);
	service->later.closed = true;
	pthread_mutex_unlock(&service->later.lock);
}
