/*
 * keys: private keys of websites' certificates. They lie in keys/<website id>/<certificate id>.key, root's and readable
 * by the daemon's test alone; a generation that uses one has a hard link to it, so that each generation finds its own,
 * whatever comes after. What needs OpenSSL is done by stralix-agent-keys in a sandbox: the engine has none. Any thread.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "lib/base/buf.h"
#include "lib/base/error.h"
#include "lib/base/uuid.h"
#include "lib/token/seal.h"
#include "lib/token/token.h"

enum {
	KEYS_NAMES = 256,             /* of a website */
	KEYS_UNUSED = 8,              /* keys of a website that nothing uses, at most, */
	KEYS_UNUSED_S = 7 * 24 * 3600 /* and for so long */
};

struct keys;

struct keys_options {
	const char *dir;             /* of the node; "keys" is made in it */
	const char *program;         /* stralix-agent-keys */
	uid_t uid;                   /* that it runs as; 0: the engine's own */
	gid_t readers;               /* who may read keys besides root; -1: nobody */
	const struct seal_key *seal; /* borrowed */
};

bool keys_new(const struct keys_options *options, struct keys **ret, struct error *err) _must_check_;
void keys_free(struct keys *keys);
DEFINE_CLEANUP(struct keys *, keys_free)

/* Appends a request for a certificate (PKCS #10, DER) that names, separated by line feeds, stand in. The key is made
 * when there is none, and on the disk before this returns; asked again for the same names the answer is the same. */
struct keys_request {
	const char *website_id, *certificate_id, *names;
	bool rsa;
};
bool keys_csr(struct keys *keys, const struct keys_request *request, struct buf *csr, struct error *err) _must_check_;

/* What a chain says of itself. */
struct keys_facts {
	uint8_t leaf[TOKEN_DIGEST]; /* SHA-256 of the leaf */
	char names[KEYS_NAMES + 1]; /* '1' for each name that the leaf is for, '0' for each other one */
};
/* A certificate with what it needs here. */
struct keys_certificate {
	const char *website_id, *certificate_id;
	const char *chain; /* PEM */
	const char *names; /* of the website */
	const uint8_t *sealed;
	size_t sealed_size; /* 0: the key was made here */
};
bool keys_read(struct keys *keys, const struct keys_certificate *certificate, struct keys_facts *ret,
               struct error *err) _must_check_;

/* Checks chain and key; a sealed one is opened and stored when there is none. ERR_INVALID with words for people,
 * ERR_CONFLICT: the key isn't on this node. */
bool keys_place(struct keys *keys, const struct keys_certificate *certificate, struct keys_facts *ret,
                struct error *err) _must_check_;

/* Opens a sealed key without storing it; the caller wipes it. */
bool keys_unseal(const struct keys *keys, const struct keys_certificate *certificate, struct buf *secret,
                 struct error *err) _must_check_;

/* A descriptor of the folder with a website's keys, or -1; and a key's name in it. */
enum { KEYS_NAME = UUID_TEXT + 8 };
int keys_folder(const struct keys *keys, const char *website_id);
void keys_name(const char *certificate_id, char ret[static KEYS_NAME]);

/* Shakes hands over a connected socket: the SHA-256 of the certificate that is shown for a name, and the protocol that
 * ALPN agrees on. ERR_VERIFY_FAILED. */
bool keys_greet(struct keys *keys, int fd, const char *name, uint8_t ret_leaf[static TOKEN_DIGEST],
                char ret_protocol[static 16], struct error *err) _must_check_;

/* Nothing to do: ends the program, if it hasn't been asked since the last time. */
void keys_rest(struct keys *keys);

/* Deletes what nothing uses: no generation, none of these, and it is KEYS_UNUSED_S old at now_s. */
struct keys_used {
	const char *website_id, *certificate_id;
};
bool keys_sweep(struct keys *keys, const struct keys_used *used, size_t n, int64_t now_s,
                struct error *err) _must_check_;
bool keys_purge(struct keys *keys, const char *website_id, struct error *err) _must_check_; /* a website's, all */
