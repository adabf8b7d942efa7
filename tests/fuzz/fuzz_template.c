/*
 * Fuzz target of the template renderer. The shipped templates of nginx and PHP are rendered twice: with harmless
 * values, and with hostile ones. Where the renderer takes the hostile ones, the file has to hold the same directives
 * word by word, with the hostile value, as it was given, where the harmless one stands; nothing else may differ. Input:
 * a byte that chooses the template and its switches, then values, each ended by NUL. Above that: text as a template,
 * and text as a value of a page.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/engine/template.h"
#include "ini_parse.h"
#include "nginx_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What stands for each value in the harmless rendering: no one is part of another, or of a template. */
static const struct template_value harmless[] = {
	{ "domain", "harmless.example", false, NULL },
	{ "id", "aaaaaaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee", false, NULL },
	{ "epoch", "770001", false, NULL },
	{ "n", "770002", false, NULL },
	{ "generation", "770003", false, NULL },
	{ "root", "/harmless/root", false, NULL },
	{ "symlinks_from", "from=/harmless/from", false, NULL },
	{ "acme", "harmless-acme", true, NULL },
	{ "secret", "harmless-secret", false, NULL },
	{ "marker", "harmless-marker", false, NULL },
	{ "user", "harmless_user", true, NULL },
	{ "group", "harmless_group", false, NULL },
	{ "http1", "10.0.0.1:1001", true, NULL },
	{ "http2", "10.0.0.2:1002", true, NULL },
	{ "http3", "[fd::3]:1003", true, NULL },
	{ "https1", "10.0.0.4:1004", true, NULL },
	{ "https2", "10.0.0.5:1005", true, NULL },
	{ "https3", "[fd::6]:1006", true, NULL },
	{ "tls", "", true, NULL },
	{ "files", "", true, NULL },
	{ "proxy", "http://10.0.0.7:1007", true, NULL },
	{ "alias", "harmless-alias.example", false, NULL },
	{ "file", "harmless-file.html", false, NULL },
	{ "from", "/harmless-old", false, NULL },
	{ "to", "/harmless-new", false, NULL },
	{ "protected", "harmless0protected", true, NULL },
	{ "folder", "harmless/folder", false, NULL },
	{ "realm", "harmless realm", false, NULL },
	{ "users", "/harmless/users", false, NULL },
	{ "as_sent", "", true, NULL },
	{ "page", "/harmless-page", false, NULL },
	{ "status", "770004", false, NULL },
	{ "matcher", "=", false, NULL },
	{ "rest", "$request_uri", false, NULL },
	{ "php", "", true, NULL },
	{ "no_php", "770005", true, NULL },
	{ "front", "", true, NULL },
	{ "shard", "harmless-shard", false, NULL },
	{ "pools", "/harmless/pools/", false, NULL },
	{ "body", "770006", false, NULL },
	{ "uid", "770007", true, NULL },
	{ "web_uid", "770008", false, NULL },
	{ "web_gid", "770009", false, NULL },
	{ "ondemand", "", true, NULL },
	{ "dynamic", "", true, NULL },
	{ "static", "", true, NULL },
	{ "idle", "770010", false, NULL },
	{ "start", "770011", false, NULL },
	{ "spare", "770012", false, NULL },
	{ "children", "770013", false, NULL },
	{ "requests", "770014", false, NULL },
	{ "tmp", "/harmless/tmp", false, NULL },
	{ "log", "/harmless/log", false, NULL },
	{ "open", "/harmless/open/:/harmless/too/", false, NULL },
	{ "name", "harmless.name", false, NULL },
	{ "value", "harmless_value", false, NULL },
	{ "master", "harmless-master", false, NULL },
	{ "any", "", true, NULL },
	{ "listen1", "10.0.0.8:1008", true, NULL },
	{ "listen2", "10.0.0.9:1009", true, NULL },
	{ "listen3", "[fd::7]:1010", true, NULL },
	{ "tls2", "", true, NULL },
	{ "tls3", "", true, NULL },
	{ "hsts", "harmless hsts", true, NULL },
	{ "moved", "770015", true, NULL },
	{ "moved_port", "770016", true, NULL },
	{ "marked", "", true, NULL },
	{ "maps", "", true, NULL },
	{ NULL, NULL, false, NULL },
};
enum { VALUES = sizeof(harmless) / sizeof(harmless[0]) - 1, LISTS = 9 };

/* A reader of a format; what it finds in a rendered file is what the daemon would. */
typedef bool parse_fn(const char *text, struct nginx_words *ret);

/* Lists of two members each, whose values are those above. */
static const char *const lists[LISTS] = { "names",   "index",  "redirects", "error_pages", "folders",
	                                  "guarded", "values", "masters",   "moved_names" };

static void *must(void *pointer)
{
	if (!pointer)
		abort();
	return pointer;
}

static struct template *load(const char *folder, const char *name)
{
	struct template *template;
	struct error err = { 0 };
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s/templates/%s", STRALIX_INFRASTRUCTURE, folder, name);
	if (!template_load(path, &template, &err)) {
		fprintf(stderr, "%s\n", err.message);
		abort();
	}
	return template;
}

/* The harmless word with each harmless value in it replaced by the hostile one. */
static char *expected(const char *word, const struct template_value *values)
{
	_cleanup_buf_ struct buf out = { 0 };

	buf_puts(&out, "");
	while (*word) {
		size_t i = 0;

		while (i < VALUES &&
		       (!*harmless[i].text || strncmp(word, harmless[i].text, strlen(harmless[i].text)) != 0))
			i++;
		if (i < VALUES && strcmp(harmless[i].name, "folder") == 0) {
			for (const char *c = values[i].text; *c; c++)
				buf_printf(&out, "%s%c", *c == '.' ? "\\" : "", *c);
			word += strlen(harmless[i].text);
		} else if (i < VALUES) {
			buf_puts(&out, values[i].text);
			word += strlen(harmless[i].text);
		} else {
			buf_putc(&out, *word++);
		}
	}
	return strdup(out.data ? out.data : "");
}

static void compare(const struct nginx_words *want, const struct nginx_words *got, const struct template_value *values)
{
	if (want->n != got->n)
		abort();
	for (size_t i = 0; i < want->n; i++) {
		char *text = must(expected(want->word[i].text, values));

		if (want->word[i].kind != got->word[i].kind || strcmp(text, got->word[i].text) != 0)
			abort();
		free(text);
	}
}

static void render_both(const struct template *template, const struct template_value *values, parse_fn *parse)
{
	_cleanup_buf_ struct buf want = { 0 }, got = { 0 };
	struct template_value same[VALUES + LISTS + 1], other[VALUES + LISTS + 1];
	const struct template_value *const same_members[] = { same, same, NULL };
	const struct template_value *const other_members[] = { other, other, NULL };
	struct nginx_words want_words, got_words;
	struct error err = { 0 };

	memcpy(same, harmless, sizeof(harmless));
	memcpy(other, values, sizeof(harmless));
	for (size_t i = 0; i < VALUES; i++)
		same[i].on = values[i].on;
	for (size_t i = 0; i < LISTS; i++) {
		same[VALUES + i] = (struct template_value){ lists[i], NULL, false, same_members };
		other[VALUES + i] = (struct template_value){ lists[i], NULL, false, other_members };
	}
	same[VALUES + LISTS] = other[VALUES + LISTS] = (struct template_value){ NULL, NULL, false, NULL };
	if (!template_render(template, same, &want, &err))
		abort();
	if (!template_render(template, other, &got, &err)) {
		if (err.code != ERR_INVALID)
			abort();
		return;
	}
	if (!parse(want.data, &want_words) || !parse(got.data, &got_words))
		abort();
	compare(&want_words, &got_words, values);
	nginx_words_done(&want_words);
	nginx_words_done(&got_words);
}

/* Values from the input; an empty one, or none, is the harmless one. */
static void file(const struct template *template, unsigned switches, char *text, parse_fn *parse)
{
	struct template_value values[VALUES + 1];

	memcpy(values, harmless, sizeof(values));
	for (size_t i = 0; i < VALUES; i++) {
		char *end = text + strlen(text);

		values[i].on = (switches >> (i % 4) & 1) != 0;
		if (*text && *harmless[i].text)
			values[i].text = text;
		text = end[1] == '\1' ? end : end + 1; /* the last one ends with NUL and 1 */
	}
	render_both(template, values, parse);
}

/* A page shows the value, and nothing in it is markup. */
static void page(const char *text)
{
	static struct template *template;
	_cleanup_buf_ struct buf out = { 0 };
	const struct template_value values[] = { { "v", text, false, NULL }, { NULL, NULL, false, NULL } };
	struct error err = { 0 };

	if (!template && !template_parse("page", "{{v:html}}", &template, &err))
		abort();
	if (!template_render(template, values, &out, &err))
		return;
	for (const char *c = out.data ? out.data : ""; *c; c++) {
		static const struct {
			const char *entity;
			char is;
		} entities[] = {
			{ "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' }, { "&quot;", '"' }, { "&#39;", '\'' }
		};
		size_t i = 0;

		if (strchr("<>\"'", *c))
			abort();
		while (*c == '&' && i < sizeof(entities) / sizeof(entities[0]) &&
		       strncmp(c, entities[i].entity, strlen(entities[i].entity)) != 0)
			i++;
		if (*c == '&' && i == sizeof(entities) / sizeof(entities[0]))
			abort();
		if (*text++ != (*c == '&' ? entities[i].is : *c))
			abort();
		c += *c == '&' ? strlen(entities[i].entity) - 1 : 0;
	}
	if (*text)
		abort();
}

/* Any text as a template: refused, or rendered. */
static void any(const char *text)
{
	struct template *template;
	_cleanup_buf_ struct buf out = { 0 };
	struct error err = { 0 };

	if (!template_parse("any", text, &template, &err)) {
		if (err.code != ERR_INTERNAL)
			abort();
		return;
	}
	(void)!template_render(template, harmless, &out, &err);
	template_free(template);
}

/* Four files that a node has one of, or one of a shard or a pool. */
static void shared(unsigned which, char *text)
{
	static struct template *conf, *map, *shard, *pool;

	if (!conf) {
		conf = load("nginx", "nginx.conf");
		map = load("nginx", "php.conf");
		shard = load("php", "shard.conf");
		pool = load("php", "pool.conf");
	}
	switch (which >> 4 & 3) {
	case 0:
		file(conf, which, text, nginx_parse);
		break;
	case 1:
		file(pool, which, text, ini_parse);
		break;
	case 2:
		file(shard, which, text, ini_parse);
		break;
	default:
		file(map, which, text, nginx_parse);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct template *site;
	char *text;

	if (size == 0)
		return 0;
	if (!site)
		site = load("nginx", "site.conf");
	text = must(malloc(size + 2));
	memcpy(text, data + 1, size - 1);
	memcpy(text + size - 1, "\0\1", 3); /* with its own NUL */
	switch (data[0] >> 6) {
	case 0:
		file(site, data[0], text, nginx_parse);
		break;
	case 1:
		shared(data[0], text);
		break;
	case 2:
		page(text);
		break;
	default:
		any(text);
	}
	free(text);
	return 0;
}
