/* domain: what of a name is registered, and what is above it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "services/authz/domain.h"

static void registrable_is(const char *domain, const char *expected)
{
	const char *got = domain_registrable(domain);

	if (!expected) {
		assert_null(got);
		return;
	}
	assert_non_null(got);
	assert_string_equal(got, expected);
}

static void below_a_known_suffix_it_is_one_label_more(void **state)
{
	(void)state;
	registrable_is("bakery.com", "bakery.com");
	registrable_is("a.b.bakery.com", "bakery.com");
	registrable_is("shop.co.uk", "shop.co.uk");
	registrable_is("www.shop.co.uk", "shop.co.uk");
	registrable_is("xn--bcher-kva.de", "xn--bcher-kva.de");
}

static void below_an_unknown_suffix_it_is_two_labels(void **state)
{
	(void)state;
	registrable_is("shop.example", "shop.example");
	registrable_is("a.shop.example", "shop.example");
	registrable_is("a.b.c.test", "c.test");
	registrable_is("host.internal", "host.internal");
}

static void example_under_any_suffix_is_allowed(void **state)
{
	(void)state;
	registrable_is("example.com", "example.com");
	registrable_is("example.co.uk", "example.co.uk");
	registrable_is("example.ck", "example.ck"); /* *.ck is a suffix */
	registrable_is("a.example.ck", "example.ck");
}

static void a_public_suffix_is_nobodys(void **state)
{
	(void)state;
	registrable_is("co.uk", NULL);
	registrable_is("com", NULL);
	registrable_is("github.io", NULL);
	registrable_is("shop.ck", NULL);
}

static void parent_and_child_share_the_registrable_name(void **state)
{
	(void)state;
	assert_string_equal(domain_registrable("shop.example"), domain_registrable("a.b.shop.example"));
	assert_string_equal(domain_registrable("bakery.org"), domain_registrable("www.bakery.org"));
}

static void parents_come_nearest_first(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(4096);
	const char *const *parents;
	struct error err = { 0 };
	size_t n;

	(void)state;
	assert_true(domain_parents("a.b.shop.example", arena, &parents, &n, &err));
	assert_int_equal(n, 3);
	assert_string_equal(parents[0], "b.shop.example");
	assert_string_equal(parents[1], "shop.example");
	assert_string_equal(parents[2], "example");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(below_a_known_suffix_it_is_one_label_more),
		cmocka_unit_test(below_an_unknown_suffix_it_is_two_labels),
		cmocka_unit_test(example_under_any_suffix_is_allowed),
		cmocka_unit_test(a_public_suffix_is_nobodys),
		cmocka_unit_test(parent_and_child_share_the_registrable_name),
		cmocka_unit_test(parents_come_nearest_first),
	};

	return cmocka_run_group_tests_name("authz/domain", tests, NULL, NULL);
}
