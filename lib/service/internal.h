/* internal: what the files of lib/service share; tests of the runtime include it too, nobody else. */
#pragma once

#include <pthread.h>

#include "lib/bus/bus.h"
#include "lib/bus/discovery.h"
#include "lib/service/call.h"
#include "lib/token/token.h"

struct guard;
struct queue;
struct relay;
struct janitor;

enum {
	CALL_ID = 65,                 /* of request ids and traceparents, with the NUL */
	CALL_IP = 46,                 /* of an address as text */
	REQUEST_MAX = 1024 * 1024,    /* bytes of a body */
	REPLY_MAX = 8 * 1024 * 1024,  /* of what others answer */
	ARENA_MAX = 32 * 1024 * 1024, /* of one call */
	DEADLINE_DEFAULT_MS = 10000,  /* of calls that came without one */
	DEADLINE_MOST_MS = 120000,
};

/* The settings that every service has. */
struct base_settings {
	char *nats_url, *nats_creds, *nats_ca, *nats_cert, *nats_key, *nats_host;
	char *db, *db_wide, *keyring, *token_key, *log_level;
	int64_t epoch, workers, queue;
};

struct service {
	const struct service_definition *definition;
	const char *name;
	struct base_settings *settings; /* and what follows it in the same memory: the service's own */
	const void *own_settings;
	struct db *db, *db_wide; /* NULL: a service without tables */
	struct bus *bus;
	struct token_key *key;
	struct keyring *keyring;
	struct guard *guard;
	struct discovery *discovery;
	struct queue *queue;
	struct relay *relay;
	struct janitor *janitor;
	struct bus_subscription *calls;
	struct {
		pthread_mutex_t lock; /* of what follows */
		unsigned n;           /* calls that wait for somebody's answer */
		bool closed;          /* their answers aren't handed to workers any more */
	} later;
	void *state;
};

/* An idempotency key that a call holds. */
struct key_hold {
	const char *key; /* NULL: none */
	uint8_t digest[TOKEN_DIGEST];
	struct uuid holder;
};

struct call {
	struct service *service;
	struct bus_msg *msg;
	const struct contract_method *method;
	size_t endpoint;
	struct arena *arena;
	struct identity identity;
	struct key_hold hold;
	bool json;           /* body and reply */
	bool limits_asked;   /* the handler knows which records its caller is limited to */
	int64_t arrived_ms;  /* Unix time */
	int64_t deadline_ms; /* Unix time */
	char request_id[CALL_ID], traceparent[CALL_ID], source_ip[CALL_IP];
	uint8_t *reply; /* packed, from the arena */
	size_t reply_size;
	bool replied, changed; /* changed: the key is done, with its reply */
	int64_t started_us;
	struct call_question later; /* without then: none */
	struct bus_msg *answer;     /* to it; NULL: */
	struct error why;
};

/*
 * dispatch.c: one message from arrival to answer. Takes the message. arrived_ms (Unix time) is when it came to the
 * process: a token that was good then isn't refused because the process was busy.
 */
void dispatch(struct service *service, struct bus_msg *msg, int64_t arrived_ms);
/* Answers a message that isn't looked at: the process is full. */
void dispatch_refuse(struct service *service, const struct bus_msg *msg);
/* What others may read of an error: no word of what is ours alone. */
void dispatch_public_error(const struct error *err, struct error *ret);
int64_t dispatch_deadline(const struct bus_msg *msg, int64_t now_ms);

/* Whether all handlers are there; else ERR_INTERNAL naming the first that isn't. */
bool dispatch_check(const struct contract_service *contract, const void *handlers, struct error *err) _must_check_;

/* The rest of a call, with ok and err from its handler: the answer, then its end. Frees it. */
void dispatch_finish(struct call *call, bool ok, struct error *err);

/*
 * later.c: sends what a handler has left behind; the call is the answer's from then on and not to be touched. run does
 * what comes then. close: before the workers end; what is answered afterwards is refused.
 */
bool later_send(struct call *call, struct error *err) _must_check_;
void later_run(struct call *call);
void later_close(struct service *service);
/* service.c: gives a worker a call that has its answer. False: there is no room. */
bool service_resume(struct service *service, struct call *call) _must_check_;

/* answer.c: what goes over the bus as an answer. */
bool answer_reply(struct call *call, struct error *err) _must_check_;
bool answer_error(struct bus *bus, const struct bus_msg *to, const char *request_id, bool json, const struct error *err,
                  struct error *why) _must_check_;

/* Reads another's answer: its message, or its error as it was. */
bool answer_read(const struct bus_msg *msg, const ProtobufCMessageDescriptor *type, struct arena *arena,
                 ProtobufCMessage **ret, struct error *err) _must_check_;

/* idempotency.c: holds the call's key. *ret_done: it is done already and call has the reply of then. */
bool key_hold(struct call *call, bool *ret_done, struct error *err) _must_check_;
void key_release(struct call *call); /* so that a repeat after a failure works; logs its own failure */
bool key_done(struct call *call, struct tx *tx, struct error *err) _must_check_;
bool key_expire(struct service *service, struct error *err) _must_check_; /* a janitor row */
