/* arguments: see arguments.h. */
#include "cli/api/arguments.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/api/member.h"

enum { VALUE_MAX = 1 << 20, OPTION = 3 * NAME_WORD };

struct parsing {
	const struct spec *spec;
	const struct operation *operation;
	struct arguments *arguments;
	const char *values[8]; /* of the path's parameters, in their order */
	size_t n_values;
	struct error *err;
};

void arguments_done(struct arguments *arguments)
{
	buf_done(&arguments->path);
	buf_done(&arguments->query);
	json_decref(arguments->body);
}

static void add_escaped(struct buf *buf, const char *text)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

	for (; *text; text++) {
		if (strchr(plain, *text))
			buf_putc(buf, *text);
		else
			buf_printf(buf, "%%%02X", (unsigned char)*text);
	}
}

/* ---- values ---- */

/* "@file" is what the file holds, "@-" what comes in; without the line's end. The caller frees. */
static char *read_value(const char *option, const char *value, bool secret, struct error *err)
{
	_cleanup_buf_ struct buf text = { 0 };
	FILE *file;
	int c;

	if (value[0] != '@' && secret) {
		error_set(err, ERR_INVALID, "%s: write @FILE or @- for the terminal's input: others can read arguments",
		          option);
		return NULL;
	}
	if (value[0] != '@')
		return strdup(value);
	file = strcmp(value, "@-") == 0 ? stdin : fopen(value + 1, "re");
	if (!file) {
		error_errno(err, errno, "%s: %s", option, value + 1);
		return NULL;
	}
	buf_puts(&text, "");
	while ((c = getc(file)) != EOF && text.size < VALUE_MAX)
		buf_putc(&text, (char)c);
	if (file != stdin)
		fclose(file);
	if (text.size && text.data[text.size - 1] == '\n')
		text.data[text.size - 1] = '\0';
	return buf_take(&text);
}

static json_t *parse_json(const char *option, const char *text, struct error *err)
{
	json_error_t fault;
	json_t *json = json_loads(text, JSON_DECODE_ANY, &fault);

	if (!json)
		error_set(err, ERR_INVALID, "%s: no JSON: %s", option, fault.text);
	return json;
}

static json_t *integer(const char *option, const char *text, struct error *err)
{
	char *end;
	long long number;

	errno = 0;
	number = strtoll(text, &end, 10);
	if (errno || end == text || *end) {
		error_set(err, ERR_INVALID, "%s: '%s' is no whole number", option, text);
		return NULL;
	}
	return json_integer(number);
}

static bool needs_value(const char *option, struct error *err)
{
	return error_set(err, ERR_INVALID, "%s needs a value", option);
}

/* value: NULL: none was given, which is enough for a boolean. */
static json_t *value_of(const struct spec *spec, const char *option, json_t *schema, const char *value,
                        struct error *err)
{
	const char *type, *format;
	_cleanup_free_ char *text = NULL;

	schema = spec_resolve(spec, schema);
	type = member_text(schema, "type");
	format = member_text(schema, "format");
	if (!value && strcmp(type, "boolean") == 0)
		return json_true();
	if (!value) {
		(void)needs_value(option, err);
		return NULL;
	}
	text = read_value(option, value, strcmp(format, "password") == 0, err);
	if (!text)
		return NULL;
	if (strcmp(type, "string") == 0)
		return json_string(text);
	if (strcmp(type, "integer") == 0)
		return integer(option, text, err);
	if (strcmp(type, "boolean") == 0 && (strcmp(text, "true") == 0 || strcmp(text, "false") == 0))
		return json_boolean(*text == 't');
	if (strcmp(type, "boolean") == 0) {
		error_set(err, ERR_INVALID, "%s: true or false", option);
		return NULL;
	}
	return parse_json(option, text, err);
}

/* ---- where a value goes ---- */

static json_t *member_of(json_t *schema, const char *name, size_t size, const char **ret_name)
{
	const char *member;
	json_t *value;

	json_object_foreach(json_object_get(schema, "properties"), member, value) if (name_is(name, size, member))
	{
		*ret_name = member;
		return value;
	}
	return NULL;
}

/* Puts a value at a path such as "settings.aliases" of an object. *ret_found: it has such a member. */
static bool put(struct parsing *p, json_t *schema, json_t *object, const char *option, const char *path,
                const char *value, bool *ret_found)
{
	size_t size = strcspn(path, ".");
	const char *name = NULL;
	json_t *member = member_of(schema, path, size, &name), *resolved = spec_resolve(p->spec, member), *made;

	*ret_found = member != NULL;
	if (!member)
		return true;
	if (path[size] == '.') {
		json_t *inner = json_object_get(object, name);

		if (!inner && json_object_set_new(object, name, inner = json_object()) < 0)
			return error_set(p->err, ERR_INTERNAL, "out of memory");
		return put(p, resolved, inner, option, path + size + 1, value, ret_found);
	}
	if (strcmp(member_text(resolved, "type"), "array") != 0) {
		made = value_of(p->spec, option, member, value, p->err);
		return made && json_object_set_new(object, name, made) == 0;
	}
	if (!json_object_get(object, name))
		json_object_set_new(object, name, json_array());
	if (value && !*value) /* an empty one empties the list */
		return true;
	made = value_of(p->spec, option, json_object_get(resolved, "items"), value, p->err);
	return made && json_array_append_new(json_object_get(object, name), made) == 0;
}

static bool add_query(struct parsing *p, const char *option, const char *name, const char *value, bool *ret_found)
{
	json_t *parameter;
	size_t i;

	*ret_found = false;
	json_array_foreach(p->operation->parameters, i, parameter)
	{
		const char *known = member_text(parameter, "name");
		struct buf *query = &p->arguments->query;

		if (!name_is(name, strlen(name), known))
			continue;
		if (strcmp(member_text(parameter, "in"), "path") == 0)
			return error_set(p->err, ERR_INVALID, "%s: write it without a name, behind the command",
			                 option);
		if (strcmp(member_text(parameter, "in"), "query") != 0)
			continue;
		if (!value && strcmp(member_text(spec_resolve(p->spec, json_object_get(parameter, "schema")), "type"),
		                     "boolean") != 0)
			return needs_value(option, p->err);
		*ret_found = true;
		buf_printf(query, "%s%s=", query->size ? "&" : "", known);
		add_escaped(query, value ? value : "true");
	}
	return true;
}

/* ---- the command line ---- */

static bool *flag_of(struct manner *manner, const char *name)
{
	struct {
		const char *name;
		bool *value;
	} flags[] = {
		{ "json", &manner->json },     { "wait", &manner->wait }, { "all", &manner->all },
		{ "follow", &manner->follow }, { "help", &manner->help },
	};

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		if (strcmp(flags[i].name, name) == 0)
			return flags[i].value;
	return NULL;
}

static const char **setting_of(struct manner *manner, const char *name)
{
	struct {
		const char *name, **value;
	} settings[] = { { "url", &manner->url },
		         { "ca", &manner->ca },
		         { "token-file", &manner->token_file },
		         { "etag", &manner->etag },
		         { "only", &manner->only } };

	for (size_t i = 0; i < ARRAY_SIZE(settings); i++)
		if (strcmp(settings[i].name, name) == 0)
			return settings[i].value;
	return NULL;
}

static bool take_option(struct parsing *p, const char *option, const char *name, const char *value)
{
	const char **setting = setting_of(&p->arguments->manner, name);
	bool found;

	if (setting) {
		*setting = value;
		return value || needs_value(option, p->err);
	}
	if (!add_query(p, option, name, value, &found) || found)
		return found;
	if (strcmp(name, "body") == 0 && p->operation->body) {
		_cleanup_free_ char *text =
			value || needs_value(option, p->err) ? read_value(option, value, false, p->err) : NULL;

		json_decref(p->arguments->body);
		p->arguments->body = text ? parse_json(option, text, p->err) : NULL;
		return p->arguments->body != NULL;
	}
	if (p->operation->body && !put(p, p->operation->body, p->arguments->body, option, name, value, &found))
		return false;
	return found || error_set(p->err, ERR_INVALID, "there is no option %s; see --help", option);
}

static bool take_word(struct parsing *p, const char *word)
{
	if (p->n_values == ARRAY_SIZE(p->values))
		return error_set(p->err, ERR_INVALID, "'%s' is too much", word);
	p->values[p->n_values++] = word;
	return true;
}

/* One argument, and the one behind it if that is its value. */
static bool take(struct parsing *p, int argc, char *const *argv, int *at)
{
	const char *word = argv[(*at)++], *equals;
	char option[OPTION];
	bool *flag;

	if (strncmp(word, "--", 2) != 0)
		return take_word(p, word);
	equals = strchr(word, '=');
	snprintf(option, sizeof(option), "%.*s", equals ? (int)(equals - word) : OPTION, word);
	flag = flag_of(&p->arguments->manner, option + 2);
	if (flag && !equals) {
		*flag = true;
		return true;
	}
	if (equals)
		return take_option(p, option, option + 2, equals + 1);
	if (*at == argc || strncmp(argv[*at], "--", 2) == 0)
		return take_option(p, option, option + 2, NULL);
	return take_option(p, option, option + 2, argv[(*at)++]);
}

/* "/api/v1/websites/{websiteId}" with the words in the places. */
static bool fill_path(struct parsing *p)
{
	struct buf *path = &p->arguments->path;
	size_t used = 0;

	for (const char *c = p->operation->path; *c; c++) {
		if (*c != '{') {
			buf_putc(path, *c);
			continue;
		}
		if (used == p->n_values)
			return error_set(p->err, ERR_INVALID, "%.*s is missing behind the command",
			                 (int)strcspn(c + 1, "}"), c + 1);
		add_escaped(path, p->values[used++]);
		c += strcspn(c, "}");
	}
	return used == p->n_values || error_set(p->err, ERR_INVALID, "'%s' is too much", p->values[used]);
}

bool arguments_parse(const struct spec *spec, const struct operation *operation, int argc, char *const *argv,
                     struct arguments *ret, struct error *err)
{
	struct parsing parsing = { .spec = spec, .operation = operation, .arguments = ret, .err = err };

	*ret = (struct arguments){ 0 };
	/* NOLINTBEGIN(concurrency-mt-unsafe): one thread */
	ret->manner.url = getenv("STRALIX_URL");
	ret->manner.ca = getenv("STRALIX_CA");
	ret->manner.token_file = getenv("STRALIX_TOKEN_FILE");
	/* NOLINTEND(concurrency-mt-unsafe) */
	ret->body = operation->body ? json_object() : NULL;
	for (int at = 0; at < argc;)
		if (!take(&parsing, argc, argv, &at))
			return false;
	return ret->manner.help || fill_path(&parsing);
}

/* ---- help ---- */

static void each_member(const struct spec *spec, json_t *schema, const char *prefix,
                        void (*fn)(void *arg, const char *option, json_t *schema, bool required, const char *where),
                        void *arg)
{
	const char *name;
	json_t *member, *needed;
	size_t i;

	json_object_foreach(json_object_get(schema, "properties"), name, member)
	{
		json_t *resolved = spec_resolve(spec, member);
		char kebab[NAME_WORD], option[OPTION];
		bool required = false;

		name_kebab(name, kebab);
		snprintf(option, sizeof(option), "%s%s", prefix, kebab);
		json_array_foreach(json_object_get(schema, "required"), i, needed) required |=
			strcmp(json_string_value(needed), name) == 0;
		if (strcmp(member_text(resolved, "type"), "object") == 0 && json_object_get(resolved, "properties")) {
			strncat(option, ".", sizeof(option) - strlen(option) - 1);
			each_member(spec, resolved, option, fn, arg);
		} else {
			fn(arg, option, member, required, "body");
		}
	}
}

void arguments_each(const struct spec *spec, const struct operation *operation,
                    void (*fn)(void *arg, const char *option, json_t *schema, bool required, const char *where),
                    void *arg)
{
	json_t *parameter;
	size_t i;

	json_array_foreach(operation->parameters, i, parameter)
	{
		const char *where = member_text(parameter, "in");
		char option[OPTION] = "--";

		if (strcmp(where, "header") == 0)
			continue;
		name_kebab(member_text(parameter, "name"), option + (strcmp(where, "path") == 0 ? 0 : 2));
		fn(arg, option, json_object_get(parameter, "schema"),
		   json_is_true(json_object_get(parameter, "required")), where);
	}
	if (operation->body)
		each_member(spec, operation->body, "--", fn, arg);
}

struct describing {
	const struct spec *spec;
	FILE *out;
	bool path; /* the words of the path, else the options */
};

/* "WEBSITE-ID", "N", "JSON"… */
static const char *kind_of(const struct spec *spec, json_t *schema, bool *ret_many)
{
	const char *type;

	schema = spec_resolve(spec, schema);
	type = member_text(schema, "type");
	*ret_many = strcmp(type, "array") == 0;
	if (*ret_many) {
		schema = spec_resolve(spec, json_object_get(schema, "items"));
		type = member_text(schema, "type");
	}
	if (strcmp(member_text(schema, "format"), "password") == 0)
		return "@FILE";
	if (strcmp(type, "integer") == 0)
		return "N";
	if (strcmp(type, "boolean") == 0)
		return "true|false";
	return strcmp(type, "object") == 0 ? "JSON" : "TEXT";
}

static void describe_one(void *arg, const char *option, json_t *schema, bool required, const char *where)
{
	struct describing *d = arg;
	bool many, path = strcmp(where, "path") == 0;
	const char *kind = kind_of(d->spec, schema, &many), *words = member_text(schema, "description");
	json_t *one, *choices = json_object_get(spec_resolve(d->spec, schema), "enum");
	char left[OPTION + 24];
	size_t i;

	if (path != d->path)
		return;
	if (path) {
		fprintf(d->out, " <%s>", option);
		return;
	}
	snprintf(left, sizeof(left), "%s %s%s", option, kind, many ? " ..." : "");
	fprintf(d->out, "  %-34s %s%s%s", left, required ? "needed" : "", required && *words ? "; " : "", words);
	json_array_foreach(choices, i, one) fprintf(d->out, "%s%s",
	                                            i                    ? ", "
	                                            : required || *words ? "; one of "
	                                                                 : "one of ",
	                                            json_string_value(one));
	fputc('\n', d->out);
}

void arguments_describe(const struct spec *spec, const struct operation *operation, FILE *out)
{
	struct describing d = { .spec = spec, .out = out, .path = true };

	fprintf(out, "usage: stralixctl %s %s", operation->noun, operation->verb);
	arguments_each(spec, operation, describe_one, &d);
	fprintf(out, " [options]\n\n%s\n", operation->summary ? operation->summary : "");
	if (operation->permission)
		fprintf(out, "Needs the right %s.\n", operation->permission);
	fputc('\n', out);
	d.path = false;
	arguments_each(spec, operation, describe_one, &d);
	if (operation->body)
		fputs("  --body JSON                        the whole of it, instead of single options\n", out);
	if (operation_matched(operation))
		fputs("  --etag ETAG                        of what was read; read now when it isn't given\n", out);
	fputs("\n  --json                             the answer as it came\n"
	      "  --only MEMBER                      of the answer, by itself: website.id\n"
	      "  --wait                             until the task that it started has ended\n"
	      "  --all                              of lists: all pages\n"
	      "  --follow                           of logs: goes on with each line that comes\n"
	      "  --url URL, --ca FILE, --token-file FILE\n"
	      "                                     else STRALIX_URL, STRALIX_CA, STRALIX_TOKEN_FILE\n"
	      "\nA value @FILE is what the file holds, @- what comes in. Lists take their option again for each "
	      "member.\n",
	      out);
}
