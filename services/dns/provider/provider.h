/*
 * provider: who serves a zone: the installation's own nodes, or somebody else's service by its API. One interface for
 * all of them; the drivers know no database. Own nodes get a zone by tasks (desire.c) and have no calls here.
 */
#pragma once

#include "lib/base/buf.h"
#include "lib/base/error.h"
#include "lib/dns/record.h"

enum { PROVIDER_SERVERS = 8, PROVIDER_RECORDS = 10000, PROVIDER_STEP_MS = 25000 };

/* How an account is reached. Borrowed for as long as the driver's self lives. */
struct provider_access {
	const char *base_url, *server_id, *token; /* base_url "": the provider's own */
	const char *const *servers;               /* that answer for its zones, as the account says */
	size_t n_servers;
	const char *ca;                            /* who vouches for it; "": the system's authorities */
	bool plain;                                /* http:// too */
	bool (*may)(void *arg, const char *place); /* as in lib/fetch */
	void *arg;
	int64_t deadline_ms; /* of all calls together; monotonic */
};

/* A zone as the provider calls it. From the arena. */
struct provider_zone {
	const char *name; /* shop.example */
	const char *id;   /* in URLs */
	const char *servers[PROVIDER_SERVERS];
	size_t n_servers;
};

/* The calls of one driver. All are optional where a zone isn't served by calls, create and remove also where the
 * provider has none. Errors: ERR_TEST_FAILED: it refuses, with its words; ERR_FORBIDDEN: the token isn't good for this;
 * ERR_RATE_LIMITED; ERR_UNAVAILABLE, ERR_TIMEOUT, ERR_BAD_REPLY: later, perhaps. */
struct provider_calls {
	bool (*open)(const struct provider_access *access, void **self, struct error *err);
	void (*close)(void *self);
	/* Whether the account is good; *words: what the provider says of itself. */
	bool (*verify)(void *self, struct arena *arena, const char **words, struct error *err);
	bool (*find)(void *self, const char *name, struct arena *arena, bool *there, struct provider_zone *ret,
	             struct error *err);
	bool (*create)(void *self, const char *name, struct arena *arena, struct error *err);
	/* All records of types that are known, in the spelling of rdata.h, sorted; without SOA and NS of the apex. */
	bool (*read)(void *self, const struct provider_zone *zone, struct arena *arena, struct dns_record **ret,
	             size_t *n, struct error *err);
	/* After read, by the same self: makes sets what they are to be. Repeated it changes nothing. */
	bool (*apply)(void *self, const struct provider_zone *zone, const struct dns_difference *list, size_t n,
	              struct arena *arena, struct error *err);
	/* The zone as a whole. One that isn't there is no error. */
	bool (*remove)(void *self, const struct provider_zone *zone, struct arena *arena, struct error *err);
};

struct provider {
	const char *kind, *title;
	bool signs; /* DNSSEC is switched here */
	uint32_t least_ttl, most_ttl;
	bool (*supports)(enum dns_type type);
	const struct provider_calls *calls; /* NULL: by tasks */
};

extern const struct provider provider_nodes, provider_powerdns, provider_cloudflare;

/* "": own nodes; NULL: there is no such kind. */
const struct provider *provider_find(const char *kind);
