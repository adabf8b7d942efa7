/* Tests of names.c and website.c: reserved names, states and their words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "names.h"
#include "website.h"

static void names_of_the_panel_and_below_are_reserved(void **state)
{
	(void)state;
	assert_true(name_is_reserved("panel.example", "a.example,Panel.Example"));
	assert_true(name_is_reserved("x.panel.example", "a.example, panel.example"));
	assert_true(name_is_reserved("a.localhost", ""));
	assert_true(name_is_reserved("localhost.localdomain", ""));
	assert_false(name_is_reserved("xpanel.example", "panel.example"));
	assert_false(name_is_reserved("example", "panel.example"));
	assert_false(name_is_reserved("shop.test", ""));
	assert_false(name_is_reserved("shop.example", ", ,"));
	assert_false(name_is_reserved("example.com", ""));
}

static void every_state_has_a_word_that_reads_back(void **state)
{
	(void)state;
	for (unsigned i = 0; i < WEBSITE_STATES; i++) {
		enum website_state read;

		assert_true(website_state_parse(website_state_name((enum website_state)i), &read));
		assert_int_equal(read, i);
	}
	for (unsigned i = 0; i < SERVINGS; i++) {
		enum website_serving read;

		assert_true(website_serving_parse(website_serving_name((enum website_serving)i), &read));
		assert_int_equal(read, i);
	}
	assert_false(website_state_parse("gone", &(enum website_state){ 0 }));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_the_panel_and_below_are_reserved),
		cmocka_unit_test(every_state_has_a_word_that_reads_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
