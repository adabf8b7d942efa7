/* Records to Cloudflare's spelling and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/dns/rdata.h"

#include "services/dns/provider/cloudflare_record.h"

static const struct {
	enum dns_type type;
	const char *data, *json; /* without type, name and ttl */
} rows[] = {
	{ DNS_A, "192.0.2.1", "{\"content\":\"192.0.2.1\"}" },
	{ DNS_AAAA, "2001:db8::1", "{\"content\":\"2001:db8::1\"}" },
	{ DNS_CNAME, "www.shop.example.", "{\"content\":\"www.shop.example\"}" },
	{ DNS_MX, "10 mail.shop.example.", "{\"priority\":10,\"content\":\"mail.shop.example\"}" },
	{ DNS_MX, "0 .", "{\"priority\":0,\"content\":\".\"}" },
	{ DNS_TXT, "\"some \\\"text\\\"\" \"more\"",
	  "{\"content\":\"\\\"some \\\\\\\"text\\\\\\\"\\\" \\\"more\\\"\"}" },
	{ DNS_SRV, "1 2 5060 sip.shop.example.",
	  "{\"data\":{\"priority\":1,\"weight\":2,\"port\":5060,\"target\":\"sip.shop.example\"}}" },
	{ DNS_CAA, "128 issue \"ca.example\"",
	  "{\"data\":{\"flags\":128,\"tag\":\"issue\",\"value\":\"ca.example\"}}" },
	{ DNS_SSHFP, "4 2 abababababababababababababababababababababababababababababababab",
	  "{\"data\":{\"algorithm\":4,\"type\":2,\"fingerprint\":"
	  "\"abababababababababababababababababababababababababababababababab\"}}" },
	{ DNS_HTTPS, "1 . alpn=h2", "{\"data\":{\"priority\":1,\"target\":\".\",\"value\":\"alpn=h2\"}}" },
	{ DNS_NAPTR, "100 10 \"U\" \"SIP+D2U\" \"!^.*$!sip:info@shop.example!\" .",
	  "{\"data\":{\"order\":100,\"preference\":10,\"flags\":\"U\",\"service\":\"SIP+D2U\",\"regex\":\"!^.*$!sip:"
	  "info@shop."
	  "example!\",\"replacement\":\".\"}}" },
};

static void there_and_back(void **state)
{
	struct arena *arena = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct dns_record record = { "x.shop.example.", rows[i].type, 300, rows[i].data, 0 };
		json_t *json = cloudflare_json(&record, arena), *wanted = json_loads(rows[i].json, 0, NULL);
		struct rdata_fault fault = { 0 };
		const char *data, *back;

		assert_non_null(json);
		assert_non_null(wanted);
		assert_string_equal(json_string_value(json_object_get(json, "name")), "x.shop.example");
		assert_int_equal(json_integer_value(json_object_get(json, "ttl")), 300);
		back = cloudflare_data(rows[i].type, json, arena);
		assert_non_null(back);
		if (!rdata_normalise(rows[i].type, back, ".", arena, &data, &fault))
			fail_msg("%s: %s", back, fault.words);
		assert_string_equal(data, rows[i].data);
		json_object_del(json, "name");
		json_object_del(json, "ttl");
		json_object_del(json, "type");
		if (!json_equal(json, wanted))
			fail_msg("%s is %s", rows[i].data, json_dumps(json, JSON_COMPACT));
		json_decref(json);
		json_decref(wanted);
	}
}

static void nonsense_is_no_data(void **state)
{
	static const char *const texts[] = { "{}", "{\"content\":1}", "{\"content\":null}", "{\"data\":{}}",
		                             "[]", "{\"data\":[]}" };

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		json_t *json = json_loads(texts[i], 0, NULL);

		assert_null(cloudflare_data(DNS_SRV, json, *state));
		assert_null(cloudflare_data(DNS_A, json, *state));
		json_decref(json);
	}
}

static void aliases_are_not_there(void **state)
{
	(void)state;
	assert_false(cloudflare_supports(DNS_ALIAS));
	assert_false(cloudflare_supports(DNS_SOA));
	assert_true(cloudflare_supports(DNS_HTTPS));
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
		cmocka_unit_test_setup_teardown(there_and_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nonsense_is_no_data, set_up, tear_down),
		cmocka_unit_test(aliases_are_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
