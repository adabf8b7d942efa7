/* What an audit record shows of a message. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/service/view.h"

#include "stralix/v1/authz.contract.h"
#include "stralix/v1/tasks.contract.h"

static void secret_fields_are_masked(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(1 << 20);
	char email[] = "ada@example.org", password[] = "correct horse battery";
	Stralix__V1__SignInRequest request;
	struct error err = { 0 };
	char *json = NULL;

	(void)state;
	stralix__v1__sign_in_request__init(&request);
	request.email = email;
	request.password = password;
	assert_true(view_json(&stralix__v1__sign_in_request__rules, &request.base, arena, &json, &err));
	assert_non_null(strstr(json, "ada@example.org"));
	assert_null(strstr(json, "horse"));
	assert_non_null(strstr(json, "\"password\":\"***\""));
	assert_string_equal(request.password, "correct horse battery");
}

static void no_message_is_the_empty_text(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(1 << 20);
	struct error err = { 0 };
	char *json = NULL;

	(void)state;
	assert_true(view_json(NULL, NULL, arena, &json, &err));
	assert_string_equal(json, "");
}

static void rules_of_another_message_are_refused(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(1 << 20);
	Stralix__V1__SignInRequest request;
	struct error err = { 0 };
	char *json = NULL;

	(void)state;
	stralix__v1__sign_in_request__init(&request);
	assert_false(view_json(&stralix__v1__session__rules, &request.base, arena, &json, &err));
	assert_int_equal(err.code, ERR_INTERNAL);
}

/* A word that its receiver will refuse fails where it is written. */
static void word_that_breaks_the_receivers_rules_is_refused(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(1 << 20);
	char id[] = "no uuid", verb[] = "apply", actor[] = "system:web", owner[] = "web";
	Stralix__V1__EnqueueRequest request;
	ProtobufCMessage *checked = NULL;
	struct error err = { 0 };

	(void)state;
	stralix__v1__enqueue_request__init(&request);
	request.task_id = id;
	request.verb = verb;
	request.actor_id = actor;
	request.owner = owner;
	assert_false(view_checked(&stralix__v1__enqueue_request__rules, &request.base, arena, &checked, &err));
	assert_int_equal(err.code, ERR_INTERNAL);
	assert_non_null(strstr(err.message, "taskId"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(secret_fields_are_masked),
		cmocka_unit_test(no_message_is_the_empty_text),
		cmocka_unit_test(rules_of_another_message_are_refused),
		cmocka_unit_test(word_that_breaks_the_receivers_rules_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
