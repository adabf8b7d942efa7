/* engine: see the header. The worker is replaced at the link seam: tasks are taken in and stay. */
#include "engine.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/log.h"

#include "agent/adapters/nginx/nginx.h"
#include "agent/engine/apply.h"
#include "agent/engine/tree.h"

static struct fuzz_engine one;

void worker_wake(struct worker *worker)
{
	(void)worker;
	one.woken++;
}

static void health(void *self, struct adapter_health *ret)
{
	(void)self;
	snprintf(ret->daemon, sizeof(ret->daemon), "nginx");
}

static void fingerprint(void *self, char ret[static 65])
{
	(void)self;
	ret[0] = '\0';
}

static bool no_log(void *self, const char *id, bool errors, char *ret, size_t size, struct error *err)
{
	(void)self;
	(void)err;
	snprintf(ret, size, "%s/%s%s.log", one.dir, id, errors ? ".error" : "");
	return true;
}

/* A daemon without files, whose test everything passes. */
static bool render(void *self, struct staging *staging, const struct object *object, struct error *err)
{
	static const struct file_owner owner = { (uid_t)-1, (gid_t)-1, 0600 };

	(void)self;
	return staging_write(staging, NULL, "site", object->name, strlen(object->name), owner, err);
}

static bool render_whole(void *self, struct staging *staging, int from, uint64_t generation, struct error *err)
{
	(void)self;
	(void)staging;
	(void)from;
	(void)generation;
	(void)err;
	return true;
}

static bool render_shared(void *self, struct staging *staging, uint64_t generation, struct error *err)
{
	(void)self;
	(void)staging;
	(void)generation;
	(void)err;
	return true;
}

static bool show(void *self, const char *path, const char *text, size_t size, struct buf *out)
{
	(void)self;
	(void)path;
	buf_add(out, text, size);
	return true;
}

static bool test_alone(void *self, const char *path, struct buf *output, bool *passed, struct error *err)
{
	(void)self;
	(void)path;
	(void)output;
	(void)err;
	*passed = true;
	return true;
}

static void look(void *self, const struct object *object, adapter_finding fn, void *arg)
{
	(void)self;
	(void)object;
	(void)fn;
	(void)arg;
}

static uint64_t serving(void *self)
{
	(void)self;
	return 0;
}

static void remove_dir(void)
{
	static const char *const names[] = { "keyring", "journal.db", "journal.db-wal", "journal.db-shm",
		                             "journal.db.reserve" };
	char path[128];

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", one.dir, names[i]);
		unlink(path);
	}
	snprintf(path, sizeof(path), "%s/nginx", one.dir);
	rmdir(path);
	rmdir(one.dir);
}

static void need(bool ok, const struct error *err)
{
	if (ok)
		return;
	fprintf(stderr, "%s\n", err->message);
	abort();
}

static void write_keyring(const char *path)
{
	uint8_t public[TOKEN_KEY];
	char text[44];
	FILE *file = fopen(path, "we");

	if (!file)
		abort();
	token_key_public(one.tasks, public);
	token_public_format(public, text);
	fprintf(file, "tasks %s\n", text);
	fclose(file);
}

static void open_engine(void)
{
	static char keyring[128];
	struct engine *engine = &one.engine;
	struct apply *apply;
	struct tree *tree;
	struct error err = { 0 };
	char path[128];

	snprintf(one.dir, sizeof(one.dir), "%s/stralix-fuzz-XXXXXX",
	         access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	if (sodium_init() < 0 || !mkdtemp(one.dir))
		abort();
	atexit(remove_dir);
	log_open("fuzz", LOG_ERROR_);
	one.tasks = token_key_new();
	one.report = token_key_new();
	token_key_public(one.report, one.report_public);
	snprintf(keyring, sizeof(keyring), "%s/keyring", one.dir);
	write_keyring(keyring);
	snprintf(path, sizeof(path), "%s/journal.db", one.dir);
	engine->node_id = "n1";
	engine->dir = one.dir;
	engine->keyring_path = keyring;
	engine->wake = -1;
	need(keyring_read(keyring, &engine->keyring, &err), &err);
	need(journal_open(path, &engine->journal, &err), &err);
	need(outcome_signer_new("n1", one.report, engine->journal, &engine->signer, &err), &err);
	one.ops = *nginx_adapter(NULL).ops; /* its reader needs no state */
	one.ops.health = health;
	one.ops.fingerprint = fingerprint;
	one.ops.log = no_log;
	one.ops.render = render;
	one.ops.render_shared = render_shared;
	one.ops.render_whole = render_whole;
	one.ops.show = show;
	one.ops.test_alone = test_alone;
	one.ops.look = look;
	one.ops.serving = serving;
	snprintf(path, sizeof(path), "%s/nginx", one.dir);
	need(tree_open(path, (gid_t)-1, &tree, &err), &err);
	engine->lines[0].progress = progress_new();
	const struct apply_options options = { .adapter = { .ops = &one.ops },
		                               .journal = engine->journal,
		                               .tree = tree,
		                               .progress = engine->lines[0].progress };
	need(apply_new(&options, &apply, &err), &err);
	engine->kinds[engine->n_kinds++] = apply_kind(apply);
	engine->node = (struct verb_node){ engine->dir, engine->kinds, engine->n_kinds, NULL };
	engine->seen = seen_new();
	need(asking_new(&engine->node, engine->wake, &engine->asking, &err), &err);
}

struct fuzz_engine *fuzz_engine(void)
{
	if (!one.engine.journal)
		open_engine();
	return &one;
}
