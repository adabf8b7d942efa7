/* diff: hunks as diff -u gives them; bounded, and honest about what it left out. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "agent/engine/diff.h"

static enum diff_result diff(const char *from, const char *to, size_t max, struct buf *out)
{
	const struct diff_text a = { from, from ? strlen(from) : 0 }, b = { to, to ? strlen(to) : 0 };
	enum diff_result result;
	struct error err = { 0 };

	assert_true(diff_unified(a, b, max, out, &result, &err));
	return result;
}

static void expect(const char *from, const char *to, const char *wanted)
{
	_cleanup_buf_ struct buf out = { 0 };

	assert_int_equal(diff(from, to, 4096, &out), DIFF_WHOLE);
	assert_string_equal(out.data ? out.data : "", wanted);
}

static void texts_that_are_the_same_have_no_hunks(void **state)
{
	_cleanup_buf_ struct buf out = { 0 };

	(void)state;
	assert_int_equal(diff("a\nb\n", "a\nb\n", 4096, &out), DIFF_SAME);
	assert_int_equal(diff(NULL, NULL, 4096, &out), DIFF_SAME);
	assert_int_equal(diff("", "", 4096, &out), DIFF_SAME);
	assert_int_equal(out.size, 0);
}

static void changes_stand_among_three_lines(void **state)
{
	(void)state;
	expect("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n",
	       "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
	expect("1\n2\n", "0\n1\n2\n", "@@ -1,2 +1,3 @@\n+0\n 1\n 2\n");
	expect("1\n2\n3\n", "1\n3\n", "@@ -1,3 +1,2 @@\n 1\n-2\n 3\n");
}

static void far_changes_are_hunks_of_their_own_and_near_ones_share(void **state)
{
	(void)state;
	expect("a\n1\n2\n3\n4\n5\n6\n7\nb\n", "A\n1\n2\n3\n4\n5\n6\n7\nB\n",
	       "@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-b\n+B\n");
	expect("a\n1\n2\n3\n4\n5\n6\nb\n", "A\n1\n2\n3\n4\n5\n6\nB\n",
	       "@@ -1,8 +1,8 @@\n-a\n+A\n 1\n 2\n 3\n 4\n 5\n 6\n-b\n+B\n");
}

static void a_whole_file_comes_or_goes(void **state)
{
	(void)state;
	expect(NULL, "1\n2\n", "@@ -0,0 +1,2 @@\n+1\n+2\n");
	expect("1\n2\n", NULL, "@@ -1,2 +0,0 @@\n-1\n-2\n");
	expect(NULL, "", "");
}

static void a_missing_newline_is_said(void **state)
{
	(void)state;
	expect("a\n", "a", "@@ -1,1 +1,1 @@\n-a\n+a\n\\ No newline at end of file\n");
	expect("a", "a\nb",
	       "@@ -1,1 +1,2 @@\n-a\n\\ No newline at end of file\n+a\n+b\n\\ No newline at end of file\n");
}

static void what_is_too_much_is_cut_at_a_line(void **state)
{
	_cleanup_buf_ struct buf out = { 0 }, many = { 0 };

	(void)state;
	for (unsigned i = 0; i < 1000; i++)
		buf_printf(&many, "line %u\n", i);
	assert_int_equal(diff(NULL, many.data, 100, &out), DIFF_CUT);
	assert_in_range(out.size, 50, 100);
	assert_int_equal(out.data[out.size - 1], '\n');
}

static void what_is_no_text_is_not_compared(void **state)
{
	static const char binary[] = "a\0b";
	_cleanup_buf_ struct buf out = { 0 };
	enum diff_result result;
	struct error err = { 0 };

	(void)state;
	assert_true(
		diff_unified((struct diff_text){ binary, 3 }, (struct diff_text){ "a", 1 }, 100, &out, &result, &err));
	assert_int_equal(result, DIFF_CUT);
	assert_int_equal(out.size, 0);
}

/* Nothing in common: found out in bounded time, and shown as replaced. */
static void what_has_nothing_in_common_is_replaced(void **state)
{
	_cleanup_buf_ struct buf out = { 0 }, one = { 0 }, other = { 0 };

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		buf_printf(&one, "a %u\n", i);
		buf_printf(&other, "b %u\n", i);
	}
	assert_int_equal(diff(one.data, other.data, 1 << 20, &out), DIFF_WHOLE);
	assert_memory_equal(out.data, "@@ -1,20000 +1,20000 @@\n", 24);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_that_are_the_same_have_no_hunks),
		cmocka_unit_test(changes_stand_among_three_lines),
		cmocka_unit_test(far_changes_are_hunks_of_their_own_and_near_ones_share),
		cmocka_unit_test(a_whole_file_comes_or_goes),
		cmocka_unit_test(a_missing_newline_is_said),
		cmocka_unit_test(what_is_too_much_is_cut_at_a_line),
		cmocka_unit_test(what_is_no_text_is_not_compared),
		cmocka_unit_test(what_has_nothing_in_common_is_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
