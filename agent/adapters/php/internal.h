/* internal: what the php adapter's files share. */
#pragma once

#include <limits.h>
#include <pthread.h>

#include "lib/base/arena.h"

#include "agent/adapters/php/php.h"
#include "agent/engine/template.h"

enum { PHP_VERSIONS = 16, PHP_SHARD_POOLS = 25, PHP_FRESH = 512 };

struct php_version {
	char version[8];
	char binary[PATH_MAX];
};

/* A master that the live generation doesn't need. */
struct php_leaving {
	char name[PHP_NAME]; /* empty: the slot is free */
	int64_t since_ms;    /* nginx's reload that left it */
	bool told;           /* it has its SIGQUIT */
};

struct php {
	struct php_options use;
	int run;                          /* run/php */
	char run_path[PATH_MAX];          /* the same */
	char log_path[PATH_MAX];          /* of all masters */
	char words_path[PATH_MAX];        /* what a master that starts says */
	char lock_setting[PATH_MAX + 32]; /* where opcache may make its lock */
	struct php_version version[PHP_VERSIONS];
	const char *versions[PHP_VERSIONS + 1];
	unsigned n_versions;
	struct template *shard, *pool, *map;
	struct buf templates;       /* their text */
	uint64_t generation;        /* rendered last */
	pthread_mutex_t lock;       /* of the two below: plans are made beside the worker */
	struct journal_pool *pools; /* which shard each pool is in */
	size_t n_pools;
	struct php_leaving leaving[PHP_FRESH];
};

const char *php_binary(const struct php *php, const char *version); /* NULL: not here */

/* Names of the files in a folder of a generation, without their ending .conf; free with free. */
typedef char php_name[PHP_NAME];
bool php_list(int dir, const char *folder, php_name **ret, size_t *n, struct error *err) _must_check_;

/* "8.2-3-17": which shard, and which PHP. */
void php_shard_of(const char *master, char ret[static PHP_NAME]);
void php_version_of(const char *master, char ret[static 8]);

/* The shard that a pool has, or gets; keep: it stays there from now on. Any thread. */
bool php_assign(struct php *php, const char *id, const char *version, bool keep, unsigned *ret,
                struct error *err) _must_check_;
/* Forgets the places of pools that this generation (its folder) hasn't. */
bool php_forget(struct php *php, int dir, struct error *err) _must_check_;

/* Masters. path: the generation's, absolute. pid 0: it isn't there. */
pid_t php_running(const struct php *php, const char *master);
bool php_start(struct php *php, const char *path, const char *master, struct buf *words,
               struct error *err) _must_check_;

/* Asks pools of a master over their sockets: answers[i] says whether ids[i] did. */
void php_ping(const struct php *php, const char *master, char *const *ids, size_t n, bool *answers);
