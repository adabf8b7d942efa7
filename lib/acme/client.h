/* client: what the files of this module ask an authority with; for this module alone. */
#pragma once

#include "http.h"
#include "parse.h"

enum acme_resource { RESOURCE_NONCE, RESOURCE_ACCOUNT, RESOURCE_ORDER, RESOURCE_REVOKE, RESOURCE_KEY, RESOURCES };

/* The URL of a resource; the directory is read when it wasn't yet. */
bool client_url(struct acme *acme, enum acme_resource resource, const char **ret, struct error *err) _must_check_;
/* "": the authority has none. Valid after client_url. */
const char *client_renewal_url(const struct acme *acme);

/* Signs and posts, again with another nonce as long as the authority objects to it. Fails for anything but 2xx, with
 * its problem kept. payload "": POST-as-GET. */
bool client_post(struct acme *acme, const struct acme_signer *signer, const char *url, const char *payload,
                 struct error *err) _must_check_;
bool client_get(struct acme *acme, const char *url, struct error *err) _must_check_;

/* The last answer, and the object that it holds. */
const struct http_answer *client_answer(const struct acme *acme);
bool client_object(const struct acme *acme, parse_value **ret, struct error *err) _must_check_;
struct parse_urls client_urls(const struct acme *acme);
