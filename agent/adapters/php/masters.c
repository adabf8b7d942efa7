/* masters: started beside the old ones, asked, and ended when nothing knows them any more. A master is found again by
 * the pid file in its folder; the process has to say that it is the one of that name. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"

#include "agent/adapters/php/internal.h"
#include "agent/engine/daemon.h"
#include "agent/engine/file.h"

enum {
	TITLE_MAX = 16384,
	SHARD_MAX = 1 << 20,
	START_MS = 10000, /* one that another engine was starting when it was killed is waited for so long */
	APART_MS = 50, /* workers of one reload of nginx start closer than this, those of two at least 100 ms apart */
};

pid_t php_running(const struct php *php, const char *master)
{
	_cleanup_buf_ struct buf text = { 0 }, title = { 0 };
	char path[PATH_MAX];
	long pid;

	snprintf(path, sizeof(path), "%.4000s/%s/master.pid", php->run_path, master);
	if (!file_read(path, 64, &text, NULL) || !text.data)
		return 0;
	pid = strtol(text.data, NULL, 10);
	if (pid <= 1)
		return 0;
	snprintf(path, sizeof(path), "/proc/%ld/cmdline", pid);
	if (!file_read(path, TITLE_MAX, &title, NULL) || !title.data)
		return 0;
	snprintf(path, sizeof(path), "/%s.conf", master);
	return strstr(title.data, "php-fpm") && memmem(title.data, title.size, path, strlen(path)) ? (pid_t)pid : 0;
}

/* What no pool may change: opcache's memory is shared by a shard, so each file is asked for again, by its own user. */
static bool run(const struct php *php, const char *path, const char *master, struct buf *words, bool *success,
                struct error *err)
{
	_cleanup_close_ int fd = open(php->words_path, O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
	char version[8], prefix[PATH_MAX], conf[PATH_MAX];

	if (fd < 0)
		return error_errno(err, errno, "make a file for PHP's words");
	php_version_of(master, version);
	snprintf(prefix, sizeof(prefix), "%.4000s/%s", php->run_path, master);
	snprintf(conf, sizeof(conf), "%.4000s/php/%s.conf", path, master);
	const char *const argv[] = { php_binary(php, version),
		                     "-D",
		                     "-p",
		                     prefix,
		                     "-y",
		                     conf,
		                     "-d",
		                     "opcache.validate_permission=1",
		                     "-d",
		                     "opcache.validate_root=1",
		                     "-d",
		                     "opcache.restrict_api=/-",
		                     "-d",
		                     "cgi.fix_pathinfo=0",
		                     "-d",
		                     php->lock_setting,
		                     NULL };
	const struct daemon_start start = { .argv = argv, .words = fd };
	return daemon_run(&start, words, success, err);
}

bool php_start(struct php *php, const char *path, const char *master, struct buf *words, struct error *err)
{
	int64_t deadline = clock_monotonic_ms() + START_MS;
	char version[8];
	bool success = false;

	php_version_of(master, version);
	if (!php_binary(php, version))
		return error_set(err, ERR_VERIFY_FAILED, "this node has no PHP %s", version);
	if (!file_mkdir_at(php->run, master, (struct file_owner){ (uid_t)-1, (gid_t)-1, 0711 }, err))
		return false;
	do {
		buf_clear(words);
		if (php_running(php, master) > 0)
			return true;
		if (!run(php, path, master, words, &success, err))
			return false;
		if (success)
			return true;
		nanosleep(&(struct timespec){ .tv_nsec = 50000000L }, NULL);
	} while (words->data && strstr(words->data, "already listen") && clock_monotonic_ms() < deadline);
	return error_set(err, ERR_VERIFY_FAILED, "PHP doesn't start: %s", words->data ? words->data : "");
}

/* The pools of a master: "[<id>]" lines of its file. */
static bool read_pools(const char *path, const char *master, struct arena *arena, char ***ret, size_t *n,
                       struct error *err)
{
	_cleanup_buf_ struct buf text = { 0 };
	char file[PATH_MAX], *rest = NULL;
	char **ids = arena_alloc(arena, (size_t)2 * PHP_SHARD_POOLS * sizeof(char *));
	struct uuid id;

	*n = 0;
	snprintf(file, sizeof(file), "%.4000s/php/%s.conf", path, master);
	if (!ids || !file_read(file, SHARD_MAX, &text, err))
		return ids ? false : error_set(err, ERR_INTERNAL, "out of memory");
	for (char *line = text.data ? strtok_r(text.data, "\n", &rest) : NULL; line;
	     line = strtok_r(NULL, "\n", &rest)) {
		char name[UUID_TEXT];

		snprintf(name, sizeof(name), "%.36s", line[0] == '[' ? line + 1 : "");
		if (*n < 2 * (size_t)PHP_SHARD_POOLS && uuid_parse(name, &id) &&
		    !(ids[(*n)++] = arena_strdup(arena, name)))
			return error_set(err, ERR_INTERNAL, "out of memory");
	}
	*ret = ids;
	return true;
}

static struct adapter_check *check_of(struct adapter_check *checks, size_t n, const char *id)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(checks[i].object->id, id) == 0)
			return &checks[i];
	return NULL;
}

static void fail(struct adapter_check *check, const struct error *why)
{
	check->ok = false;
	check->why = *why;
}

/* A master that doesn't come up: whose fault it is, if that can be told. */
static bool blame(char *const *ids, size_t n_ids, const char *words, struct adapter_check *checks, size_t n,
                  const struct error *why, struct error *err)
{
	struct adapter_check *only = NULL;
	size_t changed = 0;

	for (size_t i = 0; i < n_ids; i++) {
		struct adapter_check *check = check_of(checks, n, ids[i]);

		if (!check)
			continue;
		if (strstr(words, ids[i])) {
			fail(check, why);
			return true;
		}
		only = check;
		changed++;
	}
	if (changed == 1)
		fail(only, why);
	else
		*err = *why;
	return changed == 1;
}

/* Every pool has to answer; one of a website that nobody changes, too. */
static bool ask(const struct php *php, const char *master, char *const *ids, size_t n_ids, struct adapter_check *checks,
                size_t n, struct error *err)
{
	bool answers[2 * PHP_SHARD_POOLS] = { false };

	php_ping(php, master, ids, n_ids, answers);
	for (size_t i = 0; i < n_ids; i++) {
		struct adapter_check *check = check_of(checks, n, ids[i]);
		struct error why = { 0 };

		if (answers[i])
			continue;
		error_set(&why, ERR_VERIFY_FAILED, "PHP doesn't answer for %s", ids[i]);
		if (check) {
			fail(check, &why);
			continue;
		}
		*err = why;
		return false;
	}
	return true;
}

static bool bring_up(struct php *php, const char *path, const char *master, struct adapter_check *checks, size_t n,
                     struct error *err)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(65536);
	_cleanup_buf_ struct buf words = { 0 };
	struct error why = { 0 };
	char **ids = NULL;
	size_t n_ids = 0;

	if (!arena)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (!read_pools(path, master, arena, &ids, &n_ids, err))
		return false;
	if (!php_start(php, path, master, &words, &why))
		return blame(ids, n_ids, words.data ? words.data : "", checks, n, &why, err);
	return ask(php, master, ids, n_ids, checks, n, err);
}

/* "8.2-3-17" is new in generation 17. */
static bool is_fresh(const struct php *php, const char *master)
{
	const char *number = strrchr(master, '-');

	return number && strtoull(number + 1, NULL, 10) == php->generation;
}

bool php_prepare(struct php *php, const char *path, struct adapter_check *checks, size_t n, struct error *err)
{
	_cleanup_close_ int dir = file_open_dir(AT_FDCWD, path, err);
	_cleanup_free_ php_name *names = NULL;
	size_t n_names = 0;
	struct error none = { 0 };

	if (dir < 0)
		return false;
	if (!php_list(dir, "php", &names, &n_names, &none))
		return true; /* from before there was PHP */
	for (size_t i = 0; i < n_names; i++) {
		struct error why = { 0 };

		if (php_running(php, names[i]) > 0 || bring_up(php, path, names[i], checks, n, &why))
			continue;
		if (is_fresh(php, names[i])) {
			*err = why;
			return false;
		}
		log_failure(LOG_ERROR_, &why, "starting PHP"); /* one that ran before keeps nothing else up */
	}
	return true;
}

bool php_test(struct php *php, const char *path, struct buf *output, bool *passed, struct error *err)
{
	_cleanup_close_ int dir = file_open_dir(AT_FDCWD, path, err);
	_cleanup_free_ php_name *names = NULL;
	size_t n = 0;

	*passed = true;
	if (dir < 0 || !php_list(dir, "php", &names, &n, err))
		return false;
	for (size_t i = 0; *passed && i < n; i++) {
		char version[8], conf[PATH_MAX];
		int status;

		if (!is_fresh(php, names[i]))
			continue;
		php_version_of(names[i], version);
		snprintf(conf, sizeof(conf), "%.4000s/php/%s.conf", path, names[i]);
		const char *const argv[] = {
			php_binary(php, version), "-t", "-p", php->use.settings->dir, "-y", conf, "-d",
			php->lock_setting,        NULL
		};
		int64_t deadline = clock_monotonic_ms() + php->use.settings->test_s * 1000;
		buf_clear(output);
		if (!sandbox_start(php->use.sandbox, argv, err) ||
		    !sandbox_wait(php->use.sandbox, deadline, output, &status, err))
			return error_wrap(err, "test PHP's configuration");
		*passed = status == 0;
		if (!*passed && output->size == 0)
			buf_printf(output, "php-fpm -t ended with status %d", status);
	}
	return true;
}

static struct php_leaving *leaving(struct php *php, const char *master, int64_t reload_ms)
{
	struct php_leaving *free_slot = NULL;

	for (unsigned i = 0; i < PHP_FRESH; i++) {
		if (strcmp(php->leaving[i].name, master) == 0)
			return &php->leaving[i];
		if (!free_slot && !php->leaving[i].name[0])
			free_slot = &php->leaving[i];
	}
	if (free_slot) {
		*free_slot = (struct php_leaving){ .since_ms = reload_ms };
		snprintf(free_slot->name, sizeof(free_slot->name), "%s", master);
	}
	return free_slot; /* NULL: there are very many; it waits until one has gone */
}

/* Old workers of nginx may have a request in hand that goes to it. */
static void let_go(struct php *php, const char *master, int64_t oldest_ms, int64_t reload_ms)
{
	struct php_leaving *slot = leaving(php, master, reload_ms);
	pid_t pid = php_running(php, master);
	struct error why = { 0 };

	if (!slot)
		return;
	if (pid == 0) {
		if (!file_remove_tree(php->run, master, &why))
			log_failure(LOG_WARN_, &why, "tidying up");
		*slot = (struct php_leaving){ .told = false };
	} else if (!slot->told && (oldest_ms == 0 || oldest_ms >= slot->since_ms - APART_MS)) {
		slot->told = kill(pid, SIGQUIT) == 0;
	}
}

static void closedirp(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

/* Everything in run/php that isn't among the names. */
static void let_others_go(struct php *php, php_name *names, size_t n, int64_t oldest_ms, int64_t reload_ms)
{
	int fd = file_open_dir(php->run, ".", NULL);
	_cleanup_(closedirp) DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir && fd >= 0)
		close(fd);
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is this call's own */
	for (const struct dirent *entry; dir && (entry = readdir(dir)) != NULL;) {
		size_t i = 0;

		if (entry->d_name[0] == '.' || strlen(entry->d_name) >= PHP_NAME)
			continue;
		while (i < n && strcmp(names[i], entry->d_name) != 0)
			i++;
		if (i == n)
			let_go(php, entry->d_name, oldest_ms, reload_ms);
	}
}

void php_tend(struct php *php, const char *path, int64_t oldest_ms, int64_t reload_ms)
{
	_cleanup_close_ int dir = file_open_dir(AT_FDCWD, path, NULL);
	_cleanup_free_ php_name *names = NULL;
	struct error why = { 0 };
	size_t n = 0;

	if (dir < 0 || !php_list(dir, "php", &names, &n, NULL))
		return;
	if (!php_prepare(php, path, NULL, 0, &why) || !php_forget(php, dir, &why))
		log_failure(LOG_WARN_, &why, "tending PHP");
	let_others_go(php, names, n, oldest_ms, reload_ms);
}
