/* waiting: a number finds its message once. The messages themselves are none: only their places are looked at. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "agent/link/waiting.h"

static void a_number_is_good_once(void **state)
{
	_cleanup_(waiting_freep) struct waiting *waiting = waiting_new();
	struct bus_msg *msg = (struct bus_msg *)(uintptr_t)0x1000;

	(void)state;
	uint64_t ref = waiting_add(waiting, msg);
	assert_true(ref > 0);
	assert_ptr_equal(waiting_take(waiting, ref), msg);
	assert_null(waiting_take(waiting, ref));
}

static void numbers_that_were_never_given_find_nothing(void **state)
{
	_cleanup_(waiting_freep) struct waiting *waiting = waiting_new();
	struct bus_msg *msg = (struct bus_msg *)(uintptr_t)0x1000;

	(void)state;
	assert_null(waiting_take(waiting, 0));
	assert_null(waiting_take(waiting, UINT64_MAX));
	uint64_t ref = waiting_add(waiting, msg);
	assert_null(waiting_take(waiting, ref + 1024)); /* same place, another number */
	assert_ptr_equal(waiting_take(waiting, ref), msg);
}

static void a_full_table_says_no(void **state)
{
	_cleanup_(waiting_freep) struct waiting *waiting = waiting_new();
	struct bus_msg *msg = (struct bus_msg *)(uintptr_t)0x1000;
	uint64_t first = 0;

	(void)state;
	for (unsigned i = 0; i < 1024; i++) {
		uint64_t ref = waiting_add(waiting, msg);

		assert_true(ref > 0);
		first = first ? first : ref;
	}
	assert_int_equal(waiting_add(waiting, msg), 0);
	assert_ptr_equal(waiting_take(waiting, first), msg);
	uint64_t again = waiting_add(waiting, msg);
	assert_true(again > 0);
	for (uint64_t ref = first + 1; ref <= again; ref++)
		waiting_take(waiting, ref);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_is_good_once),
		cmocka_unit_test(numbers_that_were_never_given_find_nothing),
		cmocka_unit_test(a_full_table_says_no),
	};

	return cmocka_run_group_tests_name("agent waiting", tests, NULL, NULL);
}
