/* Requests: whose address, which trace. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "request.h"

#define TRUSTED "127.0.0.1 ::1,192.0.2.1"

static void addresses_are_believed_from_trusted_proxies_only(void **state)
{
	static const struct {
		const char *peer, *real, *forwarded, *wanted;
	} rows[] = {
		{ "198.51.100.1", "6.6.6.6", "7.7.7.7", "198.51.100.1" },
		{ "127.0.0.1", NULL, NULL, "127.0.0.1" },
		{ "127.0.0.1", "6.6.6.6", NULL, "6.6.6.6" },
		{ "::1", "2001:DB8:0::1", NULL, "2001:db8::1" },
		{ "127.0.0.1", NULL, "6.6.6.6, 7.7.7.7", "7.7.7.7" },
		{ "127.0.0.1", NULL, "6.6.6.6, 7.7.7.7 , 192.0.2.1, 127.0.0.1", "7.7.7.7" },
		{ "127.0.0.1", NULL, "6.6.6.6, evil", "127.0.0.1" },
		{ "127.0.0.1", NULL, "192.0.2.1", "127.0.0.1" },
		{ "127.0.0.1", "1.2.3.4, 5.6.7.8", NULL, "127.0.0.1" },
		{ "127.0.0.1", "1.2.3.4\n", NULL, "127.0.0.1" },
		{ "127.0.0.1", "", "", "127.0.0.1" },
		{ "127.0.0.1", "fe80::1%eth0", NULL, "127.0.0.1" },
	};
	char ip[REQUEST_IP];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		request_source_ip(rows[i].peer, TRUSTED, rows[i].real, rows[i].forwarded, ip);
		assert_string_equal(ip, rows[i].wanted);
	}
}

static void a_list_holds_whole_addresses(void **state)
{
	(void)state;
	assert_true(request_ip_listed(TRUSTED, "192.0.2.1"));
	assert_false(request_ip_listed(TRUSTED, "192.0.2.11"));
	assert_false(request_ip_listed(TRUSTED, "27.0.0.1"));
	assert_false(request_ip_listed(TRUSTED, ""));
	assert_false(request_ip_listed("", "127.0.0.1"));
}

static void a_good_trace_goes_on(void **state)
{
	static const char given[] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
	char trace[REQUEST_TRACEPARENT];

	(void)state;
	request_trace(given, trace);
	assert_memory_equal(trace, given, 36);
	assert_memory_not_equal(trace + 36, given + 36, 16);
	assert_string_equal(trace + 52, "-00");
}

static void a_bad_trace_is_replaced(void **state)
{
	static const char *const given[] = { NULL,
		                             "",
		                             "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-00",
		                             "00-00000000000000000000000000000000-b7ad6b7169203331-00",
		                             "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-00",
		                             "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00",
		                             "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00-x",
		                             "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0\n" };
	char trace[REQUEST_TRACEPARENT], again[REQUEST_TRACEPARENT];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(given); i++) {
		request_trace(given[i], trace);
		request_trace(trace, again); /* what is made is itself good */
		assert_memory_equal(trace, again, 36);
		assert_string_equal(trace + 52, "-01");
		assert_null(strchr(trace, 'x'));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_believed_from_trusted_proxies_only),
		cmocka_unit_test(a_list_holds_whole_addresses),
		cmocka_unit_test(a_good_trace_goes_on),
		cmocka_unit_test(a_bad_trace_is_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
