/* agent: a node that answers what the test wants. */

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/contract/contract.h"
#include "lib/token/token.h"

#include "panel_internal.h"

enum { LARGEST = 262144, REPORT = 300000 };

struct agent {
	struct panel *panel;
	char id[32], capability[32];
	struct token_key *key, *other;
	struct bus_subscription *subscription;
	pthread_mutex_t lock;
	pthread_cond_t came;
	struct received newest;
	Stralix__V1__Outcome__State state;
	char code[41], message[256];
	uint64_t seq;
	bool loses;
	enum mischief mischief;
	struct condition condition;
	struct agent *other_node;
	uint8_t before[REPORT]; /* the answer to the question before */
	size_t before_size;
};

/* Packs a Report of packed bytes. out holds 8192 bytes more than they have. */
static size_t seal_bytes(struct agent *agent, uint8_t *packed, size_t size, const char *sub, bool forged, int64_t age_s,
                         uint8_t *out)
{
	struct token_claims claims = { .iat = clock_unix_ms() / 1000 - age_s, .has_dig = true };
	char token[TOKEN_MAX];
	Stralix__V1__Report report;
	struct error err = { 0 };

	stralix__v1__report__init(&report);
	report.outcome.data = packed;
	report.outcome.len = size;
	claims.exp = claims.iat + 300;
	snprintf(claims.iss, sizeof(claims.iss), "%s", agent->id);
	snprintf(claims.aud, sizeof(claims.aud), "tasks");
	snprintf(claims.sub, sizeof(claims.sub), "%s", sub);
	token_digest(packed, report.outcome.len, claims.dig);
	if (!token_sign(forged ? agent->other : agent->key, &claims, token, &err))
		panel_abort(err.message);
	report.token = token;
	return stralix__v1__report__pack(&report, out);
}

static size_t seal(struct agent *agent, const ProtobufCMessage *body, const char *sub, bool forged, uint8_t *out)
{
	uint8_t packed[4096];

	return seal_bytes(agent, packed, protobuf_c_message_pack(body, packed), sub, forged, 0, out);
}

static size_t seal_outcome(struct agent *agent, const struct received *command, Stralix__V1__Outcome__State state,
                           const char *code, const char *message, bool forged, uint8_t *out)
{
	Stralix__V1__Outcome outcome;
	Stralix__V1__Step step, *steps[] = { &step };

	stralix__v1__outcome__init(&outcome);
	stralix__v1__step__init(&step);
	outcome.task_id = (char *)(uintptr_t)command->task_id;
	outcome.state = state;
	outcome.code = (char *)(uintptr_t)code;
	outcome.message = (char *)(uintptr_t)message;
	outcome.attempt = command->attempt;
	outcome.node_time_ms = clock_unix_ms();
	outcome.seq = ++agent->seq;
	if (state != STRALIX__V1__OUTCOME__STATE__ACCEPTED) {
		step.name = (char *)(uintptr_t) "stage";
		step.state = (char *)(uintptr_t) "success";
		step.message = (char *)(uintptr_t) "wrote 3 files";
		step.duration_us = 1500;
		outcome.steps = steps;
		outcome.n_steps = 1;
	}
	return seal(agent, &outcome.base, command->task_id, forged, out);
}

static void check_token(struct agent *agent, const struct bus_msg *msg, struct received *ret)
{
	const char *bearer = bus_msg_header(msg, BUS_AUTHORIZATION);
	uint8_t public[TOKEN_KEY], digest[TOKEN_DIGEST];
	struct token_claims claims;
	struct error err = { 0 };

	token_key_public(panel_tasks_key(agent->panel), public);
	token_digest(bus_msg_data(msg), bus_msg_size(msg), digest);
	ret->token_fits = bearer && strncmp(bearer, "Bearer ", 7) == 0 &&
	                  token_verify(public, bearer + 7, &claims, &err) && strcmp(claims.iss, "tasks") == 0 &&
	                  memcmp(claims.dig, digest, sizeof(digest)) == 0 && claims.exp - claims.iat == 120 &&
	                  claims.jti[0];
	if (!ret->token_fits)
		return;
	snprintf(ret->act, sizeof(ret->act), "%.63s", claims.act);
	snprintf(ret->aud, sizeof(ret->aud), "%.63s", claims.aud);
}

/* Packs what answers a question into out, of REPORT bytes. */
static size_t seal_answer(struct agent *agent, const Stralix__V1__Question *question, const struct bus_msg *msg,
                          uint8_t *out)
{
	static uint8_t body[REPORT], packed[REPORT];
	enum mischief mischief = agent->mischief;
	uint8_t digest[TOKEN_DIGEST];
	Stralix__V1__NodeAnswer answer;
	char sub[64];

	stralix__v1__node_answer__init(&answer);
	token_digest(bus_msg_data(msg), bus_msg_size(msg), digest);
	digest[0] ^= mischief == MISCHIEF_OTHER_QUESTION;
	answer.question_id = question->question_id;
	answer.question_digest.data = digest;
	answer.question_digest.len = sizeof(digest);
	if (mischief == MISCHIEF_REFUSES || mischief == MISCHIEF_BLAMES) {
		answer.code = (char *)(uintptr_t)(mischief == MISCHIEF_REFUSES ? "NOT_FOUND" : "UNAUTHENTICATED");
		answer.message = (char *)(uintptr_t) "There is no such thing here.";
	}
	answer.answer.data = body;
	answer.answer.len = strlen(question->resource_id);
	memcpy(body, question->resource_id, answer.answer.len);
	if (mischief == MISCHIEF_LARGE || mischief == MISCHIEF_TOO_LARGE)
		answer.answer.len = LARGEST + (mischief == MISCHIEF_TOO_LARGE);
	snprintf(sub, sizeof(sub), "ask:%s", question->question_id);
	size_t size = stralix__v1__node_answer__pack(&answer, packed);
	size = seal_bytes(mischief == MISCHIEF_OTHER_NODE ? agent->other_node : agent, packed, size, sub,
	                  mischief == MISCHIEF_FORGED, mischief == MISCHIEF_OLD_TOKEN ? 3600 : 0, out);
	if (mischief == MISCHIEF_CHANGED)
		*(uint8_t *)memmem(out, size, "0a0b0c0d", 8) ^= 1;
	return size;
}

/* Held: the lock. */
static size_t answer_question(struct agent *agent, struct bus_msg *msg, uint8_t *out)
{
	Stralix__V1__Question *question = stralix__v1__question__unpack(NULL, bus_msg_size(msg), bus_msg_data(msg));
	size_t size;

	if (!question)
		panel_abort("question");
	if (agent->mischief == MISCHIEF_REPLAYED) {
		memcpy(out, agent->before, agent->before_size);
		size = agent->before_size;
	} else if (agent->mischief == MISCHIEF_TOO_OLD) {
		struct received command = { 0 };

		snprintf(command.task_id, sizeof(command.task_id), "%s", question->question_id);
		size = seal_outcome(agent, &command, STRALIX__V1__OUTCOME__STATE__REFUSED, "AGENT_TOO_OLD", "", false,
		                    out);
	} else {
		size = seal_answer(agent, question, msg, out);
		memcpy(agent->before, out, size);
		agent->before_size = size;
	}
	stralix__v1__question__free_unpacked(question, NULL);
	return size;
}

static void on_question(struct agent *agent, struct bus_msg *msg)
{
	static uint8_t out[REPORT];
	const struct bus_header away[] = { { BUS_ERROR_CODE, "503" },
		                           { BUS_ERROR, "UNAVAILABLE: busy" },
		                           { NULL, NULL } };
	struct error err = { 0 };

	pthread_mutex_lock(&agent->lock);
	enum mischief mischief = agent->mischief;
	size_t size = answer_question(agent, msg, out);
	check_token(agent, msg, &agent->newest);
	agent->newest.question = true;
	agent->newest.n++;
	pthread_cond_broadcast(&agent->came);
	pthread_mutex_unlock(&agent->lock);
	if (mischief != MISCHIEF_SILENT &&
	    !bus_respond(panel_bus(agent->panel), msg, mischief == MISCHIEF_UNSIGNED ? away : NULL, out,
	                 mischief == MISCHIEF_UNSIGNED ? 0 : size, &err))
		panel_abort(err.message);
	bus_msg_free(msg);
}

void agent_questions(struct agent *agent, enum mischief mischief, struct agent *other)
{
	pthread_mutex_lock(&agent->lock);
	agent->mischief = mischief;
	agent->other_node = other;
	pthread_mutex_unlock(&agent->lock);
}

static bool is_question(const struct bus_msg *msg)
{
	const char *verb = strrchr(bus_msg_subject(msg), '.') + 1;

	return strcmp(verb, "read") == 0 || strcmp(verb, "plan") == 0 || strcmp(verb, "observe") == 0 ||
	       strcmp(verb, "csr") == 0;
}

static void on_command(void *arg, struct bus_msg *msg);

/* node.<id>.<kind>.<verb> */
static void on_message(void *arg, struct bus_msg *msg)
{
	if (is_question(msg))
		on_question(arg, msg);
	else
		on_command(arg, msg);
}

static void on_command(void *arg, struct bus_msg *msg)
{
	struct agent *agent = arg;
	Stralix__V1__Command *command = stralix__v1__command__unpack(NULL, bus_msg_size(msg), bus_msg_data(msg));
	uint8_t report[8192];
	struct error err = { 0 };
	size_t size;
	bool lost;

	if (!command)
		panel_abort("command");
	pthread_mutex_lock(&agent->lock);
	snprintf(agent->newest.task_id, sizeof(agent->newest.task_id), "%s", command->task_id);
	snprintf(agent->newest.verb, sizeof(agent->newest.verb), "%s", strrchr(bus_msg_subject(msg), '.') + 1);
	agent->newest.attempt = command->attempt;
	agent->newest.generation = command->generation->n;
	check_token(agent, msg, &agent->newest);
	agent->newest.n++;
	size = seal_outcome(agent, &agent->newest, agent->state, agent->code, agent->message, false, report);
	lost = agent->loses;
	pthread_cond_broadcast(&agent->came);
	pthread_mutex_unlock(&agent->lock);
	if (!lost && !bus_respond(panel_bus(agent->panel), msg, NULL, report, size, &err) &&
	    err.code != ERR_UNAVAILABLE)
		panel_abort(err.message); /* a bus that is away loses the answer, as it does a real agent's */
	stralix__v1__command__free_unpacked(command, NULL);
	bus_msg_free(msg);
}

static void enrol(struct agent *agent)
{
	Stralix__V1__RegisterNodeRequest request;
	char *capabilities[] = { agent->capability };
	uint8_t public[TOKEN_KEY];
	char key[44];
	ProtobufCMessage *reply;
	struct uuid org = { { 1 } };
	struct error err = { 0 };

	token_key_public(agent->key, public);
	token_public_format(public, key);
	stralix__v1__register_node_request__init(&request);
	request.node_id = agent->id;
	request.address = (char *)(uintptr_t) "127.0.0.1";
	request.report_key = key;
	request.capabilities = capabilities;
	request.n_capabilities = 1;
	request.http_port = 8080;
	if (!panel_person(agent->panel, "admin", &org, "RegisterNode", &request.base,
	                  &stralix__v1__register_node_reply__descriptor, &reply, &err)) {
		fprintf(stderr, "register: %s\n", err.message);
		abort();
	}
}

const struct condition condition_good = { .contract = 1, .disk_total = 1ULL << 40, .disk_available = 1ULL << 39 };

struct agent *agent_new(struct panel *panel, const char *id, const char *capability)
{
	struct agent *agent = calloc(1, sizeof(*agent));
	pthread_condattr_t attributes;

	if (!agent)
		panel_abort("agent");
	agent->panel = panel;
	agent->state = STRALIX__V1__OUTCOME__STATE__ACCEPTED;
	agent->condition = condition_good;
	snprintf(agent->id, sizeof(agent->id), "%s", id);
	snprintf(agent->capability, sizeof(agent->capability), "%s", capability);
	agent->key = token_key_new();
	agent->other = token_key_new();
	pthread_mutex_init(&agent->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&agent->came, &attributes);
	pthread_condattr_destroy(&attributes);
	enrol(agent);
	return agent;
}

void agent_free(struct agent *agent)
{
	agent_offline(agent);
	token_key_free(agent->key);
	token_key_free(agent->other);
	pthread_cond_destroy(&agent->came);
	pthread_mutex_destroy(&agent->lock);
	free(agent);
}

void agent_is(struct agent *agent, const struct condition *condition)
{
	agent->condition = *condition;
}

bool agent_heartbeat(struct agent *agent, struct error *err)
{
	_cleanup_(bus_msg_freep) struct bus_msg *reply = NULL;
	Stralix__V1__Heartbeat heartbeat;
	Stralix__V1__Heartbeat__Daemon daemon, *daemons[] = { &daemon };
	char *php[] = { (char *)(uintptr_t)agent->condition.php };
	uint8_t report[8192];
	char subject[64];

	stralix__v1__heartbeat__init(&heartbeat);
	stralix__v1__heartbeat__daemon__init(&daemon);
	heartbeat.node_id = agent->id;
	heartbeat.version = (char *)(uintptr_t) "0.1.0";
	heartbeat.contract = agent->condition.contract;
	heartbeat.node_time_ms = clock_unix_ms() + agent->condition.clock_ms;
	heartbeat.cores = 4;
	heartbeat.uptime_s = 3600;
	heartbeat.disk_total = agent->condition.disk_total;
	heartbeat.disk_available = agent->condition.disk_available;
	heartbeat.load1 = 0.25;
	heartbeat.memory_total = 1ULL << 33;
	daemon.name = (char *)(uintptr_t) "nginx";
	daemon.version = (char *)(uintptr_t) "1.22.1";
	daemon.alive = !agent->condition.daemon_dead;
	if (agent->condition.said)
		daemon.message = (char *)(uintptr_t)agent->condition.said;
	if (agent->condition.seal_key)
		heartbeat.seal_key = (char *)(uintptr_t)agent->condition.seal_key;
	heartbeat.daemons = daemons;
	heartbeat.n_daemons = 1;
	heartbeat.php_versions = php;
	heartbeat.n_php_versions = php[0] ? 1 : 0;
	snprintf(subject, sizeof(subject), "heartbeat.%s", agent->id);
	if (!bus_request(panel_bus(agent->panel), subject, NULL, report,
	                 seal(agent, &heartbeat.base, "heartbeat", false, report), CALL_MS, &reply, err))
		return false;
	return !bus_msg_header(reply, BUS_ERROR) ||
	       error_set(err, ERR_BAD_REPLY, "%s", bus_msg_header(reply, BUS_ERROR));
}

void agent_online(struct agent *agent)
{
	char subject[64];
	struct error err = { 0 };

	snprintf(subject, sizeof(subject), "node.%s.*.*", agent->id);
	if (!bus_subscribe(panel_bus(agent->panel), subject, NULL, on_message, agent, &agent->subscription, &err) ||
	    !agent_heartbeat(agent, &err)) {
		fprintf(stderr, "online: %s\n", err.message);
		abort();
	}
}

void agent_offline(struct agent *agent)
{
	bus_unsubscribe(agent->subscription);
	agent->subscription = NULL;
}

void agent_loses(struct agent *agent, bool loses)
{
	pthread_mutex_lock(&agent->lock);
	agent->loses = loses;
	pthread_mutex_unlock(&agent->lock);
}

void agent_answers(struct agent *agent, Stralix__V1__Outcome__State state, const char *code, const char *message)
{
	pthread_mutex_lock(&agent->lock);
	agent->state = state;
	snprintf(agent->code, sizeof(agent->code), "%s", code);
	snprintf(agent->message, sizeof(agent->message), "%s", message);
	pthread_mutex_unlock(&agent->lock);
}

struct received agent_newest(struct agent *agent)
{
	struct received newest;

	pthread_mutex_lock(&agent->lock);
	newest = agent->newest;
	pthread_mutex_unlock(&agent->lock);
	return newest;
}

struct received agent_wait(struct agent *agent, unsigned n)
{
	int64_t end = clock_monotonic_ms() + PATIENCE_MS;
	struct timespec until = { .tv_sec = (time_t)(end / 1000), .tv_nsec = (long)(end % 1000) * 1000000 };
	struct received newest;
	int waited = 0;

	pthread_mutex_lock(&agent->lock);
	while (agent->newest.n < n && waited == 0)
		waited = pthread_cond_timedwait(&agent->came, &agent->lock, &until);
	newest = agent->newest;
	pthread_mutex_unlock(&agent->lock);
	return newest;
}

bool agent_report(struct agent *agent, Stralix__V1__Outcome__State state, const char *code, const char *message,
                  bool forged, struct error *err)
{
	_cleanup_(bus_msg_freep) struct bus_msg *reply = NULL;
	struct received newest;
	uint8_t report[8192];
	char subject[64];
	size_t size;

	pthread_mutex_lock(&agent->lock);
	newest = agent->newest;
	size = seal_outcome(agent, &newest, state, code, message, forged, report);
	pthread_mutex_unlock(&agent->lock);
	snprintf(subject, sizeof(subject), "report.%s", agent->id);
	if (!bus_request(panel_bus(agent->panel), subject, NULL, report, size, CALL_MS, &reply, err))
		return false;
	return !bus_msg_header(reply, BUS_ERROR_CODE) ||
	       error_set(err, ERR_BAD_REPLY, "%s", bus_msg_header(reply, BUS_ERROR));
}

void agent_overtaken(struct agent *agent)
{
	pthread_mutex_lock(&agent->lock);
	agent->seq -= 2;
	pthread_mutex_unlock(&agent->lock);
}
