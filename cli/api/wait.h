/* wait: follows a task, or a zone at another provider, until it has ended. */
#pragma once

#include "cli/api/http.h"

/* Says each step when it begins and how it ended. *ret_success: whether the task has had it. */
bool wait_task(struct http *http, const char *task_id, FILE *out, bool *ret_success, struct error *err) _must_check_;

/* The same for a zone that another provider serves: it has no task. *ret_success: it is served, or gone, as it should
 * be. */
bool wait_zone(struct http *http, const char *zone_id, FILE *out, bool *ret_success, struct error *err) _must_check_;
