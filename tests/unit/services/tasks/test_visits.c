/* visits: a node that is due already needs no second look, until the look begins. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "services/tasks/visits.h"

static void a_node_is_due_once_until_its_look_begins(void **state)
{
	_cleanup_(visits_freep) struct visits *visits = visits_new();

	(void)state;
	assert_true(visits_add(visits, "n1"));
	assert_false(visits_add(visits, "n1"));
	assert_true(visits_add(visits, "n2"));
	visits_begin(visits, "n1");
	assert_true(visits_add(visits, "n1"));
	assert_false(visits_add(visits, "n2"));
	visits_begin(visits, "n9"); /* never due */
	assert_false(visits_add(visits, "n1"));
}

static void more_than_it_holds_are_looked_at_twice_and_none_is_forgotten(void **state)
{
	_cleanup_(visits_freep) struct visits *visits = visits_new();
	char name[16];

	(void)state;
	for (unsigned round = 0; round < 2; round++)
		for (unsigned i = 0; i < 300; i++) {
			snprintf(name, sizeof(name), "n%u", i);
			assert_true(visits_add(visits, name) == (round == 0 || i >= 256));
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_node_is_due_once_until_its_look_begins),
		cmocka_unit_test(more_than_it_holds_are_looked_at_twice_and_none_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
