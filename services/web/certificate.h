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

enum { CERTIFICATE_NAMES = 21 }; /* a website's own, and its aliases */

/* Texts and bytes belong to an arena. Times are Unix ms; 0: never. */
struct certificate {
	struct uuid id, org, website_id, replaces, task_id, lease; /* nil: none */
	const char *domain, *source, *message, *order_url, *chain;
	const char *names[CERTIFICATE_NAMES];
	unsigned n_names;
	enum certificate_state state;
	unsigned attempt, warned_days;
	const uint8_t *sealed_key, *csr;
	size_t sealed_key_size, csr_size;
	const char *issuer, *fingerprint, *serial, *key_type, *renewal_id;
	int64_t next_try_ms, not_before_ms, not_after_ms, renew_ms, created_ms, updated_ms;
};

const char *certificate_state_name(enum certificate_state state);
bool certificate_state_parse(const char *name, enum certificate_state *ret);

/* Not over, and not at work yet. */
bool certificate_is_coming(const struct certificate *certificate);
/* With the authority, or close to it: not to be begun anew without need. */
bool certificate_is_under_way(const struct certificate *certificate);
bool certificate_is_acme(const struct certificate *certificate);

/* Whether it is for just these names. */
bool certificate_is_for(const struct certificate *certificate, const char *const *names, unsigned n);

/* How long to wait after so many failed attempts, by chance a fifth more or less. */
int64_t certificate_backoff_ms(unsigned attempt);

/* How long to wait before the same is asked again, after so many times that somebody was away, slow or made no sense:
 * most are back in seconds. By chance a fifth more or less, at most ten minutes. */
int64_t certificate_patience_ms(unsigned troubles);

/* Two thirds of its life, by chance a tenth of the life's third earlier or later; never after its end. */
int64_t certificate_renewal_ms(int64_t not_before_ms, int64_t not_after_ms);
