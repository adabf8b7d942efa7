/* Tests of lib/json: what is written, what is read, and what is refused with its path. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/json/json.h"

#include "stralix/v1/contract.h"

struct fixture {
	struct arena *arena;
	struct error err;
	struct buf buf;
	ProtobufCMessage *message;
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
	struct fixture *f = *state;

	arena_free(f->arena);
	buf_done(&f->buf);
	return 0;
}

static bool read_as(struct fixture *f, const ProtobufCMessageDescriptor *type, const char *text)
{
	f->err = (struct error){ 0 };
	return json_read(type, text, strlen(text), f->arena, &f->message, &f->err);
}

static void assert_written(struct fixture *f, const char *want)
{
	buf_clear(&f->buf);
	assert_true(json_write(&f->buf, f->message));
	assert_string_equal(f->buf.data, want);
}

static void write_gives_zero_values_and_camel_names(void **state)
{
	struct fixture *f = *state;

	f->message = json_new(&stralix__v1__website_reply__descriptor, f->arena);
	assert_written(f, "{\"taskId\":\"\"}");
	f->message = json_new(&stralix__v1__website_state__descriptor, f->arena);
	assert_written(f,
	               "{\"id\":\"\",\"domain\":\"\",\"serving\":\"SERVING_UNSET\",\"uid\":0,\"acmeThumbprint\":\"\"}");
}

static void write_escapes_for_html_and_mends_utf8(void **state)
{
	struct fixture *f = *state;

	json_quote(&f->buf, "a\"\\<\n\x7F\xE2\x80\xA8\xC3\xBC\xFF.");
	assert_string_equal(f->buf.data, "\"a\\\"\\\\\\u003c\\u000a\\u007f\\u2028\xC3\xBC\xEF\xBF\xBD.\"");
	buf_clear(&f->buf);
	json_quote(&f->buf, NULL);
	assert_string_equal(f->buf.data, "\"\"");
}

static void what_is_read_is_written_again(void **state)
{
	static const char node[] =
		"{\"id\":\"n1\",\"name\":\"\",\"address\":\"\",\"state\":\"\",\"health\":\"\",\"capabilities\":["
		"\"website\",\"dns\"],"
		"\"lastHeartbeatAt\":\"\",\"version\":\"\",\"daemons\":{\"nginx\":\"1.22.1\"},\"load1\":0.1,"
		"\"memoryTotal\":\"18446744073709551615\",\"memoryAvailable\":\"0\",\"diskTotal\":\"0\","
		"\"diskAvailable\":\"0\","
		"\"resources\":4294967295,\"tasksQueued\":0,\"tasksRunning\":0,\"createdAt\":\"\",\"httpPort\":0,"
		"\"httpsPort\":0,"
		"\"message\":\"\","
		"\"reasons\":[],\"cores\":0,\"services\":[],\"oldestQueuedAt\":\"\",\"clockOffsetMs\":\"0\","
		"\"uptimeS\":\"0\",\"suspendReason\":\"\",\"suspendedAt\":\"\",\"etag\":\"\","
		"\"driftedFiles\":0,\"driftedResources\":0,\"adoptedFiles\":0,\"observedAt\":\"\",\"driftPolicy\":\"\","
		"\"phpVersions\":[],\"dnsPort\":0}";
	struct fixture *f = *state;

	assert_true(read_as(f, &stralix__v1__node__descriptor, node));
	assert_written(f, node);
}

static void bytes_are_base64_of_either_alphabet(void **state)
{
	struct fixture *f = *state;
	const Stralix__V1__Report *report;

	assert_true(read_as(f, &stralix__v1__report__descriptor, "{\"outcome\":\"-_-_YQ==\"}"));
	report = (const Stralix__V1__Report *)f->message;
	assert_int_equal(report->outcome.len, 4);
	assert_memory_equal(report->outcome.data,
	                    "\xFB\xFF\xBF"
	                    "a",
	                    4);
	assert_written(f, "{\"outcome\":\"+/+/YQ==\",\"token\":\"\"}");
}

static void oneofs_hold_one_member(void **state)
{
	struct fixture *f = *state;

	assert_true(read_as(f, &stralix__v1__link_frame__descriptor, "{\"committed\":{\"ref\":7}}"));
	assert_written(f, "{\"committed\":{\"ref\":\"7\"}}");
	assert_false(read_as(f, &stralix__v1__link_frame__descriptor, "{\"committed\":{},\"connected\":{}}"));
	assert_string_equal(f->err.violations[0].rule, "oneof");
}

static void read_takes_null_and_nothing_for_defaults(void **state)
{
	struct fixture *f = *state;

	assert_true(read_as(f, &stralix__v1__create_website_request__descriptor, ""));
	assert_true(read_as(f, &stralix__v1__create_website_request__descriptor, "{\"domain\":null}"));
	assert_string_equal(((Stralix__V1__CreateWebsiteRequest *)f->message)->domain, "");
}

static void read_takes_numbers_in_their_legal_spellings(void **state)
{
	struct fixture *f = *state;

	assert_true(read_as(f, &stralix__v1__list_websites_request__descriptor, "{\"limit\":\"20\"}"));
	assert_int_equal(((Stralix__V1__ListWebsitesRequest *)f->message)->limit, 20);
	assert_true(read_as(f, &stralix__v1__list_websites_request__descriptor, "{\"limit\":2e1}"));
	assert_int_equal(((Stralix__V1__ListWebsitesRequest *)f->message)->limit, 20);
}

static void read_refuses_with_the_path(void **state)
{
	static const struct {
		const ProtobufCMessageDescriptor *type;
		const char *text, *field, *rule;
	} rows[] = {
		{ &stralix__v1__create_website_request__descriptor, "{\"domian\":\"a\"}", "domian", "unknown" },
		{ &stralix__v1__create_website_request__descriptor, "{\"domain\":1}", "domain", "type" },
		{ &stralix__v1__create_website_request__descriptor, "{\"domain\":true}", "domain", "type" },
		{ &stralix__v1__create_website_request__descriptor, "{\"domain\":{}}", "domain", "type" },
		{ &stralix__v1__create_website_request__descriptor, "{\"domain\":[]}", "domain", "type" },
		{ &stralix__v1__create_website_request__descriptor, "{\"node_id\":\"a\",\"nodeId\":\"a\"}", "nodeId",
		  "repeated" },
		{ &stralix__v1__list_websites_request__descriptor, "{\"limit\":-1}", "limit", "range" },
		{ &stralix__v1__list_websites_request__descriptor, "{\"limit\":4294967296}", "limit", "range" },
		{ &stralix__v1__list_websites_request__descriptor, "{\"limit\":\"4294967296\"}", "limit", "range" },
		{ &stralix__v1__list_websites_request__descriptor, "{\"limit\":1.5}", "limit", "type" },
		{ &stralix__v1__list_websites_request__descriptor, "{\"limit\":\" 1\"}", "limit", "type" },
		{ &stralix__v1__list_websites_request__descriptor, "{\"limit\":\"+1\"}", "limit", "type" },
		{ &stralix__v1__list_websites_request__descriptor, "{\"limit\":\"0x1\"}", "limit", "type" },
		{ &stralix__v1__list_websites_request__descriptor, "{\"limit\":\"\"}", "limit", "type" },
		{ &stralix__v1__create_user_request__descriptor, "{\"role\":\"GOD\"}", "role", "enum" },
		{ &stralix__v1__create_api_token_request__descriptor, "{\"scopes\":{}}", "scopes", "type" },
		{ &stralix__v1__create_api_token_request__descriptor, "{\"scopes\":[\"a:b\",1]}", "scopes[1]", "type" },
		{ &stralix__v1__create_api_token_request__descriptor, "{\"scopes\":[null]}", "scopes[0]", "type" },
		{ &stralix__v1__outcome__descriptor, "{\"steps\":[{},{\"nme\":1}]}", "steps[1].nme", "unknown" },
		{ &stralix__v1__outcome__descriptor, "{\"steps\":[{\"startedMs\":\"9223372036854775808\"}]}",
		  "steps[0].startedMs", "range" },
		{ &stralix__v1__report__descriptor, "{\"outcome\":\"a\"}", "outcome", "base64" },
		{ &stralix__v1__report__descriptor, "{\"outcome\":\"a=bc\"}", "outcome", "base64" },
		{ &stralix__v1__report__descriptor, "{\"outcome\":\"====\"}", "outcome", "base64" },
		{ &stralix__v1__node__descriptor, "{\"daemons\":{\"nginx\":1}}", "daemons[\"nginx\"]", "type" },
		{ &stralix__v1__node__descriptor, "{\"load1\":\"abc\"}", "load1", "type" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (read_as(f, rows[i].type, rows[i].text))
			fail_msg("row %zu was taken: %s", i, rows[i].text);
		assert_int_equal(f->err.code, ERR_INVALID);
		assert_string_equal(f->err.violations[0].field, rows[i].field);
		assert_string_equal(f->err.violations[0].rule, rows[i].rule);
	}
}

static void read_refuses_what_is_no_json_object(void **state)
{
	static const char *const rows[] = {
		"[]",
		"null",
		"1",
		"{",
		"{}x",
		"{\"domain\":\"a\",\"domain\":\"b\"}",
		"{\"domain\":\"\\u0000\"}",
		"{\"domain\":\"\xFF\"}",
		"{\"domain\":\"\\ud800\"}",
		"{'domain':1}",
		"{\"domain\":\"a\",}",
		"// x\n{}",
		"{\"limit\":18446744073709551616}",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (read_as(f, &stralix__v1__create_website_request__descriptor, rows[i]))
			fail_msg("row %zu was taken: %s", i, rows[i]);
		assert_int_equal(f->err.code, ERR_MALFORMED);
	}
}

static void set_fills_from_path_and_query(void **state)
{
	struct fixture *f = *state;
	Stralix__V1__ListWebsitesRequest *request;

	f->message = json_new(&stralix__v1__list_websites_request__descriptor, f->arena);
	request = (Stralix__V1__ListWebsitesRequest *)f->message;
	assert_true(json_set(f->message, "limit", "20", f->arena, &f->err));
	assert_true(json_set(f->message, "node_id", "n1", f->arena, &f->err));
	assert_int_equal(request->limit, 20);
	assert_string_equal(request->node_id, "n1");
	assert_false(json_set(f->message, "nodeId", "n2", f->arena, &f->err));
	assert_string_equal(f->err.violations[0].rule, "repeated");
	assert_string_equal(f->err.violations[0].field, "nodeId");
	f->err = (struct error){ 0 };
	assert_false(json_set(f->message, "serach", "x", f->arena, &f->err));
	assert_string_equal(f->err.violations[0].rule, "unknown");
	f->err = (struct error){ 0 };
	assert_false(json_set(f->message, "search", "\xFF", f->arena, &f->err));
	assert_string_equal(f->err.violations[0].rule, "utf8");
}

static void set_appends_to_repeated_fields(void **state)
{
	struct fixture *f = *state;
	const Stralix__V1__CreateApiTokenRequest *request;

	f->message = json_new(&stralix__v1__create_api_token_request__descriptor, f->arena);
	request = (const Stralix__V1__CreateApiTokenRequest *)f->message;
	assert_true(json_set(f->message, "scopes", "a:b", f->arena, &f->err));
	assert_true(json_set(f->message, "scopes", "c:d", f->arena, &f->err));
	assert_int_equal(request->n_scopes, 2);
	assert_string_equal(request->scopes[0], "a:b");
	assert_string_equal(request->scopes[1], "c:d");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(write_gives_zero_values_and_camel_names),
		TEST(write_escapes_for_html_and_mends_utf8),
		TEST(what_is_read_is_written_again),
		TEST(bytes_are_base64_of_either_alphabet),
		TEST(oneofs_hold_one_member),
		TEST(read_takes_null_and_nothing_for_defaults),
		TEST(read_takes_numbers_in_their_legal_spellings),
		TEST(read_refuses_with_the_path),
		TEST(read_refuses_what_is_no_json_object),
		TEST(set_fills_from_path_and_query),
		TEST(set_appends_to_repeated_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
