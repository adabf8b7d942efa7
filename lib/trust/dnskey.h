/* dnskey: keys that zones are signed with: ECDSA P-256 with SHA-256 (RFC 6605, algorithm 13). */
#pragma once

#include <stdint.h>

#include "lib/base/buf.h"
#include "lib/base/error.h"

enum { DNSKEY_PUBLIC = 64, DNSKEY_ALGORITHM = 13 };

/* A fresh one: the public key's point, x and y; and the private key as BIND writes it (Private-key-format), appended: a
 * secret, to be wiped by whoever has it. */
bool dnskey_new(uint8_t ret[static DNSKEY_PUBLIC], struct buf *private, struct error *err) _must_check_;
