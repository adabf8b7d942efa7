/* test_questions: AskNode: what a node hears, and which of its answers is believed. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/clock.h"

#include "world.h"

#define SITE "0192f0c1-2345-7abc-8def-0a0b0c0d0e0f"

static bool ask(struct world *world, const char *node, const char *verb, Stralix__V1__AskNodeReply **ret,
                struct error *err)
{
	Stralix__V1__AskNodeRequest request;

	*err = (struct error){ 0 };
	stralix__v1__ask_node_request__init(&request);
	request.node_id = (char *)(uintptr_t)node;
	request.kind = (char *)(uintptr_t) "website";
	request.verb = (char *)(uintptr_t)verb;
	request.resource_id = (char *)(uintptr_t)SITE;
	request.question.data = (uint8_t *)(uintptr_t) "\x0a\x00";
	request.question.len = 2;
	return panel_web(world->panel, "AskNode", &request.base, &stralix__v1__ask_node_reply__descriptor,
	                 (ProtobufCMessage **)(void *)ret, err);
}

static void a_question_gets_its_answer(void **state)
{
	static const char *const verbs[] = { "read", "plan", "observe", "csr" };
	struct world *world = *state;

	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
		struct received before = agent_newest(world->n1);
		Stralix__V1__AskNodeReply *reply;
		struct error err = { 0 };
		char act[64];

		MUST(ask(world, "n1", verbs[i], &reply, &err));
		assert_int_equal(reply->answer.len, strlen(SITE));
		assert_memory_equal(reply->answer.data, SITE, strlen(SITE));
		struct received heard = agent_wait(world->n1, before.n + 1);
		snprintf(act, sizeof(act), "website.%s", verbs[i]);
		assert_true(heard.question && heard.token_fits);
		assert_string_equal(heard.act, act);
		assert_string_equal(heard.aud, "n1");
	}
}

static void what_isnt_a_question_isnt_asked(void **state)
{
	static const char *const verbs[] = { "apply", "remove", "reboot" };
	struct world *world = *state;
	struct received before = agent_newest(world->n1);
	Stralix__V1__AskNodeReply *reply;
	struct error err = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
		assert_false(ask(world, "n1", verbs[i], &reply, &err));
		assert_int_equal(err.code, ERR_INVALID);
		assert_string_equal(err.violations[0].field, "verb");
	}
	assert_false(ask(world, "n1", "read.x", &reply, &err));
	assert_int_equal(err.code, ERR_INVALID);
	assert_int_equal(agent_newest(world->n1).n, before.n);
}

static void an_answer_that_isnt_this_nodes_to_this_question_is_not_believed(void **state)
{
	static const enum mischief mischiefs[] = { MISCHIEF_FORGED, MISCHIEF_REPLAYED, MISCHIEF_CHANGED,
		                                   MISCHIEF_OTHER_QUESTION, MISCHIEF_OTHER_NODE };
	struct world *world = *state;
	struct agent *other = agent_new(world->panel, "liar", "website");
	Stralix__V1__AskNodeReply *reply;
	struct error err = { 0 };

	MUST(ask(world, "n1", "read", &reply, &err)); /* what is replayed */
	for (size_t i = 0; i < ARRAY_SIZE(mischiefs); i++) {
		agent_questions(world->n1, mischiefs[i], other);
		if (ask(world, "n1", "read", &reply, &err))
			fail_msg("believed mischief %d", mischiefs[i]);
		assert_int_equal(err.code, ERR_BAD_REPLY);
	}
	agent_questions(world->n1, MISCHIEF_NONE, NULL);
	MUST(ask(world, "n1", "read", &reply, &err));
	agent_free(other);
}

static void what_a_node_says_no_with_is_told_by_name(void **state)
{
	static const struct {
		enum mischief mischief;
		enum error_code code;
	} rows[] = { { MISCHIEF_REFUSES, ERR_NOT_FOUND },
		     { MISCHIEF_BLAMES, ERR_BAD_REPLY },
		     { MISCHIEF_TOO_OLD, ERR_AGENT_TOO_OLD },
		     { MISCHIEF_OLD_TOKEN, ERR_CLOCK_SKEW },
		     { MISCHIEF_UNSIGNED, ERR_UNAVAILABLE } };
	struct world *world = *state;
	Stralix__V1__AskNodeReply *reply;
	struct error err = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		agent_questions(world->n1, rows[i].mischief, NULL);
		assert_false(ask(world, "n1", "read", &reply, &err));
		assert_int_equal(err.code, rows[i].code);
	}
	agent_questions(world->n1, MISCHIEF_NONE, NULL);
}

static void an_answer_has_256_kib_at_most(void **state)
{
	struct world *world = *state;
	Stralix__V1__AskNodeReply *reply;
	struct error err = { 0 };

	agent_questions(world->n1, MISCHIEF_LARGE, NULL);
	MUST(ask(world, "n1", "read", &reply, &err));
	assert_int_equal(reply->answer.len, 262144);
	agent_questions(world->n1, MISCHIEF_TOO_LARGE, NULL);
	assert_false(ask(world, "n1", "read", &reply, &err));
	assert_int_equal(err.code, ERR_BAD_REPLY);
	agent_questions(world->n1, MISCHIEF_NONE, NULL);
}

static void a_node_that_isnt_there_is_said_at_once(void **state)
{
	struct world *world = *state;
	struct agent *away = agent_new(world->panel, "away", "website");
	Stralix__V1__AskNodeReply *reply;
	int64_t began = clock_monotonic_ms();
	struct error err = { 0 };

	assert_false(ask(world, "away", "read", &reply, &err));
	assert_int_equal(err.code, ERR_NO_NODE);
	assert_non_null(strstr(err.message, "away"));
	assert_true(clock_monotonic_ms() - began < CALL_MS / 4);
	assert_false(ask(world, "nowhere", "read", &reply, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	agent_free(away);
}

static void a_node_that_isnt_trusted_isnt_asked(void **state)
{
	struct world *world = *state;
	struct agent *former = agent_new(world->panel, "former", "website");
	Stralix__V1__AskNodeReply *reply;
	struct error err = { 0 };

	agent_online(former);
	MUST(ask(world, "former", "read", &reply, &err));
	struct received before = agent_newest(former);
	panel_psql(world->panel, "update tasks.node set state = 'revoked' where id = 'former'");
	panel_stop_service(world->panel);
	panel_start_service(world->panel);
	assert_false(ask(world, "former", "read", &reply, &err));
	assert_int_equal(err.code, ERR_NO_NODE);
	assert_int_equal(agent_newest(former).n, before.n);
	agent_free(former);
}

static void a_silent_node_costs_the_callers_time_and_no_more(void **state)
{
	struct world *world = *state;
	Stralix__V1__AskNodeReply *reply;
	int64_t began = clock_monotonic_ms();
	struct error err = { 0 };

	agent_questions(world->n1, MISCHIEF_SILENT, NULL);
	assert_false(ask(world, "n1", "read", &reply, &err));
	assert_int_equal(err.code, ERR_TIMEOUT);
	assert_true(clock_monotonic_ms() - began < CALL_MS + 2000);
	agent_questions(world->n1, MISCHIEF_NONE, NULL);
}

static void people_cant_ask(void **state)
{
	struct world *world = *state;
	Stralix__V1__AskNodeRequest request;
	ProtobufCMessage *reply;
	struct error err = { 0 };

	stralix__v1__ask_node_request__init(&request);
	request.node_id = (char *)(uintptr_t) "n1";
	request.kind = (char *)(uintptr_t) "website";
	request.verb = (char *)(uintptr_t) "read";
	request.resource_id = (char *)(uintptr_t)SITE;
	assert_false(panel_person(world->panel, "admin", &world_org_a, "AskNode", &request.base,
	                          &stralix__v1__ask_node_reply__descriptor, &reply, &err));
	assert_int_equal(err.code, ERR_FORBIDDEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_question_gets_its_answer),
		TEST(what_isnt_a_question_isnt_asked),
		TEST(an_answer_that_isnt_this_nodes_to_this_question_is_not_believed),
		TEST(what_a_node_says_no_with_is_told_by_name),
		TEST(an_answer_has_256_kib_at_most),
		TEST(a_node_that_isnt_there_is_said_at_once),
		TEST(a_node_that_isnt_trusted_isnt_asked),
		TEST(a_silent_node_costs_the_callers_time_and_no_more),
		TEST(people_cant_ask),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
