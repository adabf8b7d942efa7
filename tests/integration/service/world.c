/* world: makes and unmakes it, and asks. */
#include "world.h"

#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/contract/contract.h"

#include "stralix/v1/audit.pb-c.h"
#include "stralix/v1/common.pb-c.h"
#include "stralix/v1/tasks.pb-c.h"

enum { ARENA = 4 * 1024 * 1024, POLL_NS = 2000000 };

static void must(bool ok, const struct error *err, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "%s: %s\n", what, err ? err->message : "failed");
	abort();
}

static const struct db_query counts[] = {
	{ "outbox", "select count(*) from outbox" },
	{ "website", "select count(*) from website" },
	{ "refused", "select count(*) from outbox where refused" },
	{ NULL, NULL },
};

static void nap(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = POLL_NS }, NULL);
}

bool wait_least(atomic_uint *value, unsigned least)
{
	int64_t until = clock_monotonic_ms() + WAIT_MS;

	while (atomic_load(value) < least && clock_monotonic_ms() < until)
		nap();
	return atomic_load(value) >= least;
}

int64_t count_of(struct world *world, const char *what)
{
	_cleanup_(tx_freep) struct tx *tx = NULL;
	_cleanup_(rows_freep) struct rows *rows = NULL;
	struct error err = { 0 };
	unsigned query = 0;

	while (strcmp(counts[query].name, what) != 0)
		query++;
	must(tx_begin(world->db, NULL, &tx, &err) && tx_run(tx, query, NULL, 0, &rows, &err), &err, what);
	return rows_int(rows, 0, 0);
}

bool wait_count(struct world *world, const char *what, int64_t wanted)
{
	int64_t until = clock_monotonic_ms() + WAIT_MS;

	while (count_of(world, what) != wanted && clock_monotonic_ms() < until)
		nap();
	return count_of(world, what) == wanted;
}

/* The neighbours. */

static void respond_error(struct bus *bus, const struct bus_msg *msg)
{
	const struct bus_header headers[] = { { BUS_ERROR_CODE, "409" },
		                              { BUS_ERROR, "CONFLICT: no" },
		                              { NULL, NULL } };
	char code[] = "CONFLICT", message[] = "tasks won't have it";
	Stralix__V1__Error body;
	uint8_t packed[128];

	stralix__v1__error__init(&body);
	body.code = code;
	body.message = message;
	must(bus_respond(bus, msg, headers, packed, stralix__v1__error__pack(&body, packed), NULL), NULL, "respond");
}

static void remember_token(struct world *world, const struct bus_msg *msg)
{
	const char *header = bus_msg_header(msg, BUS_AUTHORIZATION);
	struct token_claims claims;

	if (!header || !token_peek(header + strlen("Bearer "), &claims))
		return;
	snprintf(world->last_actor, sizeof(world->last_actor), "%s", claims.sub);
	snprintf(world->last_audience, sizeof(world->last_audience), "%s", claims.aud);
}

static void on_tasks(void *arg, struct bus_msg *msg)
{
	_cleanup_(bus_msg_freep) struct bus_msg *owned = msg;
	struct world *world = arg;
	Stralix__V1__EnqueueRequest *request;

	if (atomic_load(&world->tasks_refuse)) {
		atomic_fetch_add(&world->enqueued, 1);
		respond_error(world->neighbours, owned);
		return;
	}
	request = stralix__v1__enqueue_request__unpack(NULL, bus_msg_size(owned), bus_msg_data(owned));
	pthread_mutex_lock(&world->mutex);
	remember_token(world, owned);
	if (request) {
		memmove(world->heard[1], world->heard[0], sizeof(world->heard) - sizeof(world->heard[0]));
		snprintf(world->heard[0], sizeof(world->heard[0]), "%s", request->task_id);
		snprintf(world->last_task, sizeof(world->last_task), "%s", request->task_id);
	}
	pthread_mutex_unlock(&world->mutex);
	if (request)
		stralix__v1__enqueue_request__free_unpacked(request, NULL);
	atomic_fetch_add(&world->enqueued, 1);
	must(bus_respond(world->neighbours, owned, NULL, "", 0, NULL), NULL, "respond");
}

static void on_audit(void *arg, struct bus_msg *msg)
{
	_cleanup_(bus_msg_freep) struct bus_msg *owned = msg;
	struct world *world = arg;
	Stralix__V1__AppendRequest *request =
		stralix__v1__append_request__unpack(NULL, bus_msg_size(owned), bus_msg_data(owned));

	if (request && request->record) {
		const Stralix__V1__Record *record = request->record;

		pthread_mutex_lock(&world->mutex);
		snprintf(world->last_audit, sizeof(world->last_audit), "%s %s %s %s %s", record->service,
		         record->action, record->actor_id, record->outcome, record->after);
		pthread_mutex_unlock(&world->mutex);
	}
	if (request)
		stralix__v1__append_request__free_unpacked(request, NULL);
	atomic_fetch_add(&world->appended, 1);
	must(bus_respond(world->neighbours, owned, NULL, "", 0, NULL), NULL, "respond");
}

static void on_event(void *arg, struct bus_msg *msg)
{
	struct world *world = arg;

	if (strcmp(bus_msg_subject(msg), "event." ORG ".website.created") == 0)
		atomic_fetch_add(&world->published, 1);
	bus_msg_free(msg);
}

/* A round trip: the server has what was sent before. */
static void settle(struct bus *bus)
{
	struct bus_msg *none = NULL;

	(void)!bus_request(bus, "nobody.there", NULL, "", 0, WAIT_MS, &none, NULL);
}

void tasks_come(struct world *world)
{
	struct error err = { 0 };

	must(bus_subscribe(world->neighbours, "rpc.tasks.*", "tasks", on_tasks, world, &world->tasks_calls, &err), &err,
	     "play tasks");
	settle(world->neighbours);
}

void tasks_go(struct world *world)
{
	bus_unsubscribe(TAKE_PTR(world->tasks_calls));
	settle(world->neighbours);
}

/* Files. */

static void write_file(const struct world *world, const char *name, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", world->dir, name);
	file = fopen(path, "w");
	must(file && fputs(text, file) >= 0 && fclose(file) == 0, NULL, path);
}

static void write_keys(struct world *world)
{
	const struct {
		const char *name;
		const struct token_key *key;
	} keys[] = { { "authz", world->authz }, { "web", world->web }, { "tasks", world->tasks } };
	char keyring[512] = "", path[128], public[44];
	uint8_t raw[TOKEN_KEY];
	struct error err = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		size_t used = strlen(keyring);

		token_key_public(keys[i].key, raw);
		token_public_format(raw, public);
		snprintf(keyring + used, sizeof(keyring) - used, "%s %s\n", keys[i].name, public);
	}
	write_file(world, "keyring", keyring);
	snprintf(path, sizeof(path), "%s/token.key", world->dir);
	must(token_key_write(world->web, path, &err), &err, "write a key");
}

static void write_config(struct world *world)
{
	char text[1024];
	char db[256];

	snprintf(db, sizeof(db), "%s", postgres_conninfo(world->postgres, "web"));
	snprintf(text, sizeof(text),
	         "nats_url: %s\ndb: \"%s\"\ndb_wide: \"%s\"\nkeyring: %s/keyring\ntoken_key: %s/token.key\n"
	         "workers: 2\nqueue: 4\n",
	         nats_server_url(world->nats), db, postgres_conninfo(world->postgres, "web_wide"), world->dir,
	         world->dir);
	write_file(world, "config.yaml", text);
}

/* The fixture. */

static pid_t spawn(struct world *world, const char *argument, const char *value)
{
	const char *path = getenv("STRALIX_FIXTURE");
	char config[128], log[128];
	pid_t pid = fork();

	must(pid >= 0 && path, NULL, "start the fixture (STRALIX_FIXTURE)");
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* or a test that fails leaves it behind, holding the output open */
	snprintf(config, sizeof(config), "%s/config.yaml", world->dir);
	snprintf(log, sizeof(log), "%s/log", world->dir);
	dup2(open(log, O_WRONLY | O_CREAT | O_APPEND, 0600), STDERR_FILENO);
	execl(path, path, "--config", config, argument, value, (char *)NULL);
	_exit(127);
}

void fixture_start(struct world *world)
{
	world->fixture = spawn(world, NULL, NULL);
}

void fixture_wait_ready(struct world *world)
{
	int64_t until = clock_monotonic_ms() + WAIT_MS;
	struct bus_msg *reply = NULL;

	while (!bus_request(world->gateway, "$SRV.PING.web", NULL, "", 0, 1000, &reply, NULL)) {
		must(clock_monotonic_ms() < until, NULL, "the fixture isn't ready");
		nap();
	}
	bus_msg_free(reply);
	for (bool ready = false; !ready; nap()) {
		_cleanup_(answer_done) struct answer answer =
			ask(world, &(struct request){ .method = "Nothing", .body = "{}" });

		ready = answer.status == 404;
		must(ready || clock_monotonic_ms() < until, NULL, "the fixture takes no calls");
	}
}

unsigned fixture_starts(struct world *world)
{
	char path[128], line[4096];
	unsigned n = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/log", world->dir);
	file = fopen(path, "r");
	must(file != NULL, NULL, path);
	while (fgets(line, sizeof(line), file))
		n += strstr(line, "\"ready: ") != NULL;
	fclose(file);
	return n;
}

int fixture_end(struct world *world, int signal)
{
	int status = 0;

	if (world->fixture <= 0)
		return 0;
	kill(world->fixture, signal);
	waitpid(world->fixture, &status, 0);
	world->fixture = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int fixture_run(struct world *world, const char *argument, const char *value, char *text, size_t size)
{
	char log[128];
	int status = 0, fd;
	ssize_t n;
	off_t before;
	pid_t pid;

	snprintf(log, sizeof(log), "%s/log", world->dir);
	fd = open(log, O_RDONLY | O_CREAT | O_CLOEXEC, 0600);
	before = lseek(fd, 0, SEEK_END);
	pid = spawn(world, argument, value);
	waitpid(pid, &status, 0);
	n = pread(fd, text, size - 1, before);
	text[n > 0 ? n : 0] = '\0';
	close(fd);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The whole. */

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

static void make_database(struct world *world)
{
	struct db_options options = { .schema = "web", .queries = counts, .connections = 2 };
	char owner[256], log[8192];
	struct error err = { 0 };

	postgres_psql(world->postgres,
	              "create role web_owner login; create role web login; create role web_wide login; "
	              "create schema web authorization web_owner");
	snprintf(owner, sizeof(owner), "%s", postgres_conninfo(world->postgres, "web_owner"));
	must(fixture_run(world, "--migrate", owner, log, sizeof(log)) == 0, NULL, log);
	must(fixture_run(world, "--migrate", owner, log, sizeof(log)) == 0, NULL, log); /* twice is once */
	options.conninfo = postgres_conninfo(world->postgres, "web_wide");
	must(db_open(&options, &world->db, &err), &err, "open the database");
}

struct world *world_new(void)
{
	struct world *world = calloc(1, sizeof(*world));
	struct error err = { 0 };

	must(world != NULL, NULL, "memory");
	pthread_mutex_init(&world->mutex, NULL);
	snprintf(world->dir, sizeof(world->dir), "/tmp/stralix-service-XXXXXX");
	must(mkdtemp(world->dir) != NULL, NULL, "mkdtemp");
	world->postgres = postgres_new();
	world->nats = nats_server_new();
	world->authz = token_key_new();
	world->web = token_key_new();
	world->tasks = token_key_new();
	write_keys(world);
	write_config(world);
	make_database(world);
	world->gateway = open_bus(world, "_INBOX.gateway.1");
	world->neighbours = open_bus(world, "_INBOX.neighbours.1");
	must(bus_subscribe(world->neighbours, "rpc.audit.*", "audit", on_audit, world, &world->audit_calls, &err) &&
	             bus_subscribe(world->neighbours, "event.>", NULL, on_event, world, &world->events, &err),
	     &err, "play audit");
	tasks_come(world);
	fixture_start(world);
	fixture_wait_ready(world);
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
	fixture_end(world, SIGKILL);
	bus_free(world->gateway);
	bus_free(world->neighbours);
	db_free(world->db);
	nats_server_free(world->nats);
	postgres_free(world->postgres);
	token_key_free(world->authz);
	token_key_free(world->web);
	token_key_free(world->tasks);
	nftw(world->dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
	pthread_mutex_destroy(&world->mutex);
	free(world);
}

/* Asking. */

struct token_claims identity_claims(const char *role)
{
	struct token_claims claims = { .iss = "authz", .aud = "web", .sub = USER, .org = ORG, .name = "Ada" };

	claims.iat = clock_unix_ms() / 1000;
	claims.exp = claims.iat + 5;
	snprintf(claims.role, sizeof(claims.role), "%s", role);
	return claims;
}

void sign(const struct token_key *key, const struct token_claims *claims, char token[static TOKEN_MAX])
{
	struct error err = { 0 };

	must(token_sign(key, claims, token, &err), &err, "sign");
}

void answer_done(struct answer *answer)
{
	json_decref(answer->json);
}

struct answer ask(struct world *world, const struct request *request)
{
	_cleanup_(bus_msg_freep) struct bus_msg *reply = NULL;
	char subject[96], bearer[TOKEN_MAX + 8];
	const struct bus_header headers[] = { { BUS_CONTENT_TYPE, "application/json" },
		                              { BUS_REQUEST_ID, "request-1" },
		                              { BUS_AUTHORIZATION, request->token ? bearer : NULL },
		                              { BUS_IDEMPOTENCY_KEY, request->key },
		                              { BUS_DEADLINE, request->deadline },
		                              { NULL, NULL } };
	struct answer answer = { 0 };
	const char *status;

	snprintf(subject, sizeof(subject), "rpc.web.%s", request->method);
	snprintf(bearer, sizeof(bearer), "Bearer %s", request->token ? request->token : "");
	if (!bus_request(world->gateway, subject, headers, request->body, strlen(request->body),
	                 request->timeout_ms ? request->timeout_ms : WAIT_MS, &reply, NULL))
		return answer;
	status = bus_msg_header(reply, BUS_ERROR_CODE);
	answer.status = status ? atoi(status) : 200;
	answer.json = json_loadb(bus_msg_data(reply), bus_msg_size(reply), JSON_REJECT_DUPLICATES, NULL);
	return answer;
}

struct answer ask_customer(struct world *world, const char *method, const char *body, const char *key)
{
	const struct token_claims claims = identity_claims("customer");
	char token[TOKEN_MAX];

	sign(world->authz, &claims, token);
	return ask(world, &(struct request){ .method = method, .body = body, .token = token, .key = key });
}

const char *text_at(const struct answer *answer, const char *name)
{
	const char *text = json_string_value(json_object_get(answer->json, name));

	return text ? text : "";
}
