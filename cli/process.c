/* The table of processes. */
#include "process.h"

#include <stddef.h>

const struct process processes[] = {
	{ "gateway", OWNER_GATEWAY, true, false, "gateway" },
	{ "authz", OWNER_AUTHZ, true, true, "authz.service" },
	{ "signer", OWNER_SIGNER, false, false, "authz" },
	{ "audit", OWNER_AUDIT, true, true, "audit" },
	{ "tasks", OWNER_TASKS, true, true, "tasks" },
	{ "web", OWNER_WEB, true, true, "web" },
	{ "dns", OWNER_DNS, true, true, "dns" },
	{ "sre", OWNER_ROOT, true, false, NULL },
	{ NULL, 0, false, false, NULL },
};
