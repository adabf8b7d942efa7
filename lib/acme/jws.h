/* jws: what is sent to an authority, signed (RFC 7515, flattened); for this module alone. */
#pragma once

#include "acme.h"

struct jws {
	const struct acme_key *key;
	const char *account; /* NULL: the key itself stands in it */
	const char *nonce;   /* NULL: none, as in an inner one */
	const char *url;
	const char *payload; /* JSON; "": none (POST-as-GET) */
};

/* Appends the JSON. URLs and nonces have no character that needs escaping: http.c lets no other in. */
bool jws_write(const struct jws *jws, struct buf *to, struct error *err) _must_check_;

/* The same with HS256 and a key's name, over the account's public key. */
bool jws_write_binding(const struct acme_binding *binding, const struct acme_key *key, const char *url, struct buf *to,
                       struct error *err) _must_check_;
