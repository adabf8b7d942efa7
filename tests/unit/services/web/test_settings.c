/* Settings of a website: kept, merged member by member, checked as a whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/cleanup.h"
#include "lib/contract/upstream.h"
#include "lib/json/json.h"

#include "services/web/settings.h"

static int set_up(void **state)
{
	*state = arena_new(1 << 20);
	return 0;
}

static int tear_down(void **state)
{
	arena_free(*state);
	return 0;
}

static Stralix__V1__WebsiteSettings *read_json(struct arena *arena, const char *text)
{
	ProtobufCMessage *message;
	struct error err = { 0 };

	if (!json_read(&stralix__v1__website_settings__descriptor, text, strlen(text), arena, &message, &err))
		fail_msg("%s", err.message);
	return (Stralix__V1__WebsiteSettings *)(void *)message;
}

static void what_is_packed_is_read_back(void **state)
{
	Stralix__V1__WebsiteSettings *settings =
		read_json(*state, "{\"aliases\":[\"www.a.example\"],\"redirects\":[{\"from\":\"/a\",\"to\":\"/b\"}]}");
	Stralix__V1__WebsiteSettings *again, *none;
	struct error err = { 0 };
	size_t size;
	_cleanup_free_ uint8_t *bytes = settings_pack(settings, &size);

	assert_true(settings_read(bytes, size, *state, &again, &err));
	assert_true(settings_equal(settings, again));
	assert_true(settings_read(NULL, 0, *state, &none, &err));
	assert_true(settings_equal(none, NULL));
	assert_false(settings_equal(settings, none));
	assert_false(settings_read("\xff\xff", 2, *state, &again, &err));
}

static void a_merge_takes_what_the_mask_names_as_a_whole(void **state)
{
	Stralix__V1__WebsiteSettings *from = read_json(
		*state, "{\"aliases\":[\"www.a.example\"],\"documentRoot\":\"web\",\"index\":[\"a.html\",\"b.html\"]}");
	Stralix__V1__WebsiteSettings *given = read_json(*state, "{\"index\":[\"c.html\"],\"aliases\":[\"x.example\"]}");
	char index[] = "settings.index", root[] = "settings.document_root", odd[] = "settings.owner", bare[] = "index";
	char *mask[] = { index, root }, *unknown[] = { odd }, *unprefixed[] = { bare };
	Stralix__V1__WebsiteSettings *merged;
	struct error err = { 0 };

	assert_true(settings_merge(from, given, mask, 2, *state, &merged, &err));
	assert_int_equal(merged->n_index, 1);
	assert_string_equal(merged->index[0], "c.html");
	assert_string_equal(merged->document_root, "");
	assert_string_equal(merged->aliases[0], "www.a.example");
	assert_true(settings_merge(from, NULL, mask, 1, *state, &merged, &err));
	assert_int_equal(merged->n_index, 0);
	assert_false(settings_merge(from, given, unknown, 1, *state, &merged, &err));
	assert_string_equal(err.violations[0].field, "updateMask");
	assert_false(settings_merge(from, given, unprefixed, 1, *state, &merged, &err));
}

static void what_contradicts_itself_is_refused_by_its_place(void **state)
{
	static const struct {
		const char *json, *field, *rule;
	} cases[] = {
		{ "{\"aliases\":[\"a.example\"]}", "settings.aliases[0]", "repeated" },
		{ "{\"aliases\":[\"b.example\",\"b.example\"]}", "settings.aliases[1]", "repeated" },
		{ "{\"redirects\":[{\"from\":\"/a\",\"to\":\"/a\"}]}", "settings.redirects[0].to", "loop" },
		{ "{\"redirects\":[{\"from\":\"/a\",\"to\":\"/a/b\",\"below\":true}]}", "settings.redirects[0].to",
		  "loop" },
		{ "{\"redirects\":[{\"from\":\"/a\",\"to\":\"/b\",\"keepPath\":true}]}", "settings.redirects[0].to",
		  "loop" },
		{ "{\"redirects\":[{\"from\":\"/a\",\"to\":\"/%61\"}]}", "settings.redirects[0].to", "loop" },
		{ "{\"redirects\":[{\"from\":\"/a\",\"to\":\"/a?b=1\"}]}", "settings.redirects[0].to", "loop" },
		{ "{\"redirects\":[{\"from\":\"/a/\",\"to\":\"/a/b\",\"below\":true}]}", "settings.redirects[0].to",
		  "loop" },
		{ "{\"redirects\":[{\"from\":\"/a\",\"to\":\"/b\"},{\"from\":\"/%61\",\"to\":\"/c\"}]}",
		  "settings.redirects[1].from", "repeated" },
		{ "{\"redirects\":[{\"from\":\"/.well-%6Bnown/acme-challenge/\",\"to\":\"/b\",\"below\":true}]}",
		  "settings.redirects[0].from", "reserved" },
		{ "{\"redirects\":[{\"from\":\"/a\",\"to\":\"/b\",\"status\":200}]}", "settings.redirects[0].status",
		  "enum" },
		{ "{\"redirects\":[{\"from\":\"/a\",\"to\":\"/b\"},{\"from\":\"/a\",\"to\":\"/c\"}]}",
		  "settings.redirects[1].from", "repeated" },
		{ "{\"redirects\":[{\"from\":\"/.well-known/acme-challenge/\",\"to\":\"/b\",\"below\":true}]}",
		  "settings.redirects[0].from", "reserved" },
		{ "{\"errorPages\":[{\"status\":404,\"page\":\"/a\"},{\"status\":404,\"page\":\"/b\"}]}",
		  "settings.errorPages[1].status", "repeated" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error err = { 0 };

		assert_false(settings_check(read_json(*state, cases[i].json), "a.example", &err));
		assert_int_equal(err.code, ERR_INVALID);
		assert_string_equal(err.violations[0].field, cases[i].field);
		assert_string_equal(err.violations[0].rule, cases[i].rule);
	}
}

static void what_makes_sense_passes(void **state)
{
	struct error err = { 0 };

	assert_true(settings_check(
		read_json(*state,
	                  "{\"aliases\":[\"www.a.example\",\"b.example\"],\"redirects\":["
	                  "{\"from\":\"/a\",\"to\":\"/b\",\"status\":308},"
	                  "{\"from\":\"/old\",\"to\":\"/old-new\",\"below\":true},"
	                  "{\"from\":\"/c\",\"to\":\"/%63d\"},"
	                  "{\"from\":\"/a\",\"to\":\"https://c.example\",\"below\":true,\"keepPath\":true}],"
	                  "\"errorPages\":[{\"status\":404,\"page\":\"/a\"},{\"status\":500,\"page\":\"/a\"}]}"),
		"a.example", &err));
	assert_true(settings_has_alias(read_json(*state, "{\"aliases\":[\"b.example\"]}"), "b.example"));
	assert_false(settings_has_alias(NULL, "b.example"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_packed_is_read_back),
		cmocka_unit_test(a_merge_takes_what_the_mask_names_as_a_whole),
		cmocka_unit_test(what_contradicts_itself_is_refused_by_its_place),
		cmocka_unit_test(what_makes_sense_passes),
	};

	return cmocka_run_group_tests_name("web/settings", tests, set_up, tear_down);
}
