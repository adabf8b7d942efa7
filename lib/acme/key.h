/* key: what JWS needs of an account's key; for this module alone. */
#pragma once

#include <stdint.h>

#include "lib/base/buf.h"
#include "lib/base/error.h"

struct acme_key;

enum { KEY_SIGNATURE = 64, KEY_MAC = 32 };

/* Appends the public key as JWK. */
void key_jwk(const struct acme_key *key, struct buf *to);

/* ES256: r and s, 32 bytes each. */
bool key_sign(const struct acme_key *key, const void *data, size_t size, uint8_t ret[static KEY_SIGNATURE],
              struct error *err) _must_check_;

/* HS256 with a key in base64url. */
bool key_mac(const char *key, const void *data, size_t size, uint8_t ret[static KEY_MAC],
             struct error *err) _must_check_;
