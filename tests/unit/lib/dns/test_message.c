/* Tests of message.c: which bytes are an answer, to which question, and what they say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/buf.h"
#include "lib/dns/query.h"

enum { ARENA_MAX = 1 << 20, ID = 0x1234, ANSWER = 0x8400, CLASS_IN = 1 };

#define NAME "www.shop.example."
#define QUESTION "\3www\4shop\7example"
#define SELF "\xC0\x0C" /* the name of the question */

static void add_u16(struct buf *out, unsigned value)
{
	buf_putc(out, (char)(value >> 8));
	buf_putc(out, (char)value);
}

static void begin(struct buf *out, unsigned flags, unsigned type, unsigned answers)
{
	buf_clear(out);
	add_u16(out, ID);
	add_u16(out, flags);
	add_u16(out, 1);
	add_u16(out, answers);
	add_u16(out, 0);
	add_u16(out, 0);
	buf_add(out, QUESTION, sizeof(QUESTION)); /* and the root's empty label */
	add_u16(out, type);
	add_u16(out, CLASS_IN);
}

static void add_record(struct buf *out, const char *name, size_t name_size, unsigned type, const char *data,
                       size_t size)
{
	buf_add(out, name, name_size);
	add_u16(out, type);
	add_u16(out, CLASS_IN);
	add_u16(out, 0);
	add_u16(out, 300);
	add_u16(out, (unsigned)size);
	buf_add(out, data, size);
}

static enum dns_reading read_bytes(const struct buf *bytes, enum dns_type type, struct arena *arena,
                                   struct dns_answer *answer)
{
	/* A copy of just this size, so that a read beyond its end is seen. */
	uint8_t *exact = malloc(bytes->size ? bytes->size : 1);
	struct error err = { 0 };
	enum dns_reading reading;

	assert_non_null(exact);
	if (bytes->size)
		memcpy(exact, bytes->data, bytes->size);
	reading = dns_answer_read(exact, bytes->size, ID, NAME, type, arena, answer, &err);
	free(exact);
	assert_int_equal(err.code, reading == DNS_READING_BAD ? ERR_BAD_REPLY : ERR_NONE);
	return reading;
}

#define BYTES(text) text, sizeof(text) - 1

static void data_of_all_types(void **state)
{
	static const struct {
		enum dns_type type;
		const char *data;
		size_t size;
		const char *expected; /* NULL: bad; "": left out */
	} rows[] = {
		{ DNS_A, BYTES("\300\0\2\1"), "192.0.2.1" },
		{ DNS_A, BYTES("\300\0\2"), NULL },
		{ DNS_A, BYTES("\300\0\2\1\1"), NULL },
		{ DNS_A, BYTES(""), NULL },
		{ DNS_AAAA, BYTES("\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"), "2001:db8::1" },
		{ DNS_AAAA, BYTES("\300\0\2\1"), NULL },
		{ DNS_NS, BYTES("\2NS\xC0\x10"), "ns.shop.example." },
		{ DNS_CNAME, BYTES("\0"), "." },
		{ DNS_CNAME, BYTES(""), NULL },
		{ DNS_CNAME, BYTES("\xC0\x0C"), NAME },
		{ DNS_CNAME, BYTES("\xC0\x0C\0"), NULL }, /* more than the name */
		{ DNS_CNAME, BYTES("\xC0"), NULL },       /* half of a pointer */
		{ DNS_CNAME,
		  BYTES("\x41"
		        "a\0"),
		  NULL }, /* a kind of label that there isn't */
		{ DNS_CNAME,
		  BYTES("\x81"
		        "a\0"),
		  NULL },
		{ DNS_CNAME, BYTES("\5abc"), NULL },
		{ DNS_CNAME, BYTES("\xC0\x2D"), NULL }, /* to itself */
		{ DNS_CNAME, BYTES("\xC0\x2F"), NULL }, /* forwards */
		{ DNS_CNAME, BYTES("\xFF\xFF"), NULL },
		{ DNS_CNAME, BYTES("\5a.b c\1\n\1\\\1\"\1;\0"), "a\\.b\\032c.\\010.\\092.\\034.\\059." },
		{ DNS_PTR, BYTES("\3A_b\1*\0"), "a_b.*." },
		{ DNS_MX, BYTES("\0\12\4mail\xC0\x10"), "10 mail.shop.example." },
		{ DNS_MX, BYTES("\0\0\0"), "0 ." },
		{ DNS_MX, BYTES("\0"), NULL },
		{ DNS_TXT, BYTES("\6v=spf1\0\3a\"\n"), "\"v=spf1\" \"\" \"a\\\"\\010\"" },
		{ DNS_TXT, BYTES("\0"), "\"\"" },
		{ DNS_TXT, BYTES(""), NULL },
		{ DNS_TXT, BYTES("\4abc"), NULL },
		{ DNS_SOA, BYTES("\xC0\x0C\4a.bc\0\377\377\377\377\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4"),
		  NAME " a\\.bc. 4294967295 1 2 3 4" },
		{ DNS_SOA, BYTES("\xC0\x0C\xC0\x0C\0\0\0\1"), NULL },
		{ DNS_DS, BYTES("\1\0\15\2\xAB\xCD"), "256 13 2 abcd" },
		{ DNS_CDS, BYTES("\0\0\0\0\0"), "0 0 0 00" },
		{ DNS_CDNSKEY, BYTES("\0\0\3\0\0"), "0 3 0 AA==" },
		{ DNS_DS, BYTES("\1\0\15\2"), NULL },
		{ DNS_DNSKEY, BYTES("\1\1\3\15abcd"), "257 3 13 YWJjZA==" },
		{ DNS_DNSKEY, BYTES("\1\1\3\15abc"), "257 3 13 YWJj" },
		{ DNS_DNSKEY, BYTES("\1\1\3"), NULL },
		{ DNS_CAA, BYTES("\200\5Issueca.example"), "128 issue \"ca.example\"" },
		{ DNS_CAA, BYTES("\0\5issue"), "0 issue \"\"" },
		{ DNS_CAA, BYTES("\0\0x"), NULL },
		{ DNS_CAA, BYTES("\0\5iss"), NULL },
		{ DNS_CAA, BYTES("\0\5is ue"), NULL },
		{ (enum dns_type)46, BYTES("anything"), "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX);
		_cleanup_buf_ struct buf bytes = { 0 };
		struct dns_answer answer;

		begin(&bytes, ANSWER, rows[i].type, 1);
		add_record(&bytes, BYTES(SELF), rows[i].type, rows[i].data, rows[i].size);
		enum dns_reading reading = read_bytes(&bytes, rows[i].type, arena, &answer);
		if (reading != (rows[i].expected ? DNS_READING_GOOD : DNS_READING_BAD))
			fail_msg("row %zu: %d, '%s'", i, reading, answer.n ? answer.records[0].data : "");
		if (!rows[i].expected)
			continue;
		assert_int_equal(answer.n, *rows[i].expected ? 1 : 0);
		if (!answer.n)
			continue;
		assert_string_equal(answer.records[0].name, NAME);
		assert_int_equal(answer.records[0].type, rows[i].type);
		assert_int_equal(answer.records[0].ttl, 300);
		assert_string_equal(answer.records[0].data, rows[i].expected);
		/* Cut off anywhere, it is bad, or not even recognised. */
		for (size_t whole = bytes.size--; bytes.size > 0; bytes.size--) {
			struct buf cut = { .data = bytes.data, .size = bytes.size };

			assert_int_not_equal(read_bytes(&cut, rows[i].type, arena, &answer), DNS_READING_GOOD);
			assert_true(bytes.size < whole);
		}
	}
}

static void what_is_another_question_is_foreign(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX);
	_cleanup_buf_ struct buf bytes = { 0 };
	struct dns_answer answer;

	(void)state;
	begin(&bytes, ANSWER, DNS_A, 0);
	assert_int_equal(read_bytes(&bytes, DNS_A, arena, &answer), DNS_READING_GOOD);
	assert_true(answer.authoritative);
	assert_int_equal(answer.n, 0);
	assert_int_equal(read_bytes(&bytes, DNS_AAAA, arena, &answer), DNS_READING_FOREIGN);
	bytes.data[14] ^= 0x20; /* another case of the name: some servers answer so */
	assert_int_equal(read_bytes(&bytes, DNS_A, arena, &answer), DNS_READING_GOOD);
	bytes.data[14] ^= 1;
	assert_int_equal(read_bytes(&bytes, DNS_A, arena, &answer), DNS_READING_FOREIGN);
	begin(&bytes, ANSWER, DNS_A, 0);
	bytes.data[0] ^= 1; /* the id */
	assert_int_equal(read_bytes(&bytes, DNS_A, arena, &answer), DNS_READING_FOREIGN);
	begin(&bytes, ANSWER & ~0x8000U, DNS_A, 0); /* a question */
	assert_int_equal(read_bytes(&bytes, DNS_A, arena, &answer), DNS_READING_FOREIGN);
	begin(&bytes, ANSWER | 0x2800, DNS_A, 0); /* an update */
	assert_int_equal(read_bytes(&bytes, DNS_A, arena, &answer), DNS_READING_FOREIGN);
	begin(&bytes, ANSWER, DNS_A, 0);
	bytes.data[bytes.size - 1] = 3; /* class CH */
	assert_int_equal(read_bytes(&bytes, DNS_A, arena, &answer), DNS_READING_FOREIGN);
	begin(&bytes, ANSWER, DNS_A, 0);
	bytes.data[5] = 2; /* two questions */
	assert_int_equal(read_bytes(&bytes, DNS_A, arena, &answer), DNS_READING_FOREIGN);
	bytes.data[5] = 0; /* none */
	assert_int_equal(read_bytes(&bytes, DNS_A, arena, &answer), DNS_READING_FOREIGN);
	bytes.data[3] = 5; /* but a refusal needs none */
	bytes.size = 12;
	assert_int_equal(read_bytes(&bytes, DNS_A, arena, &answer), DNS_READING_GOOD);
	assert_int_equal(answer.rcode, 5);
	bytes.size = 0;
	assert_int_equal(read_bytes(&bytes, DNS_A, arena, &answer), DNS_READING_FOREIGN);
}

static void a_cut_answer_says_nothing_else(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX);
	_cleanup_buf_ struct buf bytes = { 0 };
	struct dns_answer answer;

	(void)state;
	begin(&bytes, ANSWER | 0x0200, DNS_A, 9);
	buf_puts(&bytes, "half of a rec");
	assert_int_equal(read_bytes(&bytes, DNS_A, arena, &answer), DNS_READING_GOOD);
	assert_true(answer.cut);
	assert_int_equal(answer.n, 0);
}

/* More records than there is room for, or than there are bytes; and pointers that lead to pointers. */
static void an_answer_is_bounded(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX), *small = arena_new(100);
	_cleanup_buf_ struct buf bytes = { 0 };
	struct dns_answer answer;

	(void)state;
	begin(&bytes, ANSWER, DNS_A, DNS_ANSWERS);
	for (unsigned i = 0; i < DNS_ANSWERS; i++)
		add_record(&bytes, BYTES(SELF), DNS_A, BYTES("\300\0\2\1"));
	assert_int_equal(read_bytes(&bytes, DNS_A, arena, &answer), DNS_READING_GOOD);
	assert_int_equal(answer.n, DNS_ANSWERS);
	assert_int_equal(read_bytes(&bytes, DNS_A, small, &answer), DNS_READING_BAD);
	bytes.data[7]++;
	assert_int_equal(read_bytes(&bytes, DNS_A, arena, &answer), DNS_READING_BAD);
	add_record(&bytes, BYTES(SELF), DNS_A, BYTES("\300\0\2\1"));
	assert_int_equal(read_bytes(&bytes, DNS_A, arena, &answer), DNS_READING_BAD);
	begin(&bytes, ANSWER, DNS_A, 0xFFFF);
	assert_int_equal(read_bytes(&bytes, DNS_A, arena, &answer), DNS_READING_BAD);

	begin(&bytes, ANSWER, DNS_TXT, 2);
	buf_putc(&bytes, '\0'); /* the root's */
	add_u16(&bytes, DNS_TXT);
	add_u16(&bytes, CLASS_IN);
	add_u16(&bytes, 0);
	add_u16(&bytes, 0);
	add_u16(&bytes, 1 + 2 * 40);
	buf_putc(&bytes, 2 * 40); /* a string of pointers, each to the one before */
	size_t first = bytes.size;
	add_u16(&bytes, 0xC00C);
	for (size_t i = 1; i < 40; i++)
		add_u16(&bytes, 0xC000 | (unsigned)(first + 2 * (i - 1)));
	char last[2] = { (char)(0xC0 | (first + 78) >> 8), (char)(first + 78) };
	add_record(&bytes, last, sizeof(last), DNS_A, BYTES("\300\0\2\1"));
	assert_int_equal(read_bytes(&bytes, DNS_TXT, arena, &answer), DNS_READING_BAD);

	/* Labels of 63 bytes: a fifth makes it longer than a name can be. */
	for (unsigned labels = 3; labels <= 5; labels++) {
		_cleanup_buf_ struct buf name = { 0 };

		for (unsigned i = 0; i < labels; i++) {
			buf_putc(&name, 63);
			for (unsigned j = 0; j < 63; j++)
				buf_putc(&name, '\x01'); /* four characters each in text */
		}
		buf_putc(&name, '\0');
		begin(&bytes, ANSWER, DNS_CNAME, 1);
		add_record(&bytes, BYTES(SELF), DNS_CNAME, name.data, name.size);
		assert_int_equal(read_bytes(&bytes, DNS_CNAME, arena, &answer),
		                 labels == 3 ? DNS_READING_GOOD : DNS_READING_BAD);
	}
}

static void serials_go_round(void **state)
{
	(void)state;
	assert_true(dns_serial_after(2, 1));
	assert_false(dns_serial_after(1, 2));
	assert_false(dns_serial_after(1, 1));
	assert_true(dns_serial_after(0, UINT32_MAX));
	assert_true(dns_serial_after(0x7FFFFFFF, 0));
	assert_false(dns_serial_after(0x80000000, 0));
	assert_false(dns_serial_after(0, 0x80000000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(data_of_all_types),
		cmocka_unit_test(what_is_another_question_is_foreign),
		cmocka_unit_test(a_cut_answer_says_nothing_else),
		cmocka_unit_test(an_answer_is_bounded),
		cmocka_unit_test(serials_go_round),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
