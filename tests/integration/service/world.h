/* world: PostgreSQL, NATS, keys and the fixture service, with the test playing tasks and audit. Aborts when a part of
 * it can't be had. */
#pragma once

#include <jansson.h>
#include <pthread.h>
#include <stdatomic.h>

#include "lib/bus/bus.h"
#include "lib/db/db.h"
#include "lib/token/token.h"

#include "nats.h"
#include "postgres.h"

enum { WAIT_MS = 15000 };

#define ORG "01900000-0000-7000-8000-000000000001"
#define OTHER_ORG "01900000-0000-7000-8000-000000000002"
#define USER "01900000-0000-7000-8000-00000000000a"

struct world {
	char dir[64];
	struct postgres *postgres;
	struct nats_server *nats;
	struct token_key *authz, *web, *tasks;
	struct bus *gateway, *neighbours; /* who asks; who plays tasks and audit */
	struct bus_subscription *tasks_calls, *audit_calls, *events;
	struct db *db; /* as web_wide */
	pid_t fixture;

	atomic_uint enqueued, appended, published;
	atomic_bool tasks_refuse;
	pthread_mutex_t mutex; /* of the last words heard */
	char heard[4][64];     /* the last tasks, the newest first */
	char last_task[64], last_actor[128], last_audience[128], last_audit[4096];
};

struct world *world_new(void);
void world_free(struct world *world);

void fixture_start(struct world *world);
void fixture_wait_ready(struct world *world);
unsigned fixture_starts(struct world *world);     /* how many of them have said in the log that they are ready */
int fixture_end(struct world *world, int signal); /* its exit status, -1 when a signal ended it */
/* Runs it with arguments until it ends; what it wrote to standard error goes to text. */
int fixture_run(struct world *world, const char *argument, const char *value, char *text, size_t size);

void tasks_come(struct world *world);
void tasks_go(struct world *world);

/* A row count of the service's tables: "outbox", "website", "refused". */
int64_t count_of(struct world *world, const char *what);
bool wait_count(struct world *world, const char *what, int64_t wanted);
bool wait_least(atomic_uint *value, unsigned least);

/* Claims of a customer's identity token for web, valid now. */
struct token_claims identity_claims(const char *role);
void sign(const struct token_key *key, const struct token_claims *claims, char token[static TOKEN_MAX]);

/* One answer: the HTTP status (200 without error headers), the body as JSON, NULL when none came in time. */
struct answer {
	int status;
	json_t *json;
};
void answer_done(struct answer *answer);

struct request {
	const char *method, *body;
	const char *token, *key, *deadline; /* NULL: none */
	int timeout_ms;                     /* 0: WAIT_MS */
};
struct answer ask(struct world *world, const struct request *request);
/* As a customer of ORG. */
struct answer ask_customer(struct world *world, const char *method, const char *body, const char *key);
const char *text_at(const struct answer *answer, const char *name);
