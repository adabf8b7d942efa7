/* chain: certificates of websites: read, checked, described. What is said about a field is for people. */
#pragma once

#include <stdint.h>

#include "lib/base/error.h"

enum { CHAIN_WORDS = 256, CHAIN_HEX = 65, CHAIN_ID = 160 };

/* One or more certificates, the leaf first, each signed by the one behind it. */
struct chain;

/* ERR_INVALID naming field: no certificates, too many, or not in order. */
bool chain_read(const char *pem, const char *field, struct chain **ret, struct error *err) _must_check_;
void chain_free(struct chain *chain);
DEFINE_CLEANUP(struct chain *, chain_free)

struct chain_facts {
	char issuer[CHAIN_WORDS];    /* its common name, else its organisation */
	char fingerprint[CHAIN_HEX]; /* SHA-256 of the leaf, lower-case hexadecimal */
	char serial[CHAIN_HEX];
	char key_type[32];                 /* P-256, RSA 2048 … */
	char renewal_id[CHAIN_ID];         /* what RFC 9773 calls it; "": it has no authority key id */
	int64_t not_before_s, not_after_s; /* Unix */
};
bool chain_describe(const struct chain *chain, struct chain_facts *ret, struct error *err) _must_check_;

/* The leaf's DER, for free(). */
bool chain_leaf(const struct chain *chain, uint8_t **ret, size_t *ret_size, struct error *err) _must_check_;

/* Whether the leaf is for a name: its alternative names alone count, wildcards as browsers take them. */
bool chain_covers(const struct chain *chain, const char *name);

/* ERR_INVALID naming field: RSA below 2048 bits, a curve that browsers don't take, a signature by SHA-1. */
bool chain_is_strong(const struct chain *chain, const char *field, struct error *err) _must_check_;

/* Whether it leads to one of the roots in a file of PEM, now. why: CHAIN_WORDS bytes for OpenSSL's words. */
bool chain_is_trusted(const struct chain *chain, const char *roots, char why[static CHAIN_WORDS]);

/* The leaf's key is that of a signing request (DER), or of a private key (PEM, without a password). */
bool chain_fits_request(const struct chain *chain, const void *csr, size_t size);
bool chain_fits_key(const struct chain *chain, const char *pem, const char *field, struct error *err) _must_check_;

/* A request's DER as PEM, for free(). */
bool chain_request_pem(const void *csr, size_t size, char **ret, struct error *err) _must_check_;
