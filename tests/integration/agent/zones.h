/* zones: a node of the harness that has DNS, and zones for it. Everything here asserts. */
#pragma once

#include "stralix/v1/zone.pb-c.h"

#include "harness.h"

enum { ZONES_SETS = 512 };

/* A set of records; data ends with NULL where it is shorter. */
struct zones_set {
	const char *name, *type, *data[4];
	uint32_t ttl; /* 0: 300 */
};

/* A key that the zone is signed with, and who may transfer it. */
struct zones_key {
	uint32_t flags;
	bool active, published;
	const char *secret; /* Private-key-format; sealed to the node, */
	const char *bound;  /* for this zone's id; NULL: the right one */
};
struct zones_peer {
	const char *address, *tsig_name, *tsig_secret; /* NULL: none */
	uint32_t port;
	bool notify;
};

/* A zone's SOA and NS are made of its name and serial. */
struct zones_zone {
	const char *name;
	uint32_t serial;
	const struct zones_set *sets; /* ends with a name of NULL; NULL: none */
	bool deleted, no_soa;
	const char *id;               /* NULL: the command's */
	const struct zones_key *keys; /* end with a flags of 0 */
	bool narrow;
	const struct zones_peer *peers; /* end with an address of NULL */
	const char *catalog;            /* that it is a member of; NULL: of none */
	bool producer;                  /* it is one */
	const struct harness *harness;  /* with keys or secrets: whose node they are sealed to */
};

/* Before harness_start: the engine sets PowerDNS up and starts it, */
void zones_give(struct harness *harness);
/* or finds it as the system's: it is ended, and zones_start starts it. */
void zones_leave(struct harness *harness);
void zones_start(const struct harness *harness);

/* A fresh resource and task, or what harness_again made of one, with this as its desired state; zones_done frees it. */
void zones_command(struct harness_command *command);
void zones_want(struct harness_command *command, const struct zones_zone *zone);
void zones_done(struct harness_command *command);
/* The packed state alone, to free. */
void *zones_pack(const struct harness_command *command, const struct zones_zone *zone, size_t *size);

/* What the daemon answers by DNS: the first record's data, "REFUSED", "" for none. In a buffer that the next call uses.
 */
const char *zones_ask(const struct harness *harness, const char *name, const char *type);
uint32_t zones_serial(const struct harness *harness, const char *zone); /* 0: it isn't served */
void zones_await(const struct harness *harness, const char *name, const char *type, const char *data);

/* How many records of a type (by its number) the answer has, signatures too with DNSSEC; over TCP for a transfer (252),
 * which is only begun. -1: an error. */
int zones_count(const struct harness *harness, const char *name, unsigned type, bool dnssec);

/* By the API, as somebody with the key: the status, and the answer appended. */
int zones_api(const struct harness *harness, const char *method, const char *path, const char *body, struct buf *out);
