/* A nats-server of its own, keys of its own, and services that answer from a table. */

#include "fixture.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/contract/contract.h"
#include "lib/token/pulse.h"

#include "stralix/v1/authz.pb-c.h"
#include "stralix/v1/web.pb-c.h"

#include "identity.h"

enum { WAIT_MS = 10000, ARENA_MAX = 1 << 20 };

static void die(const char *what)
{
	perror(what);
	abort();
}

static unsigned free_port(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) != 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &size) != 0)
		die("port");
	close(fd);
	return ntohs(address.sin_port);
}

bool fixture_start_nats(struct fixture *f)
{
	char port[12];

	snprintf(port, sizeof(port), "%u", f->nats_port);
	f->nats = fork();
	if (f->nats == 0) {
		int log = open("/dev/null", O_RDWR);

		dup2(log, 1);
		dup2(log, 2);
		execlp("nats-server", "nats-server", "-a", "127.0.0.1", "-p", port, (char *)NULL);
		_exit(127);
	}
	return f->nats > 0;
}

void fixture_stop_nats(struct fixture *f)
{
	if (f->nats <= 0)
		return;
	kill(f->nats, SIGKILL);
	waitpid(f->nats, NULL, 0);
	f->nats = 0;
}

/* ---- the services ---- */

static void fail(struct fixture *f, const struct bus_msg *msg, const char *status, const char *code, const char *text)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX);
	const struct bus_header headers[] = { { BUS_ERROR_CODE, status }, { BUS_ERROR, code }, { NULL, NULL } };
	Stralix__V1__Violation violation, *violations[] = { &violation };
	Stralix__V1__Error error;
	uint8_t *body;
	size_t size;

	stralix__v1__violation__init(&violation);
	stralix__v1__error__init(&error);
	violation.field = arena_strdup(arena, "domain");
	violation.rule = arena_strdup(arena, "taken");
	violation.message = arena_strdup(arena, "Taken.");
	error.code = arena_strdup(arena, code);
	error.message = arena_strdup(arena, text);
	error.violations = violations;
	error.n_violations = strcmp(code, "EXISTS") == 0;
	error.retry_after_s = strcmp(code, "RATE_LIMITED") == 0 ? 17 : 0;
	body = contract_pack(&error.base, arena, &size);
	if (!bus_respond(f->bus, msg, headers, body, size, NULL))
		die("respond");
}

static void answer(struct fixture *f, const struct bus_msg *msg, const ProtobufCMessage *reply)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX);
	size_t size;
	uint8_t *body = contract_pack(reply, arena, &size);

	if (!bus_respond(f->bus, msg, NULL, body, size, NULL))
		die("respond");
}

static ProtobufCMessage *read_message(const struct bus_msg *msg, const ProtobufCMessageDescriptor *type,
                                      struct arena *arena)
{
	ProtobufCMessage *message = NULL;

	if (!contract_unpack(type, bus_msg_data(msg), bus_msg_size(msg), ARENA_MAX, arena, &message, NULL))
		abort();
	return message;
}

static bool service_token_good(const struct fixture *f, const struct bus_msg *msg)
{
	const char *header = bus_msg_header(msg, BUS_AUTHORIZATION);
	uint8_t key[TOKEN_KEY], digest[TOKEN_DIGEST];
	struct token_claims claims;

	token_key_public(f->gateway_key, key);
	token_digest(bus_msg_data(msg), bus_msg_size(msg), digest);
	return header && strncmp(header, "Bearer ", 7) == 0 && token_verify(key, header + 7, &claims, NULL) &&
	       strcmp(claims.iss, "gateway") == 0 && strncmp(claims.aud, "authz.", 6) == 0 &&
	       strcmp(claims.aud + 6, strrchr(bus_msg_subject(msg), '.') + 1) == 0 &&
	       strcmp(claims.sub, "system:gateway") == 0 && claims.has_dig &&
	       memcmp(claims.dig, digest, sizeof(digest)) == 0 && claims.exp - claims.iat == 30;
}

static bool known(const char *token)
{
	return strcmp(token, "customer") == 0 || strcmp(token, "staff") == 0 || strcmp(token, "admin") == 0 ||
	       strcmp(token, "scoped") == 0;
}

static void sign_identity(const struct fixture *f, const char *token, const char *audience, char out[static TOKEN_MAX])
{
	struct token_claims claims = { .iss = "authz", .org = FIXTURE_ORG, .sid = "session-1", .n_orgs = 0 };
	bool scoped = strcmp(token, "scoped") == 0;

	snprintf(claims.aud, sizeof(claims.aud), "%s", audience);
	snprintf(claims.sub, sizeof(claims.sub), "user-%s", token);
	snprintf(claims.role, sizeof(claims.role), "%s", scoped ? "customer" : token);
	if (scoped) {
		claims.n_scp = 1;
		strcpy(claims.scp[0], "website:read");
	}
	claims.iat = clock_unix_ms() / 1000 - atomic_load(&f->age_s);
	claims.exp = claims.iat + IDENTITY_LIFE_S;
	if (atomic_load(&f->age_s))
		claims.ext = claims.iat + IDENTITY_EXTENDED_S;
	if (!token_sign(f->authz_key, &claims, out, NULL))
		abort();
}

static void hold(struct fixture *f)
{
	int64_t until = clock_monotonic_ms() + WAIT_MS;

	while (atomic_load(&f->hold_identity) && clock_monotonic_ms() < until)
		usleep(1000);
}

static void issue_identity(struct fixture *f, const struct bus_msg *msg)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX);
	const Stralix__V1__IssueIdentityRequest *request =
		(void *)read_message(msg, &stralix__v1__issue_identity_request__descriptor, arena);
	Stralix__V1__IssueIdentityReply reply;
	char identity[TOKEN_MAX];

	atomic_fetch_add(&f->identities, 1);
	if (!service_token_good(f, msg))
		atomic_fetch_add(&f->badly_signed, 1);
	if (atomic_load(&f->authz_silent))
		return;
	hold(f);
	if (atomic_load(&f->revoked) || !known(request->token)) {
		fail(f, msg, "401", "UNAUTHENTICATED", "no such session");
		return;
	}
	sign_identity(f, request->token, request->audience, identity);
	stralix__v1__issue_identity_reply__init(&reply);
	reply.identity = identity;
	reply.expires_ms = clock_unix_ms() + 5000 - 1000 * atomic_load(&f->age_s);
	answer(f, msg, &reply.base);
}

static void give_pulse(struct fixture *f, const struct bus_msg *msg)
{
	struct token_claims claims = { .iss = "authz", .aud = PULSE_AUDIENCE };
	Stralix__V1__GetPulseReply reply;
	char pulse[TOKEN_MAX];

	claims.iat = clock_unix_ms() / 1000;
	claims.exp = claims.iat + PULSE_LIFE_S;
	if (!service_token_good(f, msg))
		atomic_fetch_add(&f->badly_signed, 1);
	if (atomic_load(&f->user_named)) {
		claims.n_rev = 1;
		strcpy(claims.rev[0], "user-customer");
	}
	if (!token_sign(f->authz_key, &claims, pulse, NULL))
		abort();
	stralix__v1__get_pulse_reply__init(&reply);
	reply.pulse = pulse;
	answer(f, msg, &reply.base);
	atomic_fetch_add(&f->pulses, 1);
}

static void sign_in(struct fixture *f, const struct bus_msg *msg)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX);
	const Stralix__V1__SignInRequest *request =
		(void *)read_message(msg, &stralix__v1__sign_in_request__descriptor, arena);
	Stralix__V1__SignInReply reply;
	Stralix__V1__Session session;
	char expires[CLOCK_RFC3339];

	if (strcmp(request->password, "correct horse battery") != 0) {
		fail(f, msg, "429", "RATE_LIMITED", "Too many attempts.");
		return;
	}
	stralix__v1__session__init(&session);
	stralix__v1__sign_in_reply__init(&reply);
	session.email = request->email;
	session.expires_at = clock_rfc3339(clock_unix_ms() + 3600 * 1000, expires);
	reply.session = &session;
	reply.token = arena_strdup(arena, "customer");
	answer(f, msg, &reply.base);
}

static void on_authz(void *arg, struct bus_msg *message)
{
	_cleanup_(bus_msg_freep) struct bus_msg *msg = message;
	const char *method = strrchr(bus_msg_subject(msg), '.') + 1;
	struct fixture *f = arg;
	Stralix__V1__Empty empty;

	stralix__v1__empty__init(&empty);
	if (strcmp(method, "IssueIdentity") == 0)
		issue_identity(f, msg);
	else if (strcmp(method, "GetPulse") == 0)
		give_pulse(f, msg);
	else if (strcmp(method, "SignIn") == 0)
		sign_in(f, msg);
	else if (!bus_msg_header(msg, BUS_AUTHORIZATION))
		fail(f, msg, "401", "UNAUTHENTICATED", "no token");
	else
		answer(f, msg, &empty.base);
}

static void note_header(const struct bus_msg *msg, const char *name, char *out, size_t size)
{
	const char *value = bus_msg_header(msg, name);

	snprintf(out, size, "%s", value ? value : "");
}

static void note(struct fixture *f, const struct bus_msg *msg)
{
	note_header(msg, BUS_REQUEST_ID, f->request_id, sizeof(f->request_id));
	note_header(msg, BUS_TRACEPARENT, f->traceparent, sizeof(f->traceparent));
	note_header(msg, BUS_DEADLINE, f->deadline, sizeof(f->deadline));
	note_header(msg, BUS_IDEMPOTENCY_KEY, f->key, sizeof(f->key));
	note_header(msg, BUS_SOURCE_IP, f->source_ip, sizeof(f->source_ip));
	note_header(msg, BUS_AUTHORIZATION, f->identity, sizeof(f->identity));
	note_header(msg, BUS_PULSE, f->pulse, sizeof(f->pulse));
	snprintf(f->subject, sizeof(f->subject), "%s", bus_msg_subject(msg));
}

static void list_websites(struct fixture *f, const struct bus_msg *msg)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX);
	const Stralix__V1__ListWebsitesRequest *request =
		(void *)read_message(msg, &stralix__v1__list_websites_request__descriptor, arena);
	Stralix__V1__ListWebsitesReply reply;
	Stralix__V1__Website website, *websites[] = { &website };

	stralix__v1__website__init(&website);
	stralix__v1__list_websites_reply__init(&reply);
	snprintf(f->search, sizeof(f->search), "%s", request->search);
	f->limit = request->limit;
	website.domain = arena_strdup(arena, "shop.example");
	website.message = arena_strdup(arena, "<script>");
	reply.websites = websites;
	reply.n_websites = 1;
	answer(f, msg, &reply.base);
}

static void create_website(struct fixture *f, const struct bus_msg *msg)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX);
	const Stralix__V1__CreateWebsiteRequest *request =
		(void *)read_message(msg, &stralix__v1__create_website_request__descriptor, arena);
	Stralix__V1__WebsiteReply reply;
	Stralix__V1__Website website;

	if (strcmp(request->domain, "taken.example") == 0) {
		fail(f, msg, "409", "EXISTS", "The domain is taken.");
		return;
	}
	if (strcmp(request->domain, "fault.example") == 0) {
		fail(f, msg, "500", "INTERNAL", "relation \"secret\" does not exist");
		return;
	}
	if (strcmp(request->domain, "nonsense.example") == 0) {
		if (!bus_respond(f->bus, msg, NULL, "\xff\xff\xff", 3, NULL))
			die("respond");
		return;
	}
	if (strcmp(request->domain, "silent.example") == 0)
		return;
	stralix__v1__website__init(&website);
	stralix__v1__website_reply__init(&reply);
	website.domain = request->domain;
	reply.website = &website;
	reply.task_id = arena_strdup(arena, "task-1");
	answer(f, msg, &reply.base);
}

static void on_web(void *arg, struct bus_msg *message)
{
	_cleanup_(bus_msg_freep) struct bus_msg *msg = message;
	const char *method = strrchr(bus_msg_subject(msg), '.') + 1;
	struct fixture *f = arg;

	atomic_fetch_add(&f->web_calls, 1); /* before the answer, with which the next test may begin */
	note(f, msg);
	if (strcmp(method, "ListWebsites") == 0)
		list_websites(f, msg);
	else if (strcmp(method, "CreateWebsite") == 0)
		create_website(f, msg);
	else
		fail(f, msg, "404", "NOT_FOUND", "There is no such website.");
}

void fixture_event(struct fixture *f, const char *subject, const char *id)
{
	if (!bus_publish(f->bus, subject, NULL, id, strlen(id), NULL))
		die("publish");
}

/* ---- files ---- */

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	if (!file || fputs(text, file) < 0 || fclose(file) != 0)
		die(path);
}

static char *join(const char *dir, const char *name)
{
	char *path;

	if (asprintf(&path, "%s/%s", dir, name) < 0)
		abort();
	return path;
}

static void put(const char *dir, const char *name, const char *text)
{
	_cleanup_free_ char *path = join(dir, name);

	write_file(path, text);
}

static void make_dir(const char *dir, const char *name)
{
	_cleanup_free_ char *path = join(dir, name);

	if (mkdir(path, 0755) != 0)
		die(path);
}

static void make_ui(struct fixture *f)
{
	_cleanup_free_ char *link = join(f->ui, "link.txt");

	make_dir(f->dir, "ui");
	make_dir(f->ui, "websites");
	make_dir(f->ui, "_next");
	make_dir(f->ui, "_next/static");
	make_dir(f->ui, "empty");
	put(f->ui, "index.html", "<h1>overview</h1>");
	put(f->ui, "websites/index.html", "<h1>websites</h1>");
	put(f->ui, "websites/index.txt", "route data");
	put(f->ui, "404.html", "<h1>not here</h1>");
	put(f->ui, "csp.txt", "default-src 'none'; script-src 'self' 'sha256-test'\n");
	put(f->ui, "_next/static/app.js", "plain script");
	put(f->ui, "_next/static/app.js.br", "brotli script");
	put(f->ui, "_next/static/app.js.gz", "gzip script");
	put(f->ui, ".secret", "hidden");
	put(f->dir, "openapi.json", "{\"openapi\":\"3.1.0\"}");
	put(f->dir, "outside.txt", "outside");
	if (symlink("../outside.txt", link) != 0)
		die("symlink");
}

static void make_keys(struct fixture *f)
{
	_cleanup_free_ char *path = join(f->dir, "token.key");
	uint8_t key[TOKEN_KEY];
	char text[44], line[64];

	f->authz_key = token_key_new();
	f->gateway_key = token_key_new();
	if (!f->authz_key || !f->gateway_key || !token_key_write(f->gateway_key, path, NULL))
		abort();
	token_key_public(f->authz_key, key);
	token_public_format(key, text);
	snprintf(line, sizeof(line), "authz %s\n", text);
	put(f->dir, "keyring", line);
}

static char *format(const char *text, ...) _printf_(1, 2);

static char *format(const char *text, ...)
{
	va_list values;
	char *result;

	va_start(values, text);
	if (vasprintf(&result, text, values) < 0)
		abort();
	va_end(values);
	return result;
}

static void start_gateway(struct fixture *f)
{
	struct settings settings = { 0 };
	struct error err = { 0 };
	_cleanup_free_ char *path = join(f->dir, "config.yaml");
	_cleanup_free_ char *text =
		format("listen: 127.0.0.1:0\nui_dir: %s\npublic_url: %s\nnats_url: nats://127.0.0.1:%u\n"
	               "keyring: %s/keyring\ntoken_key: %s/token.key\nlog_level: error\n"
	               "max_connections: 512\nmax_streams: 20\n",
	               f->ui, FIXTURE_ORIGIN, f->nats_port, f->dir, f->dir);

	write_file(path, text);
	if (!config_load(path, settings_rows, &settings, &err) || !gateway_open(&settings, &f->gateway, &err)) {
		fprintf(stderr, "%s\n", err.message);
		abort();
	}
	f->port = gateway_port(f->gateway);
	if (!bus_wait_connected(f->gateway->bus, WAIT_MS))
		abort();
}

static void start_services(struct fixture *f)
{
	_cleanup_free_ char *url = format("nats://127.0.0.1:%u", f->nats_port);
	const struct bus_options options = { .url = url, .name = "fixture", .inbox_prefix = "_INBOX.fixture.a" };
	struct bus_subscription *subscription;

	if (!bus_open(&options, &f->bus, NULL) || !bus_wait_connected(f->bus, WAIT_MS) ||
	    !bus_subscribe(f->bus, "rpc.authz.*", "authz", on_authz, f, &subscription, NULL) ||
	    !bus_subscribe(f->bus, "rpc.web.*", "web", on_web, f, &subscription, NULL))
		abort();
}

int fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	signal(SIGPIPE, SIG_IGN);
	log_open("gateway", LOG_ERROR_);
	strcpy(f->dir, "/tmp/stralix-gateway-XXXXXX");
	if (!mkdtemp(f->dir))
		die("mkdtemp");
	snprintf(f->ui, sizeof(f->ui), "%s/ui", f->dir);
	make_ui(f);
	make_keys(f);
	f->nats_port = free_port();
	if (!fixture_start_nats(f))
		die("nats-server");
	start_services(f);
	start_gateway(f);
	*state = f;
	return 0;
}

static void remove_dir(const char *dir)
{
	pid_t pid = fork();

	if (pid == 0) {
		execlp("rm", "rm", "-rf", "--", dir, (char *)NULL);
		_exit(127);
	}
	waitpid(pid, NULL, 0);
}

int fixture_teardown(void **state)
{
	struct fixture *f = *state;

	gateway_drain(f->gateway, WAIT_MS);
	gateway_close(f->gateway);
	bus_free(f->bus);
	fixture_stop_nats(f);
	token_key_free(f->authz_key);
	token_key_free(f->gateway_key);
	remove_dir(f->dir);
	free(f);
	return 0;
}

int fixture_reset(void **state)
{
	static const char *const tokens[] = { "customer", "staff", "admin", "scoped", "unknown" };
	struct fixture *f = *state;
	uint8_t digest[TOKEN_DIGEST];

	atomic_store(&f->revoked, false);
	atomic_store(&f->authz_silent, false);
	atomic_store(&f->hold_identity, 0);
	atomic_store(&f->identities, 0);
	atomic_store(&f->badly_signed, 0);
	atomic_store(&f->web_calls, 0);
	atomic_store(&f->pulses, 0);
	atomic_store(&f->age_s, 0);
	atomic_store(&f->user_named, false);
	for (size_t i = 0; i < ARRAY_SIZE(tokens); i++) {
		token_digest(tokens[i], strlen(tokens[i]), digest);
		identities_drop(f->gateway->identities, digest);
	}
	return 0;
}
