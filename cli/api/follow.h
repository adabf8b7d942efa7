/* follow: goes on with an answer of lines and a cursor, as long as there is somebody to read it. */
#pragma once

#include "cli/api/arguments.h"
#include "cli/api/http.h"

/* Whether an operation can be followed: it takes a cursor and waits if asked to. */
bool follow_can(const struct operation *operation);

/* Shows the lines of one answer. False: it has none. */
bool follow_show(const json_t *reply, FILE *out);

/* Shows each line as it comes; waits out what is passing. Returns when out is closed (true) or with an error. */
bool follow_run(struct http *http, const struct arguments *arguments, FILE *out, struct error *err) _must_check_;
