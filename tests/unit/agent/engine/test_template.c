/* template: contexts are known or the template doesn't load; a value that can't be written safely isn't written. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "agent/engine/template.h"

static bool render(const char *text, const struct template_value *values, struct buf *out, struct error *err)
{
	_cleanup_(template_freep) struct template *template = NULL;

	return template_parse("test", text, &template, err) && template_render(template, values, out, err);
}

static bool render_one(const char *context, const char *value, struct buf *out)
{
	const struct template_value values[] = { { "v", value, false, NULL }, { NULL, NULL, false, NULL } };
	struct error err = { 0 };
	char text[64];

	snprintf(text, sizeof(text), "{{v:%s}}", context);
	return render(text, values, out, &err);
}

static void expect(const char *context, const char *value, const char *wanted)
{
	_cleanup_buf_ struct buf out = { 0 };

	if (!wanted) {
		assert_false(render_one(context, value, &out));
		assert_int_equal(out.size, 0);
		return;
	}
	assert_true(render_one(context, value, &out));
	assert_string_equal(out.data, wanted);
}

static void a_template_with_an_unknown_context_does_not_load(void **state)
{
	struct template *template = NULL;
	struct error err = { 0 };

	(void)state;
	assert_false(template_parse("test", "root {{root:shell}};", &template, &err));
	assert_non_null(strstr(err.message, "unknown context"));
	assert_false(template_parse("test", "root {{root}};", &template, &err));
	assert_false(template_parse("test", "root {{root:};", &template, &err));
	assert_null(template);
}

static void tags_out_of_place_do_not_load(void **state)
{
	static const char *const wrong[] = { "{{end}}",
		                             "{{if a}}",
		                             "{{else}}",
		                             "{{if a}}{{if b}}x{{end}}{{end}}",
		                             "{{if a}}{{else}}{{else}}{{end}}",
		                             "{{",
		                             "{{each a}}",
		                             "{{each a}}{{each b}}{{end}}{{end}}",
		                             "{{if a}}{{each b}}{{end}}{{end}}",
		                             "{{each a}}{{else}}{{end}}",
		                             "{{each a}}{{if b}}{{end}}" };

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct template *template = NULL;
		struct error err = { 0 };

		assert_false(template_parse("test", wrong[i], &template, &err));
		assert_null(template);
	}
}

static void a_missing_value_is_an_error_and_not_an_empty_text(void **state)
{
	const struct template_value values[] = { { "other", "x", true, NULL }, { NULL, NULL, false, NULL } };
	_cleanup_buf_ struct buf out = { 0 };
	struct error err = { 0 };

	(void)state;
	assert_false(render("{{domain:server_name}}", values, &out, &err));
	assert_int_equal(err.code, ERR_INTERNAL);
}

static void a_part_is_there_when_its_switch_is_on(void **state)
{
	struct template_value values[] = { { "a", "80", true, NULL }, { NULL, NULL, false, NULL } };
	_cleanup_buf_ struct buf on = { 0 }, off = { 0 };
	struct error err = { 0 };

	(void)state;
	assert_true(render("<{{if a}}{{a:number}}{{else}}no{{end}}>", values, &on, &err));
	assert_string_equal(on.data, "<80>");
	values[0].on = false;
	assert_true(render("<{{if a}}{{a:number}}{{else}}no{{end}}>", values, &off, &err));
	assert_string_equal(off.data, "<no>");
}

/* Each member brings its own values, and sees no others. */
static void a_part_is_there_for_each_member_of_a_list(void **state)
{
	const struct template_value a[] = { { "v", "1", true, NULL }, { NULL, NULL, false, NULL } };
	const struct template_value b[] = { { "v", "2", false, NULL }, { NULL, NULL, false, NULL } };
	const struct template_value *const two[] = { a, b, NULL }, *const none[] = { NULL };
	struct template_value values[] = { { "list", NULL, false, two },
		                           { "outer", "3", false, NULL },
		                           { NULL, NULL, false, NULL } };
	_cleanup_buf_ struct buf out = { 0 }, empty = { 0 }, wrong = { 0 };
	struct error err = { 0 };

	(void)state;
	assert_true(render("<{{each list}}{{v:number}}{{if v}}!{{else}}?{{end}} {{end}}{{outer:number}}>", values, &out,
	                   &err));
	assert_string_equal(out.data, "<1! 2? 3>");
	assert_false(render("{{each list}}{{outer:number}}{{end}}", values, &wrong, &err));
	values[0].list = none;
	assert_true(render("<{{each list}}{{v:number}}{{end}}>", values, &empty, &err));
	assert_string_equal(empty.data, "<>");
}

static void server_names_are_ascii_domain_names(void **state)
{
	(void)state;
	expect("server_name", "xn--bcher-kva.example", "xn--bcher-kva.example");
	expect("server_name", "a.example; root /", NULL);
	expect("server_name", "a.example\n", NULL);
	expect("server_name", "A.example", NULL);
	expect("server_name", "$host", NULL);
	expect("server_name", "*.example", NULL);
	expect("server_name", "a{b", NULL);
	expect("server_name", "..", NULL);
	expect("server_name", "", NULL);
	expect("server_name", ".example", NULL);
}

static void nginx_strings_are_quoted_and_never_a_variable(void **state)
{
	(void)state;
	expect("nginx_string", "/srv/a b", "\"/srv/a b\"");
	expect("nginx_string", "a\"; return 200 \\", "\"a\\\"; return 200 \\\\\"");
	expect("nginx_string", "/srv/$host", NULL);
	expect("nginx_string", "a\nb", NULL);
	expect("nginx_string", "a\x7f", NULL);
}

static void html_is_escaped(void **state)
{
	(void)state;
	expect("html", "<b>&\"'", "&lt;b&gt;&amp;&quot;&#39;");
	expect("html",
	       "b\xc3\xbc"
	       "cher",
	       "b\xc3\xbc"
	       "cher");
	expect("html", "a\x01", NULL);
}

static void the_other_contexts_keep_to_their_alphabet(void **state)
{
	(void)state;
	expect("number", "42", "42");
	expect("matcher", "=", "=");
	expect("matcher", "^~", "^~");
	expect("matcher", "~*", NULL);
	expect("matcher", "", NULL);
	expect("file_name", "index.html", "index.html");
	expect("file_name", ".htaccess", NULL);
	expect("file_name", "a;b", NULL);
	expect("request_uri", "$request_uri", "$request_uri");
	expect("request_uri", "$args", NULL);
	expect("number", "-1", NULL);
	expect("number", "1 ", NULL);
	expect("endpoint", "[::1]:80", "[::1]:80");
	expect("endpoint", "127.0.0.1:80", "127.0.0.1:80");
	expect("endpoint", "unix:/x", NULL);
	expect("endpoint", "80 default_server", NULL);
	expect("uuid", "01a20edb-3642-7496-afb2-e779b16a8865", "01a20edb-3642-7496-afb2-e779b16a8865");
	expect("uuid", "../../../../../../../../../etc/passwd0", NULL);
	expect("word", "abc.DEF_1-2", "abc.DEF_1-2");
	expect("word", "a/b", NULL);
	expect("ini_string", "/srv/a:/srv/b c", "\"/srv/a:/srv/b c\"");
	expect("ini_string", "a\"\nuser = 0", NULL);
	expect("ini_string", "${PATH}", NULL);
	expect("ini_string", "a\\", NULL);
	expect("ini_value", "128M", "\"128M\"");
	expect("ini_value", "Europe/Berlin", "\"Europe/Berlin\"");
	expect("ini_value", "a;b", NULL);
	expect("ini_value", "a b", NULL);
	expect("ini_value", "", NULL);
	expect("user", "www-data", "www-data");
	expect("user", "0", NULL);
	expect("user", "a b", NULL);
}

static void the_shipped_templates_load(void **state)
{
	static const char *const names[] = { "nginx.conf", "site.conf", "mime.types", "welcome.html" };
	const char *source = getenv("STRALIX_INFRASTRUCTURE");

	(void)state;
	assert_non_null(source);
	for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
		_cleanup_(template_freep) struct template *template = NULL;
		struct error err = { 0 };
		char path[4096];

		snprintf(path, sizeof(path), "%s/nginx/templates/%s", source, names[i]);
		if (!template_load(path, &template, &err))
			fail_msg("%s", err.message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_template_with_an_unknown_context_does_not_load),
		cmocka_unit_test(tags_out_of_place_do_not_load),
		cmocka_unit_test(a_missing_value_is_an_error_and_not_an_empty_text),
		cmocka_unit_test(a_part_is_there_when_its_switch_is_on),
		cmocka_unit_test(a_part_is_there_for_each_member_of_a_list),
		cmocka_unit_test(server_names_are_ascii_domain_names),
		cmocka_unit_test(nginx_strings_are_quoted_and_never_a_variable),
		cmocka_unit_test(html_is_escaped),
		cmocka_unit_test(the_other_contexts_keep_to_their_alphabet),
		cmocka_unit_test(the_shipped_templates_load),
	};

	return cmocka_run_group_tests_name("agent template", tests, NULL, NULL);
}
