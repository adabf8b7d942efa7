/*
 * acme: a client of certificate authorities (RFC 8555, RFC 9773), on libcurl, OpenSSL and jansson. Each call is one
 * step of the protocol and waits for its answer alone, so that who drives it can write down where it is in between:
 * orders, authorisations and the like are URLs. What an authority says is not believed: sizes, times, characters and
 * origins of URLs are bounded, and what doesn't fit is ERR_BAD_REPLY.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/buf.h"
#include "lib/base/error.h"

enum {
	ACME_URL = 512,       /* with the NUL */
	ACME_NAMES = 100,     /* of one order */
	ACME_THUMBPRINT = 44, /* base64url of SHA-256, with the NUL */
	ACME_CHAIN = 65536,   /* bytes of a chain in PEM */
	ACME_WORD = 64,
	ACME_DETAIL = 512,
	ACME_WAIT_MOST_S = 7 * 86400, /* as lib/fetch has it: a Retry-After above is taken for this */
};

/* An account's key, P-256. Wiped when freed. */
struct acme_key;
bool acme_key_new(struct acme_key **ret, struct error *err) _must_check_;
bool acme_key_read(const void *pem, size_t size, struct acme_key **ret, struct error *err) _must_check_;
bool acme_key_write(const struct acme_key *key, struct buf *pem, struct error *err) _must_check_; /* appends PKCS #8 */
void acme_key_free(struct acme_key *key);
DEFINE_CLEANUP(struct acme_key *, acme_key_free)
bool acme_key_thumbprint(const struct acme_key *key, char ret[static ACME_THUMBPRINT], struct error *err) _must_check_;

/* Who signs: an account's key, and its URL once it is known. */
struct acme_signer {
	const struct acme_key *key;
	const char *account;
};

/* A client of one authority, with one connection that is kept. Not thread-safe: one for each thread. */
struct acme;
struct acme_options {
	const char *directory; /* https URL */
	const char *ca;        /* file of who vouches for its API; NULL: the system's authorities */
	unsigned timeout_ms;   /* of one request; 0: 15 s */
};
bool acme_new(const struct acme_options *options, struct acme **ret, struct error *err) _must_check_;
void acme_free(struct acme *acme);
DEFINE_CLEANUP(struct acme *, acme_free)

/* What the authority said when the last call failed (RFC 9457). type "": it said nothing, err has all. */
struct acme_problem {
	char type[ACME_WORD]; /* without urn:ietf:params:acme:error: */
	char detail[ACME_DETAIL];
	unsigned n;
	struct acme_name_problem {
		char name[254], type[ACME_WORD], detail[ACME_DETAIL];
	} names[ACME_NAMES]; /* of each name that it objects to */
};
const struct acme_problem *acme_problem(const struct acme *acme);

/* How long the last answer asked to wait; 0: it didn't. */
unsigned acme_retry_after_s(const struct acme *acme);

/* What is to know of an authority before the first account. */
struct acme_directory {
	bool needs_binding, has_renewal_info;
	char terms[ACME_URL]; /* "": none */
};
bool acme_directory(struct acme *acme, struct acme_directory *ret, struct error *err) _must_check_;

/* An account that the authority's operator knows already (external account binding). */
struct acme_binding {
	const char *id;
	const char *key; /* base64url, of HMAC */
};

/* Finds the key's account or makes it (terms agreed to); contact may be "", binding NULL. only_existing:
 * accountDoesNotExist instead of a new one. */
bool acme_account_open(struct acme *acme, const struct acme_key *key, const char *contact,
                       const struct acme_binding *binding, bool only_existing, char ret_url[static ACME_URL],
                       struct error *err) _must_check_;
bool acme_account_contact(struct acme *acme, const struct acme_signer *signer, const char *contact,
                          struct error *err) _must_check_;
bool acme_account_rollover(struct acme *acme, const struct acme_signer *signer, const struct acme_key *next,
                           struct error *err) _must_check_;
bool acme_account_deactivate(struct acme *acme, const struct acme_signer *signer, struct error *err) _must_check_;

enum acme_status {
	ACME_PENDING,
	ACME_READY,
	ACME_PROCESSING,
	ACME_VALID,
	ACME_INVALID,
	ACME_EXPIRED,
	ACME_DEACTIVATED,
	ACME_REVOKED,
	ACME_STATUSES,
};

/* Texts come from the arena; "" for what it doesn't have. */
struct acme_order {
	enum acme_status status;
	const char *url, *finalize, *certificate;
	const char **authorizations;
	size_t n_authorizations;
	const char **names; /* as it was made for */
	size_t n_names;
};

/* replaces: the ARI id of the certificate that it renews; NULL or "": none. Not repeated after an answer was lost: an
 * order may be left behind, which is why orders can be looked for. */
bool acme_order_new(struct acme *acme, const struct acme_signer *signer, const char *const *names, size_t n,
                    const char *replaces, struct arena *arena, struct acme_order *ret, struct error *err) _must_check_;
bool acme_order_get(struct acme *acme, const struct acme_signer *signer, const char *url, struct arena *arena,
                    struct acme_order *ret, struct error *err) _must_check_;
/* csr: PKCS #10, DER. */
bool acme_order_finalize(struct acme *acme, const struct acme_signer *signer, const struct acme_order *order,
                         const void *csr, size_t size, struct arena *arena, struct acme_order *ret,
                         struct error *err) _must_check_;

struct acme_challenge {
	const char *url, *token; /* "": the authority doesn't offer it */
	enum acme_status status;
};

struct acme_authorization {
	enum acme_status status;
	const char *name;
	bool wildcard;
	struct acme_challenge http, dns;
	struct acme_problem *problem; /* why it is invalid; NULL: nothing was said */
};

bool acme_authorization_get(struct acme *acme, const struct acme_signer *signer, const char *url, struct arena *arena,
                            struct acme_authorization *ret, struct error *err) _must_check_;
bool acme_challenge_answer(struct acme *acme, const struct acme_signer *signer, const char *url,
                           struct error *err) _must_check_;

/* The value of the TXT record of dns-01, from the arena; NULL without memory. */
const char *acme_dns_value(const char *token, const char *thumbprint, struct arena *arena);

/* Appends the chain, PEM; nothing else is in it. alternates: URLs of other chains, from the arena; may be NULL. */
bool acme_certificate_get(struct acme *acme, const struct acme_signer *signer, const char *url, struct buf *chain,
                          struct arena *arena, const char ***ret_alternates, size_t *ret_n,
                          struct error *err) _must_check_;
/* leaf: DER; reason as of RFC 5280. What was revoked before is fine. */
bool acme_revoke(struct acme *acme, const struct acme_signer *signer, const void *leaf, size_t size, unsigned reason,
                 struct error *err) _must_check_;

/* When the authority wants a certificate to be renewed (RFC 9773); id: base64url(authority key id) "."
 * base64url(serial). Unix seconds. ERR_NOT_FOUND: it doesn't say. */
struct acme_window {
	int64_t start_s, end_s;
};
bool acme_renewal_window(struct acme *acme, const char *id, struct acme_window *ret, struct error *err) _must_check_;
