/* Hostile frames into the engine's socketpair: each is refused, and the engine goes on serving right ones. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include <cmocka.h>

#include "lib/token/seal.h"

#include "harness.h"

/* The answer has to be a signed refusal with this code, for nobody's task unless the token was believed. */
static void expect_refused(struct harness *harness, const struct harness_command *command, const char *code, bool named)
{
	harness_send(harness, command);
	Stralix__V1__Outcome *answer = harness_answer(harness);
	assert_int_equal(answer->state, STRALIX__V1__OUTCOME__STATE__REFUSED);
	assert_string_equal(answer->code, code);
	assert_true(answer->node_time_ms > 0);
	assert_string_equal(answer->task_id, named ? command->task_id : "00000000-0000-0000-0000-000000000000");
	stralix__v1__outcome__free_unpacked(answer, NULL);
}

static void expect_alive(struct harness *harness)
{
	struct harness_command command;

	harness_command(&command, "alive.example");
	harness_run_well(harness, &command);
	assert_true(harness_serves(harness, "alive.example"));
}

static void garbage_is_survived(void **state)
{
	struct harness *harness = *state;
	uint8_t data[4096];

	for (unsigned round = 0; round < 300; round++) {
		size_t size = 1 + (round * 37) % sizeof(data);

		assert_int_equal(getrandom(data, size, 0), size);
		/* Some of it begins like a frame: a command of some length. */
		if (round % 3 == 0)
			data[0] = 0x0a;
		if (round % 6 == 0 && size > 1)
			data[1] = (uint8_t)(size % 120);
		harness_send_bytes(harness, data, size);
	}
	expect_alive(harness);
}

static void a_frame_above_the_limit_is_refused(void **state)
{
	struct harness *harness = *state;
	_cleanup_free_ uint8_t *data = calloc(1, 500 * 1024);

	assert_non_null(data);
	memset(data, 0x0a, 500 * 1024);
	harness_send_bytes(harness, data, 500 * 1024);
	expect_alive(harness);
}

static void deep_nesting_is_survived(void **state)
{
	struct harness *harness = *state;
	uint8_t data[60000];

	memset(data, 0x0a, sizeof(data));
	for (size_t i = 1; i < sizeof(data); i += 2)
		data[i] = 0x7f;
	harness_send_bytes(harness, data, sizeof(data));
	expect_alive(harness);
}

static void every_cut_of_a_right_frame_is_survived(void **state)
{
	struct harness *harness = *state;
	Stralix__V1__LinkFrame frame;
	Stralix__V1__CommandFrame command;
	uint8_t data[512];

	stralix__v1__link_frame__init(&frame);
	stralix__v1__command_frame__init(&command);
	command.ref = 7;
	command.kind = (char *)(uintptr_t) "website";
	command.verb = (char *)(uintptr_t) "apply";
	command.token = (char *)(uintptr_t) "a.b.c";
	command.payload.data = (uint8_t *)(uintptr_t) "xyz";
	command.payload.len = 3;
	frame.body_case = STRALIX__V1__LINK_FRAME__BODY_COMMAND;
	frame.command = &command;
	size_t size = stralix__v1__link_frame__pack(&frame, data);
	for (size_t cut = 1; cut < size; cut++)
		harness_send_bytes(harness, data, cut);
	for (size_t i = 0; i < size; i++) {
		uint8_t changed[sizeof(data)];

		memcpy(changed, data, size);
		changed[i] ^= 0x55;
		harness_send_bytes(harness, changed, size);
	}
	expect_alive(harness);
}

static void a_token_signed_by_another_key_is_refused(void **state)
{
	struct harness_command command;
	struct token_key *other = token_key_new();

	harness_command(&command, "forged.example");
	command.key = other;
	expect_refused(*state, &command, "UNAUTHENTICATED", false);
	token_key_free(other);
	assert_false(harness_serves(*state, "forged.example"));
}

static void the_nodes_own_report_key_makes_no_command(void **state)
{
	struct harness *harness = *state;
	struct harness_command command;

	harness_command(&command, "own.example");
	command.key = harness->report;
	expect_refused(harness, &command, "UNAUTHENTICATED", false);
}

static void a_token_for_another_node_is_refused(void **state)
{
	struct harness_command command;

	harness_command(&command, "elsewhere.example");
	command.aud = "n2";
	expect_refused(*state, &command, "UNAUTHENTICATED", false);
}

static void a_token_of_another_issuer_is_refused(void **state)
{
	struct harness_command command;

	harness_command(&command, "issuer.example");
	command.iss = "web";
	expect_refused(*state, &command, "UNAUTHENTICATED", false);
}

static void a_token_for_another_action_is_refused(void **state)
{
	struct harness_command command;

	harness_command(&command, "action.example");
	command.act = "website.remove";
	expect_refused(*state, &command, "UNAUTHENTICATED", false);
}

static void a_token_for_another_payload_is_refused(void **state)
{
	struct harness_command command;

	harness_command(&command, "digest.example");
	command.wrong_digest = true;
	expect_refused(*state, &command, "UNAUTHENTICATED", false);
}

static void a_token_from_another_time_is_clock_skew(void **state)
{
	struct harness_command command;

	harness_command(&command, "past.example");
	command.skew_s = -170;
	expect_refused(*state, &command, "CLOCK_SKEW", true);
	command.skew_s = 170;
	expect_refused(*state, &command, "CLOCK_SKEW", true);
}

static void a_clock_that_is_a_little_wrong_is_fine(void **state)
{
	struct harness_command command;

	harness_command(&command, "skewed.example");
	command.skew_s = -130;
	harness_run_well(*state, &command);
}

static void a_used_token_id_with_another_task_is_refused(void **state)
{
	struct harness_command first, second;

	harness_command(&first, "first.example");
	harness_run_well(*state, &first);
	harness_command(&second, "second.example");
	memcpy(second.jti, first.jti, sizeof(second.jti));
	expect_refused(*state, &second, "UNAUTHENTICATED", true);
	assert_false(harness_serves(*state, "second.example"));
}

static void a_repeated_command_is_answered_from_the_journal(void **state)
{
	struct harness *harness = *state;
	struct harness_command command;

	harness_command(&command, "repeat.example");
	harness_run_well(harness, &command);
	for (unsigned i = 0; i < 3; i++) {
		harness_send(harness, &command);
		Stralix__V1__Outcome *answer = harness_answer(harness);
		assert_int_equal(answer->state, STRALIX__V1__OUTCOME__STATE__SUCCESS);
		assert_string_equal(answer->task_id, command.task_id);
		assert_int_equal(answer->n_steps, 5);
		stralix__v1__outcome__free_unpacked(answer, NULL);
	}
}

static void an_older_generation_is_superseded(void **state)
{
	struct harness *harness = *state;
	struct harness_command command;

	harness_command(&command, "newer.example");
	command.generation = 7;
	harness_run_well(harness, &command);
	harness_again(&command, 6);
	command.serving = STRALIX__V1__WEBSITE_STATE__SERVING__DELETED;
	harness_send(harness, &command);
	Stralix__V1__Outcome *answer = harness_answer(harness);
	assert_int_equal(answer->state, STRALIX__V1__OUTCOME__STATE__SUPERSEDED);
	stralix__v1__outcome__free_unpacked(answer, NULL);
	assert_true(harness_serves(harness, "newer.example"));
}

static void an_unknown_setting_is_agent_too_old(void **state)
{
	static const uint8_t field_90[] = { 0xd0, 0x05, 0x01 };
	struct harness_command command;

	harness_command(&command, "future.example");
	command.extra = field_90;
	command.extra_size = sizeof(field_90);
	expect_refused(*state, &command, "AGENT_TOO_OLD", true);
}

static void an_unknown_serving_state_is_agent_too_old(void **state)
{
	struct harness_command command;

	harness_command(&command, "enum.example");
	command.serving = (Stralix__V1__WebsiteState__Serving)9;
	expect_refused(*state, &command, "AGENT_TOO_OLD", true);
}

static void a_domain_that_is_none_is_refused(void **state)
{
	static const char *const domains[] = { "x.example; root /", "a.example\nserver {", "$host.example", "..",
		                               "*.example",         "a b.example",         "{{x}}.example" };

	for (unsigned i = 0; i < ARRAY_SIZE(domains); i++) {
		struct harness_command command;

		harness_command(&command, domains[i]);
		expect_refused(*state, &command, "INVALID", true);
	}
}

static void an_unconfirmed_outcome_is_sent_again_after_a_start(void **state)
{
	struct harness *harness = *state;
	struct harness_command command;

	harness_command(&command, "unconfirmed.example");
	harness_send(harness, &command);
	Stralix__V1__Outcome *outcome = harness_answer(harness);
	stralix__v1__outcome__free_unpacked(outcome, NULL);
	/* Seen, but never confirmed. */
	for (bool seen = false; !seen;) {
		Stralix__V1__EngineFrame *frame = harness_receive(harness, 10000);

		assert_non_null(frame);
		if (frame->body_case == STRALIX__V1__ENGINE_FRAME__BODY_REPORT && frame->report->ref > 0)
			seen = true;
		stralix__v1__engine_frame__free_unpacked(frame, NULL);
	}
	harness_kill(harness);
	harness_start(harness);
	outcome = harness_ending(harness, command.task_id);
	assert_int_equal(outcome->state, STRALIX__V1__OUTCOME__STATE__SUCCESS);
	stralix__v1__outcome__free_unpacked(outcome, NULL);
}

/* The public half of the pair that the first start made beside the report key. */
static void expect_seal_key(const struct harness *harness, const char *said)
{
	_cleanup_(seal_key_freep) struct seal_key *key = NULL;
	uint8_t public[SEAL_KEY];
	char path[2 * HARNESS_PATH], text[44];
	struct error err = { 0 };

	snprintf(path, sizeof(path), "%s/seal.key", harness->dir);
	assert_true(seal_key_read(path, &key, &err));
	seal_key_public(key, public);
	token_public_format(public, text);
	assert_string_equal(said, text);
}

static void a_heartbeat_is_signed_and_says_how_nginx_is(void **state)
{
	struct harness *harness = *state;
	Stralix__V1__LinkFrame frame;
	Stralix__V1__HeartbeatDue due;

	expect_alive(harness);
	stralix__v1__link_frame__init(&frame);
	stralix__v1__heartbeat_due__init(&due);
	frame.body_case = STRALIX__V1__LINK_FRAME__BODY_HEARTBEAT;
	frame.heartbeat = &due;
	harness_send_frame(harness, &frame);
	Stralix__V1__EngineFrame *answer = harness_receive(harness, 10000);
	assert_non_null(answer);
	assert_int_equal(answer->body_case, STRALIX__V1__ENGINE_FRAME__BODY_HEARTBEAT);
	Stralix__V1__Report *report =
		stralix__v1__report__unpack(NULL, answer->heartbeat->payload.len, answer->heartbeat->payload.data);
	assert_non_null(report);
	_cleanup_free_ struct token_claims *claims = calloc(1, sizeof(*claims));
	assert_true(token_verify(harness->report_public, report->token, claims, NULL));
	assert_string_equal(claims->sub, "heartbeat");
	Stralix__V1__Heartbeat *heartbeat =
		stralix__v1__heartbeat__unpack(NULL, report->outcome.len, report->outcome.data);
	assert_non_null(heartbeat);
	assert_string_equal(heartbeat->node_id, "n1");
	assert_int_equal(heartbeat->resources, 1);
	assert_string_equal(heartbeat->daemons[0]->name, "nginx");
	assert_true(heartbeat->daemons[0]->alive);
	assert_true(strlen(heartbeat->daemons[0]->version) > 2);
	assert_true(heartbeat->memory_total > heartbeat->memory_available);
	assert_true(heartbeat->disk_total > 0);
	expect_seal_key(harness, heartbeat->seal_key);
	stralix__v1__heartbeat__free_unpacked(heartbeat, NULL);
	stralix__v1__report__free_unpacked(report, NULL);
	stralix__v1__engine_frame__free_unpacked(answer, NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, harness_set_up, harness_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(garbage_is_survived),
		TEST(a_frame_above_the_limit_is_refused),
		TEST(deep_nesting_is_survived),
		TEST(every_cut_of_a_right_frame_is_survived),
		TEST(a_token_signed_by_another_key_is_refused),
		TEST(the_nodes_own_report_key_makes_no_command),
		TEST(a_token_for_another_node_is_refused),
		TEST(a_token_of_another_issuer_is_refused),
		TEST(a_token_for_another_action_is_refused),
		TEST(a_token_for_another_payload_is_refused),
		TEST(a_token_from_another_time_is_clock_skew),
		TEST(a_clock_that_is_a_little_wrong_is_fine),
		TEST(a_used_token_id_with_another_task_is_refused),
		TEST(a_repeated_command_is_answered_from_the_journal),
		TEST(an_older_generation_is_superseded),
		TEST(an_unknown_setting_is_agent_too_old),
		TEST(an_unknown_serving_state_is_agent_too_old),
		TEST(a_domain_that_is_none_is_refused),
		TEST(an_unconfirmed_outcome_is_sent_again_after_a_start),
		TEST(a_heartbeat_is_signed_and_says_how_nginx_is),
	};

	return cmocka_run_group_tests_name("agent frames", tests, NULL, NULL);
}
