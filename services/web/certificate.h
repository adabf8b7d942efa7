/* certificate: the row of a certificate in memory, its states, and when it is looked at again. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/uuid.h"

enum certificate_state {
	CERTIFICATE_WAITING,
	CERTIFICATE_PREFLIGHT,
	CERTIFICATE_ORDERING,
	CERTIFICATE_VALIDATING,
	CERTIFICATE_ISSUING,
	CERTIFICATE_INSTALLING,
	CERTIFICATE_ACTIVE,
	CERTIFICATE_FAILED,
	CERTIFICATE_REPLACED,
	CERTIFICATE_EXPIRED,
	CERTIFICATE_REVOKED,
	CERTIFICATE_STATES,
};

enum { CERTIFICATE_NAMES = 22 }; /* a website's own, all right below it, and its aliases */

/* Texts and bytes belong to an arena. Times are Unix ms; 0: never. */
struct certificate {
	struct uuid id, org, website_id, replaces, task_id, lease; /* nil: none */
	const char *domain, *source, *message, *order_url, *chain;
	const char *names[CERTIFICATE_NAMES];
	unsigned n_names;
	const char *proofs[CERTIFICATE_NAMES]; /* where the record of dns-01 stands; "": the website itself answers */
	unsigned n_proofs;                     /* 0: that isn't known yet; else n_names */
	enum certificate_state state;
	unsigned attempt, warned_days;
	const uint8_t *sealed_key, *csr;
	size_t sealed_key_size, csr_size;
	const char *issuer, *fingerprint, *serial, *key_type, *renewal_id;
	const char *records;       /* that dns was told to keep: "name value" a line; NULL or "": none */
	int64_t records_version;   /* of the last word to it */
	const char *answered;      /* challenges of the order that the authority was told to look at: a URL a line */
	const char *revoke_reason; /* NULL or "": it isn't to be revoked */
	int64_t revoked_ms;
	int64_t next_try_ms, not_before_ms, not_after_ms, renew_ms, created_ms, updated_ms;
};

const char *certificate_state_name(enum certificate_state state);
bool certificate_state_parse(const char *name, enum certificate_state *ret);

/* Not over, and not at work yet. */
bool certificate_is_coming(const struct certificate *certificate);
/* With the authority, or close to it: not to be begun anew without need. */
bool certificate_is_under_way(const struct certificate *certificate);
bool certificate_is_acme(const struct certificate *certificate);

/* Asked for, and the authority hasn't done it yet. */
bool certificate_is_to_be_revoked(const struct certificate *certificate);
/* Likewise, and it mustn't wait for a successor: its key is in strange hands. */
bool certificate_is_compromised(const struct certificate *certificate);
/* The reason's number (RFC 5280, 5.3.1); false: there is no such reason. */
bool certificate_reason_parse(const char *name, unsigned *ret);

/* Whether it is for just these names. */
bool certificate_is_for(const struct certificate *certificate, const char *const *names, unsigned n);

/* How long to wait after so many failed attempts, by chance a fifth more or less. */
int64_t certificate_backoff_ms(unsigned attempt);

/* How long to wait before the same is asked again, after so many times that somebody was away, slow or made no sense:
 * most are back in seconds. By chance a fifth more or less, at most ten minutes. */
int64_t certificate_patience_ms(unsigned troubles);

/* Two thirds of its life, by chance a tenth of the life's third earlier or later; never after its end. */
int64_t certificate_renewal_ms(int64_t not_before_ms, int64_t not_after_ms);
