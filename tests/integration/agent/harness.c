/* harness: see the header. Here: the folder, the keys, the settings, and the processes. */

#include "harness.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <glob.h>
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

#include "agent/engine/file.h"
#include "harness_internal.h"

void harness_must(bool ok, const struct error *err)
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

void harness_read(const char *path, struct buf *out)
{
	struct error err = { 0 };

	harness_must(file_read(path, 1 << 24, out, &err), &err);
}

static void copy_templates(const struct harness *harness)
{
	static const char *const folders[] = {
		"", "/nginx", "/nginx/templates", "/php", "/php/templates", "/powerdns", "/powerdns/templates"
	};
	static const char *const names[] = { "nginx/templates/nginx.conf",     "nginx/templates/site.conf",
		                             "nginx/templates/suspended.conf", "nginx/templates/suspended.html",
		                             "nginx/templates/mime.types",     "nginx/templates/welcome.html",
		                             "nginx/templates/php.conf",       "php/templates/shard.conf",
		                             "php/templates/pool.conf",        "powerdns/templates/pdns.conf" };
	const char *source = getenv("STRALIX_INFRASTRUCTURE");
	char path[2 * HARNESS_PATH];

	assert_non_null(source);
	for (unsigned i = 0; i < ARRAY_SIZE(folders); i++) {
		snprintf(path, sizeof(path), "%s%s", harness->templates, folders[i]);
		assert_int_equal(mkdir(path, 0755), 0);
	}
	for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
		_cleanup_buf_ struct buf text = { 0 };

		snprintf(path, sizeof(path), "%s/%s", source, names[i]);
		harness_read(path, &text);
		snprintf(path, sizeof(path), "%s/%s", harness->templates, names[i]);
		harness_write(path, text.data, text.size, 0644);
	}
}

/* Not one that the system gives to who connects: a daemon is stopped and comes back to its port. */
uint16_t harness_free_port(void)
{
	enum { FIRST = 10000, PORTS = 10000, STEP = 7 };
	static unsigned next;

	if (!next)
		next = (unsigned)getpid() * STEP;
	for (unsigned i = 0; i < PORTS; i++) {
		struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
		_cleanup_close_ int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		uint16_t port = (uint16_t)(FIRST + next++ % PORTS);

		address.sin_port = htons(port);
		if (bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
			return port;
	}
	fail_msg("no port is free");
	return 0;
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
	harness_must(token_key_write(harness->report, path, &err), &err);
}

static void write_settings(struct harness *harness)
{
	_cleanup_buf_ struct buf yaml = { 0 };
	char path[2 * HARNESS_PATH];
	bool root = geteuid() == 0;

	buf_printf(&yaml, "node_id: n1\ndir: %s\ntemplates: %s\n", harness->node, harness->templates);
	buf_printf(&yaml, "keyring: %s/keyring\nreport_key: %s/report.key\n", harness->dir, harness->dir);
	buf_printf(&yaml, "php: 8.2=/usr/sbin/php-fpm8.2\n");
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
	harness_read(path, &yaml);
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

static void end(const char *pid_file)
{
	_cleanup_buf_ struct buf text = { 0 };
	int64_t deadline = clock_monotonic_ms() + 10000;

	if (!file_read(pid_file, 64, &text, NULL) || !text.data)
		return;
	pid_t pid = (pid_t)strtol(text.data, NULL, 10);
	if (pid <= 1 || kill(pid, SIGTERM) < 0)
		return;
	while (alive(pid) && clock_monotonic_ms() < deadline)
		poll(NULL, 0, 5);
	if (alive(pid))
		kill(pid, SIGKILL);
}

void harness_end_nginx(const struct harness *harness)
{
	char path[2 * HARNESS_PATH];

	snprintf(path, sizeof(path), "%s/run/nginx.pid", harness->node);
	end(path);
}

void harness_end_pdns(const struct harness *harness)
{
	char path[2 * HARNESS_PATH];

	snprintf(path, sizeof(path), "%s/pdns/run/pdns.pid", harness->node);
	end(path);
}

static void harness_end_php(const struct harness *harness)
{
	char path[2 * HARNESS_PATH];
	glob_t found = { 0 };

	snprintf(path, sizeof(path), "%s/run/php/*/master.pid", harness->node);
	if (glob(path, GLOB_NOSORT, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc; i++)
			end(found.gl_pathv[i]);
	globfree(&found);
}

void harness_done(struct harness *harness)
{
	if (harness->engine > 0)
		harness_stop(harness);
	harness_end_nginx(harness);
	harness_end_php(harness);
	harness_end_pdns(harness);
	token_key_free(harness->tasks);
	token_key_free(harness->report);
	if (!file_remove_tree(AT_FDCWD, harness->dir, NULL))
		print_message("# %s stays\n", harness->dir);
}

int harness_set_up(void **state)
{
	struct harness *harness = calloc(1, sizeof(*harness));

	harness_init(harness);
	harness_start(harness);
	*state = harness;
	return 0;
}

int harness_tear_down(void **state)
{
	harness_done(*state);
	free(*state);
	return 0;
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

void harness_edit_template(const struct harness *harness, const char *name, const char *from, const char *to)
{
	_cleanup_buf_ struct buf text = { 0 }, edited = { 0 };
	char path[2 * HARNESS_PATH];

	snprintf(path, sizeof(path), "%s/nginx/templates/%s", harness->templates, name);
	harness_read(path, &text);
	char *at = strstr(text.data, from);
	assert_non_null(at);
	buf_add(&edited, text.data, (size_t)(at - text.data));
	buf_puts(&edited, to);
	buf_puts(&edited, at + strlen(from));
	harness_write(path, edited.data, edited.size, 0644);
}
