/* Tests of validate.c: field rules, paths, normalised values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/contract/contract.h"

#include "stralix/v1/contract.h"

struct fixture {
	struct arena *arena;
	struct error err;
};

static int begin(void **state)
{
	static struct fixture fixture;

	fixture = (struct fixture){ .arena = arena_new(1 << 20) };
	*state = &fixture;
	return fixture.arena ? 0 : -1;
}

static int end(void **state)
{
	arena_free(((struct fixture *)*state)->arena);
	return 0;
}

static char *text(struct fixture *f, const char *literal)
{
	return arena_strdup(f->arena, literal);
}

static bool check_create(struct fixture *f, Stralix__V1__CreateWebsiteRequest *request)
{
	return contract_validate(&stralix__v1__create_website_request__rules, &request->base, f->arena, &f->err);
}

static void assert_violation(const struct error *err, unsigned i, const char *field, const char *rule)
{
	assert_int_equal(err->code, ERR_INVALID);
	assert_true(err->n_violations > i);
	assert_string_equal(err->violations[i].field, field);
	assert_string_equal(err->violations[i].rule, rule);
	assert_true(err->violations[i].message[0] != '\0');
}

static void validate_puts_the_normalised_name_in_place(void **state)
{
	struct fixture *f = *state;
	Stralix__V1__CreateWebsiteRequest request;

	stralix__v1__create_website_request__init(&request);
	request.domain = text(f, "B\xC3\xBC"
	                         "cher.Example.");
	assert_true(check_create(f, &request));
	assert_string_equal(request.domain, "xn--bcher-kva.example");
}

static void validate_names_the_missing_field(void **state)
{
	struct fixture *f = *state;
	Stralix__V1__CreateWebsiteRequest request;

	stralix__v1__create_website_request__init(&request);
	assert_false(check_create(f, &request));
	assert_violation(&f->err, 0, "domain", "required");
}

static void validate_collects_all_violations(void **state)
{
	struct fixture *f = *state;
	Stralix__V1__CreateWebsiteRequest request;

	stralix__v1__create_website_request__init(&request);
	request.domain = text(f, "nope");
	request.organisation_id = text(f, "1");
	request.node_id = text(f, "*");
	assert_false(check_create(f, &request));
	assert_int_equal(f->err.n_violations, 3);
	assert_violation(&f->err, 0, "domain", "HOSTNAME");
	assert_violation(&f->err, 1, "organisationId", "UUID");
	assert_violation(&f->err, 2, "nodeId", "ID");
}

static void validate_stops_at_eight_violations(void **state)
{
	struct fixture *f = *state;
	Stralix__V1__CreateApiTokenRequest request;
	char *scopes[12];

	stralix__v1__create_api_token_request__init(&request);
	request.name = text(f, "ci");
	request.scopes = scopes;
	request.n_scopes = ARRAY_SIZE(scopes);
	for (size_t i = 0; i < ARRAY_SIZE(scopes); i++)
		scopes[i] = text(f, "all");
	assert_false(
		contract_validate(&stralix__v1__create_api_token_request__rules, &request.base, f->arena, &f->err));
	assert_int_equal(f->err.n_violations, ERROR_VIOLATIONS);
	assert_violation(&f->err, 7, "scopes[7]", "PERMISSION");
}

static void validate_checks_ranges(void **state)
{
	struct fixture *f = *state;
	Stralix__V1__ListWebsitesRequest request;

	stralix__v1__list_websites_request__init(&request);
	request.limit = 200;
	assert_true(contract_validate(&stralix__v1__list_websites_request__rules, &request.base, f->arena, &f->err));
	request.limit = 201;
	assert_false(contract_validate(&stralix__v1__list_websites_request__rules, &request.base, f->arena, &f->err));
	assert_violation(&f->err, 0, "limit", "range");
}

static void validate_checks_lengths_of_the_normalised_value(void **state)
{
	struct fixture *f = *state;
	Stralix__V1__CreateApiTokenRequest request;
	char name[82] = { 0 };

	stralix__v1__create_api_token_request__init(&request);
	memset(name, 'a', 81);
	request.name = name;
	assert_false(
		contract_validate(&stralix__v1__create_api_token_request__rules, &request.base, f->arena, &f->err));
	assert_violation(&f->err, 0, "name", "max_len");
	name[80] = ' ';
	assert_true(contract_validate(&stralix__v1__create_api_token_request__rules, &request.base, f->arena, &f->err));
	assert_int_equal(strlen(request.name), 80);
}

static void validate_cuts_a_daemons_words_between_characters(void **state)
{
	struct fixture *f = *state;
	Stralix__V1__Step step;
	char message[8196] = { 0 };

	stralix__v1__step__init(&step);
	step.name = text(f, "test");
	step.state = text(f, "failed");
	memset(message, 'a', 8191);
	memcpy(message + 8191, "\xC3\xBC", 3);
	step.message = message;
	assert_true(contract_validate(&stralix__v1__step__rules, &step.base, f->arena, &f->err));
	assert_int_equal(strlen(step.message), 8191);
}

static void validate_walks_into_messages_with_their_path(void **state)
{
	struct fixture *f = *state;
	Stralix__V1__Outcome outcome;
	Stralix__V1__Step step, *steps[] = { &step };

	stralix__v1__outcome__init(&outcome);
	stralix__v1__step__init(&step);
	outcome.task_id = text(f, "0190b5a6-7c1e-7000-8000-000000000001");
	outcome.steps = steps;
	outcome.n_steps = 1;
	step.name = text(f, "Stage");
	step.state = text(f, "success");
	assert_false(contract_validate(&stralix__v1__outcome__rules, &outcome.base, f->arena, &f->err));
	assert_violation(&f->err, 0, "steps[0].name", "WORD");
}

static void validate_refuses_unknown_and_missing_enum_values(void **state)
{
	struct fixture *f = *state;
	Stralix__V1__WebsiteState site;

	stralix__v1__website_state__init(&site);
	site.id = text(f, "0190b5a6-7c1e-7000-8000-000000000001");
	site.domain = text(f, "shop.example");
	site.uid = 2000;
	assert_false(contract_validate(&stralix__v1__website_state__rules, &site.base, f->arena, &f->err));
	assert_violation(&f->err, 0, "serving", "required");
	site.serving = (Stralix__V1__WebsiteState__Serving)77;
	f->err = (struct error){ 0 };
	assert_false(contract_validate(&stralix__v1__website_state__rules, &site.base, f->arena, &f->err));
	assert_violation(&f->err, 0, "serving", "enum");
	site.serving = STRALIX__V1__WEBSITE_STATE__SERVING__LIVE;
	assert_true(contract_validate(&stralix__v1__website_state__rules, &site.base, f->arena, &f->err));
}

static void validate_looks_only_at_the_chosen_member(void **state)
{
	struct fixture *f = *state;
	Stralix__V1__LinkFrame frame;
	Stralix__V1__CommandFrame command;

	stralix__v1__link_frame__init(&frame);
	assert_true(contract_validate(&stralix__v1__link_frame__rules, &frame.base, f->arena, &f->err));
	stralix__v1__command_frame__init(&command);
	frame.body_case = STRALIX__V1__LINK_FRAME__BODY_COMMAND;
	frame.command = &command;
	assert_false(contract_validate(&stralix__v1__link_frame__rules, &frame.base, f->arena, &f->err));
	assert_violation(&f->err, 0, "command.kind", "required");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(validate_puts_the_normalised_name_in_place),
		TEST(validate_names_the_missing_field),
		TEST(validate_collects_all_violations),
		TEST(validate_stops_at_eight_violations),
		TEST(validate_checks_ranges),
		TEST(validate_checks_lengths_of_the_normalised_value),
		TEST(validate_cuts_a_daemons_words_between_characters),
		TEST(validate_walks_into_messages_with_their_path),
		TEST(validate_refuses_unknown_and_missing_enum_values),
		TEST(validate_looks_only_at_the_chosen_member),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
