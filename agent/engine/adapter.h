/*
 * adapter: how one kind of resource becomes files and daemon calls. The engine does the rest for all kinds: order,
 * journal, roll back. An adapter is used by the worker alone, except for what any thread may call: health, log, read,
 * the renderers, what says something of a file, and test_alone.
 */
#pragma once

#include "lib/base/buf.h"

#include "agent/engine/model.h"
#include "agent/engine/staging.h"

/* What must be true of one object once its generation is live. */
struct adapter_check {
	const struct object *object; /* served: it answers with this id and generation */
	const char *gone;            /* a name that must have stopped answering for this object's id; NULL: none */
	bool ok;                     /* set by the adapter, */
	struct error why;            /* with the reason when it isn't */
};

struct adapter_health {
	char daemon[33];
	char version[65];
	bool alive;
	char message[256];
};

enum adapter_state { ADAPTER_MISSING, ADAPTER_FOREIGN, ADAPTER_OWNER };

/* path: below the node's folder; what: in words. */
typedef void (*adapter_finding)(void *arg, const char *path, enum adapter_state state, const char *what);

/* Every member is required. self is the adapter's state. */
struct adapter_ops {
	const char *kind; /* "website" */

	/* Reads desired: served, name, uid. ERR_INVALID, ERR_AGENT_TOO_OLD; the id must be the object's. */
	bool (*read)(void *self, struct object *object, struct error *err);

	/* Hash of what all files are rendered with (templates, settings): another one means render anew. */
	void (*fingerprint)(void *self, char ret[static 65]);

	/* Makes what an object needs outside of generations (its folders). Repeatable; never overwrites. */
	bool (*place)(void *self, const struct object *object, struct error *err);

	/* Writes into a generation, by staging_write: what is shared, an object's files; or links these from another
	 * generation's folder (*linked false: they aren't there). */
	bool (*render_shared)(void *self, struct staging *staging, uint64_t generation, struct error *err);
	bool (*render)(void *self, struct staging *staging, const struct object *object, struct error *err);
	bool (*link)(void *self, int from, int to, const struct object *object, bool *linked, struct error *err);
	/* Once all objects are in: what is made of them together. from: the committed generation's folder; -1: none. */
	bool (*render_whole)(void *self, struct staging *staging, int from, uint64_t generation, struct error *err);

	/* Starts the daemon's own test of a generation (its absolute path), then waits for it. output: its words. */
	bool (*test_start)(void *self, const char *path, struct error *err);
	bool (*test_wait)(void *self, struct buf *output, bool *passed, struct error *err);
	/* The id of the object whose file a refusal names, or an empty string. */
	void (*suspect)(void *self, const char *output, char ret[static UUID_TEXT]);
	void (*ready)(void *self); /* idle: prepare the next test */

	/* Before a generation (its absolute path) goes live: starts what runs beside the daemon for it. An object whose
	 * part doesn't come up has ok taken from its check; what can't be told apart is err. */
	bool (*prepare)(void *self, const char *path, struct adapter_check *checks, size_t n, struct error *err);
	/* Between batches, the committed generation being live (its absolute path): keeps that up, ends what is left
	 * over of others. */
	void (*tend)(void *self, const char *path);

	/* An object that has passed its test may be served at once, before the daemon has read its generation; an end
	 * to that for all objects. Only speed: a failure changes nothing but the time. */
	bool (*serve_early)(void *self, const struct object *object, struct error *err);
	bool (*serve_early_end)(void *self, struct error *err);

	/* Has the daemon read the live generation; starts it when it isn't there. */
	bool (*reload)(void *self, struct error *err);
	/* Waits until the daemon itself says this generation. ERR_VERIFY_FAILED at the deadline. */
	bool (*await_generation)(void *self, uint64_t generation, struct error *err);
	/* Fills in ok and why of each check. */
	void (*await_objects)(void *self, struct adapter_check *checks, size_t n);

	/* Deletes an object's data for good. Repeatable. */
	bool (*purge)(void *self, const struct object *object, struct error *err);

	void (*health)(void *self, struct adapter_health *ret);

	/* Where an object's own log is, of what is asked of it or of errors: into size bytes. */
	bool (*log)(void *self, const char *id, bool errors, char *ret, size_t size, struct error *err);

	/* Of files. Appends text with its mark of a generation taken from like; NULL: a mark that is always the same.
	 * What has no mark is appended as it is. */
	void (*mark)(void *self, const char *text, size_t size, const char *like, size_t like_size, struct buf *out);
	/* Appends what people may see of it: without secrets, and with the mark that is always the same. False:
	 * nothing. */
	bool (*show)(void *self, const char *path, const char *text, size_t size, struct buf *out);
	/* The id of the object whose file it is, or an empty string. */
	void (*object_of)(void *self, const char *path, char ret[static UUID_TEXT]);
	struct file_owner (*owner)(void *self); /* of files in a generation */

	/* test_start and test_wait in one, with a sandbox of its own: by one thread at a time, beside the worker. */
	bool (*test_alone)(void *self, const char *path, struct buf *output, bool *passed, struct error *err);

	/* Tells what isn't as `place` leaves it, of an object; NULL: what lies about on the node. Changes nothing. */
	void (*look)(void *self, const struct object *object, adapter_finding fn, void *arg);
	/* The generation that the daemon says it serves; 0: it doesn't say. */
	uint64_t (*serving)(void *self);
};

struct adapter {
	const struct adapter_ops *ops;
	void *self;
};
