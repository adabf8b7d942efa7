/* harness: a real engine at the other end of a socketpair, with keys of its own and a folder of its own. Everything
 * here asserts; a test that goes on has what it asked for. */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "lib/base/arena.h"
#include "lib/base/buf.h"
#include "lib/token/token.h"

#include "stralix/v1/engine.pb-c.h"
#include "stralix/v1/node.pb-c.h"

enum { HARNESS_PATH = 256, HARNESS_UUID = 37 };

struct harness {
	char dir[HARNESS_PATH], node[HARNESS_PATH], templates[HARNESS_PATH];
	struct token_key *tasks, *report;
	uint8_t report_public[TOKEN_KEY];
	uint16_t http_port, https_port, dns_port, api_port; /* the latter two of zones.h */
	pid_t engine;
	int fd;
	uint64_t ref;
};

/* The folder, the keys and the settings; templates are copied so that a test may break them. */
void harness_init(struct harness *harness);
void harness_done(struct harness *harness); /* ends engine and nginx, deletes the folder */
void harness_end_nginx(const struct harness *harness);
void harness_end_pdns(const struct harness *harness);

/* Changes a setting; counts from the next start. */
void harness_setting(const struct harness *harness, const char *key, const char *value);
/* What nginx's own test of what is live ends with; -1 while nginx or a live tree isn't there yet. */
int harness_configtest(const struct harness *harness);

uint16_t harness_free_port(void);
void harness_write(const char *path, const char *text, size_t size, mode_t mode);

void harness_start(struct harness *harness);

/* For cmocka: one that is started as state of a group or a test, and its end. */
int harness_set_up(void **state);
int harness_tear_down(void **state);
void harness_kill(struct harness *harness); /* SIGKILL, and waits for its end */
void harness_stop(struct harness *harness); /* as its supervisor would: it has to end with status 0 */

/* What a command says; defaults are right ones, tests bend them. */
struct harness_command {
	char task_id[HARNESS_UUID], website_id[HARNESS_UUID], jti[HARNESS_UUID];
	const char *domain, *kind, *verb; /* kind NULL: website */
	uint64_t generation;
	uint32_t attempt, uid;
	Stralix__V1__WebsiteState__Serving serving;
	const char *aud, *iss, *act; /* NULL: right */
	int64_t skew_s;
	const struct token_key *key; /* NULL: of tasks */
	bool wrong_digest;
	const Stralix__V1__FileOrder
		*order;      /* the desired state is of restore or adopt; with a website's state in it */
	const void *desired; /* packed, of another kind; NULL: a website's, of what stands above */
	size_t desired_size;
	const void *extra; /* appended to the packed desired state */
	size_t extra_size;
};

/* A fresh website and task under this domain. */
void harness_command(struct harness_command *command, const char *domain);
void harness_again(struct harness_command *command, uint64_t generation); /* same website, new task and token */

/* The packed Command, for the caller to free, and its token. */
uint8_t *harness_pack(const struct harness *harness, const struct harness_command *command,
                      char token[static TOKEN_MAX], size_t *size);
void harness_send(struct harness *harness, const struct harness_command *command);
/* The same parts for what is no Command: a token as the command says, its verb and any payload. */
void harness_token(const struct harness *harness, const struct harness_command *command, const void *payload,
                   size_t size, char token[static TOKEN_MAX]);
void harness_send_payload(struct harness *harness, const struct harness_command *command, const char *token,
                          const void *payload, size_t size);
void *harness_packed(const ProtobufCMessage *message, size_t *size); /* to free */
void harness_send_bytes(struct harness *harness, const void *data, size_t size);
void harness_send_frame(struct harness *harness, const Stralix__V1__LinkFrame *frame);

/* The next frame; NULL when none comes in time. Free with stralix__v1__engine_frame__free_unpacked. */
Stralix__V1__EngineFrame *harness_receive(struct harness *harness, int timeout_ms);

/* Unpacks a report whose token and digest have been checked against the node's key. */
Stralix__V1__Outcome *harness_outcome(struct harness *harness, const ProtobufCBinaryData *report);

/* The answer to the command just sent. */
Stralix__V1__Outcome *harness_answer(struct harness *harness);
/* Reads frames until a task's final outcome is reported, and commits it. */
Stralix__V1__Outcome *harness_ending(struct harness *harness, const char *task_id);
/* Sends, expects ACCEPTED, and gives how it ended. */
Stralix__V1__Outcome *harness_run(struct harness *harness, const struct harness_command *command);
void harness_run_well(struct harness *harness, const struct harness_command *command);

/* HTTP on the loopback: the status (0: no answer) and, appended, the whole answer. */
int harness_get(const struct harness *harness, const char *host, const char *path, bool v6, struct buf *answer);
bool harness_serves(const struct harness *harness, const char *domain); /* its welcome page */

/* A hash of names, kinds and contents of what is live. */
void harness_live_hash(const struct harness *harness, char ret[static 65]);

/* Replaces text in a copied template. */
void harness_edit_template(const struct harness *harness, const char *name, const char *from, const char *to);
