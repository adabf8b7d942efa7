/* world: a real stralix-dns on a private PostgreSQL and NATS; the test plays authz, tasks, audit and web. Aborts when a
 * part of it can't be had. */
#pragma once

#include <jansson.h>
#include <stdatomic.h>

#include "lib/bus/bus.h"

#include "stralix/v1/common.pb-c.h"
#include "stralix/v1/zone.pb-c.h"

enum { WAIT_MS = 15000, TASKS = 512 };

#define ORG "01900000-0000-7000-8000-000000000001"
#define OTHER_ORG "01900000-0000-7000-8000-000000000002"

struct world;

struct world *world_new(void);
void world_free(struct world *world);
void world_restart(struct world *world); /* SIGKILL, and until it answers again */
void world_psql(struct world *world, const char *sql);

/* How many nodes placement has: 0 to 2. At first 2. */
void world_nodes(struct world *world, unsigned n);

/* What other organisations own: the next claim of this name is refused. */
void world_take_name(struct world *world, const char *name);

/* One answer: the HTTP status (200 without error headers) and the body. */
struct answer {
	int status;
	json_t *json;
};
void answer_done(struct answer *answer);
#define _answer_ _cleanup_(answer_done) struct answer

/* As a person of this organisation; key NULL: none. */
struct answer ask_as(struct world *world, const char *role, const char *org, const char *method, const char *body,
                     const char *key);
/* A customer of ORG. */
struct answer ask(struct world *world, const char *method, const char *body);
struct answer ask_format(struct world *world, const char *method, const char *format, ...) _printf_(3, 4);

/* By an API token of ORG's customer that is limited to records, as its identity spells them. */
struct answer ask_limited(struct world *world, const char *limit, const char *method, const char *format, ...)
	_printf_(4, 5);

/* As another service, by its own token. */
struct answer ask_service(struct world *world, const char *service, const char *method, const char *body);

/* Values by a path with dots, "zone.servers.0.state". */
const char *text_at(const struct answer *answer, const char *path);
json_int_t number_at(const struct answer *answer, const char *path);
size_t count_at(const struct answer *answer, const char *path);

/* A task that the service asked for. */
struct task {
	char id[40], verb[16], resource[40], object[40], node[16], name[256];
	unsigned epoch;
	unsigned long long n;
	uint8_t desired[300000];
	size_t size;
};

/* Waits for so many tasks in all, and gives one of them. */
const struct task *task_wait(struct world *world, unsigned n);
const struct task *task_at(struct world *world, unsigned at);
const struct task *task_of(struct world *world, unsigned from, const char *node); /* the first from there on */
unsigned task_count(struct world *world);

/* Says that it ended. */
void task_end(struct world *world, const struct task *task, const char *state, const char *message);

/* Waits for the zone's state; gives GetZone's answer. */
struct answer zone_wait(struct world *world, const char *zone_id, const char *state);

/* The desired state of a task; protobuf_c_message_free_unpacked. */
Stralix__V1__ZoneState *task_state(const struct task *task);

/* What is sealed to a node, free()d by the caller; NULL: it isn't for it. */
char *open_box(struct world *world, const char *node, const char *resource, const ProtobufCBinaryData *box);

/* Waits until a word came: "ConfirmClaim shop.example". */
bool heard(struct world *world, const char *word);
