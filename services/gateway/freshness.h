/*
 * freshness: the newest pulse of authz (lib/token/pulse.h), asked for once a second while somebody is at work. Beside
 * it an identity is good on when its own five seconds are over, so that nobody's token need be exchanged that often.
 */
#pragma once

#include "lib/bus/bus.h"
#include "lib/token/token.h"

struct freshness;
struct identity;

/* All stay the caller's. */
bool freshness_new(struct bus *bus, const struct token_key *key, const struct keyring *keyring, struct freshness **ret,
                   struct error *err) _must_check_;
void freshness_free(struct freshness *freshness); /* close the bus before */
DEFINE_CLEANUP(struct freshness *, freshness_free)

/* A pulse will be wanted soon: asks for one in the background unless the newest is. request_id is for authz's log. */
void freshness_want(struct freshness *freshness, const char *request_id);

/*
 * Whether the newest pulse is good for a moment yet and doesn't revoke the identity; whether that itself lives until
 * then is the caller's look. pulse: NULL, or where the token is copied to.
 */
bool freshness_covers(struct freshness *freshness, const struct identity *identity, char *pulse);
