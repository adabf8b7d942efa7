/* panel: a real stralix-tasks on a private PostgreSQL and NATS; the test plays web, authz, audit and the agents. */
#pragma once

#include <protobuf-c/protobuf-c.h>

#include "lib/base/arena.h"
#include "lib/base/uuid.h"
#include "lib/bus/bus.h"

#include "stralix/v1/audit.pb-c.h"
#include "stralix/v1/node.pb-c.h"
#include "stralix/v1/tasks.pb-c.h"
#include "stralix/v1/web.pb-c.h"

enum { PATIENCE_MS = 30000, CALL_MS = 8000 }; /* for a condition; for the answer to one call */

struct panel;

struct panel *panel_new(void); /* aborts when it can't be had */
void panel_free(struct panel *panel);
void panel_psql(struct panel *panel, const char *sql);
void panel_stop_service(struct panel *panel); /* SIGKILL */
void panel_start_service(struct panel *panel);
void panel_configure(struct panel *panel, const char *more); /* starts it again, with these lines in its settings */
void panel_stop_postgres(struct panel *panel);
void panel_start_postgres(struct panel *panel);
void panel_restart_nats(struct panel *panel); /* SIGKILL, and until the test is connected again */
void panel_start_copy(struct panel *panel);   /* a second process beside the first; ends with the panel */
struct arena *panel_arena(struct panel *panel);

/* What authz answers to CheckActor. */
void panel_allow(struct panel *panel, bool allowed);

/* Calls as web, with a service token. */
bool panel_web(struct panel *panel, const char *method, const ProtobufCMessage *request,
               const ProtobufCMessageDescriptor *reply_type, ProtobufCMessage **ret, struct error *err);

/* Calls as a person. role: customer, staff, admin. */
bool panel_person(struct panel *panel, const char *role, const struct uuid *org, const char *method,
                  const ProtobufCMessage *request, const ProtobufCMessageDescriptor *reply_type, ProtobufCMessage **ret,
                  struct error *err);

/* Whether an audit record tells of another sealing key of a node. */
bool panel_audited_seal_key(struct panel *panel, const char *node_id, const char *before, const char *after);

/* How often TaskFinished came for a task, and the last state. */
unsigned panel_finished(struct panel *panel, const char *task_id, char state[static 16]);

/* A node: registered, with a key of its own; not on the bus until it comes online. */
struct agent;
struct agent *agent_new(struct panel *panel, const char *id, const char *capability);
void agent_free(struct agent *agent);
void agent_online(struct agent *agent);  /* subscribes, and says so by a heartbeat */
void agent_offline(struct agent *agent); /* unsubscribes, says nothing */
bool agent_heartbeat(struct agent *agent, struct error *err);

/* How the next heartbeats say that the node is. */
struct condition {
	uint32_t contract;
	int64_t clock_ms; /* ahead of the panel's */
	uint64_t disk_total, disk_available;
	bool daemon_dead;
	const char *said;     /* by the daemon; NULL: nothing */
	const char *seal_key; /* NULL: it says none */
	const char *php;      /* a version that it runs; NULL: none */
};
extern const struct condition condition_good;
void agent_is(struct agent *agent, const struct condition *condition);

/* The next commands are lost on the way through the agent: it says nothing to them. */
void agent_loses(struct agent *agent, bool loses);

/* What the agent answers to the next commands. */
void agent_answers(struct agent *agent, Stralix__V1__Outcome__State state, const char *code, const char *message);

/* What the agent does with the next question; the right answer is its resource's id. */
enum mischief {
	MISCHIEF_NONE,
	MISCHIEF_FORGED,         /* signed with another key */
	MISCHIEF_REPLAYED,       /* the answer to the question before, as it was */
	MISCHIEF_OTHER_QUESTION, /* bound to other bytes */
	MISCHIEF_OTHER_NODE,     /* said by another node, with its own good key */
	MISCHIEF_OLD_TOKEN,      /* of an hour ago */
	MISCHIEF_CHANGED,        /* a byte differs from what was signed */
	MISCHIEF_UNSIGNED,       /* an error header, as link sends */
	MISCHIEF_REFUSES,        /* NOT_FOUND */
	MISCHIEF_BLAMES,         /* UNAUTHENTICATED, which isn't a node's to say of the panel's user */
	MISCHIEF_TOO_OLD,        /* refuses it as a command */
	MISCHIEF_LARGE,          /* the largest answer there may be */
	MISCHIEF_TOO_LARGE,      /* a byte more */
	MISCHIEF_SILENT,
};
void agent_questions(struct agent *agent, enum mischief mischief, struct agent *other);

/* Waits for the count of commands ever received; gives the newest. ret->desired is not kept. */
struct received {
	unsigned n;
	char task_id[UUID_TEXT], verb[16], act[64], aud[64];
	uint32_t attempt;
	uint64_t generation;
	bool token_fits; /* signature, issuer, digest */
	bool question;
};
struct received agent_wait(struct agent *agent, unsigned n);
struct received agent_newest(struct agent *agent);

/* Sends a report of the newest command; forged: signed with another key. False with what tasks answered. */
bool agent_report(struct agent *agent, Stralix__V1__Outcome__State state, const char *code, const char *message,
                  bool forged, struct error *err);

/* The next report carries a number below those sent already: it was overtaken on the way. */
void agent_overtaken(struct agent *agent);
