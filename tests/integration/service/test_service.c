/* The runtime of services on a real nats-server and PostgreSQL. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "lib/base/clock.h"

#include "stralix/v1/common.pb-c.h"
#include "stralix/v1/web.pb-c.h"

#include "world.h"

#define _answer_ _cleanup_(answer_done) struct answer

static int setup(void **state)
{
	*state = world_new();
	return 0;
}

static int teardown(void **state)
{
	world_free(*state);
	return 0;
}

static void change_is_told_to_tasks_before_the_reply_and_to_audit_soon(void **state)
{
	struct world *world = *state;
	unsigned enqueued = atomic_load(&world->enqueued), appended = atomic_load(&world->appended);
	unsigned published = atomic_load(&world->published);
	_answer_ answer = ask_customer(world, "CreateWebsite", "{\"domain\":\"First.example\"}", NULL);

	assert_int_equal(answer.status, 200);
	assert_int_equal(atomic_load(&world->enqueued), enqueued + 1);
	assert_string_equal(text_at(&answer, "taskId"), world->last_task);
	assert_string_equal(world->last_actor, USER);
	assert_string_equal(world->last_audience, "tasks.Enqueue");
	assert_true(wait_least(&world->appended, appended + 1));
	assert_true(wait_least(&world->published, published + 1));
	assert_true(wait_count(world, "outbox", 0));
	assert_int_equal(atomic_load(&world->enqueued), enqueued + 1);
	assert_non_null(strstr(world->last_audit, "web website.create " USER " accepted {"));
	assert_non_null(strstr(world->last_audit, "first.example"));
}

static void mutating_call_without_an_audit_record_changes_nothing(void **state)
{
	struct world *world = *state;
	int64_t websites = count_of(world, "website");
	_answer_ answer = ask_customer(world, "CreateWebsite", "{\"domain\":\"noaudit.example\"}", NULL);

	assert_int_equal(answer.status, 500);
	assert_string_equal(text_at(&answer, "code"), "INTERNAL");
	assert_int_equal(count_of(world, "website"), websites);
	assert_int_equal(count_of(world, "outbox"), 0);
}

static void change_whose_audit_record_cannot_be_stored_does_not_happen(void **state)
{
	struct world *world = *state;
	int64_t websites = count_of(world, "website");

	postgres_psql(world->postgres,
	              "alter table web.outbox add constraint no_audit check (subject <> 'rpc.audit.Append') not valid");
	{
		_answer_ answer = ask_customer(world, "CreateWebsite", "{\"domain\":\"unstored.example\"}", NULL);

		assert_int_not_equal(answer.status, 200);
	}
	postgres_psql(world->postgres, "alter table web.outbox drop constraint no_audit");
	assert_int_equal(count_of(world, "website"), websites);
	assert_int_equal(count_of(world, "outbox"), 0);
}

static void repeated_key_gets_the_first_reply(void **state)
{
	struct world *world = *state;
	_answer_ first = ask_customer(world, "CreateWebsite", "{\"domain\":\"key.example\"}", "key-1");
	int64_t websites = count_of(world, "website");
	_answer_ second = ask_customer(world, "CreateWebsite", "{\"domain\":\"key.example\"}", "key-1");
	_answer_ other = ask_customer(world, "CreateWebsite", "{\"domain\":\"other.example\"}", "key-1");

	assert_int_equal(first.status, 200);
	assert_true(json_equal(first.json, second.json));
	assert_int_equal(count_of(world, "website"), websites);
	assert_int_equal(other.status, 422);
	assert_string_equal(text_at(&other, "code"), "KEY_REUSED");
	/* Of a body with a password a plain digest would be as good as a weak hash of it. */
	postgres_psql(world->postgres,
	              "do $$ begin assert exists (select from web.idempotency where key = 'key-1'); assert not exists ("
	              "select from web.idempotency where digest = sha256('{\"domain\":\"key.example\"}')); end $$");
}

static void key_of_a_failed_call_may_be_used_again(void **state)
{
	struct world *world = *state;
	_answer_ refused = ask_customer(world, "CreateWebsite", "{\"domain\":\"key.example\"}", "key-2");
	_answer_ again = ask_customer(world, "CreateWebsite", "{\"domain\":\"again.example\"}", "key-2");

	assert_int_equal(refused.status, 409);
	assert_string_equal(text_at(&refused, "code"), "EXISTS");
	assert_int_equal(again.status, 200);
}

struct rival {
	struct world *world;
	struct answer answer;
};

static void *compete(void *arg)
{
	struct rival *rival = arg;

	rival->answer = ask_customer(rival->world, "CreateWebsite", "{\"domain\":\"rival.example\"}", "key-3");
	return NULL;
}

static void rivals_with_one_key_get_one_reply(void **state)
{
	struct rival rivals[4] = { 0 };
	pthread_t threads[4];

	for (size_t i = 0; i < 4; i++) {
		rivals[i].world = *state;
		assert_int_equal(pthread_create(&threads[i], NULL, compete, &rivals[i]), 0);
	}
	for (size_t i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(rivals[i].answer.status, 200);
		assert_true(json_equal(rivals[0].answer.json, rivals[i].answer.json));
	}
	for (size_t i = 0; i < 4; i++)
		answer_done(&rivals[i].answer);
}

static void quota_stops_the_change(void **state)
{
	struct world *world = *state;

	postgres_psql(world->postgres, "insert into web.quota (org_id, name, used, lim) values "
	                               "('" ORG "', 'websites', 0, 1) "
	                               "on conflict (org_id, name) do update set used = 0, lim = 1");
	_answer_ first = ask_customer(world, "CreateWebsite", "{\"domain\":\"quota1.example\"}", NULL);
	_answer_ second = ask_customer(world, "CreateWebsite", "{\"domain\":\"quota2.example\"}", NULL);

	postgres_psql(world->postgres, "update web.quota set lim = null");
	_answer_ third = ask_customer(world, "CreateWebsite", "{\"domain\":\"quota3.example\"}", NULL);
	postgres_psql(world->postgres, "do $$ begin assert (select used = 2 from web.quota); end $$");
	assert_int_equal(third.status, 200);
	assert_int_equal(first.status, 200);
	assert_int_equal(second.status, 403);
	assert_string_equal(text_at(&second, "code"), "QUOTA");
}

static void field_that_breaks_its_rule_is_named(void **state)
{
	_answer_ answer = ask_customer(*state, "CreateWebsite", "{\"domain\":\"-bad-\"}", NULL);
	const json_t *violation = json_array_get(json_object_get(answer.json, "violations"), 0);

	assert_int_equal(answer.status, 400);
	assert_string_equal(json_string_value(json_object_get(violation, "field")), "domain");
	assert_string_equal(json_string_value(json_object_get(violation, "rule")), "HOSTNAME");
}

static int status_with(struct world *world, const struct token_key *key, const struct token_claims *claims,
                       const char *method, const char *body)
{
	char token[TOKEN_MAX];

	sign(key, claims, token);
	_answer_ answer = ask(world, &(struct request){ .method = method, .body = body, .token = token });

	return answer.status;
}

static void token_decides_who_may_call(void **state)
{
	struct world *world = *state;
	struct token_claims good = identity_claims("customer"), bad = good, narrow = good;
	_answer_ nobody = ask(world, &(struct request){ .method = "ListWebsites", .body = "{}" });

	assert_int_equal(nobody.status, 401);
	assert_int_equal(status_with(world, world->authz, &good, "ListWebsites", "{}"), 200);
	assert_int_equal(status_with(world, world->web, &good, "ListWebsites", "{}"), 401);
	bad.iat -= 60;
	bad.exp -= 60;
	assert_int_equal(status_with(world, world->authz, &bad, "ListWebsites", "{}"), 401);
	narrow.n_scp = 1;
	snprintf(narrow.scp[0], sizeof(narrow.scp[0]), "website:read");
	assert_int_equal(status_with(world, world->authz, &narrow, "ListWebsites", "{}"), 200);
	assert_int_equal(status_with(world, world->authz, &narrow, "CreateWebsite", "{\"domain\":\"a.example\"}"), 403);
	assert_int_equal(status_with(world, world->authz, &good, "TaskFinished", "{}"), 403);
}

static void organisation_of_others_is_not_found(void **state)
{
	struct world *world = *state;
	struct token_claims admin = identity_claims("admin");
	_answer_ foreign = ask_customer(world, "ListWebsites", "{\"organisationId\":\"" OTHER_ORG "\"}", NULL);
	_answer_ own = ask_customer(world, "ListWebsites", "{}", NULL);

	assert_int_equal(foreign.status, 404);
	assert_int_equal(own.status, 200);
	assert_int_equal(
		status_with(world, world->authz, &admin, "ListWebsites", "{\"organisationId\":\"" OTHER_ORG "\"}"),
		200);
}

static void words_of_an_internal_error_stay_inside(void **state)
{
	_answer_ answer =
		ask_customer(*state, "DeleteWebsite", "{\"websiteId\":\"01900000-0000-7000-8000-0000000000ff\"}", NULL);

	assert_int_equal(answer.status, 500);
	assert_string_equal(text_at(&answer, "message"), "internal error, request request-1");
}

static void error_of_another_service_arrives_as_it_was(void **state)
{
	struct world *world = *state;

	atomic_store(&world->tasks_refuse, true);
	_answer_ answer = ask_customer(world, "UndeleteWebsite",
	                               "{\"websiteId\":\"01900000-0000-7000-8000-0000000000ff\"}", NULL);

	atomic_store(&world->tasks_refuse, false);
	assert_int_equal(answer.status, 409);
	assert_string_equal(text_at(&answer, "code"), "CONFLICT");
	assert_string_equal(text_at(&answer, "message"), "tasks won't have it");
}

static void handler_without_a_reply_is_an_internal_error(void **state)
{
	_answer_ answer =
		ask_customer(*state, "PurgeWebsite", "{\"websiteId\":\"01900000-0000-7000-8000-0000000000ff\"}", NULL);

	assert_int_equal(answer.status, 500);
}

static void protobuf_is_answered_in_protobuf(void **state)
{
	struct world *world = *state;
	_cleanup_(bus_msg_freep) struct bus_msg *reply = NULL;
	struct token_claims claims = {
		.iss = "tasks", .aud = "web.TaskFinished", .sub = "system:tasks", .has_dig = true
	};
	char id[] = "01900000-0000-7000-8000-0000000000ff", success[] = "success", apply[] = "apply";
	char token[TOKEN_MAX], bearer[TOKEN_MAX + 8];
	const struct bus_header headers[] = { { BUS_AUTHORIZATION, bearer }, { NULL, NULL } };
	Stralix__V1__TaskFinishedRequest request;
	struct error err = { 0 };
	uint8_t body[128];
	size_t size;

	stralix__v1__task_finished_request__init(&request);
	request.task_id = id;
	request.state = success;
	request.verb = apply;
	size = stralix__v1__task_finished_request__pack(&request, body);
	token_digest(body, size, claims.dig);
	claims.iat = clock_unix_ms() / 1000;
	claims.exp = claims.iat + 30;
	sign(world->tasks, &claims, token);
	snprintf(bearer, sizeof(bearer), "Bearer %s", token);
	assert_true(bus_request(world->gateway, "rpc.web.TaskFinished", headers, body, size, WAIT_MS, &reply, &err));
	assert_null(bus_msg_header(reply, BUS_ERROR_CODE));
	assert_int_equal(bus_msg_size(reply), 0);
	assert_non_null(bus_msg_header(reply, BUS_REQUEST_ID));
}

static void call_past_its_deadline_is_dropped(void **state)
{
	struct world *world = *state;
	_answer_ answer =
		ask(world,
	            &(struct request){
			    .method = "ListWebsites", .body = "{}", .deadline = "1700000000000", .timeout_ms = 300 });

	assert_int_equal(answer.status, 0);
}

static void *ask_slowly(void *arg)
{
	struct rival *rival = arg;

	rival->answer = ask_customer(rival->world, "ListWebsites", "{\"state\":\"slow\"}", NULL);
	return NULL;
}

/* The configuration allows two at work and four waiting. */
static void calls_above_the_limit_are_sent_away_at_once(void **state)
{
	enum { CALLS = 16 };
	struct rival rivals[CALLS] = { 0 };
	pthread_t threads[CALLS];
	unsigned served = 0, refused = 0;

	for (size_t i = 0; i < CALLS; i++) {
		rivals[i].world = *state;
		assert_int_equal(pthread_create(&threads[i], NULL, ask_slowly, &rivals[i]), 0);
	}
	for (size_t i = 0; i < CALLS; i++) {
		pthread_join(threads[i], NULL);
		if (rivals[i].answer.status == 200)
			served++;
		else if (rivals[i].answer.status == 503 &&
		         json_integer_value(json_object_get(rivals[i].answer.json, "retryAfterS")) == 1)
			refused++;
		answer_done(&rivals[i].answer);
	}
	assert_int_equal(served + refused, CALLS);
	assert_true(served >= 4); /* and two more, when the workers were quick to take theirs */
	assert_true(refused >= 4);
}

static void task_survives_a_service_killed_before_it_could_tell(void **state)
{
	struct world *world = *state;
	unsigned enqueued;

	tasks_go(world);
	_answer_ answer = ask_customer(world, "CreateWebsite", "{\"domain\":\"killed.example\"}", NULL);

	assert_int_equal(answer.status, 200);
	assert_int_equal(fixture_end(world, SIGKILL), -1);
	assert_true(count_of(world, "outbox") >= 1);
	enqueued = atomic_load(&world->enqueued);
	tasks_come(world);
	fixture_start(world);
	assert_true(wait_least(&world->enqueued, enqueued + 1));
	assert_string_equal(text_at(&answer, "taskId"), world->last_task);
	assert_true(wait_count(world, "outbox", 0));
	fixture_wait_ready(world);
}

static void relay_waits_for_a_service_that_is_away(void **state)
{
	struct world *world = *state;
	unsigned enqueued = atomic_load(&world->enqueued);

	tasks_go(world);
	_answer_ answer = ask_customer(world, "CreateWebsite", "{\"domain\":\"away.example\"}", NULL);

	assert_int_equal(answer.status, 200);
	tasks_come(world);
	assert_true(wait_least(&world->enqueued, enqueued + 1));
	assert_true(wait_count(world, "outbox", 0));
}

static void words_about_one_resource_leave_in_order(void **state)
{
	struct world *world = *state;
	unsigned enqueued = atomic_load(&world->enqueued);

	postgres_psql(world->postgres,
	              "insert into web.outbox (kind, subject, payload, resource, actor) "
	              "select 'rpc', 'rpc.tasks.Enqueue', '\\x0a06'::bytea || convert_to('task-' || n, 'utf8'), 'r', "
	              "'system:web' from generate_series(1, 3) n");
	assert_true(wait_least(&world->enqueued, enqueued + 3));
	assert_true(wait_count(world, "outbox", 0));
	assert_string_equal(world->heard[0], "task-3");
	assert_string_equal(world->heard[1], "task-2");
	assert_string_equal(world->heard[2], "task-1");
}

static void two_copies_say_each_word_once(void **state)
{
	enum { WORDS = 200 };
	struct world *world = *state;
	unsigned enqueued = atomic_load(&world->enqueued), starts = fixture_starts(world);
	int64_t until = clock_monotonic_ms() + WAIT_MS;
	pid_t first = world->fixture;

	fixture_start(world);
	while (fixture_starts(world) == starts && clock_monotonic_ms() < until)
		nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
	assert_int_equal(fixture_starts(world), starts + 1);
	postgres_psql(
		world->postgres,
		"insert into web.outbox (kind, subject, payload, actor) "
		"select 'rpc', 'rpc.tasks.Enqueue', '\\x0a06'::bytea || convert_to('task-0', 'utf8'), 'system:web' "
		"from generate_series(1, 200)");
	assert_true(wait_count(world, "outbox", 0));
	assert_int_equal(atomic_load(&world->enqueued), enqueued + WORDS);
	assert_int_equal(fixture_end(world, SIGTERM), 0);
	world->fixture = first;
}

/* What isn't said in time waits in the table for the next process. */
static void stopping_does_not_wait_for_a_full_outbox(void **state)
{
	struct world *world = *state;

	postgres_psql(world->postgres, "insert into web.outbox (kind, subject, payload, actor) "
	                               "select 'event', 'event.installation.x.y', '', 'system:web' "
	                               "from generate_series(1, 300000)");
	assert_int_equal(fixture_end(world, SIGTERM), 0);
	assert_int_not_equal(count_of(world, "outbox"), 0);
	postgres_psql(world->postgres, "truncate web.outbox");
	fixture_start(world);
	fixture_wait_ready(world);
}

static void word_that_is_refused_is_kept_and_logged(void **state)
{
	struct world *world = *state;

	atomic_store(&world->tasks_refuse, true);
	_answer_ answer = ask_customer(world, "CreateWebsite", "{\"domain\":\"refused.example\"}", NULL);

	assert_int_equal(answer.status, 200);
	assert_true(wait_count(world, "refused", 1));
	atomic_store(&world->tasks_refuse, false);
	postgres_psql(world->postgres, "delete from web.outbox");
}

static void database_that_is_away_is_unavailable_and_comes_back(void **state)
{
	struct world *world = *state;
	int64_t until = clock_monotonic_ms() + WAIT_MS;
	int status = 0;

	postgres_stop(world->postgres);
	_answer_ away = ask_customer(world, "CreateWebsite", "{\"domain\":\"away2.example\"}", NULL);

	postgres_start(world->postgres);
	assert_int_equal(away.status, 503);
	assert_string_equal(text_at(&away, "code"), "UNAVAILABLE");
	assert_null(strstr(text_at(&away, "message"), "socket"));
	while (status != 200 && clock_monotonic_ms() < until) {
		_answer_ answer = ask_customer(world, "ListWebsites", "{}", NULL);

		status = answer.status;
	}
	assert_int_equal(status, 200);
}

static void nats_that_is_killed_loses_no_task(void **state)
{
	struct world *world = *state;
	unsigned enqueued = atomic_load(&world->enqueued);
	int64_t until = clock_monotonic_ms() + WAIT_MS;
	int status = 0;

	nats_server_kill(world->nats);
	nats_server_start(world->nats);
	while (status != 200 && clock_monotonic_ms() < until) {
		_answer_ answer = { 0 };

		if (!bus_wait_connected(world->gateway, WAIT_MS) || !bus_wait_connected(world->neighbours, WAIT_MS))
			continue;
		answer = ask_customer(world, "CreateWebsite", "{\"domain\":\"nats.example\"}", NULL);
		status = answer.status;
	}
	assert_int_equal(status, 200);
	assert_true(wait_least(&world->enqueued, enqueued + 1));
	assert_true(wait_count(world, "outbox", 0));
}

static void sigterm_finishes_what_was_admitted(void **state)
{
	struct world *world = *state;
	struct rival rival = { .world = world };
	pthread_t thread;
	int status;

	assert_int_equal(pthread_create(&thread, NULL, ask_slowly, &rival), 0);
	nanosleep(&(struct timespec){ .tv_nsec = 150000000 }, NULL); /* the handler takes 400 ms */
	status = fixture_end(world, SIGTERM);
	pthread_join(thread, NULL);
	assert_int_equal(status, 0);
	assert_int_equal(rival.answer.status, 200);
	answer_done(&rival.answer);
	fixture_start(world);
	fixture_wait_ready(world);
}

static void missing_handler_stops_the_start_by_name(void **state)
{
	char log[4096];

	assert_int_equal(fixture_run(*state, "unfinished", NULL, log, sizeof(log)), 1);
	assert_non_null(strstr(log, "web has no handler of ListWebsites"));
}

/* Printed, not judged: machines differ. */
static void time_of_a_change_is_shown(void **state)
{
	enum { CALLS = 50 };
	int64_t started = clock_monotonic_us();

	for (unsigned i = 0; i < CALLS; i++) {
		char body[64];

		snprintf(body, sizeof(body), "{\"domain\":\"speed%u.example\"}", i);
		_answer_ answer = ask_customer(*state, "CreateWebsite", body, NULL);

		assert_int_equal(answer.status, 200);
	}
	printf("# a change takes %lld us\n", (long long)(clock_monotonic_us() - started) / CALLS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(change_is_told_to_tasks_before_the_reply_and_to_audit_soon),
		cmocka_unit_test(mutating_call_without_an_audit_record_changes_nothing),
		cmocka_unit_test(change_whose_audit_record_cannot_be_stored_does_not_happen),
		cmocka_unit_test(repeated_key_gets_the_first_reply),
		cmocka_unit_test(key_of_a_failed_call_may_be_used_again),
		cmocka_unit_test(rivals_with_one_key_get_one_reply),
		cmocka_unit_test(quota_stops_the_change),
		cmocka_unit_test(field_that_breaks_its_rule_is_named),
		cmocka_unit_test(token_decides_who_may_call),
		cmocka_unit_test(organisation_of_others_is_not_found),
		cmocka_unit_test(words_of_an_internal_error_stay_inside),
		cmocka_unit_test(error_of_another_service_arrives_as_it_was),
		cmocka_unit_test(handler_without_a_reply_is_an_internal_error),
		cmocka_unit_test(protobuf_is_answered_in_protobuf),
		cmocka_unit_test(call_past_its_deadline_is_dropped),
		cmocka_unit_test(calls_above_the_limit_are_sent_away_at_once),
		cmocka_unit_test(task_survives_a_service_killed_before_it_could_tell),
		cmocka_unit_test(relay_waits_for_a_service_that_is_away),
		cmocka_unit_test(words_about_one_resource_leave_in_order),
		cmocka_unit_test(two_copies_say_each_word_once),
		cmocka_unit_test(stopping_does_not_wait_for_a_full_outbox),
		cmocka_unit_test(word_that_is_refused_is_kept_and_logged),
		cmocka_unit_test(database_that_is_away_is_unavailable_and_comes_back),
		cmocka_unit_test(nats_that_is_killed_loses_no_task),
		cmocka_unit_test(sigterm_finishes_what_was_admitted),
		cmocka_unit_test(missing_handler_stops_the_start_by_name),
		cmocka_unit_test(time_of_a_change_is_shown),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
