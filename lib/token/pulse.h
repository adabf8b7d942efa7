/*
 * pulse: authz's word on whose identity tokens are good no longer, a few seconds old at most. An identity token with
 * the claim ext is good for five seconds by itself, and on until ext beside a pulse that names neither its user nor its
 * session nor its organisation: whoever loses a right is out within seconds, and nobody else is asked for again
 * meanwhile.
 */
#pragma once

#include "token.h"

#define PULSE_AUDIENCE "pulse"

enum {
	PULSE_LIFE_S = 4,
	PULSE_WINDOW_S = 75,      /* how far back it goes: an identity's whole life, and the longest transaction */
	IDENTITY_LIFE_S = 5,      /* by itself */
	IDENTITY_EXTENDED_S = 30, /* beside pulses */
	IDENTITY_BY_HAND_S = 600, /* an operator's, for the bus by hand */
};

struct pulse {
	char token[TOKEN_MAX]; /* "": none */
	char revoked[TOKEN_LIST][40];
	unsigned n_revoked;
	int64_t iat, exp; /* Unix seconds */
};

/* Checks signature, issuer and audience, and that it doesn't live too long; not the time. ERR_UNAUTHENTICATED. */
bool pulse_read(const struct keyring *keyring, const char *token, struct pulse *ret, struct error *err) _must_check_;

/* Whether it is a good one now. A clock may be up to early_s behind the signer's. */
bool pulse_alive(const struct pulse *pulse, int64_t now_s, int early_s);

/* Whether it names one of them: its identity token is good for no more than its own five seconds. */
bool pulse_revokes(const struct pulse *pulse, const char *user_id, const char *session_id, const char *organisation_id);
