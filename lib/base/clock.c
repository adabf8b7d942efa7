/* clock: reads the two clocks and writes RFC 3339 in UTC. */

#include "lib/base/clock.h"

#include <string.h>
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

/* strftime takes many times as long, and lists are full of times. */
static void put_digits(char *at, int n, int number)
{
	for (; n > 0; number /= 10)
		at[--n] = (char)('0' + number % 10);
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
	memcpy(buffer, "0000-00-00T00:00:00.000Z", CLOCK_RFC3339);
	put_digits(buffer, 4, tm.tm_year + 1900);
	put_digits(buffer + 5, 2, tm.tm_mon + 1);
	put_digits(buffer + 8, 2, tm.tm_mday);
	put_digits(buffer + 11, 2, tm.tm_hour);
	put_digits(buffer + 14, 2, tm.tm_min);
	put_digits(buffer + 17, 2, tm.tm_sec);
	put_digits(buffer + 20, 3, (int)ms);
	return buffer;
}
