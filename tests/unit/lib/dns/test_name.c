/* Tests of name.c: what a name in a zone is, and what it is called. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/dns/name.h"

enum { ARENA_MAX = 1 << 20 };

#define LABEL63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ZONE "shop.example."

struct row {
	const char *text, *normal; /* NULL: refused */
	unsigned flags;
	const char *origin; /* NULL: ZONE */
};

static void check_row(const struct row *row, const char *name, const char *why)
{
	if ((name == NULL) != (row->normal == NULL))
		fail_msg("'%s' was %s", row->text, name ? "taken" : "refused");
	if (name)
		assert_string_equal(name, row->normal);
	else
		assert_true(why && *why);
}

static void names_are_absolute_and_in_lower_case(void **state)
{
	static const struct row rows[] = {
		{ "@", ZONE, 0, NULL },
		{ "www", "www.shop.example.", 0, NULL },
		{ "WWW", "www.shop.example.", 0, NULL },
		{ "a.b", "a.b.shop.example.", 0, NULL },
		{ "mail.other.example.", "mail.other.example.", 0, NULL },
		{ "com.", "com.", 0, NULL },
		{ "_dmarc", "_dmarc.shop.example.", 0, NULL },
		{ "a_b", "a_b.shop.example.", 0, NULL },
		{ "1", "1.shop.example.", 0, NULL },
		{ "r3---sn.video.example.", "r3---sn.video.example.", 0, NULL },
		{ "\xC3\xBC", "xn--tda.shop.example.", 0, NULL },
		{ "B\xC3\x9C"
		  "CHER.a",
		  "xn--bcher-kva.a.shop.example.", 0, NULL },
		{ LABEL63, LABEL63 "." ZONE, 0, NULL },
		{ "www", "www.", 0, "." },
		{ ".", ".", DNS_NAME_ROOT, NULL },
		{ "@", ".", DNS_NAME_ROOT, "." },
		{ "*", "*.shop.example.", DNS_NAME_WILDCARD, NULL },
		{ "*.a", "*.a.shop.example.", DNS_NAME_WILDCARD, NULL },
		{ "first\\.last", "first\\.last.shop.example.", DNS_NAME_MAILBOX, NULL },
		{ "a\\.b.c.example.", "a\\.b.c.example.", DNS_NAME_MAILBOX, NULL },
		{ "a\\.", "a\\..shop.example.", DNS_NAME_MAILBOX, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX);
		const char *why = NULL;
		const char *name =
			dns_name(rows[i].text, rows[i].origin ? rows[i].origin : ZONE, rows[i].flags, arena, &why);

		check_row(&rows[i], name, why);
	}
}

static void what_is_no_name_is_refused(void **state)
{
	static const struct row rows[] = {
		{ "", NULL, 0, NULL },
		{ ".", NULL, 0, NULL },
		{ "@", NULL, 0, "." }, /* the root, by another name */
		{ "..", NULL, DNS_NAME_ROOT, NULL },
		{ "a..b", NULL, 0, NULL },
		{ ".a", NULL, 0, NULL },
		{ "a..", NULL, 0, NULL },
		{ "@.a", NULL, 0, NULL },
		{ "-a", NULL, 0, NULL },
		{ "a-", NULL, 0, NULL },
		{ "a b", NULL, 0, NULL },
		{ "a/b", NULL, 0, NULL },
		{ "a\nb", NULL, 0, NULL },
		{ "a;b", NULL, 0, NULL },
		{ "a\"b", NULL, 0, NULL },
		{ "a\\.b", NULL, 0, NULL },
		{ "a\\065", NULL, DNS_NAME_MAILBOX, NULL },
		{ "x.a\\.b", NULL, DNS_NAME_MAILBOX, NULL }, /* only in the first label */
		{ "a\\", NULL, DNS_NAME_MAILBOX, NULL },
		{ "$ORIGIN", NULL, 0, NULL },
		{ "*", NULL, 0, NULL },
		{ "a.*", NULL, DNS_NAME_WILDCARD, NULL },
		{ "*.*", NULL, DNS_NAME_WILDCARD, NULL },
		{ "*a", NULL, DNS_NAME_WILDCARD, NULL },
		{ "_a", NULL, DNS_NAME_HOST, NULL },
		{ "a", NULL, DNS_NAME_HOST, "_tcp.shop.example." },
		{ "@", NULL, DNS_NAME_HOST, "_tcp.shop.example." },
		{ "a" LABEL63, NULL, 0, NULL },
		{ "www.shop.example", NULL, 0, NULL }, /* its dot was forgotten */
		{ "shop.example", NULL, 0, NULL },
		{ "SHOP.example", NULL, 0, NULL },
		{ "\xC3\xBC\xE3\x80\x82"
		  "example",
		  NULL, 0, NULL }, /* U+3002 is a dot to libidn2 */
		{ "a\xE3\x80\x82"
		  "b",
		  NULL, 0, NULL },
		{ "\xC3", NULL, 0, NULL },
		{ "\xF0\x9F\x98\x80", NULL, 0, NULL }, /* not in IDNA2008 */
		{ LABEL63 "." LABEL63 "." LABEL63 "." LABEL63 ".", NULL, 0, NULL },
		{ LABEL63 "." LABEL63 "." LABEL63 "." LABEL63, NULL, 0, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX);
		const char *why = NULL;
		const char *name =
			dns_name(rows[i].text, rows[i].origin ? rows[i].origin : ZONE, rows[i].flags, arena, &why);

		check_row(&rows[i], name, why);
	}
}

static void a_name_has_253_characters_at_most(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX);
	char text[2048];
	const char *why = NULL;

	(void)state;
	for (size_t size = 240; size <= 1100; size++) {
		for (size_t i = 0; i < size; i++)
			text[i] = i % 50 == 49 ? '.' : 'a';
		memcpy(text + size - 1, "a", sizeof("a"));
		assert_int_equal(dns_name(text, ".", 0, arena, &why) != NULL, size <= 253);
	}
}

static void owners_are_in_their_zone(void **state)
{
	static const struct row rows[] = {
		{ "@", ZONE, 0, NULL },
		{ "*.x", "*.x.shop.example.", 0, NULL },
		{ "_sip._tcp", "_sip._tcp.shop.example.", 0, NULL },
		{ "shop.example.", ZONE, 0, NULL },
		{ "www.shop.example.", "www.shop.example.", 0, NULL },
		{ "other.example.", NULL, 0, NULL },
		{ "workshop.example.", NULL, 0, NULL },
		{ "example.", NULL, 0, NULL },
		{ ".", NULL, 0, NULL },
		{ "x.*.y", NULL, 0, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX);
		const char *why = NULL;
		const char *name = dns_owner(rows[i].text, ZONE, arena, &why);

		check_row(&rows[i], name, why);
	}
}

static void zones_are_domains_or_reverse_zones(void **state)
{
	static const struct row rows[] = {
		{ "shop.example", "shop.example", 0, NULL },
		{ "Shop.Example.", "shop.example", 0, NULL },
		{ "b\xC3\xBC"
		  "cher.example",
		  "xn--bcher-kva.example", 0, NULL },
		{ "2.0.192.in-addr.arpa", "2.0.192.in-addr.arpa", 0, NULL },
		{ "10.IN-ADDR.arpa.", "10.in-addr.arpa", 0, NULL },
		{ "1.2.0.192.in-addr.arpa", "1.2.0.192.in-addr.arpa", 0, NULL },
		{ "0-25.2.0.192.in-addr.arpa", "0-25.2.0.192.in-addr.arpa", 0, NULL },
		{ "128-25.2.0.192.in-addr.arpa", "128-25.2.0.192.in-addr.arpa", 0, NULL },
		{ "8.b.d.0.1.0.0.2.ip6.arpa", "8.b.d.0.1.0.0.2.ip6.arpa", 0, NULL },
		{ "example", NULL, 0, NULL },
		{ ".", NULL, 0, NULL },
		{ "@", NULL, 0, NULL },
		{ "", NULL, 0, NULL },
		{ "a_b.example", NULL, 0, NULL },
		{ "*.example", NULL, 0, NULL },
		{ "shop.example..", NULL, 0, NULL },
		{ "192.0.2.1", NULL, 0, NULL },
		{ "in-addr.arpa", NULL, 0, NULL },
		{ "ip6.arpa", NULL, 0, NULL },
		{ "256.in-addr.arpa", NULL, 0, NULL },
		{ "01.in-addr.arpa", NULL, 0, NULL },
		{ "a.in-addr.arpa", NULL, 0, NULL },
		{ "1.1.2.0.192.in-addr.arpa", NULL, 0, NULL },
		{ "0/25.2.0.192.in-addr.arpa", NULL, 0, NULL },
		{ "0-25.0.192.in-addr.arpa", NULL, 0, NULL },
		{ "2.0-25.0.192.in-addr.arpa", NULL, 0, NULL },
		{ "0-256.2.0.192.in-addr.arpa", NULL, 0, NULL },
		{ "0-25-3.2.0.192.in-addr.arpa", NULL, 0, NULL },
		{ "0-00000000025.2.0.192.in-addr.arpa", NULL, 0, NULL },
		{ "10.b.d.0.1.0.0.2.ip6.arpa", NULL, 0, NULL },
		{ "g.ip6.arpa", NULL, 0, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX);
		const char *why = NULL;
		const char *name = dns_zone_name(rows[i].text, arena, &why);

		check_row(&rows[i], name, why);
	}
	assert_true(dns_zone_is_reverse("2.0.192.in-addr.arpa"));
	assert_true(dns_zone_is_reverse("8.b.d.0.1.0.0.2.ip6.arpa"));
	assert_false(dns_zone_is_reverse("shop.example"));
	assert_false(dns_zone_is_reverse("xin-addr.arpa"));
}

static void addresses_have_reverse_names(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX);

	(void)state;
	assert_string_equal(dns_reverse_name("192.0.2.10", arena), "10.2.0.192.in-addr.arpa.");
	assert_string_equal(dns_reverse_name("2001:db8::a:10", arena),
	                    "0.1.0.0.a.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.");
	assert_string_equal(dns_reverse_zone("192.0.2.0", 24, arena), "2.0.192.in-addr.arpa");
	assert_string_equal(dns_reverse_zone("2001:db8::", 32, arena), "8.b.d.0.1.0.0.2.ip6.arpa");
	assert_null(dns_reverse_name("192.0.2", arena));
	assert_null(dns_reverse_name("192.0.2.010", arena));
	assert_null(dns_reverse_name("::1%lo", arena));
	assert_string_equal(dns_reverse_zone("192.0.2.5", 25, arena), "0-25.2.0.192.in-addr.arpa");
	assert_string_equal(dns_reverse_zone("192.0.2.255", 31, arena), "254-31.2.0.192.in-addr.arpa");
	assert_string_equal(dns_reverse_zone("192.0.2.255", 32, arena), "255.2.0.192.in-addr.arpa");
	for (unsigned prefix = 25; prefix < 32; prefix++) {
		const char *why = NULL, *zone = dns_reverse_zone("192.0.2.200", prefix, arena);

		assert_non_null(dns_zone_name(zone, arena, &why));
	}
	assert_null(dns_reverse_zone("192.0.2.0", 23, arena));
	assert_null(dns_reverse_zone("192.0.2.0", 0, arena));
	assert_null(dns_reverse_zone("192.0.2.0", 40, arena));
	assert_null(dns_reverse_zone("2001:db8::", 33, arena));
	assert_null(dns_reverse_zone("2001:db8::", 132, arena));
	assert_null(dns_reverse_zone("2001:db8::", UINT32_MAX, arena));
}

static void names_come_back_as_people_wrote_them(void **state)
{
	static const char *const names[] = { "@",
		                             "www",
		                             "*.a.b",
		                             "_dmarc",
		                             "other.example.",
		                             "a.shop.example.shop.example.",
		                             "shop.example.shop.example.",
		                             "workshop.example." };
	_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const char *why = NULL, *name = dns_name(names[i], ZONE, DNS_NAME_WILDCARD, arena, &why);

		assert_non_null(name);
		assert_string_equal(dns_name_relative(name, ZONE, arena), names[i]);
	}
	assert_string_equal(dns_name_relative("www.example.", ".", arena), "www.example.");
	assert_true(dns_name_within("shop.example.", ZONE));
	assert_true(dns_name_within("a.shop.example.", ZONE));
	assert_false(dns_name_within("workshop.example.", ZONE));
	assert_false(dns_name_within("example.", ZONE));
	assert_true(dns_name_within("example.", "."));
}

/* The example of RFC 4034 §6.1, as far as its names can be ours. */
static void names_have_an_order(void **state)
{
	static const char *const names[] = {
		".",          "example.",     "a.example.",   "yljkjljk.a.example.", "z.a.example.", "zabc.a.example.",
		"z.example.", "*.z.example.", "0.z.example.", "zz.example.",         "a.test."
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		for (size_t j = 0; j < ARRAY_SIZE(names); j++) {
			int order = dns_name_compare(names[i], names[j]);

			if ((order > 0) - (order < 0) != (i > j) - (i < j))
				fail_msg("%s and %s: %d", names[i], names[j], order);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_absolute_and_in_lower_case), cmocka_unit_test(what_is_no_name_is_refused),
		cmocka_unit_test(a_name_has_253_characters_at_most),    cmocka_unit_test(owners_are_in_their_zone),
		cmocka_unit_test(zones_are_domains_or_reverse_zones),   cmocka_unit_test(addresses_have_reverse_names),
		cmocka_unit_test(names_come_back_as_people_wrote_them), cmocka_unit_test(names_have_an_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
