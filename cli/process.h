/* process: which processes an installation has, and what each needs. */
#pragma once

#include <stdbool.h>

/* Places in the uid table. */
enum {
	OWNER_ROOT = 0,
	OWNER_GATEWAY = 1,
	OWNER_AUTHZ = 2,
	OWNER_SIGNER = 3,
	OWNER_AUDIT = 4,
	OWNER_TASKS = 5,
	OWNER_WEB = 6,
	OWNER_NATS = 7,
	OWNER_FRONT = 8,
	OWNER_SITES = 9, /* nginx's workers on a node */
	OWNER_LINK = 10,
	OWNER_TEST = 11,
	OWNER_DNS = 13,
	OWNER_PDNS = 15,   /* PowerDNS on a node, where the agent starts it */
	OWNER_CALLER = 16, /* the agent's program that calls daemons */
};

struct process {
	const char *name;
	unsigned owner;
	bool bus, database;
	const char *signs; /* as whom in the keyring; NULL: not at all */
};

extern const struct process processes[]; /* ends with a row of NULLs */
