/* model: what the engine knows of resources and tasks. Plain values, copied; only `desired` and `names` are owned
 * memory. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/base/cleanup.h"
#include "lib/base/error.h"
#include "lib/base/uuid.h"

enum { MODEL_WORD = 33, MODEL_NAME = 254, MODEL_MESSAGE = 8192, MODEL_STEPS = 8 };

/* Compared as a pair: a restore raises the epoch. */
struct generation {
	uint32_t epoch;
	uint64_t n;
};

int generation_compare(struct generation a, struct generation b);

enum object_state {
	OBJECT_ABSENT = 0,  /* named by a command, never applied */
	OBJECT_APPLIED = 1, /* as `desired` says */
	OBJECT_REMOVED = 2, /* purged; the row stays so that an old command can't bring it back */
};

/* One resource as it was last applied. served, plain, name, names and uid are what its adapter read from desired. */
struct object {
	char kind[MODEL_WORD];
	char id[UUID_TEXT];
	struct generation generation;
	enum object_state state;
	bool served;
	bool plain;            /* served as its folder is, without any setting */
	bool anew;             /* its files were broken by hand: they are written once more, not carried over */
	char name[MODEL_NAME]; /* no two served objects of a kind have the same, */
	char *names;           /* nor one of these further ones: " a b ", owned; NULL: none */
	uid_t uid;
	char key[UUID_TEXT]; /* of keys.h: the certificate that desired names; "": none */
	uint8_t *desired;
	size_t desired_size;
};

void object_done(struct object *object);
bool object_copy(const struct object *from, struct object *to, struct error *err) _must_check_;
bool object_shares_name(const struct object *a, const struct object *b);

/* One command that was accepted. */
struct task {
	char id[UUID_TEXT];
	char kind[MODEL_WORD], verb[17];
	char resource_id[UUID_TEXT];
	char request_id[65];
	uint32_t attempt;
	struct generation generation;
	uint8_t *desired;
	size_t desired_size;
};

void task_done(struct task *task);

struct step {
	char name[16];
	char state[8];                               /* running, success, failed */
	char *message;                               /* owned; NULL: none */
	int64_t started_ms, started_us, duration_us; /* Unix, monotonic, and how long it took */
};

struct steps {
	struct step step[MODEL_STEPS];
	unsigned n;
};

void steps_done(struct steps *steps);
void steps_begin(struct steps *steps, const char *name);                /* ends the one before */
void steps_end(struct steps *steps, bool success, const char *message); /* the last one, if it runs */
void steps_copy(const struct steps *from, struct steps *to);            /* to is empty */
