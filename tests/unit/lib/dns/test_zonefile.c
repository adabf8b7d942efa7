/* Tests of zonefile.c and zonefile_write.c: which zone files are read, what is said of others, and the way back. */
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
#include "lib/dns/zonefile.h"

#define ZONE "shop.example."

enum { DEFAULT_TTL = 300, FAULTS = 50 };

static bool read_text(const char *text, size_t size, struct arena *arena, struct zonefile *file)
{
	/* A copy of just this size, so that a read beyond its end is seen. */
	char *exact = malloc(size ? size : 1);
	bool good;

	assert_non_null(exact);
	memcpy(exact, text, size);
	good = zonefile_read(exact, size, ZONE, DEFAULT_TTL, arena, file);
	free(exact);
	assert_int_equal(good, file->n_faults == 0);
	return good;
}

/* What is read, one line a record. */
static void check_file(const char *text, const char *expected)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(ZONEFILE_ARENA);
	_cleanup_buf_ struct buf out = { 0 };
	struct zonefile file;

	if (!read_text(text, strlen(text), arena, &file))
		fail_msg("'%s': line %u: %s: %s", text, file.faults[0].line, file.faults[0].member,
		         file.faults[0].words);
	for (size_t i = 0; i < file.n; i++)
		buf_printf(&out, "%zu %s %u %s %s\n", file.records[i].tag, file.records[i].name, file.records[i].ttl,
		           dns_type_name(file.records[i].type), file.records[i].data);
	assert_string_equal(out.data ? out.data : "", expected);
}

static void a_file_of_all_kinds_of_lines(void **state)
{
	(void)state;
	check_file("; a zone\n"
	           "$TTL 1h\r\n"
	           "@\tIN\tSOA ns1 hostmaster (\r\n"
	           "\t\t2026112701 ; serial\n"
	           "\t\t3h 15m\n"
	           "\t\t2w 1d )\n"
	           "   \t\n"
	           "        NS  ns1\n"
	           "\tIN 60 NS ns2.other.example. ; the second\n"
	           "www 2h30m in a 192.0.2.1\n"
	           "    600 AAAA 2001:db8::1\n"
	           "$ORIGIN sub.shop.example.\n"
	           "www IN 1D CNAME @\n"
	           "$ORIGIN deep\n"
	           "a A 192.0.2.2\n"
	           "$ORIGIN .\n"
	           "shop.example TXT \"a;b\" ( \"c(d)\"\n"
	           "\"e\\\"f\" )\n"
	           "x.shop.example.\tTXT a\\;b\\\"c d\n"
	           "_sip._tcp.shop.example. SRV 0 0 5060 www.shop.example.\n"
	           "*.shop.example. MX 0 .",
	           "3 shop.example. 3600 SOA ns1.shop.example. hostmaster.shop.example. 2026112701 10800 900 1209600 "
	           "86400\n"
	           "8 shop.example. 3600 NS ns1.shop.example.\n"
	           "9 shop.example. 60 NS ns2.other.example.\n"
	           "10 www.shop.example. 9000 A 192.0.2.1\n"
	           "11 www.shop.example. 600 AAAA 2001:db8::1\n"
	           "13 www.sub.shop.example. 86400 CNAME sub.shop.example.\n"
	           "15 a.deep.sub.shop.example. 3600 A 192.0.2.2\n"
	           "17 shop.example. 3600 TXT \"a;b\" \"c(d)\" \"e\\\"f\"\n"
	           "19 x.shop.example. 3600 TXT \"a;b\\\"c\" \"d\"\n"
	           "20 _sip._tcp.shop.example. 3600 SRV 0 0 5060 www.shop.example.\n"
	           "21 *.shop.example. 3600 MX 0 .\n");
	check_file("", "");
	check_file("\n\n  ; nothing\n\t\n", "");
	check_file("( a\n A\n 192.0.2.1\n) ", "1 a.shop.example. 300 A 192.0.2.1\n");
	check_file("in A 192.0.2.1", "1 in.shop.example. 300 A 192.0.2.1\n");
	check_file("a HTTPS 1 . alpn=\"h2,h3\" port=8443 ; x",
	           "1 a.shop.example. 300 HTTPS 1 . alpn=h2,h3 port=8443\n");
	check_file("\xEF\xBB\xBF$TTL 60\na A 192.0.2.1", "2 a.shop.example. 60 A 192.0.2.1\n"); /* a byte order mark */
	check_file("a ALIAS b\n", "1 a.shop.example. 300 ALIAS b.shop.example.\n");
}

/* RFC 1035: the last one stated, until there is $TTL (RFC 2308). */
static void a_missing_ttl_is_the_one_before(void **state)
{
	(void)state;
	check_file("a A 192.0.2.1\na 60 A 192.0.2.2\na A 192.0.2.3\n$TTL 90\na A 192.0.2.4\na 70 A 192.0.2.5\na A "
	           "192.0.2.6\n",
	           "1 a.shop.example. 300 A 192.0.2.1\n2 a.shop.example. 60 A 192.0.2.2\n"
	           "3 a.shop.example. 60 A 192.0.2.3\n5 a.shop.example. 90 A 192.0.2.4\n"
	           "6 a.shop.example. 70 A 192.0.2.5\n7 a.shop.example. 90 A 192.0.2.6\n");
}

static void what_is_wrong_is_said_with_its_line(void **state)
{
	static const struct {
		const char *text;
		unsigned line;
		const char *member;
	} rows[] = {
		{ "$INCLUDE /etc/passwd\n", 1, "directive" },
		{ "$include x\n", 1, "directive" },
		{ "$GENERATE 1-10 a$ A 192.0.2.$\n", 1, "directive" },
		{ "$TTL\n", 1, "directive" },
		{ "$TTL 1 2\n", 1, "directive" },
		{ "$TTL x\n", 1, "ttl" },
		{ "$TTL 2147483648\n", 1, "ttl" },
		{ "$TTL 9999999999w9999999999w9999999999w9999999999w\n", 1, "ttl" },
		{ "$ORIGIN a..b\n", 1, "name" },
		{ "\n\na CH A 192.0.2.1\n", 3, "class" },
		{ "a HS A 192.0.2.1\n", 1, "class" },
		{ "a ANY A 192.0.2.1\n", 1, "type" },
		{ "a CLASS1 A 192.0.2.1\n", 1, "type" },
		{ "a IN IN A 192.0.2.1\n", 1, "type" },
		{ "a 60 60 A 192.0.2.1\n", 1, "type" },
		{ "a 1h30 A 192.0.2.1\n", 1, "ttl" },
		{ "a 4294967297 A 192.0.2.1\n", 1, "ttl" },
		{ "a TYPE1 \\# 4 C0000201\n", 1, "type" },
		{ "a HINFO x y\n", 1, "type" },
		{ "a RRSIG x\n", 1, "type" },
		{ "a A\n", 1, "address" },
		{ "a\n", 1, "type" },
		{ "a IN 60\n", 1, "type" },
		{ " A 192.0.2.1\n", 1, "name" },
		{ "other.example. A 192.0.2.1\n", 1, "name" },
		{ "www.shop.example A 192.0.2.1\n", 1, "name" },
		{ "$ORIGIN other.example.\nwww A 192.0.2.1\n", 2, "name" },
		{ "$ORIGIN .\na NS @\n", 2, "name" },
		{ "$ORIGIN .\na.shop.example NS @\n", 2, "target" },
		{ "a MX 10 mail\nb MX mail 10\n", 2, "priority" },
		{ "a A ( 192.0.2.1\n", 1, "data" },
		{ "a A ) 192.0.2.1\n", 1, "data" },
		{ "a A (( 192.0.2.1 ))\n", 1, "data" },
		{ "a TXT \"x\nb A 192.0.2.1\n", 1, "data" },
		{ "a TXT \"x\\\nb A 192.0.2.1\n", 1, "data" },
		{ "a TXT x\"y\n", 1, "data" },
		{ "a TXT x=\"y\"\n", 1, "data" },
		{ "a TXT \\\n", 1, "data" },
		{ "a TXT \"\\300\"\n", 1, "data" },
		{ "a\x01 A 192.0.2.1\n", 1, "data" },
		{ "a\rb A 192.0.2.1\n", 1, "data" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_(arena_freep) struct arena *arena = arena_new(ZONEFILE_ARENA);
		struct zonefile file;

		if (read_text(rows[i].text, strlen(rows[i].text), arena, &file))
			fail_msg("'%s' was taken", rows[i].text);
		if (file.faults[0].line != rows[i].line || strcmp(file.faults[0].member, rows[i].member) != 0)
			fail_msg("'%s': line %u: %s: %s", rows[i].text, file.faults[0].line, file.faults[0].member,
			         file.faults[0].words);
		assert_true(*file.faults[0].words);
	}
}

static void a_nul_is_no_end(void **state)
{
	static const char *const texts[] = { "a TXT \"x\0\"\n", "a A 192.0.2.1\0\n", "a TXT \"x\\\0\"\n",
		                             "a TXT x\\\0y\n" };
	static const size_t sizes[] = { 11, 15, 12, 11 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		_cleanup_(arena_freep) struct arena *arena = arena_new(ZONEFILE_ARENA);
		struct zonefile file;

		assert_false(read_text(texts[i], sizes[i], arena, &file));
	}
}

static void all_faults_are_said(void **state)
{
	static const char text[] = "a A x\n"
				   "b A 192.0.2.1\n"
				   "other.example. A 192.0.2.1\n"
				   "  A 192.0.2.2\n" /* of a name that was refused: nothing new */
				   "  MX x y\n"
				   "c TXT (\n"
				   "\"x\n"
				   ")\n"
				   "d A 192.0.2.300\n";
	static const unsigned lines[] = { 1, 3, 6, 9 };
	_cleanup_(arena_freep) struct arena *arena = arena_new(ZONEFILE_ARENA);
	struct zonefile file;

	(void)state;
	assert_false(read_text(text, sizeof(text) - 1, arena, &file));
	assert_int_equal(file.n_faults, ARRAY_SIZE(lines));
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		assert_int_equal(file.faults[i].line, lines[i]);
	assert_int_equal(file.n, 1);
}

static void files_are_bounded(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(4 * ZONEFILE_ARENA);
	_cleanup_buf_ struct buf text = { 0 };
	struct zonefile file;

	(void)state;
	for (unsigned i = 0; i < 10; i++)
		buf_puts(&text, "a A x\na A x\na A x\na A x\na A x\na A x\n");
	assert_false(read_text(text.data, text.size, arena, &file));
	assert_int_equal(file.n_faults, FAULTS);

	buf_clear(&text);
	for (unsigned i = 0; i < ZONEFILE_RECORDS; i++)
		buf_printf(&text, "n%u A 192.0.2.1\n", i);
	assert_true(read_text(text.data, text.size, arena, &file));
	assert_int_equal(file.n, ZONEFILE_RECORDS);
	buf_puts(&text, "one-more A 192.0.2.1\n");
	assert_false(read_text(text.data, text.size, arena, &file));
	assert_int_equal(file.faults[0].line, ZONEFILE_RECORDS + 1);

	buf_clear(&text);
	while (text.size <= ZONEFILE_MAX)
		buf_puts(&text, "; a comment of a line\n");
	assert_false(read_text(text.data, text.size, arena, &file));
	assert_true(read_text(text.data, ZONEFILE_MAX, arena, &file));
	assert_int_equal(file.n, 0);

	buf_clear(&text);
	buf_puts(&text, "a TXT");
	for (unsigned i = 0; i < 10000; i++)
		buf_puts(&text, " x");
	assert_false(read_text(text.data, text.size, arena, &file));
}

/* As much memory as a file can need: the longest names, from the shortest text. */
static void the_memory_is_enough_for_any_file(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(ZONEFILE_ARENA);
	_cleanup_buf_ struct buf text = { 0 };
	struct zonefile file;

	(void)state;
	buf_puts(&text, "$ORIGIN ");
	for (unsigned i = 0; i < 23; i++)
		buf_puts(&text, "aaaaaaaaa.");
	buf_puts(&text, ZONE "\n");
	for (unsigned i = 0; i < ZONEFILE_RECORDS / 2; i++)
		buf_printf(&text, "n%u SOA a b 1 1 1 1 1\nm TXT \"%s\"\n", i,
		           "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
		           "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
		           "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
		           "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
		           "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
		           "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
		           "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF");
	assert_in_range(text.size, ZONEFILE_MAX * 3 / 4, ZONEFILE_MAX);
	assert_true(read_text(text.data, text.size, arena, &file));
	assert_int_equal(file.n, ZONEFILE_RECORDS);
}

/* Never fewer records than the file has, without a fault. */
static void too_little_memory_is_said(void **state)
{
	static const char text[] = "a A 192.0.2.1\nb TXT x\nb MX 10 c\n";

	(void)state;
	for (size_t max = 0; max<600000; max += max> 470000 ? 13 : 1009) {
		_cleanup_(arena_freep) struct arena *arena = arena_new(max);
		struct zonefile file;

		if (zonefile_read(text, sizeof(text) - 1, ZONE, DEFAULT_TTL, arena, &file))
			assert_int_equal(file.n, 3);
	}
}

static void what_is_written_is_read_back(void **state)
{
	static const char text[] = "@ 60 SOA ns1 a\\.b 4294967295 1 2 3 4\n"
				   "@ 3600 NS ns1\n"
				   "@ 3600 MX 10 mail\n"
				   "@ 3600 ALIAS cdn.other.example.\n"
				   "a.shop.example.shop.example. 30 A 192.0.2.1\n"
				   "shop.example.shop.example. 30 A 192.0.2.1\n"
				   "in 30 A 192.0.2.2\n"
				   "10 30 PTR host\n"
				   "a 30 A 192.0.2.3\n"
				   "*.a 30 TXT \"\\000\\\"\\\\;()$\" \"\" \"x\"\n"
				   "b 30 HTTPS 1 . alpn=h2 mandatory=alpn\n"
				   "_443._tcp 30 TLSA 3 1 1 "
				   "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n"
				   "c 30 NAPTR 1 1 U E2U+sip \"!^.*$!sip:a@b.example!\" .\n"
				   "d 30 CAA 0 issue \";\"\n";
	_cleanup_(arena_freep) struct arena *arena = arena_new(4 * ZONEFILE_ARENA);
	_cleanup_buf_ struct buf once = { 0 }, twice = { 0 };
	struct zonefile file, again;

	(void)state;
	assert_true(read_text(text, sizeof(text) - 1, arena, &file));
	dns_sort(file.records, file.n);
	zonefile_write(file.records, file.n, ZONE, arena, &once);
	assert_true(read_text(once.data, once.size, arena, &again));
	assert_int_equal(again.n, file.n);
	for (size_t i = 0; i < file.n; i++) {
		assert_true(dns_same_set(&again.records[i], &file.records[i]));
		assert_int_equal(again.records[i].ttl, file.records[i].ttl);
		assert_string_equal(again.records[i].data, file.records[i].data);
	}
	zonefile_write(again.records, again.n, ZONE, arena, &twice);
	assert_string_equal(once.data, twice.data);
}

static void a_record_of_many_parts_is_read_back_too(void **state)
{
	for (unsigned parts = DNS_RDATA_WORDS; parts <= DNS_RDATA_WORDS + 1; parts++) {
		_cleanup_(arena_freep) struct arena *arena = arena_new(2 * ZONEFILE_ARENA);
		_cleanup_buf_ struct buf text = { 0 }, out = { 0 };
		struct zonefile file, again;

		buf_printf(&text, "x TXT");
		for (unsigned i = 0; i < parts; i++)
			buf_printf(&text, " a%u", i);
		buf_printf(&text, "\n");
		assert_int_equal(read_text(text.data, text.size, arena, &file), parts <= DNS_RDATA_WORDS);
		zonefile_write(file.records, file.n, ZONE, arena, &out);
		assert_true(read_text(out.data, out.size, arena, &again));
		assert_int_equal(again.n, parts <= DNS_RDATA_WORDS);
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_of_all_kinds_of_lines),
		cmocka_unit_test(a_missing_ttl_is_the_one_before),
		cmocka_unit_test(what_is_wrong_is_said_with_its_line),
		cmocka_unit_test(a_nul_is_no_end),
		cmocka_unit_test(all_faults_are_said),
		cmocka_unit_test(files_are_bounded),
		cmocka_unit_test(the_memory_is_enough_for_any_file),
		cmocka_unit_test(too_little_memory_is_said),
		cmocka_unit_test(what_is_written_is_read_back),
		cmocka_unit_test(a_record_of_many_parts_is_read_back_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
