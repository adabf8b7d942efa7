/* calls_internal: what the calls' files share. */
#pragma once

#include <pthread.h>

#include "agent/engine/calls.h"

enum { CALLS_ARENA = 16 << 20, CALLS_PATIENCE_MS = 20000, CALLS_VERIFY_MS = 5000, CALLS_LOOK_MS = 10000 };

/* One object as it was last applied. */
struct known {
	struct object object;
	bool sure; /* this process has brought it about and seen it: the daemon needn't be asked what it has */
	unsigned differences; /* that the last look found */
};

struct calls {
	struct calls_options use;
	pthread_mutex_t memory; /* of all below */
	struct known *known;    /* by id */
	size_t n, room;
	struct adapter_health health;
	unsigned foreign;  /* objects of the daemon that nobody knows */
	size_t look_next;  /* where the round of looks is */
	int64_t look_ms;   /* when the next round begins, monotonic */
	int64_t looked_ms; /* when the last one ended, Unix */
};

/* Held: memory. NULL when unknown. */
struct known *calls_find(const struct calls *calls, const char *id);
/* A copy; *sure may be NULL. False with no error: unknown. */
bool calls_copy(struct calls *calls, const char *id, struct object *ret, bool *sure, struct error *err) _must_check_;
bool calls_remember(struct calls *calls, const struct object *object, struct error *err) _must_check_;
void calls_doubt(struct calls *calls, const char *id); /* nobody knows what the daemon has of it */
bool calls_name_taken(struct calls *calls, const struct object *object);

/* One call about an object. */
struct calls_call {
	Stralix__V1__CallRequest__BodyCase verb;
	const struct object *object; /* NULL: of observe, what nobody knows */
	const struct object *before; /* NULL: nothing is said of it */
	bool sure, gone;
	const char *const *names; /* of observe */
	size_t n_names;
	uint32_t patience_ms;
};
/* *ret: NULL when there was no reply at all; else it is set even when the call failed. */
bool calls_make(struct calls *calls, const struct calls_call *call, struct arena *arena, Stralix__V1__CallReply **ret,
                struct error *err) _must_check_;

void calls_ask_health(struct calls *calls);
void calls_look_on(struct calls *calls); /* a few objects of the round that is due */
void calls_drift(void *self, struct kind_drift *ret);
bool calls_plan(void *self, const char *id, const Stralix__V1__PlanQuestion *wanted, struct arena *arena,
                Stralix__V1__PlanAnswer *answer, struct error *err);
bool calls_observe(void *self, const char *id, struct arena *arena, Stralix__V1__ObserveAnswer *answer,
                   struct error *err);
