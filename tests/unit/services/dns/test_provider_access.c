/* Where accounts of other providers may be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "services/dns/provider_access.h"

static const struct dns_settings strict = { .provider_allowed = (char *)(uintptr_t) "",
	                                    .provider_refused = (char *)(uintptr_t) "192.0.2.9:4222" };
static const struct dns_settings open = { .provider_allowed = (char *)(uintptr_t) "127.0.0.9, 10.0.0.1:8081",
	                                  .provider_refused = (char *)(uintptr_t) "" };

static bool may(const char *url, const struct dns_settings *settings)
{
	struct error err = { 0 };

	if (access_url_check(url, settings, &err))
		return true;
	assert_string_equal(err.violations[0].field, "baseUrl");
	return false;
}

static void only_https_to_outer_places(void **state)
{
	(void)state;
	assert_true(may("https://dns.example", &strict));
	assert_true(may("https://dns.example:8081/below", &strict));
	assert_true(may("https://192.0.2.1:8081", &strict));
	assert_true(may("https://[2001:db8::1]:8081", &strict));
	assert_false(may("http://dns.example", &strict));
	assert_false(may("http://192.0.2.1", &strict));
	assert_false(may("https://127.0.0.1:8081", &strict));
	assert_false(may("https://169.254.169.254/latest", &strict));
	assert_false(may("https://[::1]:8081", &strict));
	assert_false(may("https://[::ffff:127.0.0.1]", &strict));
	assert_false(may("https://192.0.2.9:4222", &strict));
}

static void what_is_listed_is_allowed_and_plain(void **state)
{
	(void)state;
	assert_true(may("http://127.0.0.9:8081", &open));
	assert_true(may("https://127.0.0.9", &open));
	assert_true(may("http://10.0.0.1:8081", &open));
	assert_false(may("http://10.0.0.1:8082", &open));
	assert_false(may("http://127.0.0.1:8081", &open));
	assert_false(may("http://127.0.0.9.example:8081", &open));
}

static void nonsense_is_no_url(void **state)
{
	static const char *const urls[] = { "",
		                            "/path",
		                            "ftp://dns.example",
		                            "https://",
		                            "https:///x",
		                            "https://user@dns.example",
		                            "https://dns.example/?a=b",
		                            "https://dns.example/#x",
		                            "https://127.0.0.9@evil.example" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(urls); i++)
		if (may(urls[i], &open))
			fail_msg("'%s' is a good URL", urls[i]);
}

static void servers_are_names_or_addresses_with_a_port(void **state)
{
	struct server server;

	(void)state;
	assert_true(server_parse("ns1.example", &server) && server.is_name && server.port == 53);
	assert_true(server_parse("ns1.example:5300", &server) && server.is_name && server.port == 5300);
	assert_true(server_parse("192.0.2.1", &server) && !server.is_name && server.port == 53);
	assert_true(server_parse("[2001:db8::1]:5300", &server) && !server.is_name && server.port == 5300);
	assert_string_equal(server.host, "2001:db8::1");
	assert_false(server_parse("", &server));
	assert_false(server_parse("ns1.example:", &server));
	assert_false(server_parse("ns1.example:0", &server));
	assert_false(server_parse("ns1.example:65536", &server));
	assert_false(server_parse("[ns1.example]", &server));
	assert_false(server_parse("[::1", &server));
}

static void inner_servers_are_not_asked(void **state)
{
	struct server server;

	(void)state;
	assert_true(server_parse("127.0.0.1:53", &server) && !server_may(&server, &strict));
	assert_true(server_parse("[::1]", &server) && !server_may(&server, &strict));
	assert_true(server_parse("192.0.2.1", &server) && server_may(&server, &strict));
	assert_true(server_parse("127.0.0.9:5300", &server) && server_may(&server, &open));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_https_to_outer_places),
		cmocka_unit_test(what_is_listed_is_allowed_and_plain),
		cmocka_unit_test(nonsense_is_no_url),
		cmocka_unit_test(servers_are_names_or_addresses_with_a_port),
		cmocka_unit_test(inner_servers_are_not_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
