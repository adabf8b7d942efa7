/* pauses: an engine of a build with failpoints that waits where a test says so (lib/base/failpoint.h). */
#pragma once

#include "harness.h"

/* A harness, not started yet, with a folder of failpoints; for cmocka. */
int pauses_set_up(void **state);
int pauses_tear_down(void **state);

/* Whoever comes to the place first waits there; until somebody does; lets it go on. */
void pauses_arm(const struct harness *harness, const char *name);
void pauses_await(const struct harness *harness, const char *name);
void pauses_release(const struct harness *harness, const char *name);
