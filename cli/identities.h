/* identities: operator, accounts and users of the bus. */
#pragma once

#include "lib/trust/nkey.h"

#include "place.h"

/* The keys that sign, from the folder pki. */
struct identities {
	struct nkey *operator_signer, *system, *account, *users, *nodes;
	char *system_jwt, *account_jwt;
};

/* Makes keys and JWTs when absent; signs the account anew when its rights have changed. The operator's own key,
 * pki/operator.seed, is needed no more once nats/operator.jwt is there. */
bool identities_open(const struct place *place, struct identities *ret, struct error *err) _must_check_;
void identities_done(struct identities *identities);

/* Credentials of a process, with the rights that the contract gives it. */
bool identities_process(const struct place *place, const struct identities *identities, const char *process,
                        const char *path, unsigned owner, struct error *err) _must_check_;

/* Credentials of a node: the account's template says what it may. */
bool identities_node(const struct place *place, const struct identities *identities, const char *node, const char *path,
                     unsigned owner, struct error *err) _must_check_;

/* Credentials for the system account: they push accounts' JWTs and see the server's own events. */
bool identities_system(const struct place *place, const struct identities *identities, const char *path, unsigned owner,
                       struct error *err) _must_check_;

/* nats/server.conf. */
bool identities_server(const struct place *place, const struct identities *identities, const char *address, long port,
                       struct error *err) _must_check_;
