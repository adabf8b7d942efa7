/*
 * identity: session and API tokens exchanged at authz for the identity tokens that services accept. Kept for as long
 * as they are good, by SHA-256 of the token and the audience; one exchange at a time for each, whoever waits for it.
 */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#include "lib/bus/bus.h"
#include "lib/token/token.h"

#include "stralix/options.pb-c.h"

#include "freshness.h"

/* Who asks, as authz says. Shared and unchanging; identity_unref each. */
struct identity {
	atomic_uint refs;
	char user_id[TOKEN_VALUE], session_id[TOKEN_VALUE], organisation_id[TOKEN_VALUE];
	Stralix__Role role;
	char scopes[TOKEN_LIST][64];
	unsigned n_scopes; /* 0: all of the role's */
	bool limited;      /* to some records: events aren't for it */
	char organisations[TOKEN_LIST][40];
	unsigned n_organisations;                  /* of staff: the assigned ones */
	int64_t expires_unix_ms, extended_unix_ms; /* by itself, beside a pulse */
	char token[];                              /* of the audience */
};

struct identity *identity_ref(struct identity *identity);
void identity_unref(struct identity *identity);
DEFINE_CLEANUP(struct identity *, identity_unref)

struct identities;

struct identities_options {
	struct bus *bus;
	const struct token_key *key;   /* signs the exchanges; stays the caller's, as the others */
	const struct keyring *keyring; /* authz's public key: what it didn't sign is not believed */
	struct freshness *freshness;
	size_t max; /* kept at most */
};

bool identities_new(const struct identities_options *options, struct identities **ret, struct error *err) _must_check_;
void identities_free(struct identities *identities); /* no exchange may be under way: close the bus before */
DEFINE_CLEANUP(struct identities *, identities_free)

/* Whose token, for which service. */
struct identity_key {
	uint8_t digest[TOKEN_DIGEST];
	char audience[32];
};
void identity_key(struct identity_key *ret, const char *token, const char *audience);

/* One who waits; the caller's memory until called. done gets a reference, or NULL and why; from another thread. */
struct identity_waiter {
	struct identity_waiter *next;
	void (*done)(void *arg, struct identity *identity, const struct error *why);
	void *arg;
};

enum identity_found { IDENTITY_GOOD, IDENTITY_REFUSED, IDENTITY_UNKNOWN };

/*
 * What is known without waiting: GOOD with a reference, REFUSED with err, or UNKNOWN. One that ends soon is renewed in
 * the background, with request_id for authz's log.
 */
enum identity_found identities_find(struct identities *identities, const struct identity_key *key, const char *token,
                                    const char *request_id, struct identity **ret, struct error *err);

/* The pulse that goes along with a call when the identity's own time is over or about to be; false: none needed. */
bool identities_pulse(struct identities *identities, const struct identity *identity, char pulse[static TOKEN_MAX]);

/* Asks authz, or joins who asks already; done is called exactly once. */
void identities_fetch(struct identities *identities, const struct identity_key *key, const char *token,
                      const char *request_id, int timeout_ms, struct identity_waiter *waiter);

/* Forgets all of one token: it signed out, or a service refused it. */
void identities_drop(struct identities *identities, const uint8_t digest[static TOKEN_DIGEST]);

/* Removes what has ended; now and then. */
void identities_sweep(struct identities *identities);

size_t identities_count(struct identities *identities);
