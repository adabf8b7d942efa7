/* key: the secret half, for token.c alone. */
#pragma once

#include "token.h"

/* The 64 bytes that libsodium signs with; belong to the key. */
const uint8_t *token_key_secret(const struct token_key *key);
