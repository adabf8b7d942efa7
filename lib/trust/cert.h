/* cert: the internal certificate authority (X.509, P-256). */
#pragma once

#include <stdint.h>

#include "lib/base/error.h"

struct cert_authority;

/* A new self-signed authority, pathlen as given (root 1, issuer 0 signed by parent). */
bool cert_authority_new(const char *name, const struct cert_authority *parent, unsigned days,
                        struct cert_authority **ret, struct error *err) _must_check_;
bool cert_authority_read(const char *cert_path, const char *key_path, struct cert_authority **ret,
                         struct error *err) _must_check_;
bool cert_authority_write(const struct cert_authority *ca, const char *cert_path, const char *key_path,
                          struct error *err) _must_check_;
/* The file of certificates that everybody trusts: root, then issuer. */
bool cert_bundle_write(const struct cert_authority *root, const struct cert_authority *issuer, const char *path,
                       struct error *err) _must_check_;
void cert_authority_free(struct cert_authority *ca);
DEFINE_CLEANUP(struct cert_authority *, cert_authority_free)

struct cert_request {
	const char *name;       /* common name */
	const char *const *dns; /* SANs, NULL-terminated */
	const char *const *ip;
	bool server, client;
	unsigned days;
};

/* Makes a key and a certificate and writes both (key 0600; the certificate file holds leaf, then issuer). */
bool cert_issue(const struct cert_authority *ca, const struct cert_request *request, const char *cert_path,
                const char *key_path, struct error *err) _must_check_;

/* Whether the first certificate of a file was issued by ca, lives more than min_days on and covers all names of the
 * request; false also when there is none. */
bool cert_serves(const struct cert_authority *ca, const struct cert_request *request, const char *path,
                 unsigned min_days);
