/* doctor: looks at an installation from outside and says what is wrong and what to do about it. */
#pragma once

#include "cli/api/http.h"

/* A line for each thing that was looked at. *ret_well: nothing is wrong. */
bool doctor_run(struct http *http, FILE *out, bool *ret_well, struct error *err) _must_check_;
