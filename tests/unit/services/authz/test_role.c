/* role: roles by name, and what they hold, narrowed by scopes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "services/authz/role.h"

static void names_and_roles_are_a_pair(void **state)
{
	Stralix__Role role;

	(void)state;
	for (Stralix__Role i = STRALIX__ROLE__CUSTOMER; i <= STRALIX__ROLE__ADMIN; i++) {
		assert_true(role_parse(role_name(i), &role));
		assert_int_equal(role, i);
	}
	assert_false(role_parse("", &role));
	assert_false(role_parse("root", &role));
	assert_false(role_parse("Admin", &role));
	assert_string_equal(role_name(STRALIX__ROLE__ROLE_UNSET), "");
}

static void only_a_wider_role_is_above(void **state)
{
	(void)state;
	assert_true(role_above(STRALIX__ROLE__ADMIN, STRALIX__ROLE__STAFF));
	assert_true(role_above(STRALIX__ROLE__STAFF, STRALIX__ROLE__CUSTOMER));
	assert_false(role_above(STRALIX__ROLE__STAFF, STRALIX__ROLE__STAFF));
	assert_false(role_above(STRALIX__ROLE__CUSTOMER, STRALIX__ROLE__ADMIN));
}

static void a_wider_role_holds_what_a_narrower_one_holds(void **state)
{
	(void)state;
	assert_true(permission_held(STRALIX__ROLE__CUSTOMER, NULL, "website:create"));
	assert_true(permission_held(STRALIX__ROLE__ADMIN, NULL, "website:create"));
	assert_false(permission_held(STRALIX__ROLE__CUSTOMER, NULL, "node:read"));
	assert_true(permission_held(STRALIX__ROLE__STAFF, NULL, "node:read"));
	assert_false(permission_held(STRALIX__ROLE__STAFF, NULL, "user:create"));
	assert_false(permission_held(STRALIX__ROLE__ADMIN, NULL, "website:invent"));
	assert_false(permission_held(STRALIX__ROLE__ROLE_UNSET, NULL, "website:create"));
}

static void scopes_only_narrow(void **state)
{
	const char *const scopes[] = { "website:read", "user:create", NULL };

	(void)state;
	assert_true(permission_held(STRALIX__ROLE__CUSTOMER, scopes, "website:read"));
	assert_false(permission_held(STRALIX__ROLE__CUSTOMER, scopes, "website:create"));
	assert_false(permission_held(STRALIX__ROLE__CUSTOMER, scopes, "user:create"));
	assert_true(permission_held(STRALIX__ROLE__ADMIN, scopes, "user:create"));
}

static void the_list_is_what_is_held(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(65536);
	const char *const scopes[] = { "website:read", "user:create", NULL };
	struct error err = { 0 };
	size_t all, narrow;
	char **list;

	(void)state;
	assert_true(permission_list(STRALIX__ROLE__CUSTOMER, NULL, arena, &list, &all, &err));
	assert_true(all > 5);
	for (size_t i = 0; i < all; i++)
		assert_true(permission_held(STRALIX__ROLE__CUSTOMER, NULL, list[i]));
	assert_true(permission_list(STRALIX__ROLE__CUSTOMER, scopes, arena, &list, &narrow, &err));
	assert_int_equal(narrow, 1);
	assert_string_equal(list[0], "website:read");
}

static void a_list_without_room_fails(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(16);
	struct error err = { 0 };
	char **list;
	size_t n;

	(void)state;
	assert_false(permission_list(STRALIX__ROLE__ADMIN, NULL, arena, &list, &n, &err));
	assert_int_equal(err.code, ERR_TOO_LARGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_and_roles_are_a_pair),
		cmocka_unit_test(only_a_wider_role_is_above),
		cmocka_unit_test(a_wider_role_holds_what_a_narrower_one_holds),
		cmocka_unit_test(scopes_only_narrow),
		cmocka_unit_test(the_list_is_what_is_held),
		cmocka_unit_test(a_list_without_room_fails),
	};

	return cmocka_run_group_tests_name("authz/role", tests, NULL, NULL);
}
