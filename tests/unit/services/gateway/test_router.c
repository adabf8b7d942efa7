/* Routes: from the contract, and from tables that no contract should have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "router.h"

struct fixture {
	struct arena *arena;
	struct router *router;
};

static int setup(void **state)
{
	static struct fixture f;

	f.arena = arena_new(1 << 20);
	*state = &f;
	return router_new(contract_services, &f.router, NULL) ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	router_free(f->router);
	arena_free(f->arena);
	return 0;
}

static const struct route *find(struct fixture *f, const char *method, const char *path, struct route_match *match,
                                char allow[static ROUTE_METHODS], struct error *err)
{
	*err = (struct error){ 0 };
	return router_find(f->router, method, path, f->arena, match, allow, err) ? match->route : NULL;
}

static void a_route_gives_its_subject_and_names(void **state)
{
	struct route_match match;
	char allow[ROUTE_METHODS];
	struct error err;
	const struct route *route = find(*state, "POST", "/api/v1/websites/abc/undelete", &match, allow, &err);

	assert_non_null(route);
	assert_string_equal(route->subject, "rpc.web.UndeleteWebsite");
	assert_int_equal(match.n, 1);
	assert_string_equal(match.names[0], "website_id");
	assert_string_equal(match.values[0], "abc");
}

static void head_is_get(void **state)
{
	struct route_match match;
	char allow[ROUTE_METHODS];
	struct error err;

	assert_string_equal(find(*state, "HEAD", "/api/v1/websites", &match, allow, &err)->subject,
	                    "rpc.web.ListWebsites");
}

static void a_wrong_method_tells_the_right_ones(void **state)
{
	struct route_match match;
	char allow[ROUTE_METHODS];
	struct error err;

	assert_null(find(*state, "PUT", "/api/v1/websites/abc", &match, allow, &err));
	assert_int_equal(err.code, ERR_METHOD);
	assert_string_equal(allow, "GET, HEAD, PATCH, DELETE");
}

static void what_is_no_route_is_absent(void **state)
{
	static const char *const paths[] = { "/api/v1/websites/",  "/api/v1/websites/a/b/c", "/api/v1/website",
		                             "/api/v1/websites//", "/api/v2/websites",       "/api/v1",
		                             "/api/v1/Websites" };
	struct route_match match;
	char allow[ROUTE_METHODS];
	struct error err;

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		assert_null(find(*state, "GET", paths[i], &match, allow, &err));
		assert_int_equal(err.code, ERR_NOT_FOUND);
	}
}

static void rpcs_without_http_have_no_route(void **state)
{
	struct fixture *f = *state;
	const struct route *routes;
	size_t n;

	routes = router_routes(f->router, &n);
	assert_true(n > 10);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(routes[i].index, i);
		assert_null(routes[i].method->callers);
		assert_null(strstr(routes[i].subject, "IssueIdentity"));
	}
}

static bool build(const char *first, const char *second)
{
	const struct contract_method methods[] = { { .name = "A", .http_method = "GET", .http_path = first },
		                                   { .name = "B", .http_method = "GET", .http_path = second } };
	const struct contract_service service = { "x", methods, second ? 2 : 1 };
	const struct contract_service *const services[] = { &service, NULL };
	_cleanup_(router_freep) struct router *router = NULL;

	return router_new(services, &router, NULL);
}

static void routes_that_mean_the_same_are_a_fault_at_start(void **state)
{
	(void)state;
	assert_true(build("/a/{b}", "/a/c/{d}"));
	assert_false(build("/a/b", "/a/b"));
	assert_false(build("/a/{b}", "/a/{c}"));
	assert_false(build("/a/{b}", "/a/c")); /* one of them would never be found */
}

static void templates_that_cannot_be_read_are_a_fault_at_start(void **state)
{
	static const char *const paths[] = { "a", "/a//b", "/a/", "/a/{b", "/a/b}", "/{a}/{b}/{c}/{d}/{e}" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		assert_false(build(paths[i], NULL));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_route_gives_its_subject_and_names),
		TEST(head_is_get),
		TEST(a_wrong_method_tells_the_right_ones),
		TEST(what_is_no_route_is_absent),
		TEST(rpcs_without_http_have_no_route),
		cmocka_unit_test(routes_that_mean_the_same_are_a_fault_at_start),
		cmocka_unit_test(templates_that_cannot_be_read_are_a_fault_at_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
