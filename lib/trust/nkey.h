/* nkey: NATS keys (Ed25519, base32, CRC-16) and NATS JWTs, version 2. Only the bus's own identities are made of these.
 */
#pragma once

#include <stdint.h>

#include "lib/base/error.h"

enum nkey_kind { NKEY_OPERATOR, NKEY_ACCOUNT, NKEY_USER };
enum { NKEY_PUBLIC = 57, NKEY_SEED = 59 };

struct nkey;
struct nkey *nkey_new(enum nkey_kind kind);
bool nkey_from_seed(const char *seed, struct nkey **ret, struct error *err) _must_check_;
void nkey_free(struct nkey *key);
DEFINE_CLEANUP(struct nkey *, nkey_free)
const char *nkey_public(const struct nkey *key); /* "U…", belongs to the key */
const char *nkey_seed(const struct nkey *key);   /* "SU…", belongs to the key, secret */
bool nkey_sign(const struct nkey *key, const void *data, size_t size, uint8_t signature[static 64]);

/* Subjects that a user may use; both arrays end with NULL. */
struct nats_rights {
	const char *const *publish;
	const char *const *subscribe;
};

/* Each returns a malloc'd JWT, NULL without memory. expires is Unix seconds, 0 for never. */
char *nats_operator_jwt(const struct nkey *op, const char *signing_public, const char *system_account,
                        const char *name);
char *nats_account_jwt(const struct nkey *operator_signer, const char *account_public, const char *name,
                       const char *user_signer_public, /* may be NULL */
                       const char *scoped_signer_public,
                       const struct nats_rights *scoped_template, /* may be NULL: nodes */
                       bool jetstream, int64_t iat);
char *nats_user_jwt(const struct nkey *signer, const char *user_public, const char *name,
                    const char *issuer_account, /* NULL: the signer is the account itself */
                    const struct nats_rights *rights, /* NULL: scoped by the signer's template */ int64_t expires);

/* A credentials file's text: JWT and seed. malloc'd. */
char *nats_creds(const char *jwt, const struct nkey *user);

/* Takes a credentials file apart: a malloc'd JWT and the key. ERR_INVALID. */
bool nats_creds_read(const char *text, char **ret_jwt, struct nkey **ret_user, struct error *err) _must_check_;

/* Whether two JWTs of this module say the same, but for the times at which they were made. */
bool nats_jwt_same(const char *one, const char *other);
