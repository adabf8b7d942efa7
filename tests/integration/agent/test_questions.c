/* test_questions: what the engine believes of a question, and how its answer is bound to it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ask.h"

#define SITE "0192f0c1-2345-7abc-8def-0123456789ab"
#define NOBODY "00000000-0000-0000-0000-000000000000"

/* id NULL: the question's own. */
static void expect_refused(struct harness *harness, struct ask *ask, const char *code, const char *id)
{
	Stralix__V1__NodeAnswer *answer = ask_answer(harness, ask);

	assert_string_equal(answer->code, code);
	assert_string_equal(answer->question_id, id ? id : ask->command.task_id);
	assert_int_equal(answer->answer.len, 0);
	stralix__v1__node_answer__free_unpacked(answer, NULL);
}

static void a_question_is_answered_and_bound_to_its_answer(void **state)
{
	Stralix__V1__LogAnswer *found = ask_for_log(*state, SITE, STRALIX__V1__LOG_QUESTION__LOG__ACCESS, "", 10, "");

	assert_int_equal(found->n_lines, 0);
	assert_false(found->more);
	stralix__v1__log_answer__free_unpacked(found, NULL);
}

static void a_token_that_isnt_for_it_is_refused_namelessly(void **state)
{
	struct harness *harness = *state;

	for (unsigned i = 0; i < 5; i++) {
		struct ask ask;

		ask_init(&ask, "read", SITE);
		_cleanup_free_ void *question = ask_log(&ask, STRALIX__V1__LOG_QUESTION__LOG__ACCESS, "", 10, "");
		if (i == 0)
			ask.command.key = harness->report;
		else if (i == 1)
			ask.command.aud = "n2";
		else if (i == 2)
			ask.command.iss = "web";
		else if (i == 3)
			ask.command.act = "website.apply";
		else
			ask.command.wrong_digest = true;
		expect_refused(harness, &ask, "UNAUTHENTICATED", NOBODY);
	}
}

static void a_wrong_clock_is_said_by_name(void **state)
{
	struct ask ask;

	ask_init(&ask, "read", SITE);
	_cleanup_free_ void *question = ask_log(&ask, STRALIX__V1__LOG_QUESTION__LOG__ACCESS, "", 10, "");
	ask.command.skew_s = -1000;
	expect_refused(*state, &ask, "CLOCK_SKEW", NULL);
	ask_fresh(&ask);
	ask.command.skew_s = 1000;
	expect_refused(*state, &ask, "CLOCK_SKEW", NULL);
	ask_fresh(&ask);
	ask.command.skew_s = -100;
	Stralix__V1__NodeAnswer *answer = ask_answer(*state, &ask);
	assert_string_equal(answer->code, "");
	stralix__v1__node_answer__free_unpacked(answer, NULL);
}

static void a_token_asks_once(void **state)
{
	struct ask ask;

	ask_init(&ask, "read", SITE);
	_cleanup_free_ void *question = ask_log(&ask, STRALIX__V1__LOG_QUESTION__LOG__ACCESS, "", 10, "");
	Stralix__V1__NodeAnswer *answer = ask_answer(*state, &ask);
	assert_string_equal(answer->code, "");
	stralix__v1__node_answer__free_unpacked(answer, NULL);
	expect_refused(*state, &ask, "UNAUTHENTICATED", NULL);
}

static void what_this_agent_doesnt_know_is_agent_too_old(void **state)
{
	static const uint8_t field_90[] = { 0xd0, 0x05, 0x01 };
	struct ask ask;

	ask_init(&ask, "read", SITE);
	_cleanup_free_ void *question = ask_log(&ask, STRALIX__V1__LOG_QUESTION__LOG__ACCESS, "", 10, "");
	ask.extra = field_90;
	ask.extra_size = sizeof(field_90);
	expect_refused(*state, &ask, "AGENT_TOO_OLD", NULL);
	ask_fresh(&ask);
	ask.extra_size = 0;
	ask.question = field_90;
	ask.size = sizeof(field_90);
	expect_refused(*state, &ask, "AGENT_TOO_OLD", NULL);
	ask_fresh(&ask);
	_cleanup_free_ void *other = ask_log(&ask, (Stralix__V1__LogQuestion__Log)9, "", 10, "");
	expect_refused(*state, &ask, "AGENT_TOO_OLD", NULL);
}

/* As an agent from before there were questions: refused as the command that it isn't, under the question's id. */
static void an_unknown_verb_is_refused_as_a_command(void **state)
{
	struct harness *harness = *state;
	struct ask ask;

	ask_init(&ask, "guess", SITE);
	ask.question = "";
	ask.wait_ms = 1;
	ask_send(harness, &ask);
	Stralix__V1__Outcome *outcome = harness_answer(harness);
	assert_int_equal(outcome->state, STRALIX__V1__OUTCOME__STATE__REFUSED);
	assert_string_equal(outcome->code, "AGENT_TOO_OLD");
	stralix__v1__outcome__free_unpacked(outcome, NULL);
}

static void a_question_that_breaks_a_rule_is_invalid(void **state)
{
	struct ask ask;

	ask_init(&ask, "read", SITE);
	_cleanup_free_ void *none = ask_log(&ask, STRALIX__V1__LOG_QUESTION__LOG__ACCESS, "", 0, "");
	expect_refused(*state, &ask, "INVALID", NULL);
	ask_fresh(&ask);
	_cleanup_free_ void *cursor = ask_log(&ask, STRALIX__V1__LOG_QUESTION__LOG__ACCESS, "../../etc/passwd", 1, "");
	expect_refused(*state, &ask, "INVALID", NULL);
	ask_fresh(&ask);
	ask.size = 0;
	expect_refused(*state, &ask, "INVALID", NULL);
}

static void many_at_once_are_all_answered(void **state)
{
	enum { N = 300 };
	struct harness *harness = *state;
	struct ask asks[N];
	uint64_t refs[N];
	unsigned answered = 0;
	size_t size = 0;
	_cleanup_free_ void *question = NULL;

	for (unsigned i = 0; i < N; i++) {
		ask_init(&asks[i], "read", SITE);
		if (!question)
			question = ask_log(&asks[i], STRALIX__V1__LOG_QUESTION__LOG__ACCESS, "", 10, ""),
			size = asks[i].size;
		asks[i].question = question;
		asks[i].size = size;
		refs[i] = ask_send(harness, &asks[i]);
	}
	for (unsigned n = 0; n < N; n++) {
		Stralix__V1__EngineFrame *frame = harness_receive(harness, 10000);

		assert_non_null(frame);
		assert_int_equal(frame->body_case, STRALIX__V1__ENGINE_FRAME__BODY_ANSWER);
		assert_true(frame->answer->ref >= refs[0] && frame->answer->ref <= refs[N - 1]);
		Stralix__V1__NodeAnswer *answer =
			ask_open(harness, &asks[frame->answer->ref - refs[0]], &frame->answer->report);
		answered += !answer->code[0];
		if (answer->code[0])
			assert_string_equal(answer->code, "UNAVAILABLE");
		stralix__v1__node_answer__free_unpacked(answer, NULL);
		stralix__v1__engine_frame__free_unpacked(frame, NULL);
	}
	assert_true(answered >= 128);
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_question_is_answered_and_bound_to_its_answer),
		TEST(a_token_that_isnt_for_it_is_refused_namelessly),
		TEST(a_wrong_clock_is_said_by_name),
		TEST(a_token_asks_once),
		TEST(what_this_agent_doesnt_know_is_agent_too_old),
		TEST(an_unknown_verb_is_refused_as_a_command),
		TEST(a_question_that_breaks_a_rule_is_invalid),
		TEST(many_at_once_are_all_answered),
	};

	return cmocka_run_group_tests_name("agent questions", tests, harness_set_up, harness_tear_down);
}
