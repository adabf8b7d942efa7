/* wait: follows a task until it has ended. */
#pragma once

#include "cli/api/http.h"

/* Says each step when it begins and how it ended. *ret_success: whether the task has had it. */
bool wait_task(struct http *http, const char *task_id, FILE *out, bool *ret_success, struct error *err) _must_check_;
