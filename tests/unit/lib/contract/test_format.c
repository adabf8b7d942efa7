/* Tests of format.c, domain.c and utf8.c: what each format takes, what it refuses, what it makes of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/contract/format.h"
#include "lib/contract/pem.h"
#include "lib/contract/url.h"

struct row {
	Stralix__Format format;
	const char *text;
	const char *normal; /* NULL: refused */
};

static void check_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		_cleanup_(arena_freep) struct arena *arena = arena_new(65536);
		const char *normal = NULL, *reason = NULL;
		bool good = format_check(rows[i].format, rows[i].text, arena, &normal, &reason);

		if (good != (rows[i].normal != NULL))
			fail_msg("row %zu: %s '%s' was %s", i, format_name(rows[i].format), rows[i].text,
			         good ? "taken" : "refused");
		assert_non_null(reason);
		if (good)
			assert_string_equal(normal, rows[i].normal);
	}
}

#define CHECK_ROWS(rows) check_rows(rows, ARRAY_SIZE(rows))

#define LABEL63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

#define PATHS(good)                                                                                                    \
	{                                                                                                              \
		STRALIX__FORMAT__URL_PATH, good, good                                                                  \
	}
#define NO_PATH(bad)                                                                                                   \
	{                                                                                                              \
		STRALIX__FORMAT__URL_PATH, bad, NULL                                                                   \
	}
#define TARGET(good)                                                                                                   \
	{                                                                                                              \
		STRALIX__FORMAT__REDIRECT_TARGET, good, good                                                           \
	}
#define NO_TARGET(bad)                                                                                                 \
	{                                                                                                              \
		STRALIX__FORMAT__REDIRECT_TARGET, bad, NULL                                                            \
	}

static void url_paths_keep_their_shape_when_they_are_decoded(void **state)
{
	static const struct row rows[] = {
		PATHS("/"),
		PATHS("/a"),
		PATHS("/a/b.html"),
		PATHS("/a/"),
		PATHS("/caf%C3%A9"),
		PATHS("/a;b=c,d(e)!*'+&@:~_-"),
		PATHS("/..."),
		PATHS("/.hidden"),
		PATHS("/%22"),
		NO_PATH("a"),
		NO_PATH("//"),
		NO_PATH("/a//b"),
		NO_PATH("/."),
		NO_PATH("/.."),
		NO_PATH("/a/../b"),
		NO_PATH("/a/./b"),
		NO_PATH("/%2e%2e/b"),
		NO_PATH("/a%2Fb"),
		NO_PATH("/a%5Cb"),
		NO_PATH("/%00"),
		NO_PATH("/%0a"),
		NO_PATH("/%7F"),
		NO_PATH("/%24host"),
		NO_PATH("/$host"),
		NO_PATH("/a b"),
		NO_PATH("/a\nb"),
		NO_PATH("/a\"b"),
		NO_PATH("/a\\b"),
		NO_PATH("/a{b}"),
		NO_PATH("/%"),
		NO_PATH("/%4"),
		NO_PATH("/%zz"),
		NO_PATH("/a?b"),
		NO_PATH("/a#b"),
		NO_PATH("/caf\xC3\xA9"),
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void redirect_targets_are_paths_or_web_addresses(void **state)
{
	static const struct row rows[] = {
		TARGET("/new"),
		TARGET("/new?a=b&c=/d?e#f"),
		TARGET("https://shop.example"),
		TARGET("https://shop.example/"),
		TARGET("http://shop.example:8080/a?b#c"),
		TARGET("https://192.0.2.1/x"),
		TARGET("https://shop.example?a"),
		TARGET("/a?x=%0D%0A"),
		NO_TARGET("javascript:alert(1)"),
		NO_TARGET("ftp://shop.example/"),
		NO_TARGET("//shop.example/"),
		NO_TARGET("https://"),
		NO_TARGET("https:///x"),
		NO_TARGET("https://user@shop.example/"),
		NO_TARGET("https://shop.example:0/"),
		NO_TARGET("https://shop.example:99999/"),
		NO_TARGET("https://localhost/"),
		NO_TARGET("https://shop.example/../x"),
		NO_TARGET("https://shop.example/a b"),
		NO_TARGET("https://shop.example/\r\nSet-Cookie: a=b"),
		NO_TARGET("https://shop.example/$request_uri"),
		NO_TARGET("/a?x=\"y"),
		NO_TARGET("new"),
		NO_TARGET("https://-a.example/"),
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void upstreams_are_addresses_in_their_one_spelling(void **state)
{
#define UPSTREAM(good)                                                                                                 \
	{                                                                                                              \
		STRALIX__FORMAT__UPSTREAM, good, good                                                                  \
	}
#define NO_UPSTREAM(bad)                                                                                               \
	{                                                                                                              \
		STRALIX__FORMAT__UPSTREAM, bad, NULL                                                                   \
	}
	static const struct row rows[] = {
		UPSTREAM("http://192.0.2.1"),          UPSTREAM("https://192.0.2.1:8443"),
		UPSTREAM("http://[2001:db8::1]:80"),   UPSTREAM("https://[2001:db8::1]"),
		NO_UPSTREAM("http://shop.example"),    NO_UPSTREAM("http://192.0.2.1/"),
		NO_UPSTREAM("http://192.0.2.1:"),      NO_UPSTREAM("http://192.0.2.1:080"),
		NO_UPSTREAM("http://192.0.2.1:65536"), NO_UPSTREAM("http://192.0.2"),
		NO_UPSTREAM("http://0300.0.2.1"),      NO_UPSTREAM("http://[2001:DB8::1]"),
		NO_UPSTREAM("http://[2001:db8:0::1]"), NO_UPSTREAM("http://2001:db8::1"),
		NO_UPSTREAM("http://[192.0.2.1]"),     NO_UPSTREAM("http://[fe80::1%eth0]"),
		NO_UPSTREAM("ftp://192.0.2.1"),        NO_UPSTREAM("http://"),
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void addresses_of_the_inside_are_known(void **state)
{
	static const char *const inner[] = { "http://127.0.0.1",       "http://127.255.0.1:80",
		                             "http://0.0.0.0",         "http://169.254.169.254",
		                             "http://224.0.0.1",       "http://255.255.255.255",
		                             "http://[::1]",           "http://[::]",
		                             "http://[fe80::1]",       "http://[febf::1]",
		                             "http://[ff02::1]",       "http://[::ffff:8.8.8.8]",
		                             "http://[64:ff9b::1]",    "http://[2002:7f00:1::]",
		                             "http://[fd00:ec2::254]", "http://192.0.0.192",
		                             "http://100.100.100.200", "nonsense" };
	static const char *const outer[] = { "http://192.0.2.1",       "http://10.0.0.1",    "http://128.0.0.1",
		                             "http://223.255.255.255", "http://169.253.0.1", "http://[2001:db8::1]",
		                             "http://[fec0::1]",       "http://[fd00::1]" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(inner); i++)
		if (!url_upstream_is_inner(inner[i]))
			fail_msg("%s is taken for an outer one", inner[i]);
	for (size_t i = 0; i < ARRAY_SIZE(outer); i++)
		if (url_upstream_is_inner(outer[i]))
			fail_msg("%s is taken for an inner one", outer[i]);
}

static void folders_and_files_have_plain_names(void **state)
{
	static const struct row rows[] = {
		{ STRALIX__FORMAT__SITE_FOLDER, "web/public", "web/public" },
		{ STRALIX__FORMAT__SITE_FOLDER, "a", "a" },
		{ STRALIX__FORMAT__SITE_FOLDER, "/a", NULL },
		{ STRALIX__FORMAT__SITE_FOLDER, "a/", NULL },
		{ STRALIX__FORMAT__SITE_FOLDER, "a//b", NULL },
		{ STRALIX__FORMAT__SITE_FOLDER, "..", NULL },
		{ STRALIX__FORMAT__SITE_FOLDER, "a/../b", NULL },
		{ STRALIX__FORMAT__SITE_FOLDER, ".git", NULL },
		{ STRALIX__FORMAT__SITE_FOLDER, "a b", NULL },
		{ STRALIX__FORMAT__SITE_FOLDER, "a;b", NULL },
		{ STRALIX__FORMAT__FILE_NAME, "index.html", "index.html" },
		{ STRALIX__FORMAT__FILE_NAME, "a/b", NULL },
		{ STRALIX__FORMAT__FILE_NAME, ".htaccess", NULL },
		{ STRALIX__FORMAT__FILE_NAME, "$a", NULL },
		{ STRALIX__FORMAT__FIELD_PATH, "settings.error_pages", "settings.error_pages" },
		{ STRALIX__FORMAT__FIELD_PATH, "settings..a", NULL },
		{ STRALIX__FORMAT__FIELD_PATH, ".a", NULL },
		{ STRALIX__FORMAT__FIELD_PATH, "A", NULL },
		{ STRALIX__FORMAT__ETAG, "1.5", "1.5" },
		{ STRALIX__FORMAT__ETAG, "\"1.5\"", NULL },
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void hostname_keeps_a_labels_in_lower_case(void **state)
{
	static const struct row rows[] = {
		{ STRALIX__FORMAT__HOSTNAME, "shop.example", "shop.example" },
		{ STRALIX__FORMAT__HOSTNAME, "Shop.Example.", "shop.example" },
		{ STRALIX__FORMAT__HOSTNAME,
		  "b\xC3\xBC"
		  "cher.example",
		  "xn--bcher-kva.example" },
		{ STRALIX__FORMAT__HOSTNAME, "XN--BCHER-KVA.example", "xn--bcher-kva.example" },
		{ STRALIX__FORMAT__HOSTNAME,
		  "stra\xC3\x9F"
		  "e.example",
		  "xn--strae-oqa.example" },
		{ STRALIX__FORMAT__HOSTNAME,
		  "a\xE3\x80\x82"
		  "b.example",
		  "a.b.example" },
		{ STRALIX__FORMAT__HOSTNAME, "1.2.3.4.example", "1.2.3.4.example" },
		{ STRALIX__FORMAT__HOSTNAME, LABEL63 ".example", LABEL63 ".example" },
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void hostname_refuses_what_is_no_full_name(void **state)
{
	static const struct row rows[] = {
		{ STRALIX__FORMAT__HOSTNAME, "", NULL },
		{ STRALIX__FORMAT__HOSTNAME, "localhost", NULL },
		{ STRALIX__FORMAT__HOSTNAME, ".", NULL },
		{ STRALIX__FORMAT__HOSTNAME, ".example.com", NULL },
		{ STRALIX__FORMAT__HOSTNAME, "a..example", NULL },
		{ STRALIX__FORMAT__HOSTNAME, "shop.example..", NULL },
		{ STRALIX__FORMAT__HOSTNAME, "*.example", NULL },
		{ STRALIX__FORMAT__HOSTNAME, "-a.example", NULL },
		{ STRALIX__FORMAT__HOSTNAME, "a-.example", NULL },
		{ STRALIX__FORMAT__HOSTNAME, "a_b.example", NULL },
		{ STRALIX__FORMAT__HOSTNAME, "\xC3\xBC_b.example", NULL },
		{ STRALIX__FORMAT__HOSTNAME, "\xC3\xBC b.example", NULL },
		{ STRALIX__FORMAT__HOSTNAME, "\xE2\x84\x80.example", NULL }, /* a/c in one character */
		{ STRALIX__FORMAT__HOSTNAME, "a b.example", NULL },
		{ STRALIX__FORMAT__HOSTNAME, "a;b.example", NULL },
		{ STRALIX__FORMAT__HOSTNAME, "a\n.example", NULL },
		{ STRALIX__FORMAT__HOSTNAME, "a.example/..", NULL },
		{ STRALIX__FORMAT__HOSTNAME, "a.example:80", NULL },
		{ STRALIX__FORMAT__HOSTNAME, "127.0.0.1", NULL },
		{ STRALIX__FORMAT__HOSTNAME, "a.1", NULL },
		{ STRALIX__FORMAT__HOSTNAME, "ab--c.example", NULL },
		{ STRALIX__FORMAT__HOSTNAME, "xn--zzzzzz9999.example", NULL },
		{ STRALIX__FORMAT__HOSTNAME, LABEL63 "a.example", NULL },
		{ STRALIX__FORMAT__HOSTNAME, LABEL63 "." LABEL63 "." LABEL63 "." LABEL63, NULL },
		{ STRALIX__FORMAT__HOSTNAME, "\xFF\xFE.example", NULL },
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void words_and_ids_are_strict(void **state)
{
	static const struct row rows[] = {
		{ STRALIX__FORMAT__UUID, "0190B5A6-7C1E-7000-8000-0000000000AF",
		  "0190b5a6-7c1e-7000-8000-0000000000af" },
		{ STRALIX__FORMAT__UUID, "0190b5a67c1e700080000000000000af", NULL },
		{ STRALIX__FORMAT__UUID, "0190b5a6-7c1e-7000-8000-0000000000ag", NULL },
		{ STRALIX__FORMAT__ID, "n1", "n1" },
		{ STRALIX__FORMAT__ID, "*", NULL },
		{ STRALIX__FORMAT__ID, "n1.>", NULL },
		{ STRALIX__FORMAT__ID, "N1", NULL },
		{ STRALIX__FORMAT__WORD, "-created_at", "-created_at" },
		{ STRALIX__FORMAT__WORD, "website.apply", "website.apply" },
		{ STRALIX__FORMAT__WORD, "-", NULL },
		{ STRALIX__FORMAT__WORD, "a b", NULL },
		{ STRALIX__FORMAT__PERMISSION, "website:create", "website:create" },
		{ STRALIX__FORMAT__PERMISSION, "website", NULL },
		{ STRALIX__FORMAT__PERMISSION, "website:create:x", NULL },
		{ STRALIX__FORMAT__SUBJECT, "rpc.web.CreateWebsite", "rpc.web.CreateWebsite" },
		{ STRALIX__FORMAT__SUBJECT, "rpc.>", NULL },
		{ STRALIX__FORMAT__SUBJECT, "rpc..x", NULL },
		{ STRALIX__FORMAT__TOKEN, "abc.DEF-_1", "abc.DEF-_1" },
		{ STRALIX__FORMAT__TOKEN, "a b", NULL },
		{ STRALIX__FORMAT__CURSOR, "YWJj_-", "YWJj_-" },
		{ STRALIX__FORMAT__CURSOR, "YWJj=", NULL },
		{ STRALIX__FORMAT__PUBLIC_KEY, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" },
		{ STRALIX__FORMAT__PUBLIC_KEY, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB", NULL },
		{ STRALIX__FORMAT__PUBLIC_KEY, "AAAA", NULL },
		{ STRALIX__FORMAT__FORMAT_UNSET, "a", NULL },
		{ (Stralix__Format)999, "a", NULL },
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void addresses_have_one_spelling(void **state)
{
	static const struct row rows[] = {
		{ STRALIX__FORMAT__IP, "127.0.0.1", "127.0.0.1" },
		{ STRALIX__FORMAT__IP, "2001:DB8:0::1", "2001:db8::1" },
		{ STRALIX__FORMAT__IP, "127.1", NULL },
		{ STRALIX__FORMAT__IP, "fe80::1%eth0", NULL },
		{ STRALIX__FORMAT__EMAIL, "Ann@Shop.Example", "ann@shop.example" },
		{ STRALIX__FORMAT__EMAIL,
		  "a.b+c@b\xC3\xBC"
		  "cher.example",
		  "a.b+c@xn--bcher-kva.example" },
		{ STRALIX__FORMAT__EMAIL, "ann", NULL },
		{ STRALIX__FORMAT__EMAIL, "@shop.example", NULL },
		{ STRALIX__FORMAT__EMAIL, "a..b@shop.example", NULL },
		{ STRALIX__FORMAT__EMAIL, "a@b@shop.example", NULL },
		{ STRALIX__FORMAT__EMAIL, "a b@shop.example", NULL },
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void lines_hold_no_hidden_characters(void **state)
{
	static const struct row rows[] = {
		{ STRALIX__FORMAT__LINE, "  Ann Müller ", "Ann Müller" },
		{ STRALIX__FORMAT__LINE, "a\nb", NULL },
		{ STRALIX__FORMAT__LINE, "a\x1B[31m", NULL },
		{ STRALIX__FORMAT__LINE,
		  "a\xE2\x80\xAE"
		  "b",
		  NULL }, /* right-to-left override */
		{ STRALIX__FORMAT__LINE, "a\xC2\x85", NULL },
		{ STRALIX__FORMAT__LINE, "a\xC0\x80", NULL },
		{ STRALIX__FORMAT__NOTE, "a\n\tb", "a\n\tb" },
		{ STRALIX__FORMAT__NOTE, "a\rb", NULL },
		{ STRALIX__FORMAT__SEARCH, "100%_", "100%_" },
		{ STRALIX__FORMAT__TEXT, "nginx: [emerg]\x1B\n", "nginx: [emerg]\x1B\n" },
		{ STRALIX__FORMAT__TEXT, "\xED\xA0\x80", NULL },
		{ STRALIX__FORMAT__PASSWORD, "twelve chars", "twelve chars" },
		{ STRALIX__FORMAT__PASSWORD, "eleven char", NULL },
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void utf8_is_read_strictly(void **state)
{
	(void)state;
	assert_true(format_utf8_valid("\xF0\x9F\x98\x80", 4));
	assert_true(format_utf8_valid("\xEF\xBF\xBF", 3));
	assert_false(format_utf8_valid("\xF0\x9F\x98", 3));
	assert_false(format_utf8_valid("\xF4\x90\x80\x80", 4));
	assert_false(format_utf8_valid("\xE0\x80\x80", 3));
	assert_false(format_utf8_valid("a\0b", 3));
	assert_true(format_utf8_valid(NULL, 0));
}

static void names_are_shown_only_when_they_do_not_mislead(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(65536);

	(void)state;
	assert_string_equal(format_display_domain("xn--bcher-kva.example", arena), "b\xC3\xBC"
	                                                                           "cher.example");
	assert_string_equal(format_display_domain("shop.example", arena), "shop.example");
	/* "аррӏе", all Cyrillic lookalikes */
	assert_string_equal(format_display_domain("xn--80ak6aa92e.example", arena), "xn--80ak6aa92e.example");
	/* "пример" */
	assert_string_equal(format_display_domain("xn--e1afmkfd.example", arena),
	                    "\xD0\xBF\xD1\x80\xD0\xB8\xD0\xBC\xD0\xB5\xD1\x80.example");
}

static void versions_of_php_have_two_numbers(void **state)
{
#define VERSION(good)                                                                                                  \
	{                                                                                                              \
		STRALIX__FORMAT__PHP_VERSION, good, good                                                               \
	}
#define NO_VERSION(bad)                                                                                                \
	{                                                                                                              \
		STRALIX__FORMAT__PHP_VERSION, bad, NULL                                                                \
	}
	static const struct row rows[] = {
		VERSION("8.2"),       VERSION("8.12"),   NO_VERSION("8"),     NO_VERSION("8."),
		NO_VERSION("82.1"),   NO_VERSION(".2"),  NO_VERSION("8.2.1"), NO_VERSION("8.2 "),
		NO_VERSION("../8.2"), NO_VERSION("8,2"), NO_VERSION("8.2\n"), NO_VERSION("8.1234"),
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void pem_has_one_spelling(void **state)
{
#define CERTIFICATE "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
	static const struct row rows[] = {
		{ STRALIX__FORMAT__PEM, CERTIFICATE, CERTIFICATE },
		{ STRALIX__FORMAT__PEM,
		  "Bag Attributes: x\r\n-----BEGIN CERTIFICATE-----\r\nAA\r\nAA\r\n-----END CERTIFICATE-----",
		  CERTIFICATE },
		{ STRALIX__FORMAT__PEM, CERTIFICATE "\n# the issuer\n" CERTIFICATE, CERTIFICATE CERTIFICATE },
		{ STRALIX__FORMAT__PEM, "-----BEGIN EC PRIVATE KEY-----\nAAA=\n-----END EC PRIVATE KEY-----\n",
		  "-----BEGIN EC PRIVATE KEY-----\nAAA=\n-----END EC PRIVATE KEY-----\n" },
		{ STRALIX__FORMAT__PEM, "AAAA", NULL },
		{ STRALIX__FORMAT__PEM, "-----BEGIN CERTIFICATE-----\nAAAA\n", NULL },
		{ STRALIX__FORMAT__PEM, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END X509 CRL-----\n", NULL },
		{ STRALIX__FORMAT__PEM, "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", NULL },
		{ STRALIX__FORMAT__PEM, "-----BEGIN CERTIFICATE-----\nAAA\n-----END CERTIFICATE-----\n", NULL },
		{ STRALIX__FORMAT__PEM, "-----BEGIN CERTIFICATE-----\nA===\n-----END CERTIFICATE-----\n", NULL },
		{ STRALIX__FORMAT__PEM, "-----BEGIN CERTIFICATE-----\nAA=A\n-----END CERTIFICATE-----\n", NULL },
		{ STRALIX__FORMAT__PEM, "-----BEGIN  X-----\nAAAA\n-----END  X-----\n", NULL },
		{ STRALIX__FORMAT__PEM,
		  "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----\n",
		  NULL },
		{ STRALIX__FORMAT__PEM, CERTIFICATE "-----BEGIN CERTIFICATE-----", NULL },
	};

	(void)state;
	CHECK_ROWS(rows);
	assert_int_equal(pem_count(CERTIFICATE CERTIFICATE, "CERTIFICATE"), 2);
	assert_int_equal(
		pem_count(CERTIFICATE "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "CERTIFICATE"),
		0);
	assert_int_equal(pem_count("", "CERTIFICATE"), 0);
}

static void names_of_certificates_may_be_wild(void **state)
{
	static const struct row rows[] = {
		{ STRALIX__FORMAT__CERTIFICATE_NAME, "Shop.Example", "shop.example" },
		{ STRALIX__FORMAT__CERTIFICATE_NAME, "*.Shop.Example", "*.shop.example" },
		{ STRALIX__FORMAT__CERTIFICATE_NAME, "*.*.shop.example", NULL },
		{ STRALIX__FORMAT__CERTIFICATE_NAME, "w*.shop.example", NULL },
		{ STRALIX__FORMAT__CERTIFICATE_NAME, "*.example", NULL },
		{ STRALIX__FORMAT__CERTIFICATE_NAME, "*", NULL },
	};

	(void)state;
	CHECK_ROWS(rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(url_paths_keep_their_shape_when_they_are_decoded),
		cmocka_unit_test(redirect_targets_are_paths_or_web_addresses),
		cmocka_unit_test(upstreams_are_addresses_in_their_one_spelling),
		cmocka_unit_test(addresses_of_the_inside_are_known),
		cmocka_unit_test(folders_and_files_have_plain_names),
		cmocka_unit_test(hostname_keeps_a_labels_in_lower_case),
		cmocka_unit_test(hostname_refuses_what_is_no_full_name),
		cmocka_unit_test(words_and_ids_are_strict),
		cmocka_unit_test(addresses_have_one_spelling),
		cmocka_unit_test(lines_hold_no_hidden_characters),
		cmocka_unit_test(utf8_is_read_strictly),
		cmocka_unit_test(versions_of_php_have_two_numbers),
		cmocka_unit_test(pem_has_one_spelling),
		cmocka_unit_test(names_of_certificates_may_be_wild),
		cmocka_unit_test(names_are_shown_only_when_they_do_not_mislead),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
