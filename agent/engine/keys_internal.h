/* keys_internal: what keys' files share. */
#pragma once

#include <pthread.h>

#include "agent/engine/file.h"
#include "agent/engine/keys.h"
#include "agent/engine/sandbox.h"
#include "agent/keys/frame.h"

enum { KEYS_SECRET = 16384 }; /* bytes of a private key as PEM */

struct keys {
	pthread_mutex_t lock; /* of all below: one asks at a time */
	const struct seal_key *seal;
	char *program;
	struct sandbox *sandbox;
	bool running, used; /* used: since the last rest */
	uint8_t *buffer;    /* FRAME_SIZE, locked in memory: requests and their answers */
	uint8_t *secret;    /* KEYS_SECRET, likewise: the key that is asked about */
	size_t secret_size;
	int dir; /* keys */
	struct file_owner owner;
};

/* keys_program.c: asks; the answer's parts lie in keys->buffer until the next, or until keys_forget. fd: goes along;
 * -1: none. ERR_INVALID: what it refuses; ERR_UNAVAILABLE: it can't now. */
bool keys_ask(struct keys *keys, const struct frame *request, int fd, struct frame *reply,
              struct error *err) _must_check_;
void keys_end(struct keys *keys);
void keys_forget(struct keys *keys); /* wipes both */

/* keys_store.c. A website's folder is made when it isn't there. *there false: no such key; else it is in keys->secret.
 */
int keys_make_folder(struct keys *keys, const char *website_id, struct error *err);
bool keys_load(struct keys *keys, int folder, const char *certificate_id, bool *there, struct error *err) _must_check_;
/* On the disk when it returns; replaces what has the name. */
bool keys_save(struct keys *keys, int folder, const char *name, const void *data, size_t size,
               struct error *err) _must_check_;
/* Makes room for one more key that nothing uses yet. */
bool keys_trim(int folder, struct error *err) _must_check_;
