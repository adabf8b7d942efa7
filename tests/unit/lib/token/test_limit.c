/* Limits of API tokens: one spelling, and nothing beside the set is held. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/token/limit.h"

#define ZONE "01900000-0000-7000-8000-000000000001"
#define OTHER "01900000-0000-7000-8000-000000000002"

static struct uuid uuid_of(const char *text)
{
	struct uuid id;

	assert_true(uuid_parse(text, &id));
	return id;
}

static void what_is_written_is_read_again(void **state)
{
	static const char *const all[] = {
		ZONE "/A+AAAA/home.shop.example.",
		ZONE "/TXT/_acme-challenge.shop.example.",
		ZONE "/A/@.shop.example.",
		ZONE "/A/xn--bcher-kva.example.",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		struct limit limit;
		char text[LIMIT_TEXT];

		assert_true(limit_read(all[i], &limit));
		limit_write(&limit, text);
		assert_string_equal(text, all[i]);
	}
}

static void nothing_else_is_read(void **state)
{
	static const char *const all[] = {
		"",
		ZONE,
		ZONE "/A",
		ZONE "/A/",
		ZONE "/A/.",
		ZONE "//home.example.",
		ZONE "/a/home.example.",
		ZONE "/A+/home.example.",
		ZONE "/+A/home.example.",
		ZONE "/A+A/home.example.",
		ZONE "/1A/home.example.",
		ZONE "/AVERYLONGTYPE/home.example.",
		ZONE "/A/home.example",
		ZONE "/A/Home.example.",
		ZONE "/A/home..example.",
		ZONE "/A/.home.example.",
		ZONE "/A/*.example.",
		ZONE "/A/home.*.example.",
		ZONE "/A/home.@.example.",
		ZONE "/A/@",
		ZONE "/A/@.",
		ZONE "/A/b\xc3\xbc"
		     "cher.example.",
		ZONE "/A/home\\.example.",
		ZONE "/A/home/example.",
		"01900000-0000-7000-8000-00000000000A/A/home.example.",
		"01900000-0000-7000-8000-00000000001/A/home.example.",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		struct limit limit;

		if (limit_read(all[i], &limit))
			fail_msg("'%s' was read", all[i]);
	}
}

static void a_name_that_is_too_long_is_refused(void **state)
{
	char text[2 * LIMIT_TEXT] = ZONE "/A/";
	struct limit limit;
	size_t used = strlen(text);

	(void)state;
	memset(text + used, 'a', LIMIT_NAME);
	text[used + LIMIT_NAME - 2] = '.';
	text[used + LIMIT_NAME - 1] = '\0';
	assert_true(limit_read(text, &limit));
	text[used + LIMIT_NAME - 2] = 'a';
	text[used + LIMIT_NAME - 1] = '.';
	assert_false(limit_read(text, &limit));
}

static void only_the_set_itself_is_held(void **state)
{
	static const struct {
		const char *zone, *name, *type;
		bool held;
	} rows[] = {
		{ ZONE, "home.shop.example.", "A", true },      { ZONE, "home.shop.example.", "AAAA", true },
		{ ZONE, "home.shop.example.", "AAA", false },   { ZONE, "home.shop.example.", "A+AAAA", false },
		{ ZONE, "home.shop.example.", "TXT", false },   { ZONE, "home.shop.example.", "", false },
		{ ZONE, "home.shop.example", "A", false },      { ZONE, "HOME.shop.example.", "A", false },
		{ ZONE, "a.home.shop.example.", "A", false },   { ZONE, "shop.example.", "A", false },
		{ ZONE, "*.shop.example.", "A", false },        { OTHER, "home.shop.example.", "A", false },
		{ OTHER, "any.shop.example.", "CNAME", false }, { OTHER, "*.shop.example.", "CNAME", true },
	};
	struct limit limits[2] = { { .zone = uuid_of(ZONE), .name = "home.shop.example." },
		                   { .zone = uuid_of(OTHER), .name = "*.shop.example." } };

	(void)state;
	assert_true(limit_add_type(&limits[0], "A"));
	assert_true(limit_add_type(&limits[0], "AAAA"));
	assert_false(limit_add_type(&limits[0], "A"));
	assert_false(limit_add_type(&limits[0], "A+B"));
	assert_true(limit_add_type(&limits[1], "CNAME"));
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct uuid zone = uuid_of(rows[i].zone);

		if (limits_hold(limits, ARRAY_SIZE(limits), &zone, rows[i].name, rows[i].type) != rows[i].held)
			fail_msg("%s %s", rows[i].name, rows[i].type);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_again),
		cmocka_unit_test(nothing_else_is_read),
		cmocka_unit_test(a_name_that_is_too_long_is_refused),
		cmocka_unit_test(only_the_set_itself_is_held),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
