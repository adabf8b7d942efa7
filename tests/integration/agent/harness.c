/* harness: see the header. */

#include "harness.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "lib/base/clock.h"
#include "lib/base/uuid.h"

#include "agent/engine/file.h"

enum { FRAME_MAX = 384 * 1024, ANSWER_MS = 10000, ENDING_MS = 60000 };

static void no_error(bool ok, const struct error *err)
{
	if (!ok)
		fail_msg("%s", err->message);
}

void harness_write(const char *path, const char *text, size_t size, mode_t mode)
{
	_cleanup_close_ int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, mode);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, size), size);
}

static void read_whole(const char *path, struct buf *out)
{
	struct error err = { 0 };

	no_error(file_read(path, 1 << 24, out, &err), &err);
}

static void copy_templates(const struct harness *harness)
{
	static const char *const names[] = { "nginx.conf",     "site.conf",  "suspended.conf",
		                             "suspended.html", "mime.types", "welcome.html" };
	const char *source = getenv("STRALIX_INFRASTRUCTURE");
	char path[2 * HARNESS_PATH];

	assert_non_null(source);
	snprintf(path, sizeof(path), "%s/nginx", harness->templates);
	assert_int_equal(mkdir(harness->templates, 0755) + mkdir(path, 0755), 0);
	snprintf(path, sizeof(path), "%s/nginx/templates", harness->templates);
	assert_int_equal(mkdir(path, 0755), 0);
	for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
		_cleanup_buf_ struct buf text = { 0 };

		snprintf(path, sizeof(path), "%s/nginx/templates/%s", source, names[i]);
		read_whole(path, &text);
		snprintf(path, sizeof(path), "%s/nginx/templates/%s", harness->templates, names[i]);
		harness_write(path, text.data, text.size, 0644);
	}
}

uint16_t harness_free_port(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t size = sizeof(address);
	_cleanup_close_ int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	return ntohs(address.sin_port);
}

static void write_keys(struct harness *harness)
{
	char path[2 * HARNESS_PATH], text[44], line[64];
	uint8_t public[TOKEN_KEY];
	struct error err = { 0 };

	harness->tasks = token_key_new();
	harness->report = token_key_new();
	token_key_public(harness->tasks, public);
	token_public_format(public, text);
	snprintf(line, sizeof(line), "tasks %s\n", text);
	snprintf(path, sizeof(path), "%s/keyring", harness->dir);
	harness_write(path, line, strlen(line), 0644);
	token_key_public(harness->report, harness->report_public);
	snprintf(path, sizeof(path), "%s/report.key", harness->dir);
	no_error(token_key_write(harness->report, path, &err), &err);
}

static void write_settings(struct harness *harness)
{
	_cleanup_buf_ struct buf yaml = { 0 };
	char path[2 * HARNESS_PATH];
	bool root = geteuid() == 0;

	buf_printf(&yaml, "node_id: n1\ndir: %s\ntemplates: %s\n", harness->node, harness->templates);
	buf_printf(&yaml, "keyring: %s/keyring\nreport_key: %s/report.key\n", harness->dir, harness->dir);
	buf_printf(&yaml, "nginx_binary: /usr/sbin/nginx\nhttp_port: %u\nhttps_port: %u\naddress: 127.0.0.1\n",
	           harness->http_port, harness->https_port);
	buf_printf(&yaml, "test_uid: %u\nweb_uid: %u\nlog_level: warn\n", root ? 64090 : 0, root ? 64091 : 0);
	snprintf(path, sizeof(path), "%s/engine.yaml", harness->dir);
	harness_write(path, yaml.data, yaml.size, 0600);
}

void harness_setting(const struct harness *harness, const char *key, const char *value)
{
	_cleanup_buf_ struct buf yaml = { 0 }, changed = { 0 };
	char path[2 * HARNESS_PATH], *rest, *line;

	snprintf(path, sizeof(path), "%s/engine.yaml", harness->dir);
	read_whole(path, &yaml);
	rest = yaml.data;
	while ((line = strsep(&rest, "\n")))
		if (*line && (strncmp(line, key, strlen(key)) != 0 || line[strlen(key)] != ':'))
			buf_printf(&changed, "%s\n", line);
	buf_printf(&changed, "%s: %s\n", key, value);
	harness_write(path, changed.data, changed.size, 0600);
}

void harness_init(struct harness *harness)
{
	*harness = (struct harness){ .fd = -1 };
	snprintf(harness->dir, sizeof(harness->dir), "/tmp/stralix-agent-XXXXXX");
	assert_non_null(mkdtemp(harness->dir));
	assert_int_equal(chmod(harness->dir, 0711), 0);
	snprintf(harness->node, sizeof(harness->node), "%.200s/node", harness->dir);
	snprintf(harness->templates, sizeof(harness->templates), "%.200s/infrastructure", harness->dir);
	harness->http_port = harness_free_port();
	do
		harness->https_port = harness_free_port();
	while (harness->https_port == harness->http_port);
	copy_templates(harness);
	write_keys(harness);
	write_settings(harness);
}

static void run_engine(const struct harness *harness, int fd)
{
	char config[2 * HARNESS_PATH];
	const char *program = getenv("STRALIX_ENGINE");

	snprintf(config, sizeof(config), "%s/engine.yaml", harness->dir);
	if (fd != 3)
		dup2(fd, 3);
	fcntl(3, F_SETFD, 0);
	close_range(4, ~0U, 0);
	execl(program, program, "--config", config, (char *)NULL);
	_exit(127);
}

void harness_start(struct harness *harness)
{
	int pair[2], room = 1 << 20;

	assert_non_null(getenv("STRALIX_ENGINE"));
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	setsockopt(pair[0], SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room));
	harness->engine = fork();
	assert_true(harness->engine >= 0);
	if (harness->engine == 0)
		run_engine(harness, pair[1]);
	close(pair[1]);
	harness->fd = pair[0];
}

void harness_kill(struct harness *harness)
{
	int status;

	kill(harness->engine, SIGKILL);
	assert_int_equal(waitpid(harness->engine, &status, 0), harness->engine);
	harness->engine = 0;
	close(harness->fd);
	harness->fd = -1;
}

void harness_stop(struct harness *harness)
{
	int status;

	close(harness->fd);
	harness->fd = -1;
	assert_int_equal(waitpid(harness->engine, &status, 0), harness->engine);
	harness->engine = 0;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* A zombie that nobody collects isn't. */
static bool alive(pid_t pid)
{
	_cleanup_buf_ struct buf text = { 0 };
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	return file_read(path, 65536, &text, NULL) && text.data && !strstr(text.data, "State:\tZ");
}

void harness_end_nginx(const struct harness *harness)
{
	_cleanup_buf_ struct buf text = { 0 };
	char path[2 * HARNESS_PATH];
	int64_t deadline = clock_monotonic_ms() + 10000;

	snprintf(path, sizeof(path), "%s/run/nginx.pid", harness->node);
	if (!file_read(path, 64, &text, NULL) || !text.data)
		return;
	pid_t pid = (pid_t)strtol(text.data, NULL, 10);
	if (pid <= 1 || kill(pid, SIGTERM) < 0)
		return;
	while (alive(pid) && clock_monotonic_ms() < deadline)
		poll(NULL, 0, 5);
	if (alive(pid))
		kill(pid, SIGKILL);
}

void harness_done(struct harness *harness)
{
	if (harness->engine > 0)
		harness_stop(harness);
	harness_end_nginx(harness);
	token_key_free(harness->tasks);
	token_key_free(harness->report);
	if (!file_remove_tree(AT_FDCWD, harness->dir, NULL))
		print_message("# %s stays\n", harness->dir);
}

int harness_configtest(const struct harness *harness)
{
	_cleanup_buf_ struct buf pid = { 0 };
	char path[2 * HARNESS_PATH];
	int status;
	pid_t child;

	snprintf(path, sizeof(path), "%s/run/nginx.pid", harness->node);
	if (!file_read(path, 64, &pid, NULL) || pid.size == 0)
		return -1;
	pid.data[strcspn(pid.data, "\n")] = '\0';
	snprintf(path, sizeof(path), "%s/nginx/live/nginx.conf", harness->node);
	if (access(path, F_OK) < 0)
		return -1;
	child = fork();
	if (child == 0) { /* in nginx's own mount namespace, which knows its users */
		execl("/usr/bin/nsenter", "nsenter", "-t", pid.data, "-m", "/usr/sbin/nginx", "-t", "-q", "-e",
		      "stderr", "-p", harness->node, "-c", path, (char *)NULL);
		_exit(127);
	}
	return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static void fresh_id(char id[static HARNESS_UUID])
{
	struct uuid uuid = uuid_v7();

	uuid_format(&uuid, id);
}

void harness_command(struct harness_command *command, const char *domain)
{
	*command = (struct harness_command){ .domain = domain,
		                             .verb = "apply",
		                             .generation = 1,
		                             .attempt = 1,
		                             .uid = 64100,
		                             .serving = STRALIX__V1__WEBSITE_STATE__SERVING__LIVE };
	fresh_id(command->website_id);
	fresh_id(command->task_id);
	fresh_id(command->jti);
}

void harness_again(struct harness_command *command, uint64_t generation)
{
	command->generation = generation;
	fresh_id(command->task_id);
	fresh_id(command->jti);
}

static void *packed(const ProtobufCMessage *message, size_t *size)
{
	void *data = malloc(protobuf_c_message_get_packed_size(message) + 1);

	assert_non_null(data);
	*size = protobuf_c_message_pack(message, data);
	return data;
}

void harness_send_bytes(struct harness *harness, const void *data, size_t size)
{
	if (send(harness->fd, data, size, MSG_NOSIGNAL) != (ssize_t)size)
		fail_msg("send %zu bytes: %s", size, strerror(errno));
}

void harness_send_frame(struct harness *harness, const Stralix__V1__LinkFrame *frame)
{
	size_t size;
	_cleanup_free_ void *data = packed(&frame->base, &size);

	harness_send_bytes(harness, data, size);
}

static void *pack_desired(const struct harness_command *command, size_t *size)
{
	Stralix__V1__WebsiteState site;

	if (strcmp(command->verb, "remove") == 0) {
		*size = 0;
		return calloc(1, 1);
	}
	stralix__v1__website_state__init(&site);
	site.id = (char *)(uintptr_t)command->website_id;
	site.domain = (char *)(uintptr_t)command->domain;
	site.serving = command->serving;
	site.uid = command->uid;
	char *data = packed(&site.base, size);
	data = realloc(data, *size + command->extra_size + 1);
	assert_non_null(data);
	if (command->extra_size > 0)
		memcpy(data + *size, command->extra, command->extra_size);
	*size += command->extra_size;
	return data;
}

static void make_token(const struct harness *harness, const struct harness_command *command, const void *payload,
                       size_t size, char token[static TOKEN_MAX])
{
	_cleanup_free_ struct token_claims *claims = calloc(1, sizeof(*claims));
	struct error err = { 0 };

	assert_non_null(claims);
	snprintf(claims->iss, sizeof(claims->iss), "%s", command->iss ? command->iss : "tasks");
	snprintf(claims->aud, sizeof(claims->aud), "%s", command->aud ? command->aud : "n1");
	if (command->act)
		snprintf(claims->act, sizeof(claims->act), "%s", command->act);
	else
		snprintf(claims->act, sizeof(claims->act), "website.%s", command->verb);
	snprintf(claims->jti, sizeof(claims->jti), "%s", command->jti);
	claims->iat = clock_unix_ms() / 1000 + command->skew_s;
	claims->exp = claims->iat + 120;
	claims->has_dig = true;
	token_digest(payload, size, claims->dig);
	claims->dig[0] ^= command->wrong_digest;
	no_error(token_sign(command->key ? command->key : harness->tasks, claims, token, &err), &err);
}

uint8_t *harness_pack(const struct harness *harness, const struct harness_command *command,
                      char token[static TOKEN_MAX], size_t *size)
{
	size_t desired_size;
	_cleanup_free_ uint8_t *desired = pack_desired(command, &desired_size);
	Stralix__V1__Command body;
	Stralix__V1__Generation generation;

	stralix__v1__command__init(&body);
	stralix__v1__generation__init(&generation);
	generation.epoch = 1;
	generation.n = command->generation;
	body.task_id = (char *)(uintptr_t)command->task_id;
	body.resource_id = (char *)(uintptr_t)command->website_id;
	body.attempt = command->attempt;
	body.generation = &generation;
	body.desired.data = desired;
	body.desired.len = desired_size;
	uint8_t *payload = packed(&body.base, size);
	make_token(harness, command, payload, *size, token);
	return payload;
}

void harness_send(struct harness *harness, const struct harness_command *command)
{
	char token[TOKEN_MAX];
	size_t size;
	_cleanup_free_ uint8_t *payload = harness_pack(harness, command, token, &size);
	Stralix__V1__LinkFrame frame;
	Stralix__V1__CommandFrame wrapped;

	stralix__v1__link_frame__init(&frame);
	stralix__v1__command_frame__init(&wrapped);
	wrapped.ref = ++harness->ref;
	wrapped.kind = (char *)(uintptr_t) "website";
	wrapped.verb = (char *)(uintptr_t)command->verb;
	wrapped.token = token;
	wrapped.payload.data = payload;
	wrapped.payload.len = size;
	frame.body_case = STRALIX__V1__LINK_FRAME__BODY_COMMAND;
	frame.command = &wrapped;
	harness_send_frame(harness, &frame);
}

Stralix__V1__EngineFrame *harness_receive(struct harness *harness, int timeout_ms)
{
	struct pollfd ready = { .fd = harness->fd, .events = POLLIN };
	_cleanup_free_ uint8_t *data = malloc(FRAME_MAX);

	assert_non_null(data);
	if (poll(&ready, 1, timeout_ms) <= 0)
		return NULL;
	ssize_t size = recv(harness->fd, data, FRAME_MAX, 0);
	if (size <= 0)
		fail_msg("the engine has gone");
	Stralix__V1__EngineFrame *frame = stralix__v1__engine_frame__unpack(NULL, (size_t)size, data);
	assert_non_null(frame);
	return frame;
}

Stralix__V1__Outcome *harness_outcome(struct harness *harness, const ProtobufCBinaryData *bytes)
{
	_cleanup_free_ struct token_claims *claims = calloc(1, sizeof(*claims));
	Stralix__V1__Report *report = stralix__v1__report__unpack(NULL, bytes->len, bytes->data);
	uint8_t digest[TOKEN_DIGEST];
	struct error err = { 0 };

	assert_non_null(report);
	no_error(token_verify(harness->report_public, report->token, claims, &err), &err);
	assert_string_equal(claims->iss, "n1");
	assert_string_equal(claims->aud, "tasks");
	token_digest(report->outcome.data, report->outcome.len, digest);
	assert_memory_equal(digest, claims->dig, sizeof(digest));
	Stralix__V1__Outcome *outcome = stralix__v1__outcome__unpack(NULL, report->outcome.len, report->outcome.data);
	assert_non_null(outcome);
	assert_string_equal(claims->sub, outcome->task_id);
	stralix__v1__report__free_unpacked(report, NULL);
	return outcome;
}

Stralix__V1__Outcome *harness_answer(struct harness *harness)
{
	int64_t deadline = clock_monotonic_ms() + ANSWER_MS;

	while (clock_monotonic_ms() < deadline) {
		Stralix__V1__EngineFrame *frame = harness_receive(harness, ANSWER_MS);
		Stralix__V1__Outcome *outcome = NULL;

		assert_non_null(frame);
		if (frame->body_case == STRALIX__V1__ENGINE_FRAME__BODY_ANSWER && frame->answer->ref == harness->ref)
			outcome = harness_outcome(harness, &frame->answer->report);
		stralix__v1__engine_frame__free_unpacked(frame, NULL);
		if (outcome)
			return outcome;
	}
	fail_msg("no answer");
	return NULL;
}

static void send_committed(struct harness *harness, uint64_t ref)
{
	Stralix__V1__LinkFrame frame;
	Stralix__V1__Committed committed;

	stralix__v1__link_frame__init(&frame);
	stralix__v1__committed__init(&committed);
	committed.ref = ref;
	frame.body_case = STRALIX__V1__LINK_FRAME__BODY_COMMITTED;
	frame.committed = &committed;
	harness_send_frame(harness, &frame);
}

Stralix__V1__Outcome *harness_ending(struct harness *harness, const char *task_id)
{
	int64_t deadline = clock_monotonic_ms() + ENDING_MS;

	while (clock_monotonic_ms() < deadline) {
		Stralix__V1__EngineFrame *frame = harness_receive(harness, 1000);
		Stralix__V1__Outcome *outcome = NULL;

		if (!frame)
			continue;
		if (frame->body_case == STRALIX__V1__ENGINE_FRAME__BODY_REPORT)
			outcome = harness_outcome(harness, &frame->report->payload);
		bool running = outcome && outcome->state == STRALIX__V1__OUTCOME__STATE__RUNNING;
		bool final = outcome && strcmp(outcome->task_id, task_id) == 0 && !running;
		if (final)
			send_committed(harness, frame->report->ref);
		stralix__v1__engine_frame__free_unpacked(frame, NULL);
		if (final)
			return outcome;
		if (outcome)
			stralix__v1__outcome__free_unpacked(outcome, NULL);
	}
	fail_msg("task %s never ended", task_id);
	return NULL;
}

Stralix__V1__Outcome *harness_run(struct harness *harness, const struct harness_command *command)
{
	harness_send(harness, command);
	Stralix__V1__Outcome *answer = harness_answer(harness);
	if (answer->state != STRALIX__V1__OUTCOME__STATE__ACCEPTED)
		fail_msg("not accepted: %d %s %s", (int)answer->state, answer->code, answer->message);
	stralix__v1__outcome__free_unpacked(answer, NULL);
	return harness_ending(harness, command->task_id);
}

void harness_run_well(struct harness *harness, const struct harness_command *command)
{
	Stralix__V1__Outcome *outcome = harness_run(harness, command);

	if (outcome->state != STRALIX__V1__OUTCOME__STATE__SUCCESS)
		fail_msg("%s: %s", outcome->code, outcome->message);
	stralix__v1__outcome__free_unpacked(outcome, NULL);
}

static int connect_to(const struct harness *harness, bool v6)
{
	const struct sockaddr_in four = { .sin_family = AF_INET,
		                          .sin_port = htons(harness->http_port),
		                          .sin_addr = { htonl(INADDR_LOOPBACK) } };
	const struct sockaddr_in6 six = { .sin6_family = AF_INET6,
		                          .sin6_port = htons(harness->http_port),
		                          .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	int fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int failed = v6 ? connect(fd, (const struct sockaddr *)&six, sizeof(six))
	                : connect(fd, (const struct sockaddr *)&four, sizeof(four));

	if (failed == 0)
		return fd;
	close(fd);
	return -1;
}

int harness_get(const struct harness *harness, const char *host, const char *path, bool v6, struct buf *answer)
{
	_cleanup_close_ int fd = connect_to(harness, v6);
	char request[512], chunk[4096];
	ssize_t got;

	if (fd < 0)
		return 0;
	snprintf(request, sizeof(request), "GET %s HTTP/1.0\r\nHost: %s\r\n\r\n", path, host);
	if (send(fd, request, strlen(request), MSG_NOSIGNAL) < 0)
		return 0;
	while ((got = recv(fd, chunk, sizeof(chunk), 0)) > 0)
		buf_add(answer, chunk, (size_t)got);
	return answer->size > 12 ? (int)strtol(answer->data + 9, NULL, 10) : 0;
}

bool harness_serves(const struct harness *harness, const char *domain)
{
	_cleanup_buf_ struct buf answer = { 0 };

	return harness_get(harness, domain, "/", false, &answer) == 200 && strstr(answer.data, domain);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_folder(const char *path, struct buf *all)
{
	char *names[256];
	struct dirent *entry;
	unsigned n = 0;
	DIR *dir = opendir(path);

	assert_non_null(dir);
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.' && n < ARRAY_SIZE(names))
			names[n++] = strdup(entry->d_name);
	closedir(dir);
	qsort(names, n, sizeof(names[0]), by_name);
	for (unsigned i = 0; i < n; i++) {
		char inner[4096];
		struct stat st;

		snprintf(inner, sizeof(inner), "%s/%s", path, names[i]);
		assert_int_equal(lstat(inner, &st), 0);
		buf_printf(all, "%s %o\n", inner, st.st_mode);
		if (S_ISDIR(st.st_mode))
			add_folder(inner, all);
		else
			read_whole(inner, all);
		free(names[i]);
	}
}

void harness_live_hash(const struct harness *harness, char ret[static 65])
{
	_cleanup_buf_ struct buf all = { 0 };
	char path[2 * HARNESS_PATH], target[64] = "";
	uint8_t digest[TOKEN_DIGEST];

	snprintf(path, sizeof(path), "%s/nginx/live", harness->node);
	assert_true(readlink(path, target, sizeof(target) - 1) > 0);
	buf_printf(&all, "%s\n", target);
	add_folder(path, &all);
	token_digest(all.data, all.size, digest);
	for (unsigned i = 0; i < sizeof(digest); i++)
		snprintf(&ret[2 * i], 3, "%02x", digest[i]);
}

void harness_edit_template(const struct harness *harness, const char *name, const char *from, const char *to)
{
	_cleanup_buf_ struct buf text = { 0 }, edited = { 0 };
	char path[2 * HARNESS_PATH];

	snprintf(path, sizeof(path), "%s/nginx/templates/%s", harness->templates, name);
	read_whole(path, &text);
	char *at = strstr(text.data, from);
	assert_non_null(at);
	buf_add(&edited, text.data, (size_t)(at - text.data));
	buf_puts(&edited, to);
	buf_puts(&edited, at + strlen(from));
	harness_write(path, edited.data, edited.size, 0644);
}
