/* world: a panel with the node n1, and what the tests of the ledger ask of them. What waits fails the test when its
 * time is over; what returns bool says whether it was taken. Replies live as long as the panel. */
#pragma once

#include "panel.h"

struct world {
	struct panel *panel;
	struct agent *n1;
};

extern const struct uuid world_org_a, world_org_b;

#define MUST(call)                                                                                                     \
	do {                                                                                                           \
		if (!(call))                                                                                           \
			fail_msg("%s", err.message);                                                                   \
	} while (0)

/* Around a group, and before each test: the tests together take longer than a node may be silent. */
int world_setup(void **state);
int world_teardown(void **state);
int world_beat(void **state);

#define TEST(name) cmocka_unit_test_setup(name, world_beat)

bool world_place(struct world *world, const struct uuid *org, const struct uuid *resource, const char *node,
                 Stralix__V1__PlaceResourceReply **ret, struct error *err);

/* A task of world_org_a on a node; actor "" is the system. */
bool world_enqueue_on(struct world *world, const char *node, const struct uuid *resource, uint64_t n, const char *actor,
                      char task_id[static UUID_TEXT], struct error *err);

/* The same on n1, with a fresh task_id. */
void world_enqueue(struct world *world, const struct uuid *resource, uint64_t n, char task_id[static UUID_TEXT]);

Stralix__V1__Task *world_task(struct world *world, const char *task_id);
Stralix__V1__Task *world_wait_state(struct world *world, const char *task_id, const char *state);
void world_wait_finished(struct world *world, const char *task_id, const char *state);
Stralix__V1__Node *world_node(struct world *world, const char *id);
bool world_report(struct world *world, Stralix__V1__Outcome__State state, const char *code, const char *message,
                  struct error *err);

/* Ends what runs on n1, so that tests leave nothing behind. */
void world_finish(struct world *world);
