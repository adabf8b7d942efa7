/* touch: a person changes a task that waits: begins the change and locks it, commits it durably. */
#pragma once

#include "task.h"
#include "tasks.h"

/* ERR_NOT_FOUND for what isn't for these eyes, ERR_CONFLICT for a task that runs or is over. */
bool touch_begin(struct call *call, const char *task_id, struct change **ret, struct task *task,
                 struct error *err) _must_check_;

/* Audit record, reply, commit. */
bool touch_finish(struct call *call, struct change *change, const struct task *task, const char *action,
                  const ProtobufCMessage *reply, struct error *err) _must_check_;
