/* places: which shard each pool stands in. The first with room takes it, and there it stays as long as it is served;
 * the journal keeps it. */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/adapters/php/internal.h"

static const struct journal_pool *find(const struct php *php, const char *id, const char *version)
{
	for (size_t i = 0; i < php->n_pools; i++)
		if (strcmp(php->pools[i].id, id) == 0 && strcmp(php->pools[i].version, version) == 0)
			return &php->pools[i];
	return NULL;
}

static unsigned count(const struct php *php, const char *version, unsigned shard)
{
	unsigned n = 0;

	for (size_t i = 0; i < php->n_pools; i++)
		n += php->pools[i].shard == shard && strcmp(php->pools[i].version, version) == 0;
	return n;
}

static bool keep_pool(struct php *php, const struct journal_pool *pool, struct error *err)
{
	struct journal_pool *longer = reallocarray(php->pools, php->n_pools + 1, sizeof(*longer));

	if (!longer)
		return error_set(err, ERR_INTERNAL, "out of memory");
	php->pools = longer;
	if (!journal_pool_set(php->use.journal, pool, err))
		return false;
	php->pools[php->n_pools++] = *pool;
	return true;
}

static bool assign(struct php *php, const char *id, const char *version, bool keep, unsigned *ret, struct error *err)
{
	const struct journal_pool *known = find(php, id, version);
	struct journal_pool pool = { .shard = 1 };

	if (known) {
		*ret = known->shard;
		return true;
	}
	snprintf(pool.id, sizeof(pool.id), "%s", id);
	snprintf(pool.version, sizeof(pool.version), "%s", version);
	while (count(php, version, pool.shard) >= PHP_SHARD_POOLS)
		pool.shard++;
	*ret = pool.shard;
	return !keep || keep_pool(php, &pool, err);
}

bool php_assign(struct php *php, const char *id, const char *version, bool keep, unsigned *ret, struct error *err)
{
	pthread_mutex_lock(&php->lock);
	bool ok = assign(php, id, version, keep, ret, err);
	pthread_mutex_unlock(&php->lock);
	return ok;
}

static bool forget(struct php *php, int dir, struct error *err)
{
	char path[96];

	for (size_t i = 0; i < php->n_pools;) {
		const struct journal_pool *pool = &php->pools[i];

		snprintf(path, sizeof(path), "pools/%s/%s.conf", pool->version, pool->id);
		/* The pools of a version that isn't here now may come back with it. */
		if (!php_binary(php, pool->version) || faccessat(dir, path, F_OK, 0) == 0) {
			i++;
			continue;
		}
		if (!journal_pool_forget(php->use.journal, pool, err))
			return false;
		php->pools[i] = php->pools[--php->n_pools];
	}
	return true;
}

bool php_forget(struct php *php, int dir, struct error *err)
{
	pthread_mutex_lock(&php->lock);
	bool ok = forget(php, dir, err);
	pthread_mutex_unlock(&php->lock);
	return ok;
}
