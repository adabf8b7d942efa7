/* gateway: the whole process: what is opened at start, shared by all requests, and closed in order at the end. */
#pragma once

#include <stdatomic.h>

#include "lib/base/error.h"

#include "settings.h"

struct gateway {
	struct settings settings;
	char *origins; /* of public_url */
	struct token_key *key;
	struct keyring *keyring;
	struct metrics *metrics;
	struct files *files;
	struct router *router;
	struct bus *bus;
	struct freshness *freshness;
	struct identities *identities;
	_Atomic(struct events *) events; /* the bus's thread looks, too */
	struct ready *ready;
	struct discovery *discovery;
	struct http_server *http;
	struct ticker *ticker;
	atomic_uint active;   /* requests that aren't answered to the end */
	atomic_uint waiting;  /* calls that wait for a service */
	atomic_bool draining; /* on the way out: every answer closes its connection */
};

/* Takes the settings over, also when it fails. */
bool gateway_open(struct settings *settings, struct gateway **ret, struct error *err) _must_check_;

/* Stops listening, lets what is under way end (at most drain_ms), ends the event streams. */
void gateway_drain(struct gateway *gateway, int drain_ms);

/* After gateway_drain. */
void gateway_close(struct gateway *gateway);

unsigned gateway_port(const struct gateway *gateway);
