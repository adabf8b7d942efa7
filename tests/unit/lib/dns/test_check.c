/* Tests of check.c, diff.c, record.c: what must hold between the records of a zone, and how two zones differ. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/dns/name.h"
#include "lib/dns/rdata.h"
#include "lib/dns/record.h"
#include "lib/dns/zonefile.h"

#define ZONE "shop.example."

enum { FAULTS_MOST = 64 };

static const struct dns_limits limits = { .least_ttl = 30, .most_ttl = 604800, .records = 10000, .in_set = 100 };

/* The records of a zone file, sorted; their tags are its lines. */
static struct zonefile read_zone(const char *text, struct arena *arena)
{
	struct zonefile file;

	if (!zonefile_read(text, strlen(text), ZONE, 3600, arena, &file))
		fail_msg("'%s': line %u: %s", text, file.faults[0].line, file.faults[0].words);
	dns_sort(file.records, file.n);
	return file;
}

/* The faults as "line member rule", one after another. */
static void check_zone(const char *text, const struct dns_limits *of, const char *expected)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(ZONEFILE_ARENA);
	_cleanup_buf_ struct buf out = { 0 };
	struct dns_fault faults[FAULTS_MOST];
	struct zonefile file = read_zone(text, arena);
	size_t n = dns_check(file.records, file.n, ZONE, of, faults, FAULTS_MOST);

	assert_in_range(n, 0, FAULTS_MOST);
	for (size_t i = 0; i < n; i++) {
		buf_printf(&out, "%s%zd %s %s", i ? ", " : "", (ssize_t)faults[i].tag, faults[i].member,
		           faults[i].rule);
		assert_true(*faults[i].words);
	}
	if (strcmp(out.data ? out.data : "", expected) != 0)
		fail_msg("'%s': '%s' isn't '%s'", text, out.data ? out.data : "", expected);
}

struct row {
	const char *text, *expected; /* "": nothing is wrong */
};

static void check_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		check_zone(rows[i].text, &limits, rows[i].expected);
}

#define CHECK(rows) check_rows(rows, ARRAY_SIZE(rows))

static void aliases_stand_alone(void **state)
{
	static const struct row rows[] = {
		{ "", "" },
		{ "www CNAME a.other.example.\n", "" },
		{ "www CNAME a\nwww.x A 192.0.2.1\n", "" },
		{ "www CNAME a\nwww A 192.0.2.1\n", "1 type cname_alone" },
		{ "www CNAME a\nwww CNAME b\n", "1 type cname_alone, 2 type cname_alone, 2 type single" },
		{ "@ CNAME a\n", "1 type cname_apex" },
		{ "www CNAME www\n", "1 data loop" },
		{ "@ ALIAS cdn.example.\n@ TXT x\n", "" },
		{ "@ ALIAS cdn.example.\n@ A 192.0.2.1\n", "1 type alias_alone" },
		{ "@ ALIAS cdn.example.\n@ AAAA 2001:db8::1\n", "1 type alias_alone" },
		{ "@ ALIAS cdn.example.\n@ ALIAS b.example.\n", "1 type single" },
		{ "www ALIAS cdn.example.\n", "1 name alias_apex" },
		{ "@ HTTPS 0 cdn.example.\n", "" },
		{ "@ HTTPS 1 .\n@ HTTPS 2 .\n", "" },
		{ "@ HTTPS 0 cdn.example.\n@ HTTPS 1 .\n", "1 data alias_alone" },
		{ "a SVCB 0 b.example.\na SVCB 0 c.example.\n", "1 data alias_alone, 2 data alias_alone" },
	};

	(void)state;
	CHECK(rows);
}

static void targets_are_hosts(void **state)
{
	static const struct row rows[] = {
		{ "@ MX 10 mail\nmail A 192.0.2.1\n", "" },
		{ "@ MX 10 mail\n", "" }, /* perhaps soon */
		{ "@ MX 10 mail\nmail CNAME a\n", "1 data target_is_alias" },
		{ "_sip._tcp SRV 0 0 1 sip\nsip CNAME a\n", "1 data target_is_alias" },
		{ "@ NS ns1\nns1 CNAME a\n", "1 data target_is_alias" },
		{ "www CNAME a\na CNAME b\n", "" },
		{ "@ MX 10 mail\n* CNAME a\n", "1 data target_is_alias" },
		{ "@ MX 10 a.b.mail\n*.mail CNAME a\n", "1 data target_is_alias" },
		{ "@ MX 10 mail\nx.mail A 192.0.2.1\n* CNAME a\n", "" }, /* mail is there, though empty */
		{ "@ MX 10 mail.b\nb TXT x\n* CNAME a\n", "" }, /* b is, so the wildcard doesn't reach below it */
		{ "@ MX 10 mail.other.example.\n* CNAME a\n", "" },
		{ "@ MX 0 .\n", "" },
		{ "@ MX 0 .\n@ MX 10 mail\n", "1 data null_mx" },
	};

	(void)state;
	CHECK(rows);
}

static void delegations(void **state)
{
	static const struct row rows[] = {
		{ "sub NS ns.other.example.\n", "" },
		{ "sub NS ns.sub\nns.sub A 192.0.2.1\n", "" },
		{ "sub NS ns.sub\nns.sub AAAA 2001:db8::1\n", "" },
		{ "sub NS sub\nsub A 192.0.2.1\n", "" },
		{ "sub NS ns.sub\n", "1 data glue" },
		{ "sub NS sub\n", "1 data glue" },
		{ "sub NS ns.sub\nns.sub TXT x\n", "1 data glue, 2 name delegated" },
		{ "sub NS ns.other.example.\nwww.sub A 192.0.2.1\n", "2 name delegated" },
		{ "sub NS ns.other.example.\nsub A 192.0.2.1\n", "2 name delegated" },
		{ "sub NS ns.other.example.\nsub TXT x\nsub MX 10 a\n", "3 name delegated, 2 name delegated" },
		{ "sub NS ns.other.example.\na.b.sub CNAME x\nsubs A 192.0.2.1\n", "2 name delegated" },
		{ "a NS ns.b\nb NS ns.b\nns.b A 192.0.2.1\n", "" }, /* one for both */
		{ "sub NS ns.other.example.\nx.sub NS ns.other.example.\n", "2 name delegated" },
		{ "sub NS ns.other.example.\nsub DS 1 8 1 0011223344556677889900112233445566778899\n", "" },
		{ "sub DS 1 8 1 0011223344556677889900112233445566778899\n", "1 type ds_without_ns" },
		{ "@ NS a.example.\n@ DS 1 8 1 0011223344556677889900112233445566778899\n", "2 name ds_apex" },
		{ "@ NS ns.other.example.\nwww A 192.0.2.1\n", "" },
		{ "@ NS ns1\nns1 A 192.0.2.1\n", "" },
		{ "@ NS ns1\n", "" },
		{ "*.x NS ns.other.example.\n", "1 name wildcard" },
	};

	(void)state;
	CHECK(rows);
}

static void sets(void **state)
{
	static const struct dns_limits ns = { 30, 604800, 3, 2, true };
	static const struct row rows[] = {
		{ "a 60 A 192.0.2.1\na 60 A 192.0.2.2\na 30 AAAA ::1\n", "" },
		{ "a 60 A 192.0.2.1\na 61 A 192.0.2.2\n", "2 ttl one_ttl" },
		{ "a 60 A 192.0.2.1\na 60 A 192.0.2.1\n", "2 data repeated" },
		{ "a 60 TXT x\na 60 TXT \"x\"\n", "2 data repeated" },
		{ "a 29 A 192.0.2.1\n", "1 ttl range" },
		{ "a 0 A 192.0.2.1\n", "1 ttl range" },
		{ "a 604801 A 192.0.2.1\n", "1 ttl range" },
		{ "a 1w A 192.0.2.1\n", "" },
		{ "@ SOA a b 1 1 1 1 1\n", "" },
		{ "@ SOA a b 1 1 1 1 1\n@ SOA a b 2 1 1 1 1\n", "2 type single" },
		{ "x SOA a b 1 1 1 1 1\n", "1 name soa_apex" },
	};

	(void)state;
	CHECK(rows);
	check_zone("@ NS a.example.\na A 192.0.2.1\na A 192.0.2.2\n", &ns, "");
	check_zone("a A 192.0.2.1\na A 192.0.2.2\n", &ns, "-1 name needs_ns");
	check_zone("@ NS a.example.\n@ NS b.example.\n@ NS c.example.\n", &ns, "3 data count");
	check_zone("@ NS a.example.\na A 192.0.2.1\nb A 192.0.2.1\nc A 192.0.2.2\n", &ns, "4 name count");
	check_zone("", &ns, "-1 name needs_ns");
}

static void a_name_outside_is_refused(void **state)
{
	static const struct dns_record record = { "a.other.example.", DNS_A, 60, "192.0.2.1", 7 };
	struct dns_fault fault = { 0 };

	(void)state;
	assert_int_equal(dns_check(&record, 1, ZONE, &limits, &fault, 1), 1);
	assert_int_equal(fault.tag, 7);
	assert_string_equal(fault.rule, "outside");
	assert_int_equal(dns_check(&record, 1, ZONE, &limits, NULL, 0), 1); /* counted, though there is no room */
}

/* The longest names in words: cut, not overrun. And no more faults than there is room for. */
static void long_names_in_words(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(ZONEFILE_ARENA);
	_cleanup_buf_ struct buf text = { 0 }, name = { 0 };
	struct dns_fault faults[2];

	(void)state;
	for (unsigned i = 0; i < 24; i++)
		buf_puts(&name, i ? ".aaaaaaaaa" : "a");
	buf_printf(&text, "%s NS ns.%s\n%s A 192.0.2.1\n%s MX 10 b\nx.%s TXT x\nx.%s TXT y\n", name.data, name.data,
	           name.data, name.data, name.data, name.data);
	struct zonefile file = read_zone(text.data, arena);
	assert_int_equal(dns_check(file.records, file.n, ZONE, &limits, faults, ARRAY_SIZE(faults)), 5);
	assert_in_range(strlen(faults[1].words), 100, sizeof(faults[1].words) - 1);
}

/* A big zone in little time, also where each record is looked up among all. */
static void a_big_zone(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(ZONEFILE_ARENA);
	_cleanup_buf_ struct buf text = { 0 };

	(void)state;
	for (unsigned i = 0; i < 5000; i++)
		buf_printf(&text, "d%u NS n.d%u\nn.d%u A 192.0.2.1\n", i, i, i);
	struct zonefile file = read_zone(text.data, arena);
	assert_int_equal(dns_check(file.records, file.n, ZONE, &limits, NULL, 0), 0);
}

static void records_have_an_order(void **state)
{
	static const char text[] = "b A 192.0.2.1\n@ TXT x\nb.a A 192.0.2.2\na TXT x\n*.a A 192.0.2.1\n"
				   "a A 192.0.2.2\na A 192.0.2.1\n@ NS n.example.\n";
	static const size_t lines[] = { 8, 2, 7, 6, 4, 5, 3, 1 };
	_cleanup_(arena_freep) struct arena *arena = arena_new(ZONEFILE_ARENA);
	struct zonefile file = read_zone(text, arena);

	(void)state;
	assert_int_equal(file.n, ARRAY_SIZE(lines));
	for (size_t i = 0; i < file.n; i++)
		assert_int_equal(file.records[i].tag, lines[i]);
	dns_sort(NULL, 0);
}

/* The differences as "name type before after", one after another. */
static void check_diff(const char *before, const char *after, const char *expected)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(2 * ZONEFILE_ARENA);
	_cleanup_buf_ struct buf out = { 0 };
	struct dns_difference differences[FAULTS_MOST];
	struct zonefile from = read_zone(before, arena), to = read_zone(after, arena);
	size_t n = dns_diff(from.records, from.n, to.records, to.n, differences, FAULTS_MOST);

	for (size_t i = 0; i < n; i++) {
		const struct dns_difference *one = &differences[i];
		const struct dns_record *record = one->before.n ? one->before.records : one->after.records;

		buf_printf(&out, "%s%s %s %zu %zu", i ? ", " : "", dns_name_relative(record->name, ZONE, arena),
		           dns_type_name(record->type), one->before.n, one->after.n);
		for (size_t j = 0; j < one->before.n; j++)
			assert_true(dns_same_set(&one->before.records[j], record));
		for (size_t j = 0; j < one->after.n; j++)
			assert_true(dns_same_set(&one->after.records[j], record));
	}
	assert_string_equal(out.data ? out.data : "", expected);
	assert_int_equal(dns_diff(from.records, from.n, to.records, to.n, NULL, 0), n);
}

static void sets_that_differ(void **state)
{
	(void)state;
	check_diff("", "", "");
	check_diff("a A 192.0.2.1\n", "a A 192.0.2.1\n", "");
	check_diff("a A 192.0.2.1\na A 192.0.2.2\n", "a A 192.0.2.2\na A 192.0.2.1\n", "");
	check_diff("", "a A 192.0.2.1\n", "a A 0 1");
	check_diff("a A 192.0.2.1\n", "", "a A 1 0");
	check_diff("a A 192.0.2.1\n", "a A 192.0.2.1\na A 192.0.2.2\n", "a A 1 2");
	check_diff("a A 192.0.2.1\n", "a A 192.0.2.2\n", "a A 1 1");
	check_diff("a 60 A 192.0.2.1\n", "a 61 A 192.0.2.1\n", "a A 1 1");
	check_diff("a A 192.0.2.1\n", "a AAAA ::1\n", "a A 1 0, a AAAA 0 1");
	check_diff("a A 192.0.2.1\nc A 192.0.2.1\n@ TXT x\n", "b A 192.0.2.1\nc A 192.0.2.1\nd TXT x\n@ TXT y\n",
	           "@ TXT 1 1, a A 1 0, b A 0 1, d TXT 0 1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(aliases_stand_alone),
		cmocka_unit_test(targets_are_hosts),
		cmocka_unit_test(delegations),
		cmocka_unit_test(sets),
		cmocka_unit_test(a_name_outside_is_refused),
		cmocka_unit_test(long_names_in_words),
		cmocka_unit_test(a_big_zone),
		cmocka_unit_test(records_have_an_order),
		cmocka_unit_test(sets_that_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
