/* fixture: the gateway in this process, a real nats-server, and made-up authz and web services that answer on it. */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#include "lib/bus/bus.h"
#include "lib/token/token.h"

#include "gateway.h"

enum { FIXTURE_PATH = 256, FIXTURE_VALUE = 512, FIXTURE_ID = 64 };

#define FIXTURE_ORG "0192f0a0-0000-7000-8000-00000000000a"
#define FIXTURE_OTHER_ORG "0192f0a0-0000-7000-8000-00000000000b"
#define FIXTURE_WEBSITE "0192f0a0-0000-7000-8000-0000000000aa"
#define FIXTURE_ORIGIN "https://panel.example"

/* Tokens that the made-up authz knows: "customer", "staff", "admin", and "scoped" (a customer with website:read). */

struct fixture {
	char dir[FIXTURE_PATH], ui[FIXTURE_PATH];
	pid_t nats;
	unsigned nats_port, port;
	struct token_key *authz_key, *gateway_key;
	struct bus *bus; /* of the made-up services */
	struct gateway *gateway;
	atomic_int identities;   /* exchanges that authz answered */
	atomic_int badly_signed; /* exchanges whose service token wasn't right */
	atomic_int web_calls;
	atomic_int pulses;        /* that authz answered */
	atomic_int age_s;         /* of identities when they are issued; not 0: they may be extended */
	atomic_bool user_named;   /* pulses revoke the user */
	atomic_bool revoked;      /* authz refuses every token */
	atomic_bool authz_silent; /* authz takes exchanges and never answers */
	atomic_int hold_identity; /* exchanges that are held back until it is 0 again */
	/* What the last call of web came with. */
	char request_id[FIXTURE_ID], traceparent[FIXTURE_ID], deadline[FIXTURE_ID], key[FIXTURE_VALUE];
	char source_ip[FIXTURE_ID], search[FIXTURE_VALUE], subject[FIXTURE_ID];
	char identity[TOKEN_MAX], pulse[TOKEN_MAX];
	uint32_t limit;
};

/* cmocka's group setup and teardown; *state is the fixture. */
int fixture_setup(void **state);
int fixture_teardown(void **state);

/* Puts everything back as it was: nothing revoked, nothing counted, no identities kept. */
int fixture_reset(void **state);

bool fixture_start_nats(struct fixture *f);
void fixture_stop_nats(struct fixture *f);

/* Says an event on the bus. */
void fixture_event(struct fixture *f, const char *subject, const char *id);
