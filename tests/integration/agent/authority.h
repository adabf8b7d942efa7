/* authority: a certificate authority for a test, and visits over TLS. Everything here asserts. */
#pragma once

#include <openssl/evp.h>
#include <openssl/ssl.h>

#include "harness.h"

struct authority;
struct authority *authority_new(void); /* a root, and what it lets issue */
void authority_free(struct authority *authority);

/* What is to be issued. */
struct issue {
	const char *names;    /* separated by commas */
	long from_s, until_s; /* from now on; both 0: ninety days */
	bool without_issuer;  /* the leaf alone */
	bool upside_down;     /* the issuer first */
};
/* The chain, PEM, to free: for a key, or for who signed the request. */
char *authority_issue(struct authority *authority, const struct issue *issue, EVP_PKEY *key);
char *authority_answer(struct authority *authority, const struct issue *issue, const ProtobufCBinaryData *csr);
char *authority_key_pem(EVP_PKEY *key);                         /* to free */
void authority_leaf(const char *chain, uint8_t ret[static 32]); /* SHA-256 of the first one */

/* A TLS handshake with nginx. */
struct visit {
	const char *name;     /* SNI; NULL: none */
	int version;          /* TLS1_2_VERSION …; 0: the best */
	SSL_SESSION *session; /* to resume; NULL: none. Afterwards the new one, for the caller to free */
	uint8_t leaf[32];
	char protocol[16]; /* that ALPN agreed on */
	bool resumed;
	int agreed; /* version */
};
bool visit(const struct harness *harness, struct visit *visit);
/* A request by HTTP/1.1 over TLS: the status (0: no answer), and the whole answer appended. */
int visit_get(const struct harness *harness, const char *host, const char *path, struct buf *answer);
bool visit_shows(const struct harness *harness, const char *name, const char *chain);
