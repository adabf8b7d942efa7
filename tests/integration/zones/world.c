/* world: see world.h. */
#include "world.h"

#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/token/seal.h"
#include "lib/token/token.h"

#include "stralix/v1/authz.pb-c.h"
#include "stralix/v1/tasks.pb-c.h"

#include "nats.h"
#include "postgres.h"
#include "schema.h"

enum { WORDS = 256, POLL_NS = 3000000, POLL_MS = 500, TOKEN_S = 30 };

struct world {
	char dir[64];
	struct postgres *postgres;
	struct nats_server *nats;
	struct token_key *authz, *dns, *tasks, *web;
	struct seal_key *seal[2]; /* of n1 and n2 */
	struct bus *asker, *neighbours;
	pid_t process;
	int patience_ms; /* for one answer */

	pthread_mutex_t mutex; /* of all that follows */
	struct task *queued;
	unsigned n_queued, nodes;
	char taken[256];
	char words[WORDS][128];
	unsigned n_words;
};

static void must(bool ok, const struct error *err, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "%s: %s\n", what, err ? err->message : "failed");
	abort();
}

static void nap(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = POLL_NS }, NULL);
}

/* The neighbours. */

static void note(struct world *world, const char *what, const char *of)
{
	pthread_mutex_lock(&world->mutex);
	if (world->n_words < WORDS)
		snprintf(world->words[world->n_words++], sizeof(world->words[0]), "%s %s", what, of);
	pthread_mutex_unlock(&world->mutex);
}

static void refuse(struct world *world, const struct bus_msg *msg, const char *code, const char *status)
{
	char spelled[64];
	const struct bus_header headers[] = { { BUS_ERROR_CODE, status }, { BUS_ERROR, spelled }, { NULL, NULL } };
	Stralix__V1__Error body;
	uint8_t packed[256];

	snprintf(spelled, sizeof(spelled), "%s: no", code);
	stralix__v1__error__init(&body);
	body.code = (char *)(uintptr_t)code;
	body.message = (char *)(uintptr_t) "no";
	must(bus_respond(world->neighbours, msg, headers, packed, stralix__v1__error__pack(&body, packed), NULL), NULL,
	     "refuse");
}

static void respond(struct world *world, const struct bus_msg *msg)
{
	must(bus_respond(world->neighbours, msg, NULL, "", 0, NULL), NULL, "respond");
}

static void on_authz(void *arg, struct bus_msg *msg)
{
	_cleanup_(bus_msg_freep) struct bus_msg *owned = msg;
	const char *method = strrchr(bus_msg_subject(owned), '.') + 1;
	struct world *world = arg;

	if (strcmp(method, "ClaimDomain") == 0) {
		Stralix__V1__ClaimDomainRequest *request =
			stralix__v1__claim_domain_request__unpack(NULL, bus_msg_size(owned), bus_msg_data(owned));
		bool taken = strcmp(request->domain, world->taken) == 0;

		note(world, method, request->domain);
		stralix__v1__claim_domain_request__free_unpacked(request, NULL);
		if (taken) {
			refuse(world, owned, "EXISTS", "409");
			return;
		}
	} else {
		Stralix__V1__ClaimRef *request =
			stralix__v1__claim_ref__unpack(NULL, bus_msg_size(owned), bus_msg_data(owned));

		note(world, method, request->domain);
		stralix__v1__claim_ref__free_unpacked(request, NULL);
	}
	respond(world, owned);
}

static void enqueue(struct world *world, const Stralix__V1__EnqueueRequest *request)
{
	struct task *task;

	pthread_mutex_lock(&world->mutex);
	for (unsigned i = 0; i < world->n_queued; i++)
		if (strcmp(world->queued[i].id, request->task_id) == 0) {
			pthread_mutex_unlock(&world->mutex);
			return; /* said twice */
		}
	must(world->n_queued < TASKS, NULL, "too many tasks");
	task = &world->queued[world->n_queued];
	snprintf(task->id, sizeof(task->id), "%s", request->task_id);
	snprintf(task->verb, sizeof(task->verb), "%s", request->verb);
	snprintf(task->resource, sizeof(task->resource), "%s", request->target->id);
	snprintf(task->object, sizeof(task->object), "%s", request->target->object_id);
	snprintf(task->node, sizeof(task->node), "%s", request->target->node_id);
	snprintf(task->name, sizeof(task->name), "%s", request->target->name);
	task->epoch = request->generation->epoch;
	task->n = request->generation->n;
	task->size = request->desired.len;
	if (task->size)
		memcpy(task->desired, request->desired.data, task->size);
	world->n_queued++;
	pthread_mutex_unlock(&world->mutex);
}

/* The first node that isn't to be avoided. */
static void place(struct world *world, const struct bus_msg *msg)
{
	Stralix__V1__PlaceResourceRequest *request =
		stralix__v1__place_resource_request__unpack(NULL, bus_msg_size(msg), bus_msg_data(msg));
	Stralix__V1__PlaceResourceReply reply;
	char id[16], address[] = "127.0.0.1";
	uint8_t packed[256];
	unsigned chosen = 0;

	for (unsigned i = 1; i <= world->nodes && !chosen; i++) {
		bool avoid = false;

		snprintf(id, sizeof(id), "n%u", i);
		for (size_t j = 0; j < request->n_apart_from; j++)
			avoid |= strcmp(request->apart_from[j], id) == 0;
		if (!avoid && (!*request->node_id || strcmp(request->node_id, id) == 0))
			chosen = i;
	}
	stralix__v1__place_resource_request__free_unpacked(request, NULL);
	if (!chosen) {
		refuse(world, msg, "NO_NODE", "503");
		return;
	}
	snprintf(id, sizeof(id), "n%u", chosen);
	stralix__v1__place_resource_reply__init(&reply);
	reply.node_id = reply.node_name = id;
	reply.address = address;
	reply.dns_port = 1; /* nothing answers there */
	must(bus_respond(world->neighbours, msg, NULL, packed, stralix__v1__place_resource_reply__pack(&reply, packed),
	                 NULL),
	     NULL, "respond");
}

/* The keys of both nodes. */
static void tell_seal_keys(struct world *world, const struct bus_msg *msg)
{
	Stralix__V1__SealKey keys[2], *list[] = { &keys[0], &keys[1] };
	char ids[2][8] = { "n1", "n2" }, spelled[2][44];
	Stralix__V1__GetSealKeysReply reply;
	uint8_t packed[256], public[SEAL_KEY];

	stralix__v1__get_seal_keys_reply__init(&reply);
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		seal_key_public(world->seal[i], public);
		token_public_format(public, spelled[i]);
		stralix__v1__seal_key__init(&keys[i]);
		keys[i].node_id = ids[i];
		keys[i].key = spelled[i];
	}
	reply.keys = list;
	reply.n_keys = ARRAY_SIZE(list);
	must(bus_respond(world->neighbours, msg, NULL, packed, stralix__v1__get_seal_keys_reply__pack(&reply, packed),
	                 NULL),
	     NULL, "respond");
}

static void on_tasks(void *arg, struct bus_msg *msg)
{
	_cleanup_(bus_msg_freep) struct bus_msg *owned = msg;
	struct world *world = arg;
	Stralix__V1__EnqueueRequest *request;

	if (strcmp(bus_msg_subject(owned), "rpc.tasks.PlaceResource") == 0) {
		place(world, owned);
		return;
	}
	if (strcmp(bus_msg_subject(owned), "rpc.tasks.GetSealKeys") == 0) {
		tell_seal_keys(world, owned);
		return;
	}
	request = stralix__v1__enqueue_request__unpack(NULL, bus_msg_size(owned), bus_msg_data(owned));
	must(request != NULL, NULL, "read a task");
	enqueue(world, request);
	stralix__v1__enqueue_request__free_unpacked(request, NULL);
	respond(world, owned);
}

static void on_audit(void *arg, struct bus_msg *msg)
{
	struct world *world = arg;

	respond(world, msg);
	bus_msg_free(msg);
}

/* Files and the process. */

static void write_file(const struct world *world, const char *name, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", world->dir, name);
	file = fopen(path, "w");
	must(file && fputs(text, file) >= 0 && fclose(file) == 0, NULL, path);
}

static void write_settings(struct world *world)
{
	const struct {
		const char *name;
		const struct token_key *key;
	} keys[] = { { "authz", world->authz },
		     { "authz.service", world->authz },
		     { "dns", world->dns },
		     { "tasks", world->tasks },
		     { "web", world->web } };
	char text[2048] = "", path[128], public[44], db[256];
	uint8_t raw[TOKEN_KEY];
	struct error err = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		size_t used = strlen(text);

		token_key_public(keys[i].key, raw);
		token_public_format(raw, public);
		snprintf(text + used, sizeof(text) - used, "%s %s\n", keys[i].name, public);
	}
	write_file(world, "keyring", text);
	snprintf(path, sizeof(path), "%s/token.key", world->dir);
	must(token_key_write(world->dns, path, &err), &err, "write a key");
	snprintf(db, sizeof(db), "%s", postgres_conninfo(world->postgres, "dns"));
	snprintf(text, sizeof(text),
	         "nats_url: %s\ndb: \"%s\"\ndb_wide: \"%s\"\nkeyring: %s/keyring\ntoken_key: %s/token.key\nworkers: 2\n"
	         "panel_hosts: panel.example\nname_servers: n1=ns1.panel.example,n2=ns2.panel.example\n"
	         "provider_allowed: 127.0.0.1\n",
	         nats_server_url(world->nats), db, postgres_conninfo(world->postgres, "dns_wide"), world->dir,
	         world->dir);
	write_file(world, "config.yaml", text);
}

static pid_t spawn(struct world *world, const char *argument, const char *value)
{
	const char *path = getenv("STRALIX_DNS");
	char config[128], log[128];
	pid_t pid = fork();

	must(pid >= 0 && path, NULL, "start the service (STRALIX_DNS)");
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	snprintf(config, sizeof(config), "%s/config.yaml", world->dir);
	snprintf(log, sizeof(log), "%s/log", world->dir);
	dup2(open(log, O_WRONLY | O_CREAT | O_APPEND, 0600), STDERR_FILENO);
	execl(path, path, "--config", config, argument, value, (char *)NULL);
	_exit(127);
}

static void migrate(struct world *world)
{
	char owner[256];
	int status = 0;

	schema_make(world->postgres, "dns");
	snprintf(owner, sizeof(owner), "%s", postgres_conninfo(world->postgres, "dns_owner"));
	waitpid(spawn(world, "--migrate", owner), &status, 0);
	must(WIFEXITED(status) && !WEXITSTATUS(status), NULL, "migrate");
}

static struct bus *open_bus(struct world *world, const char *inbox)
{
	const struct bus_options options = { .url = nats_server_url(world->nats),
		                             .name = "test",
		                             .inbox_prefix = inbox };
	struct bus *bus = NULL;
	struct error err = { 0 };

	must(bus_open(&options, &bus, &err) && bus_wait_connected(bus, WAIT_MS), &err, "open a bus");
	return bus;
}

static void wait_ready(struct world *world)
{
	int64_t until = clock_monotonic_ms() + WAIT_MS;

	world->patience_ms = POLL_MS; /* what was sent to a process that died has no answer */
	for (;; nap()) {
		_answer_ answer = ask(world, "ListZones", "{}");

		if (answer.status == 200 && json_object_get(answer.json, "page"))
			break;
		must(clock_monotonic_ms() < until, NULL, "the service isn't ready");
	}
	world->patience_ms = WAIT_MS;
}

struct world *world_new(void)
{
	struct world *world = calloc(1, sizeof(*world));
	struct bus_subscription *ignored;
	struct error err = { 0 };

	must(world && (world->queued = calloc(TASKS, sizeof(struct task))), NULL, "memory");
	pthread_mutex_init(&world->mutex, NULL);
	snprintf(world->dir, sizeof(world->dir), "/tmp/stralix-dns-XXXXXX");
	must(mkdtemp(world->dir) != NULL, NULL, "mkdtemp");
	world->nodes = 2;
	world->postgres = postgres_new();
	world->nats = nats_server_new();
	world->authz = token_key_new();
	world->dns = token_key_new();
	world->tasks = token_key_new();
	world->web = token_key_new();
	world->seal[0] = seal_key_new();
	world->seal[1] = seal_key_new();
	write_settings(world);
	migrate(world);
	world->asker = open_bus(world, "_INBOX.gateway.1");
	world->neighbours = open_bus(world, "_INBOX.neighbours.1");
	must(bus_subscribe(world->neighbours, "rpc.authz.*", "authz", on_authz, world, &ignored, &err) &&
	             bus_subscribe(world->neighbours, "rpc.tasks.*", "tasks", on_tasks, world, &ignored, &err) &&
	             bus_subscribe(world->neighbours, "rpc.audit.*", "audit", on_audit, world, &ignored, &err),
	     &err, "play the neighbours");
	world->process = spawn(world, NULL, NULL);
	wait_ready(world);
	return world;
}

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *at)
{
	(void)info;
	(void)type;
	(void)at;
	return remove(path);
}

void world_free(struct world *world)
{
	kill(world->process, SIGKILL);
	waitpid(world->process, NULL, 0);
	bus_free(world->asker);
	bus_free(world->neighbours);
	nats_server_free(world->nats);
	postgres_free(world->postgres);
	token_key_free(world->authz);
	token_key_free(world->dns);
	token_key_free(world->tasks);
	token_key_free(world->web);
	seal_key_free(world->seal[0]);
	seal_key_free(world->seal[1]);
	nftw(world->dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
	pthread_mutex_destroy(&world->mutex);
	free(world->queued);
	free(world);
}

void world_restart(struct world *world)
{
	kill(world->process, SIGKILL);
	waitpid(world->process, NULL, 0);
	world->process = spawn(world, NULL, NULL);
	wait_ready(world);
}

void world_psql(struct world *world, const char *sql)
{
	postgres_psql(world->postgres, sql);
}

void world_nodes(struct world *world, unsigned n)
{
	world->nodes = n;
}

void world_take_name(struct world *world, const char *name)
{
	snprintf(world->taken, sizeof(world->taken), "%s", name);
}

/* Asking. */

void answer_done(struct answer *answer)
{
	json_decref(answer->json);
}

/* What the service said of its own faults. */
static void show_log(const struct world *world)
{
	char path[128], line[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/log", world->dir);
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file))
		if (strstr(line, "error"))
			fputs(line, stderr);
	if (file)
		fclose(file);
}

static struct answer send(struct world *world, const char *method, const char *body, const char *token, const char *key)
{
	_cleanup_(bus_msg_freep) struct bus_msg *reply = NULL;
	char subject[96], bearer[TOKEN_MAX + 8];
	const struct bus_header headers[] = { { BUS_CONTENT_TYPE, "application/json" },
		                              { BUS_REQUEST_ID, "request-1" },
		                              { BUS_AUTHORIZATION, bearer },
		                              { BUS_IDEMPOTENCY_KEY, key },
		                              { NULL, NULL } };
	struct answer answer = { 0 };
	const char *status;

	snprintf(subject, sizeof(subject), "rpc.dns.%s", method);
	snprintf(bearer, sizeof(bearer), "Bearer %s", token);
	if (!bus_request(world->asker, subject, headers, body, strlen(body), world->patience_ms, &reply, NULL))
		return answer;
	status = bus_msg_header(reply, BUS_ERROR_CODE);
	answer.status = status ? atoi(status) : 200;
	answer.json = json_loadb(bus_msg_data(reply), bus_msg_size(reply), JSON_REJECT_DUPLICATES, NULL);
	if (answer.status >= 500 && answer.status != 503)
		show_log(world);
	return answer;
}

struct answer ask_as(struct world *world, const char *role, const char *org, const char *method, const char *body,
                     const char *key)
{
	struct token_claims claims = {
		.iss = "authz", .aud = "dns", .sub = "01900000-0000-7000-8000-00000000000a", .name = "Ada"
	};
	struct error err = { 0 };
	char token[TOKEN_MAX];

	snprintf(claims.org, sizeof(claims.org), "%s", org);
	snprintf(claims.role, sizeof(claims.role), "%s", role);
	claims.iat = clock_unix_ms() / 1000;
	claims.exp = claims.iat + 5;
	must(token_sign(world->authz, &claims, token, &err), &err, "sign");
	return send(world, method, body, token, key);
}

struct answer ask(struct world *world, const char *method, const char *body)
{
	return ask_as(world, "customer", ORG, method, body, NULL);
}

struct answer ask_format(struct world *world, const char *method, const char *format, ...)
{
	_cleanup_free_ char *body = NULL;
	va_list args;

	va_start(args, format);
	must(vasprintf(&body, format, args) >= 0, NULL, "memory");
	va_end(args);
	return ask(world, method, body);
}

struct answer ask_limited(struct world *world, const char *limit, const char *method, const char *format, ...)
{
	struct token_claims claims = { .iss = "authz",
		                       .aud = "dns",
		                       .sub = "01900000-0000-7000-8000-00000000000a",
		                       .name = "ada@shop.example by token router",
		                       .role = "customer",
		                       .org = ORG,
		                       .n_rec = 1 };
	_cleanup_free_ char *body = NULL;
	struct error err = { 0 };
	char token[TOKEN_MAX];
	va_list args;

	va_start(args, format);
	must(vasprintf(&body, format, args) >= 0, NULL, "memory");
	va_end(args);
	snprintf(claims.rec[0], sizeof(claims.rec[0]), "%s", limit);
	snprintf(claims.sid, sizeof(claims.sid), "%.8s-token", strrchr(limit, '/') + 1);
	claims.iat = clock_unix_ms() / 1000;
	claims.exp = claims.iat + 5;
	must(token_sign(world->authz, &claims, token, &err), &err, "sign");
	return send(world, method, body, token, NULL);
}

struct answer ask_service(struct world *world, const char *service, const char *method, const char *body)
{
	const struct token_key *key = strcmp(service, "tasks") == 0 ? world->tasks
	                              : strcmp(service, "web") == 0 ? world->web
	                                                            : world->authz;
	struct token_claims claims = { .has_dig = true };
	struct error err = { 0 };
	char token[TOKEN_MAX];

	snprintf(claims.iss, sizeof(claims.iss), "%s", service);
	snprintf(claims.aud, sizeof(claims.aud), "dns.%s", method);
	snprintf(claims.sub, sizeof(claims.sub), "system:%s", service);
	token_digest(body, strlen(body), claims.dig);
	claims.iat = clock_unix_ms() / 1000;
	claims.exp = claims.iat + TOKEN_S;
	must(token_sign(key, &claims, token, &err), &err, "sign");
	return send(world, method, body, token, NULL);
}

static const json_t *find(const json_t *json, const char *path)
{
	char part[64];

	while (json && *path) {
		size_t size = strcspn(path, ".");

		snprintf(part, sizeof(part), "%.*s", (int)size, path);
		json = json_is_array(json) ? json_array_get(json, strtoul(part, NULL, 10))
		                           : json_object_get(json, part);
		path += size + (path[size] == '.');
	}
	return json;
}

const char *text_at(const struct answer *answer, const char *path)
{
	const char *text = json_string_value(find(answer->json, path));

	return text ? text : "";
}

json_int_t number_at(const struct answer *answer, const char *path)
{
	const json_t *json = find(answer->json, path);

	return json_is_string(json) ? strtoll(json_string_value(json), NULL, 10) : json_integer_value(json);
}

size_t count_at(const struct answer *answer, const char *path)
{
	return json_array_size(find(answer->json, path));
}

/* Tasks. */

unsigned task_count(struct world *world)
{
	unsigned n;

	pthread_mutex_lock(&world->mutex);
	n = world->n_queued;
	pthread_mutex_unlock(&world->mutex);
	return n;
}

const struct task *task_at(struct world *world, unsigned at)
{
	return &world->queued[at];
}

const struct task *task_of(struct world *world, unsigned from, const char *node)
{
	while (strcmp(task_at(world, from)->node, node) != 0)
		must(++from < task_count(world), NULL, "no task of this node");
	return task_at(world, from);
}

const struct task *task_wait(struct world *world, unsigned n)
{
	int64_t until = clock_monotonic_ms() + WAIT_MS;

	while (task_count(world) < n) {
		must(clock_monotonic_ms() < until, NULL, "no task came");
		nap();
	}
	return task_at(world, n - 1);
}

void task_end(struct world *world, const struct task *task, const char *state, const char *message)
{
	_cleanup_free_ char *body = NULL;

	must(asprintf(&body,
	              "{\"taskId\":\"%s\",\"target\":{\"kind\":\"zone\",\"id\":\"%s\",\"organisationId\":\"" ORG
	              "\",\"nodeId\":\"%s\"},\"generation\":{\"epoch\":%u,\"n\":\"%llu\"},\"state\":\"%s\",\"message\":"
	              "\"%s\","
	              "\"verb\":\"%s\"}",
	              task->id, task->resource, task->node, task->epoch, task->n, state, message, task->verb) >= 0,
	     NULL, "memory");
	_answer_ answer = ask_service(world, "tasks", "TaskFinished", body);

	if (answer.status != 200)
		fprintf(stderr, "TaskFinished: %d %s\n", answer.status, text_at(&answer, "message"));
	must(answer.status == 200, NULL, "tell of a task");
}

struct answer zone_wait(struct world *world, const char *zone_id, const char *state)
{
	int64_t until = clock_monotonic_ms() + WAIT_MS;

	for (;; nap()) {
		struct answer answer = ask_format(world, "GetZone", "{\"zoneId\":\"%s\"}", zone_id);

		if (strcmp(text_at(&answer, "zone.state"), state) == 0)
			return answer;
		if (clock_monotonic_ms() >= until)
			fprintf(stderr, "zone is %s, not %s\n", text_at(&answer, "zone.state"), state);
		must(clock_monotonic_ms() < until, NULL, "the zone's state");
		answer_done(&answer);
	}
}

Stralix__V1__ZoneState *task_state(const struct task *task)
{
	Stralix__V1__ZoneState *state = stralix__v1__zone_state__unpack(NULL, task->size, task->desired);

	must(state != NULL, NULL, "read a zone's state");
	return state;
}

static bool was_heard(struct world *world, const char *word)
{
	bool found = false;

	pthread_mutex_lock(&world->mutex);
	for (unsigned i = 0; i < world->n_words; i++)
		found |= strcmp(world->words[i], word) == 0;
	pthread_mutex_unlock(&world->mutex);
	return found;
}

bool heard(struct world *world, const char *word)
{
	int64_t until = clock_monotonic_ms() + WAIT_MS;

	while (!was_heard(world, word) && clock_monotonic_ms() < until)
		nap();
	return was_heard(world, word);
}

char *open_box(struct world *world, const char *node, const char *resource, const ProtobufCBinaryData *box)
{
	struct buf secret = { 0 };
	struct error err = { 0 };

	if (!seal_open(world->seal[strcmp(node, "n2") == 0], "zone", resource, box->data, box->len, &secret, &err)) {
		seal_wipe(&secret);
		return NULL;
	}
	return buf_take(&secret);
}
