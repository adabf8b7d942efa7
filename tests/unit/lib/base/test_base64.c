/* Bytes as text: the examples of RFC 4648 §10, and what isn't in its one spelling. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/base64.h"
#include "lib/base/cleanup.h"

static void bytes_become_text_and_are_counted_back(void **state)
{
	static const char *const pairs[][2] = { { "", "" },
		                                { "f", "Zg==" },
		                                { "fo", "Zm8=" },
		                                { "foo", "Zm9v" },
		                                { "foob", "Zm9vYg==" },
		                                { "fooba", "Zm9vYmE=" },
		                                { "foobar", "Zm9vYmFy" } };
	_cleanup_(arena_freep) struct arena *arena = arena_new(4096);

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		assert_string_equal(base64(pairs[i][0], strlen(pairs[i][0]), arena), pairs[i][1]);
		assert_int_equal(base64_size(pairs[i][1]), strlen(pairs[i][0]));
	}
	assert_string_equal(base64("\xfb\xff", 2, arena), "+/8=");
}

static void another_spelling_counts_as_none(void **state)
{
	static const char *const others[] = { "Zg",     "Zg=",  "Zg===", "=",    "====",  "Zh==", "Zm9=",
		                              "Zm9v\n", "Z g=", "Zm-v",  "Zm_v", "Zm9vZ", "A===", "Zg==Zg==" };

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_int_equal(base64_size(others[i]), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_become_text_and_are_counted_back),
		cmocka_unit_test(another_spelling_counts_as_none),
	};

	return cmocka_run_group_tests_name("base/base64", tests, NULL, NULL);
}
