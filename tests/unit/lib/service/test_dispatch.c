/* One call from arrival to answer, on a fake bus. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/base/clock.h"
#include "lib/service/guard.h"
#include "lib/service/internal.h"

#include "stralix/v1/authz.contract.h"
#include "stralix/v1/common.pb-c.h"

#include "tests/fakes/bus.h"

#define GOOD "{\"email\":\"Ada@Example.org\",\"password\":\"correct horse battery\"}"

/* What the handler shall do, and what it saw. */
struct scene {
	struct service service;
	struct service_definition definition;
	enum error_code fail;
	const char *words;
	bool no_reply;
	unsigned calls;
	char email[64], request_id[CALL_ID], source_ip[CALL_IP];
	int remaining_ms;
};

static bool sign_in(struct call *call, const Stralix__V1__SignInRequest *request, struct error *err)
{
	struct scene *scene = call_state(call);
	char token[] = "opaque";
	Stralix__V1__SignInReply reply;

	scene->calls++;
	snprintf(scene->email, sizeof(scene->email), "%s", request->email);
	snprintf(scene->request_id, sizeof(scene->request_id), "%s", call_request_id(call));
	snprintf(scene->source_ip, sizeof(scene->source_ip), "%s", call_source_ip(call));
	scene->remaining_ms = call_remaining_ms(call);
	if (scene->fail)
		return error_set(err, scene->fail, "%s", scene->words);
	if (scene->no_reply)
		return true;
	stralix__v1__sign_in_reply__init(&reply);
	reply.token = token;
	return call_reply(call, &reply.base, err);
}

static bool list_organisations(struct call *call, const Stralix__V1__ListOrganisationsRequest *request,
                               struct error *err)
{
	struct scene *scene = call_state(call);
	Stralix__V1__ListOrganisationsReply reply;

	(void)request;
	scene->calls++;
	stralix__v1__list_organisations_reply__init(&reply);
	return call_reply(call, &reply.base, err);
}

static const struct authz_handlers handlers = { .sign_in = sign_in, .list_organisations = list_organisations };

static int setup(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	struct error err = { 0 };

	scene->definition = (struct service_definition){ .contract = &authz_contract, .handlers = &handlers };
	scene->service.definition = &scene->definition;
	scene->service.name = "authz";
	scene->service.bus = fake_bus_new();
	scene->service.state = scene;
	assert_true(guard_new("authz", NULL, &scene->service.guard, &err));
	*state = scene;
	return 0;
}

static int teardown(void **state)
{
	struct scene *scene = *state;

	guard_free(scene->service.guard);
	bus_free(scene->service.bus);
	free(scene);
	return 0;
}

/* The answer, NULL when none was sent; the bus's until the next call. */
static const struct bus_msg *call_with(struct scene *scene, const char *subject, const struct bus_header *headers,
                                       const char *body, size_t size)
{
	fake_bus_forget(scene->service.bus);
	dispatch(&scene->service, fake_bus_msg(subject, "_INBOX.gateway.1.2", headers, body, size), clock_unix_ms());
	return fake_bus_sent(scene->service.bus);
}

static const struct bus_msg *sign_in_json(struct scene *scene, const char *body)
{
	const struct bus_header headers[] = { { BUS_CONTENT_TYPE, "application/json" },
		                              { BUS_REQUEST_ID, "request-7" },
		                              { BUS_SOURCE_IP, "2001:db8::1" },
		                              { NULL, NULL } };

	return call_with(scene, "rpc.authz.SignIn", headers, body, strlen(body));
}

static bool body_has(const struct bus_msg *msg, const char *text)
{
	return memmem(bus_msg_data(msg), bus_msg_size(msg), text, strlen(text));
}

static void json_is_answered_in_json(void **state)
{
	struct scene *scene = *state;
	const struct bus_msg *answer = sign_in_json(scene, GOOD);

	assert_non_null(answer);
	assert_string_equal(bus_msg_subject(answer), "_INBOX.gateway.1.2");
	assert_null(bus_msg_header(answer, BUS_ERROR_CODE));
	assert_string_equal(bus_msg_header(answer, BUS_CONTENT_TYPE), "application/json");
	assert_string_equal(bus_msg_header(answer, BUS_REQUEST_ID), "request-7");
	assert_true(body_has(answer, "\"token\":\"opaque\""));
	assert_string_equal(scene->email, "ada@example.org");
	assert_string_equal(scene->source_ip, "2001:db8::1");
}

static void protobuf_is_answered_in_protobuf(void **state)
{
	struct scene *scene = *state;
	char email[] = "ada@example.org", password[] = "correct horse battery";
	Stralix__V1__SignInRequest request;
	Stralix__V1__SignInReply *reply;
	const struct bus_msg *answer;
	uint8_t body[128];

	stralix__v1__sign_in_request__init(&request);
	request.email = email;
	request.password = password;
	answer = call_with(scene, "rpc.authz.SignIn", NULL, (const char *)body,
	                   stralix__v1__sign_in_request__pack(&request, body));
	assert_non_null(answer);
	reply = stralix__v1__sign_in_reply__unpack(NULL, bus_msg_size(answer), bus_msg_data(answer));
	assert_non_null(reply);
	assert_string_equal(reply->token, "opaque");
	stralix__v1__sign_in_reply__free_unpacked(reply, NULL);
}

static void call_that_nobody_waits_for_is_dropped(void **state)
{
	struct scene *scene = *state;
	const struct bus_header late[] = { { BUS_CONTENT_TYPE, "application/json" },
		                           { BUS_DEADLINE, "1700000000000" },
		                           { NULL, NULL } };

	assert_null(call_with(scene, "rpc.authz.SignIn", late, GOOD, strlen(GOOD)));
	dispatch(&scene->service, fake_bus_msg("rpc.authz.SignIn", NULL, NULL, "", 0), clock_unix_ms());
	assert_null(fake_bus_sent(scene->service.bus));
	assert_int_equal(scene->calls, 0);
}

static struct keyring *keyring_of(const struct token_key *key)
{
	char path[] = "/tmp/stralix-keyring-XXXXXX", public[44];
	FILE *file = fdopen(mkstemp(path), "w");
	struct keyring *keyring = NULL;
	struct error err = { 0 };
	uint8_t raw[TOKEN_KEY];

	token_key_public(key, raw);
	token_public_format(raw, public);
	fprintf(file, "authz %s\n", public);
	fclose(file);
	assert_true(keyring_read(path, &keyring, &err));
	unlink(path);
	return keyring;
}

/* The answer's error code, "" for none, to a call whose token ended a second ago. */
static const char *code_of_call_that_came(struct scene *scene, const struct token_key *key, int64_t seconds_ago)
{
	int64_t now_ms = clock_unix_ms();
	struct token_claims claims = { .iss = "authz", .aud = "authz", .sub = "user-1", .role = "customer" };
	char bearer[TOKEN_MAX + 8] = "Bearer ";
	const struct bus_header headers[] = { { BUS_AUTHORIZATION, bearer }, { NULL, NULL } };
	struct error err = { 0 };
	const char *code;

	claims.exp = now_ms / 1000 - 1;
	claims.iat = claims.exp - 5;
	assert_true(token_sign(key, &claims, bearer + strlen(bearer), &err));
	fake_bus_forget(scene->service.bus);
	dispatch(&scene->service, fake_bus_msg("rpc.authz.ListOrganisations", "_INBOX.gateway.1.2", headers, "", 0),
	         now_ms - seconds_ago * 1000);
	assert_non_null(fake_bus_sent(scene->service.bus));
	code = bus_msg_header(fake_bus_sent(scene->service.bus), BUS_ERROR_CODE);
	return code ? code : "";
}

static void token_is_judged_when_the_call_came_not_when_its_turn_came(void **state)
{
	struct scene *scene = *state;
	struct token_key *key = token_key_new();
	struct keyring *keyring = keyring_of(key);
	struct error err = { 0 };

	guard_free(scene->service.guard);
	assert_true(guard_new("authz", keyring, &scene->service.guard, &err));
	assert_string_equal(code_of_call_that_came(scene, key, 0), "401");
	assert_int_equal(scene->calls, 0);
	assert_string_equal(code_of_call_that_came(scene, key, 3), "");
	assert_int_equal(scene->calls, 1);
	keyring_free(keyring);
	token_key_free(key);
}

static int64_t deadline_of(const char *text)
{
	const struct bus_header headers[] = { { BUS_DEADLINE, text }, { NULL, NULL } };
	_cleanup_(bus_msg_freep) struct bus_msg *msg = fake_bus_msg("rpc.authz.SignIn", NULL, headers, "", 0);

	return dispatch_deadline(msg, 1000000);
}

static void deadline_is_read_strictly_and_bounded(void **state)
{
	(void)state;
	assert_int_equal(deadline_of("1000500"), 1000500);
	assert_int_equal(deadline_of("999999"), 999999);
	assert_int_equal(deadline_of("99999999999999"), 1000000 + DEADLINE_MOST_MS);
	assert_int_equal(deadline_of(NULL), 1000000 + DEADLINE_DEFAULT_MS);
	assert_int_equal(deadline_of("soon"), 1000000 + DEADLINE_DEFAULT_MS);
	assert_int_equal(deadline_of("-5"), 1000000 + DEADLINE_DEFAULT_MS);
	assert_int_equal(deadline_of("1000500x"), 1000000 + DEADLINE_DEFAULT_MS);
	assert_int_equal(deadline_of("99999999999999999999999"), 1000000 + DEADLINE_DEFAULT_MS);
}

static void handler_sees_the_time_that_is_left(void **state)
{
	struct scene *scene = *state;
	char deadline[24];
	const struct bus_header headers[] = { { BUS_CONTENT_TYPE, "application/json" },
		                              { BUS_DEADLINE, deadline },
		                              { NULL, NULL } };

	snprintf(deadline, sizeof(deadline), "%" PRId64, clock_unix_ms() + 5000);
	assert_non_null(call_with(scene, "rpc.authz.SignIn", headers, GOOD, strlen(GOOD)));
	assert_in_range(scene->remaining_ms, 1, 5000);
}

static void expect_error(const struct bus_msg *answer, const char *status, const char *code)
{
	assert_non_null(answer);
	assert_non_null(bus_msg_header(answer, BUS_ERROR_CODE));
	assert_string_equal(bus_msg_header(answer, BUS_ERROR_CODE), status);
	assert_int_equal(strncmp(bus_msg_header(answer, BUS_ERROR), code, strlen(code)), 0);
}

static void unknown_method_is_not_found(void **state)
{
	expect_error(call_with(*state, "rpc.authz.Nothing", NULL, "", 0), "404", "NOT_FOUND: ");
}

static void method_of_services_needs_a_token(void **state)
{
	expect_error(call_with(*state, "rpc.authz.IssueIdentity", NULL, "", 0), "401", "UNAUTHENTICATED: ");
}

static void malformed_bodies_are_refused_before_the_handler(void **state)
{
	struct scene *scene = *state;
	static const char nested[] = "\x0a\xff\xff\xff\x7f";

	expect_error(sign_in_json(scene, "{"), "400", "MALFORMED: ");
	expect_error(
		sign_in_json(scene, "{\"email\":\"ada@example.org\",\"password\":\"correct horse\",\"admin\":true}"),
		"400", "INVALID: ");
	expect_error(call_with(scene, "rpc.authz.SignIn", NULL, nested, sizeof(nested) - 1), "400", "MALFORMED: ");
	assert_int_equal(scene->calls, 0);
}

static void broken_rule_names_its_field_and_not_the_secret(void **state)
{
	const struct bus_msg *answer = sign_in_json(*state, "{\"email\":\"ada@example.org\",\"password\":\"hunter2\"}");

	expect_error(answer, "400", "INVALID: ");
	assert_true(body_has(answer, "\"field\":\"password\""));
	assert_false(body_has(answer, "hunter2"));
	assert_null(strstr(bus_msg_header(answer, BUS_ERROR), "hunter2"));
}

static void body_above_the_limit_is_too_large(void **state)
{
	_cleanup_free_ char *body = calloc(1, REQUEST_MAX + 1);

	expect_error(call_with(*state, "rpc.authz.SignIn", NULL, body, REQUEST_MAX + 1), "413", "TOO_LARGE: ");
}

static void words_of_an_internal_error_stay_inside(void **state)
{
	struct scene *scene = *state;
	const struct bus_msg *answer;

	scene->fail = ERR_INTERNAL;
	scene->words = "select password from users";
	answer = sign_in_json(scene, GOOD);
	expect_error(answer, "500", "INTERNAL: internal error, request request-7");
	assert_false(body_has(answer, "select"));
}

static void part_that_is_away_asks_for_patience(void **state)
{
	struct scene *scene = *state;
	const struct bus_msg *answer;

	scene->fail = ERR_UNAVAILABLE;
	scene->words = "connection to server on socket \"/run/pg\" failed";
	answer = sign_in_json(scene, GOOD);
	expect_error(answer, "503", "UNAVAILABLE: ");
	assert_true(body_has(answer, "\"retryAfterS\":1"));
	assert_false(body_has(answer, "socket"));
}

static void words_for_people_reach_them_on_one_line(void **state)
{
	struct scene *scene = *state;
	const struct bus_msg *answer;

	scene->fail = ERR_CONFLICT;
	scene->words = "taken\r\nNats-Service-Error-Code: 200";
	answer = sign_in_json(scene, GOOD);
	expect_error(answer, "409", "CONFLICT: taken  Nats");
	assert_false(body_has(answer, "\\r\\n"));
}

static void handler_without_a_reply_is_a_fault(void **state)
{
	struct scene *scene = *state;

	scene->no_reply = true;
	expect_error(sign_in_json(scene, GOOD), "500", "INTERNAL: ");
}

static void hostile_headers_are_not_taken_over(void **state)
{
	struct scene *scene = *state;
	struct uuid id;
	const struct bus_header headers[] = { { BUS_CONTENT_TYPE, "application/json" },
		                              { BUS_REQUEST_ID, "a b\"c" },
		                              { BUS_SOURCE_IP, "<script>" },
		                              { NULL, NULL } };

	assert_non_null(call_with(scene, "rpc.authz.SignIn", headers, GOOD, strlen(GOOD)));
	assert_true(uuid_parse(scene->request_id, &id));
	assert_string_equal(scene->source_ip, "");
}

static void call_without_room_is_sent_away(void **state)
{
	struct scene *scene = *state;
	_cleanup_(bus_msg_freep) struct bus_msg *msg = fake_bus_msg("rpc.authz.SignIn", "_INBOX.x.1", NULL, "", 0);
	const struct bus_msg *answer;
	Stralix__V1__Error *body;

	dispatch_refuse(&scene->service, msg);
	answer = fake_bus_sent(scene->service.bus);
	expect_error(answer, "503", "UNAVAILABLE: ");
	body = stralix__v1__error__unpack(NULL, bus_msg_size(answer), bus_msg_data(answer));
	assert_non_null(body);
	assert_int_equal(body->retry_after_s, 1);
	assert_true(body->retryable);
	stralix__v1__error__free_unpacked(body, NULL);
}

static void who_waited_in_vain_is_told_when_to_come_back(void **state)
{
	static const struct {
		enum error_code code;
		unsigned given, expected;
	} rows[] = {
		{ ERR_UNAVAILABLE, 0, 1 }, { ERR_TIMEOUT, 0, 1 }, { ERR_UNAVAILABLE, 9, 9 }, { ERR_CONFLICT, 0, 0 }
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct error err = { 0 }, shown;

		error_set(&err, rows[i].code, "why");
		err.retry_after_s = rows[i].given;
		dispatch_public_error(&err, &shown);
		assert_int_equal(shown.retry_after_s, rows[i].expected);
	}
}

static void missing_handler_is_named(void **state)
{
	struct error err = { 0 };

	(void)state;
	assert_false(dispatch_check(&authz_contract, &handlers, &err));
	assert_non_null(strstr(err.message, "SignOut"));
}

/* Whatever it would show: it can't have kept to limits that it never looked at. */
static void a_handler_that_never_asked_for_the_limits_cannot_reply(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX);
	const struct limit limit = { .types = "A", .name = "home.shop.example." };
	struct call call = { .arena = arena, .identity = { .limits = &limit, .n_limits = 1 } };
	Stralix__V1__ListOrganisationsReply reply;
	struct error err = { 0 };
	size_t n;

	(void)state;
	for (size_t i = 0; i < authz_contract.n_methods; i++)
		if (strcmp(authz_contract.methods[i].name, "ListOrganisations") == 0)
			call.method = &authz_contract.methods[i];
	stralix__v1__list_organisations_reply__init(&reply);
	assert_false(call_reply(&call, &reply.base, &err));
	assert_int_equal(err.code, ERR_INTERNAL);
	assert_ptr_equal(call_limits(&call, &n), &limit);
	assert_int_equal(n, 1);
	assert_true(call_reply(&call, &reply.base, &err));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(json_is_answered_in_json, setup, teardown),
		cmocka_unit_test_setup_teardown(protobuf_is_answered_in_protobuf, setup, teardown),
		cmocka_unit_test_setup_teardown(call_that_nobody_waits_for_is_dropped, setup, teardown),
		cmocka_unit_test_setup_teardown(token_is_judged_when_the_call_came_not_when_its_turn_came, setup,
		                                teardown),
		cmocka_unit_test(deadline_is_read_strictly_and_bounded),
		cmocka_unit_test_setup_teardown(handler_sees_the_time_that_is_left, setup, teardown),
		cmocka_unit_test_setup_teardown(unknown_method_is_not_found, setup, teardown),
		cmocka_unit_test_setup_teardown(method_of_services_needs_a_token, setup, teardown),
		cmocka_unit_test_setup_teardown(malformed_bodies_are_refused_before_the_handler, setup, teardown),
		cmocka_unit_test_setup_teardown(broken_rule_names_its_field_and_not_the_secret, setup, teardown),
		cmocka_unit_test_setup_teardown(body_above_the_limit_is_too_large, setup, teardown),
		cmocka_unit_test_setup_teardown(words_of_an_internal_error_stay_inside, setup, teardown),
		cmocka_unit_test_setup_teardown(part_that_is_away_asks_for_patience, setup, teardown),
		cmocka_unit_test_setup_teardown(words_for_people_reach_them_on_one_line, setup, teardown),
		cmocka_unit_test_setup_teardown(handler_without_a_reply_is_a_fault, setup, teardown),
		cmocka_unit_test_setup_teardown(hostile_headers_are_not_taken_over, setup, teardown),
		cmocka_unit_test_setup_teardown(call_without_room_is_sent_away, setup, teardown),
		cmocka_unit_test_setup_teardown(who_waited_in_vain_is_told_when_to_come_back, setup, teardown),
		cmocka_unit_test(a_handler_that_never_asked_for_the_limits_cannot_reply),
		cmocka_unit_test(missing_handler_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
