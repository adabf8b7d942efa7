/* Tests of transcode: whose replies are looked into before they become JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "stralix/v1/contract.h"

#include "services/gateway/transcode.h"

static bool is_straight(const char *service_name, const char *name)
{
	for (const struct contract_service *const *service = contract_services; *service; service++)
		for (size_t i = 0; i < (*service)->n_methods; i++)
			if (!strcmp((*service)->name, service_name) && !strcmp((*service)->methods[i].name, name))
				return transcode_is_straight(&(*service)->methods[i]);
	fail_msg("there is no %s.%s", service_name, name);
	return false;
}

static void lists_go_straight(void **state)
{
	(void)state;
	assert_true(is_straight("web", "ListWebsites"));
	assert_true(is_straight("tasks", "ListTasks"));
	assert_true(is_straight("audit", "ListRecords"));
}

/* Its token goes into a cookie and nowhere else. */
static void a_sign_in_does_not_go_straight(void **state)
{
	(void)state;
	assert_false(is_straight("authz", "SignIn"));
	assert_false(is_straight("authz", "SignOut"));
}

static void what_has_an_etag_does_not_go_straight(void **state)
{
	(void)state;
	assert_false(is_straight("web", "GetWebsite"));
	assert_false(is_straight("web", "UpdateWebsite"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_go_straight),
		cmocka_unit_test(a_sign_in_does_not_go_straight),
		cmocka_unit_test(what_has_an_etag_does_not_go_straight),
	};

	return cmocka_run_group_tests_name("transcode", tests, NULL, NULL);
}
