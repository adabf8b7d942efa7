/*
 * seal: a secret on its way to one node. libsodium's sealed boxes (an ephemeral X25519 key for each, XSalsa20 and
 * Poly1305): whoever has the public key seals, only the node opens, and nobody on the way can change a bit. What it is
 * for (a kind, the id of a resource) is inside the box, so that one can't be moved to another place. A box says nothing
 * of who sealed it: that is the command's token.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "lib/base/buf.h"
#include "lib/base/error.h"

enum {
	SEAL_KEY = 32,       /* a public key */
	SEAL_OVERHEAD = 81,  /* bytes that a box is longer than its secret */
	SEAL_SECRET = 65536, /* the longest secret */
};

/* A node's key pair; its secret half is wiped when freed. */
struct seal_key;
struct seal_key *seal_key_new(void); /* fresh; NULL without memory */
bool seal_key_read(const char *path, struct seal_key **ret,
                   struct error *err) _must_check_; /* a file of one base64url secret key, mode 0600 */
bool seal_key_write(const struct seal_key *key, const char *path,
                    struct error *err) _must_check_; /* mode 0600, on the disk; must not exist */
void seal_key_free(struct seal_key *key);
DEFINE_CLEANUP(struct seal_key *, seal_key_free)
void seal_key_public(const struct seal_key *key, uint8_t ret[static SEAL_KEY]);

/* Appends the box. ERR_TOO_LARGE, ERR_INVALID for a public key that is none. */
bool seal(const uint8_t public[static SEAL_KEY], const char *kind, const char *id, const void *secret, size_t size,
          struct buf *box, struct error *err) _must_check_;

/* Appends the secret; whoever has it wipes it (seal_wipe). ERR_INVALID: sealed to another key, for something else, or
 * changed. */
bool seal_open(const struct seal_key *key, const char *kind, const char *id, const void *box, size_t size,
               struct buf *secret, struct error *err) _must_check_;

/* Overwrites what it holds, then frees it. */
void seal_wipe(struct buf *secret);
