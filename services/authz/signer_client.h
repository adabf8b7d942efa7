/* signer_client: authz's side of the socket to the signer. */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/error.h"
#include "lib/token/token.h"

#include "stralix/v1/signer.pb-c.h"

struct signer_client;

/*
 * Takes the socket over. When the signer goes away the process sends itself SIGTERM, so that the supervisor starts both
 * anew: without a signer authz is of no use.
 */
bool signer_client_new(int fd, struct signer_client **ret, struct error *err) _must_check_;
void signer_client_free(struct signer_client *client);
DEFINE_CLEANUP(struct signer_client *, signer_client_free)

/* Have an identity token, a pulse signed; threads take turns. ERR_UNAVAILABLE: the signer doesn't answer within 2 s. */
bool signer_client_identity(struct signer_client *client, Stralix__V1__SignIdentity *identity, struct arena *arena,
                            char ret[static TOKEN_MAX], struct error *err) _must_check_;
bool signer_client_pulse(struct signer_client *client, Stralix__V1__SignPulse *pulse, struct arena *arena,
                         char ret[static TOKEN_MAX], struct error *err) _must_check_;
