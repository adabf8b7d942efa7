/* panel: keys, settings, processes, and the neighbours that a test plays. */

#include "panel.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "lib/base/clock.h"
#include "lib/contract/contract.h"
#include "lib/token/token.h"

#include "stralix/v1/authz.pb-c.h"

#include "nats.h"
#include "panel_internal.h"
#include "postgres.h"

enum { FINISHED_MAX = 16384, ARENA = 32 << 20 };

struct finished {
	char task_id[UUID_TEXT], state[16];
	unsigned n;
};

struct panel {
	struct postgres *postgres;
	struct nats_server *nats;
	struct bus *bus;
	struct arena *arena; /* by one thread at a time */
	pthread_mutex_t arena_lock;
	struct token_key *web, *authz, *tasks;
	struct bus_subscription *subscriptions[3];
	char folder[64], config[96];
	pid_t pid, copy;
	_Atomic bool allowed;
	pthread_mutex_t lock;
	struct finished finished[FINISHED_MAX];
	char audited[64], audited_before[256], audited_after[256]; /* the newest record of a sealing key */
};

static const char roles[] =
	"create role tasks_owner login; create role tasks login; create role tasks_wide login; "
	"create schema tasks authorization tasks_owner; grant usage on schema tasks to tasks, tasks_wide";

static void write_file(const struct panel *panel, const char *name, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", panel->folder, name);
	file = fopen(path, "we");
	if (!file || fputs(text, file) < 0 || fclose(file) != 0)
		panel_abort("write a file");
}

static void must(bool ok, const struct error *err, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "%s: %s\n", what, err->message);
	abort();
}

void panel_abort(const char *what)
{
	perror(what);
	abort();
}

static void write_keys(struct panel *panel)
{
	char keyring[512], key[44], path[128];
	const struct token_key *keys[] = { panel->web, panel->authz, panel->tasks };
	const char *const names[] = { "web", "authz", "tasks" };
	struct error err = { 0 };

	keyring[0] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		uint8_t public[TOKEN_KEY];

		token_key_public(keys[i], public);
		token_public_format(public, key);
		snprintf(keyring + strlen(keyring), sizeof(keyring) - strlen(keyring), "%s %s\n", names[i], key);
	}
	write_file(panel, "keyring", keyring);
	snprintf(path, sizeof(path), "%s/token.key", panel->folder);
	must(token_key_write(panel->tasks, path, &err), &err, "write the key");
}

/* more: lines beside those that every panel has. */
static void write_settings(struct panel *panel, const char *more)
{
	char config[1024], conninfo[256];

	snprintf(conninfo, sizeof(conninfo), "%s", postgres_conninfo(panel->postgres, "tasks"));
	snprintf(config, sizeof(config),
	         "nats_url: %s\ndb: %s\ndb_wide: %s\nkeyring: %s/keyring\ntoken_key: %s/token.key\nlog_level: info\n%s",
	         nats_server_url(panel->nats), conninfo, postgres_conninfo(panel->postgres, "tasks_wide"),
	         panel->folder, panel->folder, more);
	write_file(panel, "config.yaml", config);
}

static pid_t spawn_service(struct panel *panel, const char *migrate)
{
	char *const argv[] = { getenv("STRALIX_TASKS"),
		               strdup("--config"),
		               panel->config,
		               migrate ? strdup("--migrate") : NULL,
		               migrate ? strdup(migrate) : NULL,
		               NULL };
	char log[128];
	posix_spawn_file_actions_t actions;
	pid_t pid;

	snprintf(log, sizeof(log), "%s/log", panel->folder);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log, O_WRONLY | O_CREAT | O_APPEND, 0600);
	if (!argv[0] || posix_spawn(&pid, argv[0], &actions, NULL, argv, environ) != 0)
		panel_abort("start stralix-tasks");
	posix_spawn_file_actions_destroy(&actions);
	free(argv[1]);
	free(argv[3]);
	free(argv[4]);
	return pid;
}

static void respond(struct panel *panel, struct bus_msg *msg, const ProtobufCMessage *reply)
{
	uint8_t packed[256];
	struct error err = { 0 };

	must(bus_respond(panel->bus, msg, NULL, packed, protobuf_c_message_pack(reply, packed), &err), &err, "respond");
	bus_msg_free(msg);
}

static void on_check_actor(void *arg, struct bus_msg *msg)
{
	struct panel *panel = arg;
	Stralix__V1__CheckActorReply reply;

	stralix__v1__check_actor_reply__init(&reply);
	reply.allowed = panel->allowed;
	respond(panel, msg, &reply.base);
}

static void acknowledge(struct panel *panel, struct bus_msg *msg)
{
	Stralix__V1__Empty reply;

	stralix__v1__empty__init(&reply);
	respond(panel, msg, &reply.base);
}

static void on_append(void *arg, struct bus_msg *msg)
{
	struct panel *panel = arg;
	Stralix__V1__AppendRequest *request =
		stralix__v1__append_request__unpack(NULL, bus_msg_size(msg), bus_msg_data(msg));

	pthread_mutex_lock(&panel->lock);
	if (request && request->record && strcmp(request->record->action, "node.seal_key") == 0) {
		snprintf(panel->audited, sizeof(panel->audited), "%s", request->record->target->node_id);
		snprintf(panel->audited_before, sizeof(panel->audited_before), "%s", request->record->before);
		snprintf(panel->audited_after, sizeof(panel->audited_after), "%s", request->record->after);
	}
	pthread_mutex_unlock(&panel->lock);
	if (request)
		stralix__v1__append_request__free_unpacked(request, NULL);
	acknowledge(panel, msg);
}

bool panel_audited_seal_key(struct panel *panel, const char *node_id, const char *before, const char *after)
{
	pthread_mutex_lock(&panel->lock);
	bool told = strcmp(panel->audited, node_id) == 0 && strstr(panel->audited_before, before) &&
	            strstr(panel->audited_after, after);
	pthread_mutex_unlock(&panel->lock);
	return told;
}

static void on_finished(void *arg, struct bus_msg *msg)
{
	struct panel *panel = arg;
	Stralix__V1__TaskFinishedRequest *request =
		stralix__v1__task_finished_request__unpack(NULL, bus_msg_size(msg), bus_msg_data(msg));

	pthread_mutex_lock(&panel->lock);
	for (size_t i = 0; request && i < FINISHED_MAX; i++) {
		struct finished *finished = &panel->finished[i];

		if (finished->n && strcmp(finished->task_id, request->task_id) != 0)
			continue;
		snprintf(finished->task_id, sizeof(finished->task_id), "%s", request->task_id);
		snprintf(finished->state, sizeof(finished->state), "%s", request->state);
		finished->n++;
		break;
	}
	pthread_mutex_unlock(&panel->lock);
	stralix__v1__task_finished_request__free_unpacked(request, NULL);
	acknowledge(panel, msg);
}

unsigned panel_finished(struct panel *panel, const char *task_id, char state[static 16])
{
	unsigned n = 0;

	state[0] = '\0';
	pthread_mutex_lock(&panel->lock);
	for (size_t i = 0; i < FINISHED_MAX; i++)
		if (strcmp(panel->finished[i].task_id, task_id) == 0) {
			memcpy(state, panel->finished[i].state, 16);
			n = panel->finished[i].n;
		}
	pthread_mutex_unlock(&panel->lock);
	return n;
}

static void open_bus(struct panel *panel)
{
	const struct bus_options options = { .url = nats_server_url(panel->nats),
		                             .name = "test",
		                             .inbox_prefix = "_INBOX.test.a" };
	struct error err = { 0 };

	must(bus_open(&options, &panel->bus, &err), &err, "NATS");
	if (!bus_wait_connected(panel->bus, PATIENCE_MS))
		panel_abort("NATS");
	must(bus_subscribe(panel->bus, "rpc.authz.CheckActor", NULL, on_check_actor, panel, &panel->subscriptions[0],
	                   &err) &&
	             bus_subscribe(panel->bus, "rpc.audit.Append", NULL, on_append, panel, &panel->subscriptions[1],
	                           &err) &&
	             bus_subscribe(panel->bus, "rpc.web.TaskFinished", NULL, on_finished, panel,
	                           &panel->subscriptions[2], &err),
	     &err, "subscribe");
}

static void migrate(struct panel *panel)
{
	int status;
	pid_t pid = spawn_service(panel, postgres_conninfo(panel->postgres, "tasks_owner"));

	if (waitpid(pid, &status, 0) != pid || status != 0)
		panel_abort("migrate");
}

/* How many processes have said that they are ready. */
static unsigned count_ready(const struct panel *panel)
{
	char path[128], line[1024];
	unsigned n = 0;
	FILE *log;

	snprintf(path, sizeof(path), "%s/log", panel->folder);
	log = fopen(path, "re");
	while (log && fgets(line, sizeof(line), log))
		n += strstr(line, "\"message\":\"ready: ") != NULL;
	if (log)
		fclose(log);
	return n;
}

/* Until one more than before is ready: what is asked earlier may go to a process that was just killed, and be lost. */
static void wait_ready(const struct panel *panel, unsigned before)
{
	int64_t deadline = clock_monotonic_ms() + PATIENCE_MS;

	for (; count_ready(panel) == before; usleep(20000))
		if (clock_monotonic_ms() > deadline)
			panel_abort("stralix-tasks isn't ready");
}

/* Until it answers. */
void panel_start_service(struct panel *panel)
{
	int64_t deadline = clock_monotonic_ms() + PATIENCE_MS;
	Stralix__V1__ListNodesRequest request;
	struct uuid org = { { 1 } };
	struct error err = { 0 };
	unsigned before = count_ready(panel);

	stralix__v1__list_nodes_request__init(&request);
	panel->pid = spawn_service(panel, NULL);
	wait_ready(panel, before);
	do {
		ProtobufCMessage *reply;

		if (panel_person(panel, "admin", &org, "ListNodes", &request.base,
		                 &stralix__v1__list_nodes_reply__descriptor, &reply, &err))
			return;
		usleep(20000);
	} while (clock_monotonic_ms() < deadline);
	must(false, &err, "start stralix-tasks");
}

void panel_stop_postgres(struct panel *panel)
{
	postgres_stop(panel->postgres);
}

void panel_start_postgres(struct panel *panel)
{
	postgres_start(panel->postgres);
}

void panel_restart_nats(struct panel *panel)
{
	int64_t deadline = clock_monotonic_ms() + PATIENCE_MS;

	nats_server_kill(panel->nats);
	while (bus_connected(panel->bus) && clock_monotonic_ms() < deadline)
		usleep(5000);
	nats_server_start(panel->nats);
	if (!bus_wait_connected(panel->bus, PATIENCE_MS))
		panel_abort("NATS");
}

void panel_start_copy(struct panel *panel)
{
	unsigned before = count_ready(panel);

	panel->copy = spawn_service(panel, NULL);
	wait_ready(panel, before);
}

void panel_stop_service(struct panel *panel)
{
	kill(panel->pid, SIGKILL);
	waitpid(panel->pid, NULL, 0);
	panel->pid = 0;
}

void panel_configure(struct panel *panel, const char *more)
{
	write_settings(panel, more);
	panel_stop_service(panel);
	panel_start_service(panel);
}

struct panel *panel_new(void)
{
	struct panel *panel = calloc(1, sizeof(*panel));

	if (!panel)
		panel_abort("panel");
	pthread_mutex_init(&panel->lock, NULL);
	pthread_mutex_init(&panel->arena_lock, NULL);
	strcpy(panel->folder, "/tmp/test_tasks.XXXXXX");
	if (!mkdtemp(panel->folder))
		panel_abort(panel->folder);
	snprintf(panel->config, sizeof(panel->config), "%s/config.yaml", panel->folder);
	panel->arena = arena_new(ARENA);
	panel->web = token_key_new();
	panel->authz = token_key_new();
	panel->tasks = token_key_new();
	panel->allowed = true;
	panel->postgres = postgres_new();
	panel->nats = nats_server_new();
	postgres_psql(panel->postgres, roles);
	write_keys(panel);
	write_settings(panel, "");
	open_bus(panel);
	migrate(panel);
	panel_start_service(panel);
	return panel;
}

static void end_well(pid_t pid)
{
	int status;

	if (!pid)
		return;
	kill(pid, SIGTERM);
	if (waitpid(pid, &status, 0) != pid || status != 0)
		panel_abort("stralix-tasks didn't end well");
}

void panel_free(struct panel *panel)
{
	static const char *const files[] = { "config.yaml", "keyring", "token.key", "log" };

	end_well(panel->copy);
	end_well(panel->pid);
	for (size_t i = 0; i < ARRAY_SIZE(panel->subscriptions); i++)
		bus_unsubscribe(panel->subscriptions[i]);
	bus_free(panel->bus);
	nats_server_free(panel->nats);
	postgres_free(panel->postgres);
	token_key_free(panel->web);
	token_key_free(panel->authz);
	token_key_free(panel->tasks);
	arena_free(panel->arena);
	pthread_mutex_destroy(&panel->lock);
	pthread_mutex_destroy(&panel->arena_lock);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		char path[128];

		snprintf(path, sizeof(path), "%s/%s", panel->folder, files[i]);
		unlink(path);
	}
	rmdir(panel->folder);
	free(panel);
}

void panel_psql(struct panel *panel, const char *sql)
{
	postgres_psql(panel->postgres, sql);
}

struct arena *panel_arena(struct panel *panel)
{
	return panel->arena;
}

struct bus *panel_bus(struct panel *panel)
{
	return panel->bus;
}

const struct token_key *panel_tasks_key(struct panel *panel)
{
	return panel->tasks;
}

void panel_allow(struct panel *panel, bool allowed)
{
	panel->allowed = allowed;
}

static bool read_error(const struct bus_msg *reply, struct arena *arena, struct error *err)
{
	ProtobufCMessage *message = NULL;
	struct error ignored = { 0 };
	Stralix__V1__Error *error;

	if (!contract_unpack(&stralix__v1__error__descriptor, bus_msg_data(reply), bus_msg_size(reply), 65536, arena,
	                     &message, &ignored))
		return error_set(err, ERR_BAD_REPLY, "%s", bus_msg_header(reply, BUS_ERROR));
	error = (Stralix__V1__Error *)message;
	error_set(err, error_code_parse(error->code), "%s", error->message);
	for (size_t i = 0; i < error->n_violations; i++)
		error_field(err, error->violations[i]->field, error->violations[i]->rule, "%s",
		            error->violations[i]->message);
	if (err)
		err->code = error_code_parse(error->code);
	return false;
}

static uint8_t *pack(struct panel *panel, const ProtobufCMessage *request, size_t *ret_size)
{
	uint8_t *body;

	pthread_mutex_lock(&panel->arena_lock);
	body = contract_pack(request, panel->arena, ret_size);
	pthread_mutex_unlock(&panel->arena_lock);
	return body;
}

static bool read_reply(struct panel *panel, const struct bus_msg *reply, const ProtobufCMessageDescriptor *type,
                       ProtobufCMessage **ret, struct error *err)
{
	bool ok;

	pthread_mutex_lock(&panel->arena_lock);
	if (bus_msg_header(reply, BUS_ERROR_CODE))
		ok = read_error(reply, panel->arena, err);
	else
		ok = contract_unpack(type, bus_msg_data(reply), bus_msg_size(reply), 1 << 20, panel->arena, ret, err);
	pthread_mutex_unlock(&panel->arena_lock);
	return ok;
}

static bool ask(struct panel *panel, const struct token_key *key, const struct token_claims *claims, const char *method,
                const void *body, size_t size, const ProtobufCMessageDescriptor *reply_type, ProtobufCMessage **ret,
                struct error *err)
{
	_cleanup_(bus_msg_freep) struct bus_msg *reply = NULL;
	char token[TOKEN_MAX], bearer[TOKEN_MAX + 8], subject[64], deadline[24];

	snprintf(subject, sizeof(subject), "rpc.tasks.%s", method);
	snprintf(deadline, sizeof(deadline), "%lld", (long long)clock_unix_ms() + CALL_MS);
	if (!token_sign(key, claims, token, err))
		return false;
	snprintf(bearer, sizeof(bearer), "Bearer %s", token);
	if (!bus_request(panel->bus, subject,
	                 (const struct bus_header[]){ { BUS_AUTHORIZATION, bearer },
	                                              { BUS_DEADLINE, deadline },
	                                              { BUS_REQUEST_ID, "0192f0c1-2345-7abc-8def-0123456789ab" },
	                                              { NULL, NULL } },
	                 body, size, CALL_MS, &reply, err))
		return false;
	return read_reply(panel, reply, reply_type, ret, err);
}

static struct token_claims claims_from(const char *iss, int seconds)
{
	struct token_claims claims = { .iat = clock_unix_ms() / 1000 };

	claims.exp = claims.iat + seconds;
	snprintf(claims.iss, sizeof(claims.iss), "%s", iss);
	return claims;
}

bool panel_web(struct panel *panel, const char *method, const ProtobufCMessage *request,
               const ProtobufCMessageDescriptor *reply_type, ProtobufCMessage **ret, struct error *err)
{
	struct token_claims claims = claims_from("web", 30);
	size_t size;
	uint8_t *body = pack(panel, request, &size);

	snprintf(claims.aud, sizeof(claims.aud), "tasks.%s", method);
	snprintf(claims.sub, sizeof(claims.sub), "system:web");
	claims.has_dig = true;
	token_digest(body, size, claims.dig);
	return ask(panel, panel->web, &claims, method, body, size, reply_type, ret, err);
}

bool panel_person(struct panel *panel, const char *role, const struct uuid *org, const char *method,
                  const ProtobufCMessage *request, const ProtobufCMessageDescriptor *reply_type, ProtobufCMessage **ret,
                  struct error *err)
{
	struct token_claims claims = claims_from("authz", 5);
	struct uuid user = { { 7 } };
	size_t size;
	uint8_t *body = pack(panel, request, &size);

	snprintf(claims.aud, sizeof(claims.aud), "tasks");
	snprintf(claims.role, sizeof(claims.role), "%s", role);
	uuid_format(org, claims.org);
	uuid_format(&user, claims.sub);
	return ask(panel, panel->authz, &claims, method, body, size, reply_type, ret, err);
}
