/* clock: the two clocks. Deadlines inside a process use the monotonic one; what crosses a process is Unix time. */
#pragma once

#include <stdint.h>

#include "lib/base/cleanup.h"

int64_t clock_monotonic_us(void);
int64_t clock_monotonic_ms(void);
int64_t clock_unix_ms(void);

enum { CLOCK_RFC3339 = 25 };

/* "2026-11-24T17:38:00.123Z" into a buffer of CLOCK_RFC3339 bytes; returns buffer. */
char *clock_rfc3339(int64_t unix_ms, char buffer[static CLOCK_RFC3339]);
