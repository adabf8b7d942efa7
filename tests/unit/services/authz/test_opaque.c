/* opaque: tokens that say nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "services/authz/opaque.h"

static void a_token_is_a_prefix_and_43_characters_of_base64url(void **state)
{
	char token[OPAQUE_TEXT];

	(void)state;
	opaque_new(OPAQUE_SESSION, token);
	assert_int_equal(strlen(token), 46);
	assert_memory_equal(token, "ss_", 3);
	assert_int_equal(opaque_kind(token), OPAQUE_SESSION);
	opaque_new(OPAQUE_API, token);
	assert_memory_equal(token, "st_", 3);
	assert_int_equal(opaque_kind(token), OPAQUE_API);
}

static void no_token_comes_twice(void **state)
{
	char first[OPAQUE_TEXT], second[OPAQUE_TEXT];
	uint8_t a[OPAQUE_DIGEST], b[OPAQUE_DIGEST];

	(void)state;
	opaque_new(OPAQUE_SESSION, first);
	opaque_new(OPAQUE_SESSION, second);
	assert_string_not_equal(first, second);
	opaque_digest(first, a);
	opaque_digest(second, b);
	assert_memory_not_equal(a, b, sizeof(a));
}

static void anything_else_is_none(void **state)
{
	(void)state;
	assert_int_equal(opaque_kind(""), OPAQUE_NONE);
	assert_int_equal(opaque_kind("ss_"), OPAQUE_NONE);
	assert_int_equal(opaque_kind("sx_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), OPAQUE_NONE);
	assert_int_equal(opaque_kind("ss_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), OPAQUE_NONE);
	assert_int_equal(opaque_kind("ss_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), OPAQUE_NONE);
	assert_int_equal(opaque_kind("ss_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="), OPAQUE_NONE);
	assert_int_equal(opaque_kind("ss_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), OPAQUE_SESSION);
}

static void the_digest_is_sha256_of_the_whole_text(void **state)
{
	static const uint8_t abc[] = { 0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea };
	uint8_t digest[OPAQUE_DIGEST];

	(void)state;
	opaque_digest("abc", digest);
	assert_memory_equal(digest, abc, sizeof(abc));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_is_a_prefix_and_43_characters_of_base64url),
		cmocka_unit_test(no_token_comes_twice),
		cmocka_unit_test(anything_else_is_none),
		cmocka_unit_test(the_digest_is_sha256_of_the_whole_text),
	};

	return cmocka_run_group_tests_name("authz/opaque", tests, NULL, NULL);
}
