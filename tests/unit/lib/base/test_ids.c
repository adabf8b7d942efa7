/* test_ids: uuid and clock. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/clock.h"
#include "lib/base/uuid.h"

static void uuid_v7_has_version_variant_and_time(void **state)
{
	int64_t before = clock_unix_ms(), after, made = 0;
	struct uuid id = uuid_v7(), other = uuid_v7();

	(void)state;
	after = clock_unix_ms();
	for (int i = 0; i < 6; i++)
		made = made << 8 | id.bytes[i];
	assert_in_range(made, before, after);
	assert_int_equal(id.bytes[6] >> 4, 7);
	assert_int_equal(id.bytes[8] >> 6, 2);
	assert_false(uuid_equal(&id, &other));
	assert_false(uuid_is_nil(&id));
}

static void uuid_text_goes_there_and_back(void **state)
{
	struct uuid id = uuid_v7(), back;
	char text[UUID_TEXT];

	(void)state;
	uuid_format(&id, text);
	assert_int_equal(strlen(text), 36);
	assert_true(uuid_parse(text, &back));
	assert_true(uuid_equal(&id, &back));
	assert_true(uuid_parse("0192F0C1-2345-7ABC-8DEF-0123456789aB", &back));
	assert_string_equal(uuid_format(&back, text), "0192f0c1-2345-7abc-8def-0123456789ab");
}

static void uuid_parse_refuses_anything_else(void **state)
{
	static const char *const bad[] = {
		"",
		"0192f0c1",
		"0192f0c1-2345-7abc-8def-0123456789a",
		"0192f0c1-2345-7abc-8def-0123456789abc",
		"0192f0c1-2345-7abc-8def-0123456789ag",
		"{0192f0c1-2345-7abc-8def-0123456789ab}",
		"0192f0c123457abc8def0123456789ab",
		"0192f0c1-2345-7abc-8def 0123456789ab",
		" 0192f0c1-2345-7abc-8def-0123456789ab",
	};
	struct uuid id = { .bytes = { 9 } };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(uuid_parse(bad[i], &id));
	assert_int_equal(id.bytes[0], 9);
}

static void rfc3339_is_utc_with_milliseconds(void **state)
{
	char text[CLOCK_RFC3339];

	(void)state;
	assert_string_equal(clock_rfc3339(0, text), "1970-01-01T00:00:00.000Z");
	assert_string_equal(clock_rfc3339(1795541880123, text), "2026-11-24T17:38:00.123Z");
	assert_string_equal(clock_rfc3339(-1, text), "1969-12-31T23:59:59.999Z");
	assert_string_equal(clock_rfc3339(INT64_MAX, text), "1970-01-01T00:00:00.000Z");
}

static void the_monotonic_clock_never_goes_back(void **state)
{
	int64_t before = clock_monotonic_us();

	(void)state;
	assert_true(clock_monotonic_us() >= before);
	assert_true(clock_monotonic_ms() >= before / 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(uuid_v7_has_version_variant_and_time),
		cmocka_unit_test(uuid_text_goes_there_and_back),
		cmocka_unit_test(uuid_parse_refuses_anything_else),
		cmocka_unit_test(rfc3339_is_utc_with_milliseconds),
		cmocka_unit_test(the_monotonic_clock_never_goes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
