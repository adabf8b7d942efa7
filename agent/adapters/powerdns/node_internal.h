/* node_internal: what the engine's half shares. */
#pragma once

#include "agent/adapters/powerdns/node.h"

enum { NODE_PATH = 1024, NODE_KEY = 129 };

struct powerdns_node {
	const struct settings *settings;
	const struct seal_key *seal;
	char dir[NODE_PATH]; /* pdns/ of the node's folder */
	char api[64];
	char key[NODE_KEY];
	bool ours;        /* the engine starts it */
	int64_t start_ms; /* monotonic: not before this */
};

/* state.c */
bool powerdns_read(void *self, struct object *object, struct error *err);
bool powerdns_planned(const Stralix__V1__PlanQuestion *wanted, struct object *object, struct error *err);
bool powerdns_open(void *self, const struct object *object, struct calls_secrets *ret, struct error *err);

/* daemon.c: of what is the engine's to start. */
bool powerdns_set_up(struct powerdns_node *node, struct error *err) _must_check_;
void powerdns_tend(void *self);
