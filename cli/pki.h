/* pki: the internal certificate authority of an installation, in its folder pki. */
#pragma once

#include "lib/trust/cert.h"

#include "place.h"

/* Root and issuer, made when absent. The root's key, pki/ca.key, is needed no more afterwards. */
bool pki_open(const struct place *place, struct cert_authority **ret_issuer, struct error *err) _must_check_;

/* For reading only: what pki_open made before. */
bool pki_read(const struct place *place, struct cert_authority **ret_issuer, struct error *err) _must_check_;

/* A certificate and its key at path.crt and path.key; kept while it serves 30 days more. */
bool pki_issue(const struct place *place, const struct cert_authority *issuer, const struct cert_request *request,
               const char *path, unsigned owner, struct error *err) _must_check_;
