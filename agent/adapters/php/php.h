/*
 * php: the PHP pools of websites. Pools of one PHP version stand together in shards of at most 25, each shard is a
 * master of its own, and a master is never reloaded: a change of a shard starts a new one beside the old, on sockets in
 * a folder named by it, run/php/<version>-<shard>-<generation>. A generation says by its folder php/ which masters it
 * needs: a file of that name each, the whole configuration; a shard that didn't change links its file and keeps its
 * master. nginx finds it by a map (php.conf). Masters outlive the engine. Used by the worker's thread.
 */
#pragma once

#include "lib/base/buf.h"

#include "stralix/v1/website.pb-c.h"

#include "agent/engine/adapter.h"
#include "agent/engine/journal.h"
#include "agent/engine/sandbox.h"
#include "agent/engine/settings.h"

struct php;

enum { PHP_NAME = 48 }; /* of a shard or a master */

/* All borrowed. web_user, web_group: who may connect to the pools. */
struct php_options {
	const struct settings *settings;
	struct journal *journal;
	struct sandbox *sandbox;
	uid_t web_user;
	gid_t web_group;
};
bool php_new(const struct php_options *options, struct php **ret, struct error *err) _must_check_;
void php_free(struct php *php); /* leaves the masters running */

const char *const *php_versions(const struct php *php); /* that are there; ends with NULL; any thread */

/* Adds whatever changes a rendered file. */
void php_fingerprint(const struct php *php, struct buf *all);

/* Whether a website may run so here: ERR_INVALID names the field. */
bool php_accepts(const struct php *php, const Stralix__V1__Php *wanted, struct error *err) _must_check_;

/* Into a generation: folders; a website's pool (shard: what nginx needs to know; empty when the version has gone from
 * this node); the same by links; and, once all pools are in, the shards and nginx's map of them. */
bool php_render_folders(struct php *php, struct staging *staging, struct file_owner owner,
                        struct error *err) _must_check_;
bool php_render_pool(struct php *php, struct staging *staging, const struct object *site,
                     const Stralix__V1__Php *wanted, char shard[static PHP_NAME], struct error *err) _must_check_;
bool php_link_pool(struct php *php, int from, int to, const struct object *site, struct error *err) _must_check_;
bool php_render_shards(struct php *php, struct staging *staging, int from, uint64_t generation,
                       struct error *err) _must_check_;

/* PHP's own test of the shards that are new in the generation that was rendered last (its absolute path). */
bool php_test(struct php *php, const char *path, struct buf *output, bool *passed, struct error *err) _must_check_;

/* Starts the masters that the generation needs and has each pool answer. A website's pool that fails is marked in its
 * check; what can't be told apart is err. */
bool php_prepare(struct php *php, const char *path, struct adapter_check *checks, size_t n,
                 struct error *err) _must_check_;

/* Keeps up the masters of the live generation; ends the others once no worker of nginx is left that knows them:
 * oldest_ms is when its oldest worker started, reload_ms when it was last told to reload (since the machine's start).
 * 0: nginx isn't there. */
void php_tend(struct php *php, const char *path, int64_t oldest_ms, int64_t reload_ms);
