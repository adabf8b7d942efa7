/* Addresses that the whole world can reach, and those that it can't. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "lib/base/cleanup.h"

#include "address.h"

static void only_public_addresses_are_global(void **state)
{
	static const struct {
		const char *text;
		bool global;
	} rows[] = {
		{ "8.8.8.8", true },
		{ "9.255.255.255", true },
		{ "11.0.0.0", true },
		{ "100.63.255.255", true },
		{ "100.128.0.0", true },
		{ "172.15.255.255", true },
		{ "172.32.0.0", true },
		{ "192.167.0.1", true },
		{ "198.17.255.255", true },
		{ "223.255.255.255", true },
		{ "2a00:1450::1", true },
		{ "2001:4860:4860::8888", true },
		{ "0.0.0.0", false },
		{ "10.1.2.3", false },
		{ "100.64.0.1", false },
		{ "100.127.255.255", false },
		{ "127.0.0.1", false },
		{ "169.254.1.1", false },
		{ "172.16.0.1", false },
		{ "172.31.255.255", false },
		{ "192.168.1.1", false },
		{ "192.0.2.1", false },
		{ "198.19.0.1", false },
		{ "224.0.0.1", false },
		{ "255.255.255.255", false },
		{ "::", false },
		{ "::1", false },
		{ "::ffff:8.8.8.8", false },
		{ "64:ff9b::808:808", false },
		{ "fc00::1", false },
		{ "fe80::1", false },
		{ "ff02::1", false },
		{ "2001:db8::1", false },
		{ "2002:c000:0201::1", false },
		{ "3fff:0fff::1", false },
		{ "", false },
		{ "8.8.8", false },
		{ "8.8.8.8 ", false },
		{ "home.example", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (address_is_global(rows[i].text) != rows[i].global)
			fail_msg("%s", rows[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(only_public_addresses_are_global) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
