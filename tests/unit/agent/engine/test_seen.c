/* test_seen: a token's id is good once, for as long as the token is. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "agent/engine/seen.h"

static void an_id_is_good_once_until_it_is_forgotten(void **state)
{
	_cleanup_(seen_freep) struct seen *seen = seen_new();
	const struct uuid id = uuid_v7();
	struct error err = { 0 };

	(void)state;
	assert_non_null(seen);
	assert_true(seen_add(seen, &id, 100, 10, &err));
	assert_false(seen_add(seen, &id, 100, 100, &err));
	assert_int_equal(err.code, ERR_UNAUTHENTICATED);
	assert_true(seen_add(seen, &id, 300, 101, &err));
}

static void a_full_table_refuses_rather_than_forgets(void **state)
{
	_cleanup_(seen_freep) struct seen *seen = seen_new();
	struct uuid id = uuid_v7();
	struct error err = { 0 };

	(void)state;
	assert_non_null(seen);
	for (unsigned i = 0; i < SEEN_ROOM; i++) {
		id.bytes[0] = (uint8_t)(i >> 8);
		id.bytes[1] = (uint8_t)i;
		assert_true(seen_add(seen, &id, i < 2 ? 20 : 100, 10, &err));
	}
	id.bytes[2] ^= 1;
	assert_false(seen_add(seen, &id, 100, 20, &err));
	assert_int_equal(err.code, ERR_UNAVAILABLE);
	assert_true(seen_add(seen, &id, 100, 21, &err));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_id_is_good_once_until_it_is_forgotten),
		cmocka_unit_test(a_full_table_refuses_rather_than_forgets),
	};

	return cmocka_run_group_tests_name("agent seen", tests, NULL, NULL);
}
