/* What providers say, made words and records of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "services/dns/provider/talk.h"

static void expect_words(const char *json, const char *text, const char *wanted)
{
	struct talk_answer answer = { .json = json ? json_loads(json, 0, NULL) : NULL, .text = text };
	char words[32];

	assert_string_equal(talk_words(&answer, words, sizeof(words)), wanted);
	talk_done(&answer);
}

static void words_of_a_refusal(void **state)
{
	(void)state;
	expect_words("{\"error\":\"Not a zone\"}", NULL, "Not a zone");
	expect_words("{\"errors\":[{\"code\":1,\"message\":\"Bad token\"}]}", NULL, "Bad token");
	expect_words("{\"errors\":[{\"message\":\"Invalid\",\"error_chain\":[{\"message\":\"header\"}]}]}", NULL,
	             "Invalid: header");
	expect_words("{\"errors\":[\"a\"]}", NULL, "a");
	expect_words("{\"errors\":[]}", NULL, "no reason");
	expect_words("[]", NULL, "no reason");
	expect_words(NULL, "Unauthorized", "Unauthorized");
	expect_words(NULL, "<html>", "no reason");
	expect_words(NULL, NULL, "no reason");
	expect_words("{\"error\":\"two\\nlines\\u007f\"}", NULL, "two lines ");
	/* Cut between characters. */
	expect_words("{\"error\":\"0123456789012345678901234567890123456789\"}", NULL,
	             "0123456789012345678901234567890");
	expect_words("{\"error\":\"012345678901234567890123456789\\u00e4\"}", NULL, "012345678901234567890123456789");
}

static void foreign_records_are_read_or_left_out(void **state)
{
	struct arena *arena = *state;
	struct talk_records records = { .origin = "shop.example." };

	assert_true(talk_add(&records, "www.shop.example", DNS_A, 300, "192.0.2.1", arena));
	assert_int_equal(records.n, 1);
	assert_string_equal(records.list[0].name, "www.shop.example.");
	assert_true(talk_add(&records, "shop.example.", DNS_TXT, 300, "bare text; of all sorts", arena));
	assert_string_equal(records.list[1].data, "\"bare text; of all sorts\"");
	assert_true(talk_add(&records, "x.shop.example", DNS_CNAME, INT64_MAX, "www.shop.example", arena));
	assert_string_equal(records.list[2].data, "www.shop.example.");
	assert_int_equal(records.list[2].ttl, INT32_MAX);
	/* Left out. */
	assert_true(talk_add(&records, "shop.example", DNS_SOA, 300, "ns.example. me.example. 1 2 3 4 5", arena));
	assert_true(talk_add(&records, "shop.example.", DNS_NS, 300, "ns.example.", arena));
	assert_true(talk_add(&records, "elsewhere.example", DNS_A, 300, "192.0.2.1", arena));
	assert_true(talk_add(&records, "a.shop.example", DNS_A, 300, "nonsense", arena));
	assert_true(talk_add(&records, "a.shop.example", DNS_NONE, 300, "x", arena));
	assert_true(talk_add(&records, "", DNS_A, 300, "192.0.2.1", arena));
	assert_true(talk_add(&records, "a..shop.example", DNS_A, 300, "192.0.2.1", arena));
	assert_int_equal(records.n, 3);
	for (size_t i = 0; i < 500; i++)
		assert_true(talk_add(&records, "many.shop.example", DNS_A, 300, "192.0.2.1", arena));
	assert_int_equal(records.n, 503);
}

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_of_a_refusal),
		cmocka_unit_test_setup_teardown(foreign_records_are_read_or_left_out, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
