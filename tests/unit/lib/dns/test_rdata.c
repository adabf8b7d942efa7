/* Tests of rdata.c, rdata_rules.c, params.c, split.c, word.c: what each type takes, and what is made of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/dns/name.h"
#include "lib/dns/rdata.h"

enum { ARENA_MAX = 1 << 20 };

#define ZONE "shop.example."
#define A32 "00112233445566778899aabbccddeeff"
#define X40 A32 "00112233"
#define X64 A32 A32
#define X96 A32 A32 A32
#define X128 X64 X64
#define TEN "0123456789"
#define FIFTY TEN TEN TEN TEN TEN
#define S250 FIFTY FIFTY FIFTY FIFTY FIFTY

struct good {
	enum dns_type type;
	const char *text, *normal;
};

struct bad {
	enum dns_type type;
	const char *text, *member, *rule;
};

/* Normal data is left as it is, holds one line of printable ASCII, and survives a form. */
static void check_normal(enum dns_type type, const char *normal, struct arena *arena)
{
	const char *again = NULL, *members[DNS_MEMBERS];
	struct rdata_fault fault;

	for (const char *at = normal; *at; at++)
		assert_true(*at >= ' ' && *at <= '~');
	if (!rdata_normalise(type, normal, ".", arena, &again, &fault))
		fail_msg("%s '%s' isn't taken again: %s %s", dns_type_name(type), normal, fault.member, fault.words);
	assert_string_equal(again, normal);
	assert_true(rdata_split(type, normal, arena, members));
	for (size_t i = 0; i < DNS_MEMBERS; i++)
		assert_int_equal(members[i] != NULL, i < dns_members(dns_type_row(type)));
	const char *joined = rdata_join(type, members, arena);
	assert_non_null(joined);
	if (!rdata_normalise(type, joined, ".", arena, &again, &fault))
		fail_msg("%s '%s' isn't taken: %s %s", dns_type_name(type), joined, fault.member, fault.words);
	assert_string_equal(again, normal);
}

static void check_good(const struct good *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX);
		struct rdata_fault fault;
		const char *normal = NULL;

		if (!rdata_normalise(rows[i].type, rows[i].text, ZONE, arena, &normal, &fault))
			fail_msg("%s '%s' was refused: %s %s %s", dns_type_name(rows[i].type), rows[i].text,
			         fault.member, fault.rule, fault.words);
		assert_string_equal(normal, rows[i].normal);
		check_normal(rows[i].type, normal, arena);
	}
}

static void check_bad(const struct bad *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX);
		struct rdata_fault fault;
		const char *normal = NULL;

		if (rdata_normalise(rows[i].type, rows[i].text, ZONE, arena, &normal, &fault))
			fail_msg("%s '%s' was taken: %s", dns_type_name(rows[i].type), rows[i].text, normal);
		if (strcmp(fault.member, rows[i].member) != 0 || strcmp(fault.rule, rows[i].rule) != 0)
			fail_msg("%s '%s': %s %s", dns_type_name(rows[i].type), rows[i].text, fault.member, fault.rule);
		assert_true(*fault.words);
	}
}

#define GOOD(rows) check_good(rows, ARRAY_SIZE(rows))
#define BAD(rows) check_bad(rows, ARRAY_SIZE(rows))

static void addresses(void **state)
{
	static const struct good good[] = {
		{ DNS_A, "192.0.2.10", "192.0.2.10" },
		{ DNS_A, "  192.0.2.10\t", "192.0.2.10" },
		{ DNS_AAAA, "2001:DB8:0:0:0:0:0:10", "2001:db8::10" },
		{ DNS_AAAA, "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1" },
		{ DNS_AAAA, "::", "::" },
		{ DNS_AAAA, "::1", "::1" },
		{ DNS_AAAA, "64:ff9b::192.0.2.1", "64:ff9b::c000:201" },
	};
	static const struct bad bad[] = {
		{ DNS_A, "", "address", "required" },
		{ DNS_A, "192.0.2", "address", "IPV4" },
		{ DNS_A, "192.0.2.010", "address", "IPV4" },
		{ DNS_A, "192.0.2.256", "address", "IPV4" },
		{ DNS_A, "0xC0000201", "address", "IPV4" },
		{ DNS_A, "::1", "address", "IPV4" },
		{ DNS_A, "www", "address", "IPV4" },
		{ DNS_A, "192.0.2.1 192.0.2.2", "", "parts" },
		{ DNS_A, "192.0.2.1\n@ A 192.0.2.2", "", "words" },
		{ DNS_A, "192.0.2.1 ; here", "", "words" },
		{ DNS_A, "( 192.0.2.1 )", "", "words" },
		{ DNS_A, "\\# 4 C0000201", "address", "escape" }, /* RFC 3597: not for types that are known */
		{ DNS_AAAA, "192.0.2.1", "address", "IPV6" },
		{ DNS_AAAA, "2001:db8::1::2", "address", "IPV6" },
		{ DNS_AAAA, "fe80::1%eth0", "address", "IPV6" },
		{ DNS_AAAA, "[::1]", "address", "IPV6" },
		{ DNS_AAAA, "::ffff:192.0.2.1", "address", "IPV6" },
		{ DNS_AAAA, "::c000:201", "address", "IPV6" },
	};

	(void)state;
	GOOD(good);
	BAD(bad);
}

static void targets(void **state)
{
	static const struct good good[] = {
		{ DNS_NS, "ns1", "ns1.shop.example." },
		{ DNS_NS, "NS1.Other.Example.", "ns1.other.example." },
		{ DNS_CNAME, "@", "shop.example." },
		{ DNS_CNAME, "_a1b2.acm.example.", "_a1b2.acm.example." },
		{ DNS_CNAME,
		  "b\xC3\xBC"
		  "cher",
		  "xn--bcher-kva.shop.example." },
		{ DNS_PTR, "host.other.example.", "host.other.example." },
		{ DNS_ALIAS, "site.cdn.example.", "site.cdn.example." },
		{ DNS_MX, "10 mail", "10 mail.shop.example." },
		{ DNS_MX, "010 mail", "10 mail.shop.example." },
		{ DNS_MX, "0 .", "0 ." },
		{ DNS_MX, "65535 mail.other.example.", "65535 mail.other.example." },
		{ DNS_SRV, "0 5 5060 sip", "0 5 5060 sip.shop.example." },
		{ DNS_SRV, "0 0 0 .", "0 0 0 ." },
		{ DNS_SOA, "ns1 hostmaster 1 1h 15m 2w 1h30m",
		  "ns1.shop.example. hostmaster.shop.example. 1 3600 900 1209600 5400" },
		{ DNS_SOA, "ns1 first\\.last.shop.example. 4294967295 0 0 0 2147483647",
		  "ns1.shop.example. first\\.last.shop.example. 4294967295 0 0 0 2147483647" },
	};
	static const struct bad bad[] = {
		{ DNS_NS, "_ns", "target", "NAME" },
		{ DNS_NS, ".", "target", "NAME" },
		{ DNS_NS, "192.0.2.1", "target", "NAME" },
		{ DNS_CNAME, "192.0.2.1.", "target", "NAME" },
		{ DNS_CNAME, "\302\263.\302\263.\302\263.\302\263.", "target", "NAME" }, /* is 3.3.3.3. in A-labels */
		{ DNS_CNAME, "*.a", "target", "NAME" },
		{ DNS_CNAME, "a b", "", "parts" },
		{ DNS_CNAME, "\"\"", "target", "NAME" },
		{ DNS_CNAME, "a\\032b", "target", "NAME" },
		{ DNS_CNAME, "www.shop.example", "target", "NAME" },
		{ DNS_CNAME, "https://www.example/", "target", "NAME" },
		{ DNS_PTR, "", "target", "required" },
		{ DNS_ALIAS, ".", "target", "NAME" },
		{ DNS_MX, "mail", "priority", "range" },
		{ DNS_MX, "mail 10", "priority", "range" },
		{ DNS_MX, "-1 mail", "priority", "range" },
		{ DNS_MX, "+1 mail", "priority", "range" },
		{ DNS_MX, "65536 mail", "priority", "range" },
		{ DNS_MX, "18446744073709551617 mail", "priority", "range" },
		{ DNS_MX, "1e1 mail", "priority", "range" },
		{ DNS_MX, "10", "target", "required" },
		{ DNS_MX, "10 192.0.2.1", "target", "NAME" },
		{ DNS_MX, "10 .", "priority", "null_mx" },
		{ DNS_MX, "10 _mail", "target", "NAME" },
		{ DNS_SRV, "0 5 65536 sip", "port", "range" },
		{ DNS_SRV, "0 x 5060 sip", "weight", "range" },
		{ DNS_SRV, "0 5 5060", "target", "required" },
		{ DNS_SRV, "0 5 5060 _sip", "target", "NAME" },
		{ DNS_SOA, "ns1 host@shop.example 1 1 1 1 1", "contact", "NAME" },
		{ DNS_SOA, "ns1 host 4294967296 1 1 1 1", "serial", "range" },
		{ DNS_SOA, "ns1 host 1 1x 1 1 1", "refresh", "range" },
		{ DNS_SOA, "ns1 host 1 1 1h30 1 1", "retry", "range" },
		{ DNS_SOA, "ns1 host 1 1 1 99999w 1", "expire", "range" },
		{ DNS_SOA, "ns1 host 1 1 1 1 2147483648", "minimum", "range" },
		{ DNS_SOA, "ns1 host 1 1 1 1", "minimum", "required" },
	};

	(void)state;
	GOOD(good);
	BAD(bad);
}

static void texts(void **state)
{
	static const struct good good[] = {
		{ DNS_TXT, "v=spf1 include:a.example -all", "\"v=spf1 include:a.example -all\"" },
		{ DNS_TXT, "v=DKIM1; k=rsa; p=AB+/=", "\"v=DKIM1; k=rsa; p=AB+/=\"" },
		{ DNS_TXT, "\"v=spf1 -all\"", "\"v=spf1 -all\"" },
		{ DNS_TXT, "\"a\" \"b\"", "\"a\" \"b\"" },
		{ DNS_TXT, "\"a\" b", "\"a\" \"b\"" },
		{ DNS_TXT, "\"\"", "\"\"" },
		{ DNS_TXT, "\"\" \"\"", "\"\" \"\"" },
		{ DNS_TXT, "\"a;b(c)d\"", "\"a;b(c)d\"" },
		{ DNS_TXT, "\"a\\\"b\\\\c\\d\"", "\"a\\\"b\\\\cd\"" },
		{ DNS_TXT, "\"\\000\\010\\065\"", "\"\\000\\010A\"" },
		{ DNS_TXT, "\"\\\"quoted\"", "\"\\\"quoted\"" },
		{ DNS_TXT, "say \"hi\"", "\"say \\\"hi\\\"\"" },
		{ DNS_TXT, "C:\\dir", "\"C:\\\\dir\"" },
		{ DNS_TXT, "end\\", "\"end\\\\\"" },
		{ DNS_TXT, "a\\\\b\\034\\\"", "\"a\\\\b\\\"\\\"\"" },
		{ DNS_TXT, "caf\xC3\xA9", "\"caf\\195\\169\"" },
		{ DNS_TXT, "\"\\255\"", "\"\\255\"" },
		{ DNS_TXT, S250 "abcdefg", "\"" S250 "abcde\" \"fg\"" },
		{ DNS_TXT, "\"" S250 "abcde\"", "\"" S250 "abcde\"" },
		{ DNS_TXT, "\"" S250 "abcde\" \"\"", "\"" S250 "abcde\" \"\"" },
		{ DNS_TXT, "\"" S250 "\" \"x\"", "\"" S250 "\" \"x\"" },
	};
	static const struct bad bad[] = {
		{ DNS_TXT, "", "text", "required" },
		{ DNS_TXT, "\"a", "", "words" },
		{ DNS_TXT, "\"a\"b", "", "words" },
		{ DNS_TXT, "\"a\"\"b\"", "", "words" },
		{ DNS_TXT, "\"a\" ; b", "", "words" },
		{ DNS_TXT, "\"a\nb\"", "", "words" },
		{ DNS_TXT, "a\nb", "", "control" },
		{ DNS_TXT,
		  "a\x7f"
		  "b",
		  "", "control" },
		{ DNS_TXT, "\"a\\", "", "words" },
		{ DNS_TXT, "\"\\256\"", "", "words" },
		{ DNS_TXT, "\"\\25\"", "", "words" },
		{ DNS_TXT, "a\\99", "text", "STRINGS" },
		{ DNS_TXT, "\"a\" b=\"c\"", "", "words" },
	};

	(void)state;
	GOOD(good);
	BAD(bad);
}

static void digests(void **state)
{
	static const struct good good[] = {
		{ DNS_DS, "12345 13 2 " X64, "12345 13 2 " X64 },
		{ DNS_DS, "1 8 1 " X40, "1 8 1 " X40 },
		{ DNS_DS, "1 8 4 " X96, "1 8 4 " X96 },
		{ DNS_DS, "1 8 1 00112233 44556677 8899AABB ccddeeff 00112233", "1 8 1 " X40 },
		{ DNS_CDS, "12345 13 2 " X64, "12345 13 2 " X64 },
		{ DNS_CDS, "0 0 0 00", "0 0 0 00" },
		{ DNS_CDNSKEY, "257 3 13 AQ ID/w ==", "257 3 13 AQID/w==" },
		{ DNS_CDNSKEY, "0 3 0 AA==", "0 3 0 AA==" },
		{ DNS_SSHFP, "4 2 " X64, "4 2 " X64 },
		{ DNS_SSHFP, "1 1 " X40, "1 1 " X40 },
		{ DNS_TLSA, "3 1 1 " X64, "3 1 1 " X64 },
		{ DNS_TLSA, "3 1 2 " X128, "3 1 2 " X128 },
		{ DNS_TLSA, "2 0 0 30820101", "2 0 0 30820101" },
	};
	static const struct bad bad[] = {
		{ DNS_CDS, "1 0 2 " X64, "algorithm", "range" },
		{ DNS_CDS, "1 13 0 00", "digest_type", "range" },
		{ DNS_CDS, "1 13 2 00", "digest", "length" },
		{ DNS_CDS, "1 13 3 00", "digest_type", "digest_type" },
		{ DNS_CDNSKEY, "257 2 13 AQID", "protocol", "range" },
		{ DNS_CDNSKEY, "1 3 13 AQID", "flags", "range" },
		{ DNS_CDNSKEY, "257 3 0 AQID", "algorithm", "range" },
		{ DNS_CDNSKEY, "257 3 13", "key", "required" },
		{ DNS_CDNSKEY, "257 3 13 AQI", "key", "BASE64" },
		{ DNS_CDNSKEY, "257 3 13 AQJ=", "key", "BASE64" },
		{ DNS_CDNSKEY, "257 3 13 A===", "key", "BASE64" },
		{ DNS_CDNSKEY, "257 3 13 A=ID", "key", "BASE64" },
		{ DNS_CDNSKEY, "257 3 13 A-ID", "key", "BASE64" },
		{ DNS_DS, "1 8 2 " X40, "digest", "length" },
		{ DNS_DS, "1 8 1 " X64, "digest", "length" },
		{ DNS_DS, "1 8 3 " X64, "digest_type", "digest_type" },
		{ DNS_DS, "1 8 5 " X64, "digest_type", "range" },
		{ DNS_DS, "1 0 2 " X64, "algorithm", "range" },
		{ DNS_DS, "65536 8 2 " X64, "key_tag", "range" },
		{ DNS_DS, "1 8 2", "digest", "required" },
		{ DNS_DS, "1 8 2 " X64 "0", "digest", "length" },
		{ DNS_DS, "1 8 2 0x" X64, "digest", "HEX" },
		{ DNS_SSHFP, "5 2 " X64, "algorithm", "algorithm" },
		{ DNS_SSHFP, "7 2 " X64, "algorithm", "range" },
		{ DNS_SSHFP, "4 3 " X64, "fingerprint_type", "range" },
		{ DNS_SSHFP, "4 2 " X40, "fingerprint", "length" },
		{ DNS_SSHFP, "4 1 " X64, "fingerprint", "length" },
		{ DNS_TLSA, "4 1 1 " X64, "usage", "range" },
		{ DNS_TLSA, "3 2 1 " X64, "selector", "range" },
		{ DNS_TLSA, "3 1 3 " X64, "matching_type", "range" },
		{ DNS_TLSA, "3 1 1 " X128, "data", "length" },
		{ DNS_TLSA, "3 1 2 " X64, "data", "length" },
		{ DNS_TLSA, "3 1 1 \"\"", "data", "required" },
	};

	(void)state;
	GOOD(good);
	BAD(bad);
}

static void authorities(void **state)
{
	static const struct good good[] = {
		{ DNS_CAA, "0 issue letsencrypt.org", "0 issue \"letsencrypt.org\"" },
		{ DNS_CAA, "128 ISSUE \"ca.example; accounturi=https://ca.example/acct/1; validationmethods=dns-01\"",
		  "128 issue \"ca.example; accounturi=https://ca.example/acct/1; validationmethods=dns-01\"" },
		{ DNS_CAA, "0 issuewild \";\"", "0 issuewild \";\"" },
		{ DNS_CAA, "0 issue \"\"", "0 issue \"\"" },
		{ DNS_CAA, "0 issuemail \"ca.example\"", "0 issuemail \"ca.example\"" },
		{ DNS_CAA, "0 iodef \"mailto:security@shop.example\"", "0 iodef \"mailto:security@shop.example\"" },
		{ DNS_CAA, "0 iodef \"https://shop.example/report\"", "0 iodef \"https://shop.example/report\"" },
		{ DNS_CAA, "0 contactemail a@shop.example", "0 contactemail \"a@shop.example\"" },
		{ DNS_CAA, "0 contactphone \"+1 555 0100\"", "0 contactphone \"+1 555 0100\"" },
	};
	static const struct bad bad[] = {
		{ DNS_CAA, "1 issue \"ca.example\"", "flags", "flags" },
		{ DNS_CAA, "256 issue \"ca.example\"", "flags", "range" },
		{ DNS_CAA, "0 issues \"ca.example\"", "tag", "tag" },
		{ DNS_CAA, "0 is-sue \"ca.example\"", "tag", "TAG" },
		{ DNS_CAA, "0 issue", "value", "required" },
		{ DNS_CAA, "0 issue \"ca.example\" x", "", "parts" },
		{ DNS_CAA, "0 issue \"https://ca.example\"", "value", "issuer" },
		{ DNS_CAA, "0 issue \"ca_x.example\"", "value", "issuer" },
		{ DNS_CAA, "0 issue \"ca.example.\"", "value", "issuer" },
		{ DNS_CAA, "0 issue \"ca.example; a\"", "value", "issuer" },
		{ DNS_CAA, "0 issue \"ca.example; a=1 b=2\"", "value", "issuer" },
		{ DNS_CAA, "0 issue \"ca.example other.example\"", "value", "issuer" },
		{ DNS_CAA, "0 issue \"-ca.example\"", "value", "issuer" },
		{ DNS_CAA, "0 issue \"ca.example\\010\"", "value", "value" },
		{ DNS_CAA, "0 iodef \"security@shop.example\"", "value", "iodef" },
		{ DNS_CAA, "0 contactemail \"nobody\"", "value", "email" },
		{ DNS_CAA, "0 contactphone \"me\"", "value", "phone" },
		{ DNS_CAA, "0 issue \"" S250 "abcdef\"", "value", "length" },
	};

	(void)state;
	GOOD(good);
	BAD(bad);
}

static void substitutions(void **state)
{
	static const struct good good[] = {
		{ DNS_NAPTR, "100 10 \"S\" \"SIP+D2U\" \"\" _sip._udp",
		  "100 10 \"S\" \"SIP+D2U\" \"\" _sip._udp.shop.example." },
		{ DNS_NAPTR, "100 10 U E2U+sip \"!^.*$!sip:info@shop.example!i\" .",
		  "100 10 \"U\" \"E2U+sip\" \"!^.*$!sip:info@shop.example!i\" ." },
		{ DNS_NAPTR, "1 1 \"\" \"\" \"\" next.example.", "1 1 \"\" \"\" \"\" next.example." },
		{ DNS_NAPTR, "1 1 \"u\" \"E2U+x\" \"/^(.*)$/a\\\\/b\\\\1/\" .",
		  "1 1 \"u\" \"E2U+x\" \"/^(.*)$/a\\\\/b\\\\1/\" ." },
	};
	static const struct bad bad[] = {
		{ DNS_NAPTR, "1 1 \"X\" \"\" \"\" a", "flags", "flags" },
		{ DNS_NAPTR, "1 1 \"\\\"\" \"\" \"\" a", "flags", "flags" },
		{ DNS_NAPTR, "1 1 \"\\200\" \"\" \"\" a", "flags", "flags" },
		{ DNS_NAPTR, "1 1 \"SU\" \"\" \"\" a", "flags", "length" },
		{ DNS_NAPTR, "1 1 \"U\" \"\" \"!a!b!\" a", "regexp", "either" },
		{ DNS_NAPTR, "1 1 \"U\" \"\" \"!a!b\" .", "regexp", "substitution" },
		{ DNS_NAPTR, "1 1 \"U\" \"\" \"!a!b!x\" .", "regexp", "substitution" },
		{ DNS_NAPTR, "1 1 \"U\" \"\" \"1a1b1\" .", "regexp", "substitution" },
		{ DNS_NAPTR, "1 1 \"U\" \"\" \"!^.*$!a\\\\1!\" .", "regexp", "substitution" },
		{ DNS_NAPTR, "1 1 \"U\" \"\" \"!^(.*)$!a\\\\2!\" .", "regexp", "substitution" },
		{ DNS_NAPTR, "1 1 \"U\" \"\" \"!a!b!\\000\" .", "regexp", "substitution" },
		{ DNS_NAPTR, "65536 1 \"U\" \"\" \"\" a", "order", "range" },
		{ DNS_NAPTR, "1 1 \"U\" \"\" \"\"", "replacement", "required" },
	};

	(void)state;
	GOOD(good);
	BAD(bad);
}

static void services(void **state)
{
	static const struct good good[] = {
		{ DNS_HTTPS, "1 .", "1 ." },
		{ DNS_HTTPS, "0 cdn.example.", "0 cdn.example." },
		{ DNS_SVCB, "0 .", "0 ." },
		{ DNS_HTTPS, "1 . alpn=h2,h3", "1 . alpn=h2,h3" },
		{ DNS_HTTPS, "1 . alpn=\"h2,h3\" ech=\"AEX+DQ==\"", "1 . alpn=h2,h3 ech=\"AEX+DQ==\"" },
		{ DNS_HTTPS, "1 . port=08443 alpn=h3 ipv6hint=2001:DB8:0::1 ipv4hint=192.0.2.1,192.0.2.2",
		  "1 . alpn=h3 port=8443 ipv4hint=192.0.2.1,192.0.2.2 ipv6hint=2001:db8::1" },
		{ DNS_SVCB, "16 _dns.server no-default-alpn alpn=dot mandatory=port,alpn port=853",
		  "16 _dns.server.shop.example. mandatory=alpn,port alpn=dot no-default-alpn port=853" },
		{ DNS_HTTPS, "1 . ech=" S250 "AA", "1 . ech=\"" S250 "AA\"" },
	};
	static const struct bad bad[] = {
		{ DNS_HTTPS, "1", "target", "required" },
		{ DNS_HTTPS, "65536 .", "priority", "range" },
		{ DNS_HTTPS, "0 cdn.example. alpn=h2", "params", "alias" },
		{ DNS_HTTPS, "1 . alpn=h2 alpn=h3", "params", "PARAMS" },
		{ DNS_HTTPS, "1 . alpn=h2,h2", "params", "PARAMS" },
		{ DNS_HTTPS, "1 . alpn=h2,", "params", "PARAMS" },
		{ DNS_HTTPS, "1 . alpn=", "params", "PARAMS" },
		{ DNS_HTTPS, "1 . alpn", "params", "PARAMS" },
		{ DNS_HTTPS, "1 . alpn=\"\"", "params", "PARAMS" },
		{ DNS_HTTPS, "1 . alpn=\"h2 h3\"", "params", "PARAMS" },
		{ DNS_HTTPS, "1 . alpn=\"h2\"x", "", "words" },
		{ DNS_HTTPS, "1 . alpn=\"h2", "", "words" },
		{ DNS_HTTPS, "1 . \"alpn=h2\"", "params", "PARAMS" },
		{ DNS_HTTPS, "1 . alpn=h\\050", "params", "PARAMS" },
		{ DNS_HTTPS, "1 . port=0", "params", "PARAMS" },
		{ DNS_HTTPS, "1 . port=65536", "params", "PARAMS" },
		{ DNS_HTTPS, "1 . port=1,2", "params", "PARAMS" },
		{ DNS_HTTPS, "1 . no-default-alpn", "params", "PARAMS" },
		{ DNS_HTTPS, "1 . alpn=h2 no-default-alpn=1", "params", "PARAMS" },
		{ DNS_HTTPS, "1 . alpn=h2 no-default-alpn=", "params", "PARAMS" },
		{ DNS_HTTPS, "1 . mandatory=port alpn=h2", "params", "PARAMS" },
		{ DNS_HTTPS, "1 . mandatory=mandatory", "params", "PARAMS" },
		{ DNS_HTTPS, "1 . mandatory=alpn,alpn alpn=h2", "params", "PARAMS" },
		{ DNS_HTTPS, "1 . ipv4hint=::1", "params", "PARAMS" },
		{ DNS_HTTPS, "1 . ipv6hint=192.0.2.1", "params", "PARAMS" },
		{ DNS_HTTPS, "1 . ipv6hint=::ffff:192.0.2.1", "params", "PARAMS" },
		{ DNS_HTTPS, "1 . ech=abc", "params", "PARAMS" },
		{ DNS_HTTPS, "1 . key9=x", "params", "PARAMS" },
		{ DNS_HTTPS, "1 . ALPN=h2", "params", "PARAMS" },
		{ DNS_HTTPS, "1=\"x\" .", "priority", "range" },
	};

	(void)state;
	GOOD(good);
	BAD(bad);
}

static void data_is_bounded(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX);
	char text[DNS_RDATA_MAX + 2];
	struct rdata_fault fault;
	const char *normal = NULL;

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_false(rdata_normalise(DNS_TXT, text, ZONE, arena, &normal, &fault));
	assert_string_equal(fault.rule, "length");
	text[8000] = '\0';
	assert_true(rdata_normalise(DNS_TXT, text, ZONE, arena, &normal, &fault));
	check_normal(DNS_TXT, normal, arena);
	for (size_t i = 0; i < 4000; i += 2)
		memcpy(text + i, "\xC3\xA9", 2);
	text[4000] = '\0'; /* short, but not when it is escaped */
	assert_false(rdata_normalise(DNS_TXT, text, ZONE, arena, &normal, &fault));
	assert_string_equal(fault.rule, "length");

	/* 60 strings and a long one would be more than are read back. */
	char *at = text;
	for (size_t i = 0; i < 60; i++, at += 4)
		memcpy(at, "\"b\" ", 4);
	*at++ = '"';
	memset(at, 'c', 4000);
	memcpy(at + 4000, "\"", 2);
	assert_false(rdata_normalise(DNS_TXT, text, ZONE, arena, &normal, &fault));
	assert_string_equal(fault.rule, "length");
	for (at = text; at < text + 400; at += 4)
		memcpy(at, "\"b\" ", 5);
	assert_false(rdata_normalise(DNS_TXT, text, ZONE, arena, &normal, &fault));
	assert_string_equal(fault.rule, "words");
	assert_false(rdata_normalise((enum dns_type)999, "x", ZONE, arena, &normal, &fault));
	assert_string_equal(fault.rule, "type");
}

/* Where memory ends there is a refusal, and never half of the data. */
static void too_little_memory_is_said(void **state)
{
	static const struct good rows[] = {
		{ DNS_A, "192.0.2.1", "192.0.2.1" },
		{ DNS_TXT, "\"a b\" \"c\"", "\"a b\" \"c\"" },
		{ DNS_HTTPS, "1 . alpn=h2", "1 . alpn=h2" },
		{ DNS_MX, "10 m\xC3\xBC", "10 xn--m-eha.shop.example." },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		for (size_t max = 0; max < 10000; max += 7) {
			_cleanup_(arena_freep) struct arena *arena = arena_new(max);
			struct rdata_fault fault;
			const char *normal = NULL;

			if (rdata_normalise(rows[i].type, rows[i].text, ZONE, arena, &normal, &fault))
				assert_string_equal(normal, rows[i].normal);
			else
				assert_true(*fault.words);
		}
}

static void fields_of_forms(void **state)
{
	static const struct {
		enum dns_type type;
		const char *data;
		const char *fields[DNS_MEMBERS];
	} rows[] = {
		{ DNS_MX, "10 mail.shop.example.", { "10", "mail.shop.example." } },
		{ DNS_TXT, "\"v=spf1 -all\"", { "v=spf1 -all" } },
		{ DNS_TXT, "\"caf\\195\\169\"", { "caf\xC3\xA9" } },
		{ DNS_TXT, "\"\\195\"", { "\\195" } },
		{ DNS_TXT, "\"\\\"a\\\\\\\"\\009\"", { "\\\"a\\\\\"\\009" } },
		{ DNS_TXT, "\"a\" \"b c\"", { "\"a\" \"b c\"" } },
		{ DNS_TXT, "\"" S250 "abcde\" \"fg\"", { S250 "abcdefg" } },
		{ DNS_TXT, "\"" S250 "abcde\" \"\"", { "\"" S250 "abcde\" \"\"" } },
		{ DNS_CAA, "0 issue \"ca.example; a=1\"", { "0", "issue", "ca.example; a=1" } },
		{ DNS_HTTPS, "1 . alpn=h2 port=8443", { "1", ".", "alpn=h2 port=8443" } },
		{ DNS_HTTPS, "0 cdn.example.", { "0", "cdn.example.", "" } },
		{ DNS_NAPTR, "1 1 \"\" \"\" \"\" next.example.", { "1", "1", "", "", "", "next.example." } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX);
		const char *fields[DNS_MEMBERS];

		assert_true(rdata_split(rows[i].type, rows[i].data, arena, fields));
		for (size_t j = 0; j < DNS_MEMBERS; j++) {
			assert_int_equal(fields[j] == NULL, rows[i].fields[j] == NULL);
			if (fields[j])
				assert_string_equal(fields[j], rows[i].fields[j]);
		}
		check_normal(rows[i].type, rows[i].data, arena);
	}
}

/* What is in one field of a form never becomes another one. */
static void fields_stay_apart(void **state)
{
	static const struct {
		enum dns_type type;
		const char *fields[DNS_MEMBERS];
		const char *member; /* at fault */
	} rows[] = {
		{ DNS_MX, { "10 mail", NULL }, "priority" },
		{ DNS_MX, { "10", "" }, "target" },
		{ DNS_MX, { "10", "a b" }, "target" },
		{ DNS_MX, { "10", "a;b" }, "target" },
		{ DNS_MX, { "10", "a\"b" }, "target" },
		{ DNS_MX, { NULL, "mail" }, "priority" },
		{ DNS_MX, { "10", "a\nb" }, "" },
		{ DNS_TXT, { "a\nb" }, "" },
		{ DNS_SRV, { "1 2", "3", "4", "" }, "priority" },
		{ DNS_DS, { "1", "8 2", "", X64 }, "algorithm" },
		{ DNS_CAA, { "0", "issue \"ca.example\"", "" }, "tag" },
		{ DNS_HTTPS, { "1 . port=1", "", "" }, "priority" },
		{ DNS_HTTPS, { "1", ". port=1", "" }, "target" },
		{ DNS_A, { "192.0.2.1 ; x" }, "address" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX);
		const char *text = rdata_join(rows[i].type, rows[i].fields, arena), *normal = NULL;
		struct rdata_fault fault = { 0 };

		assert_non_null(text);
		if (rdata_normalise(rows[i].type, text, ZONE, arena, &normal, &fault))
			fail_msg("row %zu: '%s' was taken", i, text);
		assert_string_equal(fault.member, rows[i].member);
	}
}

static void targets_of_data(void **state)
{
	(void)state;
	assert_string_equal(rdata_target(DNS_CNAME, "a.example."), "a.example.");
	assert_string_equal(rdata_target(DNS_MX, "10 a.example."), "a.example.");
	assert_string_equal(rdata_target(DNS_SRV, "0 0 1 a.example."), "a.example.");
	assert_null(rdata_target(DNS_TXT, "\"a.example.\""));
	assert_null(rdata_target(DNS_A, "192.0.2.1"));
}

static void types_have_names(void **state)
{
	(void)state;
	for (const struct dns_type_row *row = dns_types; row->name; row++) {
		assert_int_equal(dns_type_parse(row->name), row->type);
		assert_string_equal(dns_type_name(row->type), row->name);
		assert_ptr_equal(dns_type_row(row->type), row);
		assert_in_range(dns_members(row), 1, DNS_MEMBERS);
		for (size_t i = 0; i < dns_members(row); i++) {
			assert_true(row->members[i].least <= row->members[i].most);
			assert_true(strlen(row->members[i].name) < sizeof(((struct rdata_fault *)NULL)->member));
			assert_true(strlen(row->members[i].words) < sizeof(((struct rdata_fault *)NULL)->words));
		}
	}
	assert_int_equal(dns_type_parse("RRSIG"), DNS_NONE);
	assert_int_equal(dns_type_parse(""), DNS_NONE);
	assert_int_equal(DNS_HTTPS, 65);
	assert_int_equal(DNS_CAA, 257);
	assert_int_equal(DNS_ALIAS, 65401);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses),
		cmocka_unit_test(targets),
		cmocka_unit_test(texts),
		cmocka_unit_test(digests),
		cmocka_unit_test(authorities),
		cmocka_unit_test(substitutions),
		cmocka_unit_test(services),
		cmocka_unit_test(data_is_bounded),
		cmocka_unit_test(too_little_memory_is_said),
		cmocka_unit_test(fields_of_forms),
		cmocka_unit_test(fields_stay_apart),
		cmocka_unit_test(targets_of_data),
		cmocka_unit_test(types_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
