/* Bytes as text: the examples of RFC 4648 §10, and what isn't in its one spelling. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/base64.h"
#include "lib/base/cleanup.h"

static void check_text(const char *bytes, size_t size, const char *text)
{
	_cleanup_buf_ struct buf buf = { 0 };
	char back[8];

	base64_put(&buf, bytes, size);
	assert_string_equal(buf.data ? buf.data : "", text);
	assert_int_equal(base64_decode(text, back, sizeof(back)), size);
	assert_memory_equal(back, bytes, size);
}

static void bytes_become_text_and_are_counted_back(void **state)
{
	static const char *const pairs[][2] = { { "", "" },
		                                { "f", "Zg==" },
		                                { "fo", "Zm8=" },
		                                { "foo", "Zm9v" },
		                                { "foob", "Zm9vYg==" },
		                                { "fooba", "Zm9vYmE=" },
		                                { "foobar", "Zm9vYmFy" } };
	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		check_text(pairs[i][0], strlen(pairs[i][0]), pairs[i][1]);
		assert_int_equal(base64_size(pairs[i][1]), strlen(pairs[i][0]));
	}
	check_text("\xfb\xff", 2, "+/8=");
}

static void another_spelling_counts_as_none(void **state)
{
	static const char *const others[] = { "Zg",     "Zg=",  "Zg===", "=",    "====",  "Zh==", "Zm9=",
		                              "Zm9v\n", "Z g=", "Zm-v",  "Zm_v", "Zm9vZ", "A===", "Zg==Zg==" };

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_int_equal(base64_size(others[i]), 0);
}

static void text_becomes_bytes_that_fit(void **state)
{
	char out[3];

	(void)state;
	assert_int_equal(base64_decode("Zm8", out, sizeof(out)), 2); /* who leaves out the padding is understood */
	assert_int_equal(base64_decode("Zm9vYg==", out, sizeof(out)), 0);
	assert_int_equal(base64_decode("Zm9v", out, sizeof(out)), 3);
	assert_int_equal(base64_decode("Zm 9", out, sizeof(out)), 0);
	assert_int_equal(base64_decode("Zg===", out, sizeof(out)), 0);
	assert_int_equal(base64_decode("Zm-v", out, sizeof(out)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_become_text_and_are_counted_back),
		cmocka_unit_test(another_spelling_counts_as_none),
		cmocka_unit_test(text_becomes_bytes_that_fit),
	};

	return cmocka_run_group_tests_name("base/base64", tests, NULL, NULL);
}
