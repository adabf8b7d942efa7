/* Framing: the shapes of a request that are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "framing.h"

static unsigned check(const char *const *headers, const char *target)
{
	struct framing framing = { 0 };
	struct error err = { 0 };
	unsigned status;

	for (; headers[0]; headers += 2)
		framing_header(&framing, headers[0], headers[1]);
	status = framing_check(&framing, target, &err);
	assert_int_equal(err.code == ERR_NONE, status == 0);
	return status;
}

#define CHECK(...) check((const char *const[]){ __VA_ARGS__, NULL }, "/")

static void one_length_is_good(void **state)
{
	(void)state;
	assert_int_equal(CHECK("Host", "a"), 0);
	assert_int_equal(CHECK("content-length", "0"), 0);
	assert_int_equal(CHECK("Content-Length", "262144"), 0);
}

static void chunks_end_at_the_proxy(void **state)
{
	(void)state;
	assert_int_equal(CHECK("Transfer-Encoding", "chunked"), 411);
	assert_int_equal(CHECK("Transfer-Encoding", "Chunked"), 411);
}

static void names_are_tokens(void **state)
{
	static const char *const names[] = { "",          " ",   "Authorization ", "X Y", "X\tY", "X(Y)",
		                             "X\xc3\xa9", "X@Y", "\"X\"" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_int_equal(CHECK(names[i], "a"), 400);
	assert_int_equal(CHECK("x-!#$%&'*+.^_`|~9", "a"), 0);
}

static void two_lengths_are_refused_also_when_equal(void **state)
{
	(void)state;
	assert_int_equal(CHECK("Content-Length", "1", "content-length", "1"), 400);
	assert_int_equal(CHECK("Content-Length", "1", "Transfer-Encoding", "chunked"), 400);
	assert_int_equal(CHECK("Transfer-Encoding", "chunked", "TRANSFER-ENCODING", "chunked"), 400);
}

static void a_length_is_digits_and_nothing_else(void **state)
{
	static const char *const values[] = { "", " ", "+1", "-1", "0x1", "1 ", "1,1", "1.0", "one", "\t1" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(values); i++)
		assert_int_equal(CHECK("Content-Length", values[i]), 400);
	assert_int_equal(CHECK("Content-Length", "18446744073709551617"), 413);
	assert_int_equal(CHECK("Content-Length", "99999999999999999999999999999999999999999"), 413);
}

static void other_encodings_are_malformed(void **state)
{
	static const char *const values[] = { "",          "identity", "gzip, chunked", "chunked, chunked",
		                              "chunked;a", " chunked" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(values); i++)
		assert_int_equal(CHECK("Transfer-Encoding", values[i]), 400);
}

static void control_characters_and_two_hosts_are_refused(void **state)
{
	(void)state;
	assert_int_equal(CHECK("X-A", "a\rb"), 400);
	assert_int_equal(CHECK("X-A", "a\x7f"), 400);
	assert_int_equal(CHECK("X-A", "a\tb"), 0);
	assert_int_equal(CHECK("Host", "a", "host", "a"), 400);
}

static void too_much_has_its_own_status(void **state)
{
	const char *headers[2 * (FRAMING_HEADERS_MAX + 1) + 1] = { NULL };
	static char large[FRAMING_HEADER_BYTES + 1], target[FRAMING_TARGET_MAX + 2];

	(void)state;
	for (size_t i = 0; i < 2 * (FRAMING_HEADERS_MAX + 1); i++)
		headers[i] = "X";
	assert_int_equal(check(headers, "/"), 431);
	memset(large, 'a', sizeof(large) - 1);
	assert_int_equal(CHECK("X", large), 431);
	memset(target, 'a', sizeof(target) - 1);
	assert_int_equal(check((const char *const[]){ NULL }, target), 414);
	target[FRAMING_TARGET_MAX] = '\0';
	assert_int_equal(check((const char *const[]){ NULL }, target), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_length_is_good),
		cmocka_unit_test(chunks_end_at_the_proxy),
		cmocka_unit_test(names_are_tokens),
		cmocka_unit_test(two_lengths_are_refused_also_when_equal),
		cmocka_unit_test(a_length_is_digits_and_nothing_else),
		cmocka_unit_test(other_encodings_are_malformed),
		cmocka_unit_test(control_characters_and_two_hosts_are_refused),
		cmocka_unit_test(too_much_has_its_own_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
