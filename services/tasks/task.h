/* task: one row of the ledger as the dispatcher needs it, and what it tells others. */
#pragma once

#include "lib/service/change.h"

#include "stralix/v1/tasks.pb-c.h"

struct task {
	struct uuid id, org, resource;
	char node_id[64], kind[33], verb[17], name[254], state[16];
	char actor_id[81], permission[65], request_id[65], traceparent[65], owner[33];
	uint32_t epoch;
	uint64_t n;
	unsigned attempt; /* the one that runs, or the last that did */
	int64_t seq;      /* of the newest report believed */
	uint8_t *desired; /* owned; NULL when it wasn't read */
	size_t desired_size;
};

/* Reads a row of task_claim, task_lock, task_supersede or leases_expired. */
bool task_read(const struct rows *rows, unsigned row, struct task *ret, struct error *err) _must_check_;
void task_done(struct task *task);
void task_free(struct task *task); /* task_done and the memory */
DEFINE_CLEANUP(struct task *, task_free)

/* Target and generation that borrow from a task, for a message. */
struct task_words {
	char id[UUID_TEXT], resource[UUID_TEXT], org[UUID_TEXT];
	Stralix__V1__Target target;
	Stralix__V1__Generation generation;
};
void task_words(const struct task *task, struct task_words *ret);

/* Locks the task's node, resource and row, in this order, until the transaction ends, and reads it. The commit is lazy
 * then: see flush.h. ERR_NOT_FOUND. */
bool task_lock(struct tx *tx, const struct uuid *id, struct task *ret, struct error *err) _must_check_;

/* Event task.updated; with a final state, TaskFinished to the owner. */
bool task_tell(struct change *change, const struct task *task, const char *state, const char *message,
               struct error *err) _must_check_;

/* Whether a task in this state is over. */
bool task_final(const char *state);
