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
	engine->adapter.ops = &one.ops;
	snprintf(path, sizeof(path), "%s/nginx", one.dir);
	need(tree_open(path, (gid_t)-1, &tree, &err), &err);
	engine->progress = progress_new();
	const struct apply_options apply = {
		.adapter = engine->adapter, .journal = engine->journal, .tree = tree, .progress = engine->progress
	};
	need(apply_new(&apply, &engine->apply, &err), &err);
	engine->node = (struct verb_node){ engine->dir, engine->adapter, engine->journal };
	engine->seen = seen_new();
	need(asking_new(&engine->node, engine->wake, &engine->asking, &err), &err);
}

struct fuzz_engine *fuzz_engine(void)
{
	if (!one.engine.journal)
		open_engine();
	return &one;
}
