/* versions: which PHP this node has, and its templates. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/contract/format.h"
#include "lib/contract/php.h"

#include "agent/adapters/php/internal.h"
#include "agent/engine/file.h"

enum { TEMPLATE_MAX = 1 << 20 };

const char *php_binary(const struct php *php, const char *version)
{
	for (unsigned i = 0; i < php->n_versions; i++)
		if (strcmp(php->version[i].version, version) == 0)
			return php->version[i].binary;
	return NULL;
}

const char *const *php_versions(const struct php *php)
{
	return php->versions;
}

bool php_accepts(const struct php *php, const Stralix__V1__Php *wanted, struct error *err)
{
	if (wanted && *wanted->version && !php_binary(php, wanted->version))
		return error_field(err, "settings.php.version", "available", "This node has no PHP %s.",
		                   wanted->version);
	return php_check(wanted, err);
}

void php_fingerprint(const struct php *php, struct buf *all)
{
	buf_add(all, php->templates.data, php->templates.size);
	for (unsigned i = 0; i < php->n_versions; i++)
		buf_printf(all, "%s %s\n", php->version[i].version, php->version[i].binary);
}

/* "8.2=/usr/sbin/php-fpm8.2". One whose program isn't there is none. */
static bool add_version(struct php *php, const char *text, struct error *err)
{
	struct php_version *row = &php->version[php->n_versions];
	const char *equals = strchr(text, '='), *normal, *reason;
	_cleanup_(arena_freep) struct arena *arena = arena_new(4096);
	size_t size = equals ? (size_t)(equals - text) : 0;

	if (php->n_versions == PHP_VERSIONS)
		return error_set(err, ERR_INVALID, "php: more than %d versions", PHP_VERSIONS);
	snprintf(row->version, sizeof(row->version), "%.*s", (int)size, text);
	snprintf(row->binary, sizeof(row->binary), "%s", equals ? equals + 1 : "");
	if (!arena || size >= sizeof(row->version) || row->binary[0] != '/' ||
	    !format_check(STRALIX__FORMAT__PHP_VERSION, row->version, arena, &normal, &reason))
		return error_set(err, ERR_INVALID, "php: '%s' is not like 8.2=/usr/sbin/php-fpm8.2", text);
	if (access(row->binary, X_OK) < 0) {
		log_write(LOG_WARN_, (struct log_field[]){ { "path", row->binary }, { NULL, NULL } },
		          "PHP %s isn't there", row->version);
		return true;
	}
	php->versions[php->n_versions++] = row->version;
	return true;
}

static bool read_versions(struct php *php, struct error *err)
{
	_cleanup_free_ char *list = strdup(php->use.settings->php);
	char *rest = NULL;

	if (!list)
		return error_set(err, ERR_INTERNAL, "out of memory");
	for (char *text = strtok_r(list, ", ", &rest); text; text = strtok_r(NULL, ", ", &rest))
		if (!add_version(php, text, err))
			return false;
	return true;
}

static bool load(struct php *php, const char *name, struct template **ret, struct error *err)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", php->use.settings->templates, name);
	return file_read(path, TEMPLATE_MAX, &php->templates, err) && template_load(path, ret, err);
}

/* Sockets have short names: run/php/8.22-999-<generation>/<id>.sock has to fit. */
static bool make_paths(struct php *php, struct error *err)
{
	enum { NAME_MAX_BYTES = 20 + 1 + UUID_TEXT + 5 };
	const char *dir = php->use.settings->dir;
	struct sockaddr_un address;

	snprintf(php->run_path, sizeof(php->run_path), "%s/run/php", dir);
	snprintf(php->log_path, sizeof(php->log_path), "%s/log/php.log", dir);
	snprintf(php->lock_setting, sizeof(php->lock_setting), "opcache.lockfile_path=%s/tmp", dir);
	snprintf(php->words_path, sizeof(php->words_path), "%s/run/php.words", dir);
	if (php->n_versions > 0 && strlen(php->run_path) + 1 + NAME_MAX_BYTES >= sizeof(address.sun_path))
		return error_set(err, ERR_INVALID, "dir: too long a path for PHP's sockets");
	if (!file_mkdir_at(AT_FDCWD, php->run_path, (struct file_owner){ (uid_t)-1, (gid_t)-1, 0711 }, err))
		return false;
	php->run = file_open_dir(AT_FDCWD, php->run_path, err);
	return php->run >= 0;
}

void php_free(struct php *php)
{
	if (!php)
		return;
	template_free(php->shard);
	template_free(php->pool);
	template_free(php->map);
	buf_done(&php->templates);
	closep(&php->run);
	free(php->pools);
	pthread_mutex_destroy(&php->lock);
	free(php);
}
DEFINE_CLEANUP(struct php *, php_free)

bool php_new(const struct php_options *options, struct php **ret, struct error *err)
{
	_cleanup_(php_freep) struct php *php = calloc(1, sizeof(*php));

	if (!php)
		return error_set(err, ERR_INTERNAL, "out of memory");
	pthread_mutex_init(&php->lock, NULL);
	php->run = -1;
	php->use = *options;
	if (!read_versions(php, err) || !make_paths(php, err) ||
	    !load(php, "php/templates/shard.conf", &php->shard, err) ||
	    !load(php, "php/templates/pool.conf", &php->pool, err) ||
	    !load(php, "nginx/templates/php.conf", &php->map, err) ||
	    !journal_pools(options->journal, &php->pools, &php->n_pools, err))
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): it doesn't see that _cleanup_ frees */
		return error_wrap(err, "php");
	*ret = TAKE_PTR(php);
	return true;
}
