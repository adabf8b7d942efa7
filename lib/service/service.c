/* service: the life of a process: settings, connections, start, calls, drain. */
#include "lib/service/service.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"

#include "guard.h"
#include "internal.h"
#include "janitor.h"
#include "queue.h"
#include "relay.h"
#include "service_sql.h"
#include "settings.h"

enum {
	POOL_SPARE = 4, /* connections beside the workers': relay, janitor, threads of the service */
	WAIT_MS = 200,
	KEYS_EVERY_S = 600,
	ROWS_MAX = 32,
};

void *service_state(struct service *service)
{
	return service->state;
}

const void *service_settings(const struct service *service)
{
	return service->own_settings;
}

struct db *service_db(struct service *service)
{
	return service->db;
}

struct db *service_db_wide(struct service *service)
{
	return service->db_wide;
}

struct bus *service_bus(struct service *service)
{
	return service->bus;
}

const char *service_name(const struct service *service)
{
	return service->name;
}

const struct token_key *service_key(const struct service *service)
{
	return service->key;
}

const struct keyring *service_keyring(const struct service *service)
{
	return service->keyring;
}

uint32_t service_epoch(const struct service *service)
{
	return (uint32_t)service->settings->epoch;
}

void service_relay(struct service *service)
{
	if (service->relay)
		relay_wake(service->relay);
}

/* What the process was started for. */
struct arguments {
	const char *config, *migrate;
	bool done; /* help or version was all */
};

static void usage(const struct service_definition *definition, FILE *out)
{
	_cleanup_(settings_freep) struct settings *settings = NULL;
	const char *name = definition->contract->name;

	fprintf(out, "stralix-%s: %s\n\n", name, definition->description);
	fprintf(out, "  stralix-%s --config FILE                     runs until SIGTERM\n", name);
	fprintf(out, "  stralix-%s --config FILE --migrate CONNINFO  brings the schema up to date as its owner\n",
	        name);
	fprintf(out, "  stralix-%s --help | --version\n\nSettings, a YAML file of one level:\n", name);
	if (settings_new(definition, &settings, NULL))
		config_describe(settings->rows, out);
}

static bool parse(const struct service_definition *definition, int argc, char **argv, struct arguments *ret)
{
	static const struct option options[] = { { "config", required_argument, NULL, 'c' },
		                                 { "migrate", required_argument, NULL, 'm' },
		                                 { "help", no_argument, NULL, 'h' },
		                                 { "version", no_argument, NULL, 'v' },
		                                 { NULL, 0, NULL, 0 } };

	/* NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread yet */
	for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		if (option == 'c')
			ret->config = optarg;
		else if (option == 'm')
			ret->migrate = optarg;
		else if (option == 'h' || option == 'v')
			ret->done = true;
		else
			return false;
		if (option == 'h')
			usage(definition, stdout);
		else if (option == 'v')
			printf("stralix-%s %s\n", definition->contract->name, STRALIX_VERSION);
	}
	return ret->done || ret->config;
}

static bool migrate(const struct service_definition *definition, const char *conninfo, struct error *err)
{
	const char *schema = definition->contract->name;

	return !definition->migrations || (db_migrate(conninfo, schema, service_migrations, err) &&
	                                   db_migrate(conninfo, schema, definition->migrations, err));
}

static void on_bus_state(void *arg, bool connected, const char *why)
{
	(void)arg;
	if (connected && strcmp(why, "connected") == 0)
		log_info("NATS: connected");
	else
		log_warn("NATS: %s", why);
}

static const char *given(const char *text)
{
	return text[0] ? text : NULL;
}

/* "_INBOX.web.k3x9…": a copy of the service has one of its own. */
static bool inbox_prefix(const char *name, char prefix[static 64], struct error *err)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
	unsigned char noise[8];
	char suffix[sizeof(noise) + 1] = "";

	if (getrandom(noise, sizeof(noise), 0) != (ssize_t)sizeof(noise))
		return error_set(err, ERR_INTERNAL, "no randomness");
	for (size_t i = 0; i < sizeof(noise); i++)
		suffix[i] = letters[noise[i] % 32];
	snprintf(prefix, 64, "_INBOX.%s.%s", name, suffix);
	return true;
}

static bool open_bus(struct service *service, struct error *err)
{
	const struct base_settings *settings = service->settings;
	char inbox[64];
	const struct bus_options options = {
		.url = settings->nats_url,
		.name = service->name,
		.creds = given(settings->nats_creds),
		.ca = given(settings->nats_ca),
		.cert = given(settings->nats_cert),
		.key = given(settings->nats_key),
		.expected_host = given(settings->nats_ca) ? given(settings->nats_host) : NULL,
		.inbox_prefix = inbox,
		.on_state = on_bus_state,
	};

	return inbox_prefix(service->name, inbox, err) && bus_open(&options, &service->bus, err);
}

static bool open_databases(struct service *service, struct error *err)
{
	const struct service_definition *definition = service->definition;
	const struct db_query *const more[] = { service_queries, NULL };
	const struct db_query *const more_wide[] = { service_queries_wide, service_queries, NULL };
	struct db_options options = {
		.conninfo = service->settings->db,
		.schema = service->name,
		.queries = definition->queries,
		.more_queries = more,
		.connections = (unsigned)service->settings->workers + POOL_SPARE,
		.generic_plans = definition->generic_plans,
	};

	if (!definition->migrations)
		return true;
	if (!db_open(&options, &service->db, err))
		return false;
	options.conninfo = service->settings->db_wide;
	options.queries = definition->queries_wide;
	options.more_queries = more_wide;
	return db_open(&options, &service->db_wide, err);
}

/* Waits a moment; true when the process shall end. */
static bool told_to_end(const sigset_t *signals, int ms)
{
	const struct timespec moment = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 };

	return sigtimedwait(signals, NULL, &moment) > 0;
}

/* Until bus and databases are there. *ret_end: a signal came first. */
static bool wait_ready(struct service *service, const sigset_t *signals, bool *ret_end, struct error *err)
{
	bool told = false;

	for (;;) {
		struct error why = { 0 };
		bool ready = bus_connected(service->bus) &&
		             (!service->db || (db_ready(service->db, &why) && db_ready(service->db_wide, &why)));

		if (ready)
			return true;
		if (why.code && why.code != ERR_UNAVAILABLE) {
			*err = why;
			return false;
		}
		if (why.code && !told)
			log_failure(LOG_WARN_, &why, "wait for the database");
		told = told || why.code;
		*ret_end = told_to_end(signals, WAIT_MS);
		if (*ret_end)
			return true;
	}
}

/* A call that waits for a worker: as it came, or again since it has what it waited for. */
struct arrival {
	struct bus_msg *msg;
	int64_t at_ms;
	struct call *call;
};

static void work(void *arg, void *item)
{
	_cleanup_free_ struct arrival *arrival = item;

	if (arrival->call)
		later_run(arrival->call);
	else
		dispatch(arg, arrival->msg, arrival->at_ms);
}

/* Who calls, for taking turns: by the end of the token, which no two have in common (FNV-1a). */
static uint32_t caller_of(const struct bus_msg *msg)
{
	enum { ENOUGH = 16 };
	const char *authorization = bus_msg_header(msg, BUS_AUTHORIZATION);
	size_t size = authorization ? strlen(authorization) : 0;
	uint32_t hash = 2166136261;

	for (size_t i = size > ENOUGH ? size - ENOUGH : 0; i < size; i++)
		hash = (hash ^ (uint8_t)authorization[i]) * 16777619;
	return hash;
}

/* On a thread of the bus: hands the call on, or says that there is no room. */
static void on_call(void *arg, struct bus_msg *msg)
{
	struct service *service = arg;
	struct arrival *arrival = malloc(sizeof(*arrival));

	if (arrival) {
		*arrival = (struct arrival){ .msg = msg, .at_ms = clock_unix_ms() };
		if (queue_put(service->queue, caller_of(msg), arrival))
			return;
	}
	dispatch_refuse(service, msg);
	bus_msg_free(msg);
	free(arrival);
}

bool service_resume(struct service *service, struct call *call)
{
	struct arrival *arrival = malloc(sizeof(*arrival));

	if (!arrival)
		return false;
	*arrival = (struct arrival){ .call = call };
	if (queue_put(service->queue, caller_of(call->msg), arrival))
		return true;
	free(arrival);
	return false;
}

static bool start_discovery(struct service *service, struct error *err)
{
	const struct contract_service *contract = service->definition->contract;
	_cleanup_free_ struct discovery_endpoint *endpoints = calloc(contract->n_methods + 1, sizeof(*endpoints));
	_cleanup_free_ char(*subjects)[160] = calloc(contract->n_methods + 1, sizeof(*subjects));

	if (!endpoints || !subjects)
		return error_set(err, ERR_INTERNAL, "out of memory");
	for (size_t i = 0; i < contract->n_methods; i++) {
		const struct contract_method *method = &contract->methods[i];

		snprintf(subjects[i], sizeof(subjects[i]), "rpc.%s.%s", contract->name, method->name);
		endpoints[i] = (struct discovery_endpoint){ .name = method->name,
			                                    .subject = subjects[i],
			                                    .queue = contract->name,
			                                    .request = method->request->descriptor->name,
			                                    .reply = method->reply->descriptor->name };
	}
	return discovery_start(service->bus, contract->name, NULL, STRALIX_VERSION, service->definition->description,
	                       endpoints, contract->n_methods, false, &service->discovery, err);
}

static bool start_calls(struct service *service, struct error *err)
{
	const struct base_settings *settings = service->settings;
	char subject[64];

	snprintf(subject, sizeof(subject), "rpc.%s.*", service->name);
	return start_discovery(service, err) &&
	       queue_new((unsigned)settings->workers, (unsigned)settings->queue, work, service, &service->queue, err) &&
	       bus_subscribe(service->bus, subject, service->name, on_call, service, &service->calls, err);
}

/* The service's own rows, then those that all have. */
static bool start_janitor(struct service *service, struct janitor_row rows[static ROWS_MAX], struct error *err)
{
	const struct janitor_row *own = service->definition->janitor;
	size_t n = 0;

	for (; own && own[n].name; n++) {
		if (n == ROWS_MAX - 2)
			return error_set(err, ERR_INTERNAL, "too many janitor rows");
		rows[n] = own[n];
	}
	if (service->db)
		rows[n++] = (struct janitor_row){ "expire idempotency keys", KEYS_EVERY_S, key_expire };
	rows[n] = (struct janitor_row){ 0 };
	return janitor_start(service, rows, &service->janitor, err);
}

static bool start(struct service *service, struct janitor_row rows[static ROWS_MAX], struct error *err)
{
	const struct service_definition *definition = service->definition;

	return (!service->db || relay_start(service, &service->relay, err)) &&
	       (!definition->start || definition->start(service, &service->state, err)) && start_calls(service, err) &&
	       start_janitor(service, rows, err);
}

/* Takes no more calls, finishes those that were let in, says what they caused, then lets go of everything. */
static void stop(struct service *service)
{
	bus_unsubscribe(TAKE_PTR(service->calls));
	later_close(service);
	queue_free(TAKE_PTR(service->queue));
	janitor_free(TAKE_PTR(service->janitor));
	if (service->state && service->definition->stop)
		service->definition->stop(TAKE_PTR(service->state));
	relay_free(TAKE_PTR(service->relay));
	discovery_free(TAKE_PTR(service->discovery));
}

static void service_done(struct service *service)
{
	stop(service);
	bus_free(service->bus);
	db_free(service->db);
	db_free(service->db_wide);
	guard_free(service->guard);
	keyring_free(service->keyring);
	token_key_free(service->key);
}

static bool open_all(struct service *service, struct error *err)
{
	const struct base_settings *settings = service->settings;

	return dispatch_check(service->definition->contract, service->definition->handlers, err) &&
	       keyring_read(settings->keyring, &service->keyring, err) &&
	       token_key_read(settings->token_key, &service->key, err) &&
	       guard_new(service->name, service->keyring, &service->guard, err) && open_databases(service, err) &&
	       open_bus(service, err);
}

static bool run(const struct service_definition *definition, const struct settings *settings, const sigset_t *signals,
                struct error *err)
{
	struct janitor_row rows[ROWS_MAX] = { 0 };
	_cleanup_(service_done) struct service service = { .definition = definition,
		                                           .name = definition->contract->name,
		                                           .settings = settings->values,
		                                           .own_settings = settings->own };
	bool end = false;
	int signal = 0;

	if (!open_all(&service, err) || !wait_ready(&service, signals, &end, err))
		return false;
	if (end)
		return true;
	if (!start(&service, rows, err))
		return false;
	log_info("ready: %zu methods, %d workers", definition->contract->n_methods, (int)service.settings->workers);
	while (sigwait(signals, &signal) != 0)
		;
	log_info("stopping on signal %d", signal);
	return true;
}

/* Blocked in all threads: the main one waits for them. */
static void block_signals(sigset_t *signals)
{
	sigemptyset(signals);
	sigaddset(signals, SIGTERM);
	sigaddset(signals, SIGINT);
	pthread_sigmask(SIG_BLOCK, signals, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static bool open_log(const char *name, const struct settings *settings, struct error *err)
{
	const struct base_settings *base = settings->values;
	enum log_level least;

	if (!log_level_parse(base->log_level, &least))
		return error_set(err, ERR_INVALID, "log_level: '%s' is none of debug, info, warn, error",
		                 base->log_level);
	log_open(name, least);
	return true;
}

static bool main_with(const struct service_definition *definition, const struct arguments *arguments, struct error *err)
{
	_cleanup_(settings_freep) struct settings *settings = NULL;
	sigset_t signals;

	block_signals(&signals);
	if (!settings_new(definition, &settings, err) ||
	    !settings_load(settings, arguments->config, definition->migrations, err) ||
	    !open_log(definition->contract->name, settings, err))
		return false;
	if (arguments->migrate)
		return migrate(definition, arguments->migrate, err);
	return run(definition, settings, &signals, err);
}

int service_main(const struct service_definition *definition, int argc, char **argv)
{
	struct arguments arguments = { 0 };
	struct error err = { 0 };

	log_open(definition->contract->name, LOG_INFO_);
	if (!parse(definition, argc, argv, &arguments)) {
		usage(definition, stderr);
		return EXIT_FAILURE;
	}
	if (arguments.done || main_with(definition, &arguments, &err))
		return EXIT_SUCCESS;
	log_failure(LOG_ERROR_, &err, arguments.migrate ? "migrate" : "run");
	return EXIT_FAILURE;
}
