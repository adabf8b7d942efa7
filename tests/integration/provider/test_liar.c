/* Drivers of other providers against servers that answer nonsense: they fail, soon, in words, and nothing else happens.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/clock.h"

#include "liar.h"
#include "pebble.h"
#include "services/dns/provider/provider.h"

#define OK "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\n\r\n"
#define STATUS(status, headers) "HTTP/1.1 " status "\r\nConnection: close\r\n" headers "\r\n"
#define PDNS "/api/v1/servers/localhost/zones/shop.example."
#define CF_ZONE                                                                                                        \
	"{\"success\":true,\"result\":[{\"id\":\"abc\",\"name\":\"shop.example\",\"name_servers\":[\"ns.example\"]}]}"
#define CF_FIND "/zones?name=shop.example&per_page=5"
#define CF_READ "/zones/abc/dns_records?per_page=500&page=1"

enum { PATIENCE_MS = 1500 };

static struct pebble identity;

static int set_up(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_IGN);
	pebble_identity(&identity);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	pebble_erase(&identity);
	return 0;
}

static bool never(void *arg, const char *place)
{
	assert_ptr_equal(arg, &identity);
	assert_non_null(strstr(place, "://"));
	return false;
}

/* How far a look at shop.example went. */
struct look {
	bool found, there, read;
	size_t n;
	struct error err;
};

static struct look look(const struct provider *provider, const struct lie *lies, const char *ca, bool refuse)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(8 << 20);
	struct liar *liar = liar_start(&identity, lies);
	const struct provider_access access = { .base_url = liar_origin(liar),
		                                .server_id = "localhost",
		                                .token = "secret-token",
		                                .ca = ca,
		                                .may = refuse ? never : NULL,
		                                .arg = &identity,
		                                .deadline_ms = clock_monotonic_ms() + PATIENCE_MS };
	struct look ret = { .found = false };
	struct provider_zone zone;
	struct dns_record *list;
	void *self = NULL;

	if (!provider->calls->open(&access, &self, &ret.err))
		fail_msg("%s", ret.err.message);
	ret.found = provider->calls->find(self, "shop.example", arena, &ret.there, &zone, &ret.err);
	if (ret.found && ret.there)
		ret.read = provider->calls->read(self, &zone, arena, &list, &ret.n, &ret.err);
	provider->calls->close(self);
	liar_free(liar);
	assert_null(strstr(ret.err.message, "secret-token"));
	return ret;
}

static void expect(const struct provider *provider, const struct lie *lies, enum error_code code, const char *words)
{
	struct look got = look(provider, lies, identity.ca, false);

	if (got.err.code != code || !strstr(got.err.message, words))
		fail_msg("%s: %s (%s), not %s", provider->kind, got.err.message, error_code_name(got.err.code),
		         error_code_name(code));
}

static void statuses_say_what_to_do(void **state)
{
	static const struct {
		const char *bytes, *words;
		enum error_code code;
	} rows[] = {
		{ STATUS("401 no", "") "Unauthorized", "doesn't accept the token: Unauthorized", ERR_FORBIDDEN },
		{ STATUS("403 no", "") "{\"errors\":[{\"message\":\"its own words\"}]}", "its own words",
		  ERR_FORBIDDEN },
		{ STATUS("429 slow", "Retry-After: 7\r\n"), "asks to wait", ERR_RATE_LIMITED },
		{ STATUS("500 no", "") "<html>", "HTTP 500", ERR_UNAVAILABLE },
		{ STATUS("302 there", "Location: https://169.254.169.254/\r\n"), "another place", ERR_TEST_FAILED },
		{ OK "<html>hello", "isn't JSON", ERR_BAD_REPLY },
		{ OK "{\"a\":", "isn't JSON", ERR_BAD_REPLY },
		{ OK, "", ERR_BAD_REPLY },
		{ "nonsense\r\n\r\n", "", ERR_UNAVAILABLE },
		{ NULL, "in time", ERR_TIMEOUT },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct lie lies[] = { { PDNS, rows[i].bytes }, { CF_FIND, rows[i].bytes }, { NULL, NULL } };

		expect(&provider_powerdns, lies, rows[i].code, rows[i].words);
		expect(&provider_cloudflare, lies, rows[i].code, rows[i].words);
	}
	const struct lie slow[] = { { PDNS, rows[2].bytes }, { NULL, NULL } };

	assert_int_equal(look(&provider_powerdns, slow, identity.ca, false).err.retry_after_s, 7);
}

static void strangers_and_forbidden_places_get_no_token(void **state)
{
	const struct lie lies[] = { { PDNS, OK "{\"rrsets\":[]}" }, { NULL, NULL } };
	struct look got = look(&provider_powerdns, lies, "", false);

	(void)state;
	assert_int_equal(got.err.code, ERR_UNAVAILABLE);
	assert_non_null(strstr(got.err.message, "certificate"));
	got = look(&provider_powerdns, lies, identity.ca, true);
	assert_int_equal(got.err.code, ERR_FORBIDDEN);
	assert_true(look(&provider_powerdns, lies, identity.ca, false).read);
}

static void odd_answers_of_powerdns(void **state)
{
	static const struct {
		const char *body;
		bool found, read;
		size_t n;
	} rows[] = {
		{ "[]", false, false, 0 },
		{ "{}", false, false, 0 },
		{ "null", false, false, 0 },
		{ "{\"rrsets\":{}}", false, false, 0 },
		{ "{\"rrsets\":[1,null,\"x\",[],{}]}", true, true, 0 },
		{ "{\"rrsets\":[{\"name\":1,\"type\":\"A\",\"records\":[]}]}", true, true, 0 },
		{ "{\"rrsets\":[{\"name\":\"shop.example.\",\"type\":\"A\",\"ttl\":\"x\",\"records\":{}}]}", true, true,
		  0 },
		{ "{\"rrsets\":[{\"name\":\"shop.example.\",\"type\":\"A\",\"ttl\":99999999999999,\"records\":[{},1,{"
		  "\"content\":2},"
		  "{\"content\":\"192.0.2.1\"},{\"content\":\"999\"},{\"content\":\"192.0.2.2\",\"disabled\":true}]}]}",
		  true, true, 1 },
		{ "{\"rrsets\":[{\"name\":\"\",\"type\":\"A\",\"records\":[{\"content\":\"192.0.2.1\"}]}]}", true, true,
		  0 },
		{ "{\"rrsets\":[{\"name\":\"shop.example.\",\"type\":\"TXT\",\"records\":[{\"content\":"
		  "\"\\\"a\\nb\\\"\"}]}]}",
		  true, true, 0 },
		{ "{\"rrsets\":[{\"name\":\"shop.example.\",\"type\":\"NS\",\"records\":[{\"content\":\"\"},{"
		  "\"content\":\".\"}]}]}",
		  true, true, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char bytes[1024];
		const struct lie lies[] = { { PDNS, bytes }, { NULL, NULL } };

		snprintf(bytes, sizeof(bytes), OK "%s", rows[i].body);
		const struct look got = look(&provider_powerdns, lies, identity.ca, false);

		if (got.found != rows[i].found || got.read != rows[i].read || (got.read && got.n != rows[i].n))
			fail_msg("%s: found %d, read %d, %zu records (%s)", rows[i].body, got.found, got.read, got.n,
			         got.err.message);
	}
}

static void odd_answers_of_cloudflare(void **state)
{
	static const struct {
		const char *zone, *records;
		bool found, there, read;
		size_t n;
	} rows[] = {
		{ "{\"success\":false,\"errors\":[{\"message\":\"m\"}]}", "", false, false, false, 0 },
		{ "{\"success\":1,\"result\":[]}", "", false, false, false, 0 },
		{ "{\"success\":true,\"result\":null}", "", true, false, false, 0 },
		{ "{\"success\":true,\"result\":[{\"name\":\"other.example\",\"id\":\"abc\"}]}", "", true, false, false,
		  0 },
		/* Nothing becomes a part of a URL that would lead elsewhere. */
		{ "{\"success\":true,\"result\":[{\"name\":\"shop.example\",\"id\":\"../../user\"}]}", "", true, false,
		  false, 0 },
		{ "{\"success\":true,\"result\":[{\"name\":\"shop.example\",\"id\":\"\"}]}", "", true, false, false,
		  0 },
		{ CF_ZONE, "{\"success\":true}", true, true, false, 0 },
		{ CF_ZONE, "{\"success\":true,\"result\":[]}", true, true, true, 0 },
		{ CF_ZONE, "{\"success\":true,\"result\":[1,null,{},[]],\"result_info\":{\"total_pages\":1}}", true,
		  true, true, 0 },
		{ CF_ZONE,
		  "{\"success\":true,\"result\":[{\"id\":\"a/"
		  "b\",\"name\":\"shop.example\",\"type\":\"A\",\"content\":\"192.0.2.1\"},"
		  "{\"id\":\"a\",\"name\":\"shop.example\",\"type\":\"A\",\"content\":\"192.0.2.1\",\"ttl\":1},"
		  "{\"id\":\"b\",\"name\":\"x.shop.example\",\"type\":\"SRV\",\"data\":{\"priority\":\"1\",\"weight\":["
		  "],\"port\":1}},"
		  "{\"id\":\"c\",\"name\":\"elsewhere.example\",\"type\":\"A\",\"content\":\"192.0.2.1\"},"
		  "{\"id\":\"d\",\"name\":\"y.shop.example\",\"type\":\"LOC\",\"content\":\"x\"}]}",
		  true, true, true, 1 },
		/* It says that there is always more: the next page isn't there. */
		{ CF_ZONE,
		  "{\"success\":true,\"result\":[{\"id\":\"a\",\"name\":\"shop.example\",\"type\":\"A\",\"content\":"
		  "\"192.0.2.1\"}],"
		  "\"result_info\":{\"total_pages\":99999999}}",
		  true, true, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char zone[512], records[1024];
		const struct lie lies[] = { { CF_FIND, zone }, { CF_READ, records }, { NULL, NULL } };

		snprintf(zone, sizeof(zone), OK "%s", rows[i].zone);
		snprintf(records, sizeof(records), OK "%s", rows[i].records);
		const struct look got = look(&provider_cloudflare, lies, identity.ca, false);

		if (got.found != rows[i].found || got.there != rows[i].there || got.read != rows[i].read ||
		    (got.read && got.n != rows[i].n))
			fail_msg("%s %s: found %d, there %d, read %d, %zu records (%s)", rows[i].zone, rows[i].records,
			         got.found, got.there, got.read, got.n, got.err.message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(statuses_say_what_to_do),
		cmocka_unit_test(strangers_and_forbidden_places_get_no_token),
		cmocka_unit_test(odd_answers_of_powerdns),
		cmocka_unit_test(odd_answers_of_cloudflare),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
