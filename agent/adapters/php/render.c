/* render: pools and shards as files. A pool's file is a part of its shard's; a shard's file is all that its master
 * reads. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/contract/php.h"

#include "agent/adapters/php/internal.h"
#include "agent/engine/file.h"

enum { ARENA = 256 * 1024, SHARD_MAX = 1 << 20, NUMBER = 24, CHILDREN = 5, IDLE_S = 10, REQUESTS = 500, PART = 80 };

static struct file_owner owner_of_files(const struct php *php)
{
	int64_t test_uid = php->use.settings->test_uid;

	return (struct file_owner){ (uid_t)-1, test_uid > 0 ? (gid_t)test_uid : (gid_t)-1, 0640 };
}

bool php_render_folders(struct php *php, struct staging *staging, struct file_owner owner, struct error *err)
{
	char path[PART];

	if (!staging_mkdir(staging, "php", owner, err) || !staging_mkdir(staging, "pools", owner, err))
		return false;
	for (unsigned i = 0; i < php->n_versions; i++) {
		snprintf(path, sizeof(path), "pools/%s", php->version[i].version);
		if (!staging_mkdir(staging, path, owner, err))
			return false;
	}
	return true;
}

/* What was set, else the table's own value; a switch as 1 or 0, which needs no quotes to be one. */
static const char *value_of(const Stralix__V1__Php *wanted, const struct php_directive *directive)
{
	const char *value = directive->fallback;

	for (size_t i = 0; i < wanted->n_ini; i++)
		if (strcmp(wanted->ini[i]->name, directive->name) == 0)
			value = wanted->ini[i]->value;
	return directive->kind != PHP_FLAG ? value : strcmp(value, "on") == 0 ? "1" : "0";
}

/* All directives of the table, those that scripts may change or those that they mayn't. */
static const struct template_value *const *list_of_ini(const Stralix__V1__Php *wanted, bool guarded,
                                                       struct arena *arena)
{
	const struct template_value **list = NULL;
	size_t n = 0;

	while (php_directives[n].name)
		n++;
	list = arena_alloc(arena, (n + 1) * sizeof(const struct template_value *));
	n = 0;
	for (const struct php_directive *directive = php_directives; list && directive->name; directive++) {
		struct template_value *values;

		if (directive->guarded != guarded)
			continue;
		values = arena_alloc(arena, 3 * sizeof(*values));
		if (!values)
			return NULL;
		values[0].name = "name";
		values[0].text = directive->name;
		values[1].name = "value";
		values[1].text = value_of(wanted, directive);
		list[n++] = values;
	}
	return list;
}

static char *number(struct arena *arena, uint64_t value)
{
	return arena_printf(arena, "%" PRIu64, value);
}

static bool fill(const struct php *php, const struct object *site, const Stralix__V1__Php *wanted, struct arena *arena,
                 struct buf *out, struct error *err)
{
	const char *dir = php->use.settings->dir;
	unsigned children = wanted->max_children ? wanted->max_children : CHILDREN;
	const struct template_value values[] = {
		{ .name = "id", .text = site->id },
		{ .name = "uid", .text = number(arena, site->uid), .on = geteuid() == 0 },
		{ .name = "web_uid", .text = number(arena, php->use.web_user) },
		{ .name = "web_gid", .text = number(arena, php->use.web_group) },
		{ .name = "ondemand", .text = "", .on = wanted->mode <= STRALIX__V1__PHP__MODE__ONDEMAND },
		{ .name = "dynamic", .text = "", .on = wanted->mode == STRALIX__V1__PHP__MODE__DYNAMIC },
		{ .name = "static", .text = "", .on = wanted->mode == STRALIX__V1__PHP__MODE__STATIC },
		{ .name = "idle", .text = number(arena, wanted->idle_timeout_s ? wanted->idle_timeout_s : IDLE_S) },
		{ .name = "start", .text = number(arena, (children + 3) / 4) },
		{ .name = "spare", .text = number(arena, (children + 1) / 2) },
		{ .name = "children", .text = number(arena, children) },
		{ .name = "requests", .text = number(arena, wanted->max_requests ? wanted->max_requests : REQUESTS) },
		{ .name = "tmp", .text = arena_printf(arena, "%s/srv/%s/tmp", dir, site->id) },
		{ .name = "log", .text = arena_printf(arena, "%s/srv/%s/tmp/php-errors.log", dir, site->id) },
		{ .name = "open",
		  .text = arena_printf(arena, "%s/srv/%s/public/:%s/srv/%s/tmp/", dir, site->id, dir, site->id) },
		{ .name = "guarded", .list = list_of_ini(wanted, true, arena) },
		{ .name = "values", .list = list_of_ini(wanted, false, arena) },
		{ .name = NULL },
	};

	for (size_t i = 0; values[i].name; i++)
		if (!values[i].text && !values[i].list)
			return error_set(err, ERR_TOO_LARGE, "the settings of %s are too many", site->name);
	return template_render(php->pool, values, out, err);
}

bool php_render_pool(struct php *php, struct staging *staging, const struct object *site,
                     const Stralix__V1__Php *wanted, char shard[static PHP_NAME], struct error *err)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA);
	_cleanup_buf_ struct buf text = { 0 };
	char folder[PART], name[PART];
	unsigned n;

	shard[0] = '\0';
	if (!php_binary(php, wanted->version))
		return true;
	if (!arena)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (!php_assign(php, site->id, wanted->version, !staging->aside, &n, err) ||
	    !fill(php, site, wanted, arena, &text, err))
		return false;
	snprintf(shard, PHP_NAME, "%s-%u", wanted->version, n);
	snprintf(folder, sizeof(folder), "pools/%s", wanted->version);
	snprintf(name, sizeof(name), "%s.conf", site->id);
	return staging_write(staging, folder, name, text.data, text.size, owner_of_files(php), err);
}

bool php_link_pool(struct php *php, int from, int to, const struct object *site, struct error *err)
{
	char name[PART];

	for (unsigned i = 0; i < php->n_versions; i++) {
		snprintf(name, sizeof(name), "pools/%s/%s.conf", php->version[i].version, site->id);
		if (linkat(from, name, to, name, 0) < 0 && errno != ENOENT)
			return error_errno(err, errno, "link %s", name);
	}
	return true;
}

static void closedirp(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

bool php_list(int dir, const char *folder, php_name **ret, size_t *n, struct error *err)
{
	_cleanup_(closedirp) DIR *list = NULL;
	_cleanup_free_ php_name *names = NULL;
	size_t count = 0;
	int fd = file_open_dir(dir, folder, err);

	if (fd < 0)
		return false;
	list = fdopendir(fd);
	if (!list) {
		close(fd);
		return error_errno(err, errno, "open %s", folder);
	}
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is this call's own */
	for (const struct dirent *entry; (entry = readdir(list)) != NULL;) {
		const char *end = strstr(entry->d_name, ".conf");
		php_name *longer;

		if (!end || end[5] || end == entry->d_name || (size_t)(end - entry->d_name) >= PHP_NAME)
			continue;
		longer = reallocarray(names, count + 1, sizeof(*longer));
		if (!longer)
			return error_set(err, ERR_INTERNAL, "out of memory");
		names = longer;
		snprintf(names[count++], PHP_NAME, "%.*s", (int)(end - entry->d_name), entry->d_name);
	}
	if (count > 0)
		qsort(names, count, sizeof(*names), by_name);
	*ret = TAKE_PTR(names);
	*n = count;
	return true;
}

void php_shard_of(const char *master, char ret[static PHP_NAME])
{
	const char *end = strrchr(master, '-');

	snprintf(ret, PHP_NAME, "%.*s", end ? (int)(end - master) : 0, master);
}

void php_version_of(const char *master, char ret[static 8])
{
	snprintf(ret, 8, "%.*s", (int)strcspn(master, "-") < 7 ? (int)strcspn(master, "-") : 7, master);
}

/* One generation's shards while they are written. */
struct shards {
	struct php *php;
	struct staging *staging;
	int from;  /* the generation before; -1: none */
	int pools; /* the folder that has the pools' files */
	php_name *old;
	size_t n_old;
	uint64_t generation;
	struct template_value (*rows)[3]; /* of the map */
	const struct template_value **list;
	php_name (*names)[2];
	size_t n;
};

/* Whether the file in the generation before holds the same. */
static bool is_same(int from, const char *path, const struct buf *text)
{
	_cleanup_close_ int fd = openat(from, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	_cleanup_free_ char *data = malloc(text->size + 1);

	return fd >= 0 && data && read(fd, data, text->size + 1) == (ssize_t)text->size &&
	       memcmp(data, text->data, text->size) == 0;
}

/* The master that runs this very configuration keeps it; else a new one will. In memory a shard's file is asked for as
 * it should be: its name is the one that it has. */
static bool write_shard(struct shards *s, const char *shard, const struct buf *text, char master[static PHP_NAME],
                        struct error *err)
{
	char path[PART], old_shard[PHP_NAME], name[PHP_NAME + 8];

	master[0] = '\0';
	for (size_t i = 0; i < s->n_old; i++) {
		php_shard_of(s->old[i], old_shard);
		snprintf(path, sizeof(path), "php/%s.conf", s->old[i]);
		if (strcmp(old_shard, shard) != 0)
			continue;
		snprintf(master, PHP_NAME, "%s", s->old[i]);
		if (s->staging->dir < 0)
			break;
		if (is_same(s->from, path, text) && linkat(s->from, path, s->staging->dir, path, 0) == 0)
			return true;
		master[0] = '\0';
	}
	if (!master[0])
		snprintf(master, PHP_NAME, "%.24s-%" PRIu64, shard, s->generation);
	snprintf(name, sizeof(name), "%s.conf", master);
	return staging_write(s->staging, "php", name, text->data, text->size, owner_of_files(s->php), err);
}

static bool add_pool(const struct shards *s, const char *version, const char *id, struct buf *text, struct error *err)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/proc/self/fd/%d/pools/%s/%s.conf", s->pools, version, id);
	return file_read(path, SHARD_MAX, text, err);
}

static bool begin_shard(const struct php *php, struct buf *text, struct error *err)
{
	const struct template_value values[] = { { .name = "log", .text = php->log_path }, { .name = NULL } };

	return template_render(php->shard, values, text, err);
}

static bool note_shard(struct shards *s, const char *shard, const char *master, struct error *err)
{
	void *names = reallocarray(s->names, s->n + 1, sizeof(*s->names));

	if (!names)
		return error_set(err, ERR_INTERNAL, "out of memory");
	s->names = names;
	snprintf(s->names[s->n][0], PHP_NAME, "%s", shard);
	snprintf(s->names[s->n++][1], PHP_NAME, "%s", master);
	return true;
}

/* All pools of a version that stand in the shard of the first, from there on. 0 in shards: has had its turn. */
static bool render_shard(struct shards *s, const char *version, php_name *ids, unsigned *shards, size_t n,
                         struct error *err)
{
	_cleanup_buf_ struct buf text = { 0 };
	char shard[PHP_NAME], master[PHP_NAME];
	unsigned number = shards[0];

	snprintf(shard, sizeof(shard), "%.8s-%u", version, number);
	if (!begin_shard(s->php, &text, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (shards[i] != number)
			continue;
		shards[i] = 0;
		if (!add_pool(s, version, ids[i], &text, err))
			return false;
	}
	if (buf_failed(&text))
		return error_set(err, ERR_INTERNAL, "out of memory");
	return write_shard(s, shard, &text, master, err) && note_shard(s, shard, master, err);
}

static bool render_version(struct shards *s, const char *version, struct error *err)
{
	_cleanup_free_ php_name *ids = NULL;
	char folder[PART];
	size_t n = 0;

	snprintf(folder, sizeof(folder), "pools/%s", version);
	if (!php_list(s->pools, folder, &ids, &n, err))
		return false;
	_cleanup_free_ unsigned *shards = calloc(n + 1, sizeof(*shards));
	if (!shards)
		return error_set(err, ERR_INTERNAL, "out of memory");
	for (size_t i = 0; i < n; i++) {
		if (!php_assign(s->php, ids[i], version, false, &shards[i], err))
			return false;
	}
	for (size_t i = 0; i < n; i++)
		if (shards[i] > 0 && !render_shard(s, version, &ids[i], &shards[i], n - i, err))
			return false;
	return true;
}

static bool write_map(struct shards *s, struct error *err)
{
	_cleanup_buf_ struct buf text = { 0 };

	s->rows = calloc(s->n + 1, sizeof(*s->rows));
	s->list = calloc(s->n + 1, sizeof(void *));
	if (!s->rows || !s->list)
		return error_set(err, ERR_INTERNAL, "out of memory");
	for (size_t i = 0; i < s->n; i++) {
		s->rows[i][0] = (struct template_value){ .name = "shard", .text = s->names[i][0] };
		s->rows[i][1] = (struct template_value){ .name = "master", .text = s->names[i][1] };
		s->list[i] = s->rows[i];
	}
	const struct template_value values[] = { { .name = "any", .on = s->n > 0 },
		                                 { .name = "masters", .list = s->list },
		                                 { .name = NULL } };
	return template_render(s->php->map, values, &text, err) &&
	       staging_write(s->staging, NULL, "php.conf", text.data, text.size, owner_of_files(s->php), err);
}

bool php_render_shards(struct php *php, struct staging *staging, int from, uint64_t generation, struct error *err)
{
	struct shards shards = { .php = php,
		                 .staging = staging,
		                 .from = from,
		                 .generation = generation,
		                 .pools = staging->dir >= 0 ? staging->dir : from };
	struct error none = { 0 };

	/* A generation from before there was PHP has no such folder. */
	bool ok = from < 0 || php_list(from, "php", &shards.old, &shards.n_old, &none) || none.code != ERR_NONE;
	for (unsigned i = 0; ok && shards.pools >= 0 && i < php->n_versions; i++)
		ok = render_version(&shards, php->version[i].version, err);
	ok = ok && write_map(&shards, err);
	if (!staging->aside)
		php->generation = generation;
	free(shards.old);
	free(shards.rows);
	free(shards.list);
	free(shards.names);
	return ok;
}
