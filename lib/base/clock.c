/* clock: reads the two clocks and writes RFC 3339 in UTC. */

#include "lib/base/clock.h"

#include <stdio.h>
#include <time.h>

enum { US_PER_S = 1000000, US_PER_MS = 1000, NS_PER_US = 1000, MS_PER_S = 1000, LAST_YEAR = 9999 };

static int64_t read_us(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (int64_t)now.tv_sec * US_PER_S + now.tv_nsec / NS_PER_US;
}

int64_t clock_monotonic_us(void)
{
	return read_us(CLOCK_MONOTONIC);
}

int64_t clock_monotonic_ms(void)
{
	return read_us(CLOCK_MONOTONIC) / US_PER_MS;
}

int64_t clock_unix_ms(void)
{
	return read_us(CLOCK_REALTIME) / US_PER_MS;
}

char *clock_rfc3339(int64_t unix_ms, char buffer[static CLOCK_RFC3339])
{
	int64_t ms = unix_ms % MS_PER_S;
	time_t seconds = unix_ms / MS_PER_S;
	struct tm tm;

	if (ms < 0) {
		ms += MS_PER_S;
		seconds--;
	}
	if (!gmtime_r(&seconds, &tm) || tm.tm_year < -1900 || tm.tm_year > LAST_YEAR - 1900) {
		seconds = ms = 0;
		gmtime_r(&seconds, &tm);
	}
	strftime(buffer, CLOCK_RFC3339, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(buffer + 19, CLOCK_RFC3339 - 19, ".%03dZ", (int)ms);
	return buffer;
}
