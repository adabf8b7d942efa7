/* mask: which members a PATCH changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "services/authz/mask.h"

static char name_path[] = "settings.name", role_path[] = "settings.role", other_path[] = "name";
static char *paths[] = { name_path, role_path, other_path };

static void only_members_of_the_settings_count(void **state)
{
	const struct mask mask = { paths, 3 };

	(void)state;
	assert_true(mask_has(&mask, "name"));
	assert_true(mask_has(&mask, "role"));
	assert_false(mask_has(&mask, "disabled"));
	assert_false(mask_has(&(struct mask){ paths + 2, 1 }, "name"));
	assert_false(mask_has(&mask, "settings.name"));
}

static void a_change_of_nothing_is_refused(void **state)
{
	struct error err = { 0 };

	(void)state;
	assert_false(mask_check(&(struct mask){ NULL, 0 }, &err));
	assert_string_equal(err.violations[0].field, "settings");
	assert_true(mask_check(&(struct mask){ paths, 1 }, &err));
}

static void a_name_is_taken_when_it_is_given_and_never_empty(void **state)
{
	const struct mask with = { paths, 1 }, without = { paths + 1, 1 };
	const char *name = "Ann";
	struct error err = { 0 };

	(void)state;
	assert_true(mask_name(&without, "", &name, &err));
	assert_string_equal(name, "Ann");
	assert_true(mask_name(&with, "Bea", &name, &err));
	assert_string_equal(name, "Bea");
	assert_false(mask_name(&with, "", &name, &err));
	assert_string_equal(err.violations[0].field, "settings.name");
	assert_string_equal(name, "Bea");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_members_of_the_settings_count),
		cmocka_unit_test(a_change_of_nothing_is_refused),
		cmocka_unit_test(a_name_is_taken_when_it_is_given_and_never_empty),
	};

	return cmocka_run_group_tests_name("authz/mask", tests, NULL, NULL);
}
