/* config: reads a flat YAML map with libyaml and checks it against the table; the only user of yaml.h. */

#include "lib/base/config.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <yaml.h>

enum { ROWS_MAX = 128 };

static char *field(void *settings, const struct config_row *row)
{
	return (char *)settings + row->offset;
}

static bool set_string(const char *text, char **ret, struct error *err)
{
	char *copy = strdup(text);

	if (!copy)
		return error_errno(err, ENOMEM, "read a setting");
	free(*ret);
	*ret = copy;
	return true;
}

static bool set_int(const struct config_row *row, const char *text, int64_t *ret, struct error *err)
{
	char *end;
	int64_t value;

	errno = 0;
	value = strtoll(text, &end, 10);
	if (errno || end == text || *end || text[0] == ' ' || text[0] == '+')
		return error_field(err, row->key, "integer", "must be a whole number, not '%s'", text);
	if (value < row->min || value > row->max)
		return error_field(err, row->key, "range", "must be %" PRId64 " to %" PRId64 ", not %" PRId64, row->min,
		                   row->max, value);
	*ret = value;
	return true;
}

static bool set_bool(const struct config_row *row, const char *text, bool *ret, struct error *err)
{
	if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
		return error_field(err, row->key, "bool", "must be true or false, not '%s'", text);
	*ret = text[0] == 't';
	return true;
}

static bool set(const struct config_row *row, const char *text, void *settings, struct error *err)
{
	void *at = field(settings, row);

	switch (row->type) {
	case CONFIG_STRING:
		return set_string(text, at, err);
	case CONFIG_INT:
		return set_int(row, text, at, err);
	case CONFIG_BOOL:
		return set_bool(row, text, at, err);
	}
	return error_set(err, ERR_INTERNAL, "setting %s: type %d is unknown", row->key, (int)row->type);
}

static bool set_defaults(const struct config_row *rows, void *settings, struct error *err)
{
	for (const struct config_row *row = rows; row->key; row++)
		if (row->type == CONFIG_STRING)
			*(char **)(void *)field(settings, row) = NULL;
	for (const struct config_row *row = rows; row->key; row++)
		if (row->default_text && !set(row, row->default_text, settings, err))
			return error_wrap(err, "default of %s", row->key);
	return true;
}

/* What is read: only all keys of the table, or others as well. */
struct reading {
	const struct config_row *rows;
	bool others;
};

static bool apply_pair(yaml_document_t *document, const yaml_node_pair_t *pair, const struct reading *reading,
                       bool seen[ROWS_MAX], void *settings, struct error *err)
{
	const yaml_node_t *key = yaml_document_get_node(document, pair->key);
	const yaml_node_t *value = yaml_document_get_node(document, pair->value);
	const struct config_row *rows = reading->rows;
	const char *name;
	size_t i = 0;

	if (key->type != YAML_SCALAR_NODE)
		return error_set(err, ERR_INVALID, "line %zu: a key must be a plain word", key->start_mark.line + 1);
	name = (const char *)key->data.scalar.value;
	while (rows[i].key && strcmp(rows[i].key, name) != 0)
		i++;
	if (!rows[i].key && reading->others)
		return true;
	if (!rows[i].key)
		return error_field(err, name, "unknown", "line %zu: there is no such setting",
		                   key->start_mark.line + 1);
	if (seen[i])
		return error_field(err, name, "repeated", "line %zu: is given twice", key->start_mark.line + 1);
	if (value->type != YAML_SCALAR_NODE)
		return error_field(err, name, "scalar", "line %zu: must be one value", value->start_mark.line + 1);
	if (memchr(value->data.scalar.value, '\0', value->data.scalar.length))
		return error_field(err, name, "nul", "holds a NUL byte");
	seen[i] = true;
	return set(&rows[i], (const char *)value->data.scalar.value, settings, err);
}

static bool apply_document(yaml_document_t *document, const struct reading *reading, void *settings, struct error *err)
{
	const struct config_row *rows = reading->rows;
	const yaml_node_t *top = yaml_document_get_root_node(document);
	bool seen[ROWS_MAX] = { false };

	if (top && top->type != YAML_MAPPING_NODE)
		return error_set(err, ERR_INVALID, "must be a map of 'key: value' lines");
	for (const yaml_node_pair_t *pair = top ? top->data.mapping.pairs.start : NULL;
	     pair && pair < top->data.mapping.pairs.top; pair++)
		if (!apply_pair(document, pair, reading, seen, settings, err))
			return false;
	for (size_t i = 0; rows[i].key; i++)
		if (!rows[i].default_text && !seen[i])
			return error_field(err, rows[i].key, "required", "must be given: %s", rows[i].help);
	return true;
}

static bool parse(FILE *file, const struct reading *reading, void *settings, struct error *err)
{
	yaml_parser_t parser;
	yaml_document_t document;
	bool ok;

	if (!yaml_parser_initialize(&parser))
		return error_errno(err, ENOMEM, "start the YAML parser");
	yaml_parser_set_input_file(&parser, file);
	if (!yaml_parser_load(&parser, &document)) {
		error_set(err, ERR_INVALID, "line %zu: %s", parser.problem_mark.line + 1,
		          parser.problem ? parser.problem : "can't be read");
		yaml_parser_delete(&parser);
		return false;
	}
	ok = apply_document(&document, reading, settings, err);
	yaml_document_delete(&document);
	yaml_parser_delete(&parser);
	return ok;
}

static void close_file(FILE *file)
{
	fclose(file);
}
DEFINE_CLEANUP(FILE *, close_file)

static bool load(const char *path, const struct reading *reading, void *settings, struct error *err)
{
	_cleanup_(close_filep) FILE *file = NULL;
	const struct config_row *rows = reading->rows;
	size_t n = 0;

	while (rows[n].key)
		n++;
	if (n > ROWS_MAX)
		return error_set(err, ERR_INTERNAL, "%zu settings are more than %d", n, ROWS_MAX);
	if (!set_defaults(rows, settings, err))
		goto failed;
	file = fopen(path, "re");
	if (!file)
		error_errno(err, errno, "open");
	else if (parse(file, reading, settings, err))
		return true;
failed:
	config_done(rows, settings);
	return error_wrap(err, "settings %s", path);
}

bool config_load(const char *path, const struct config_row *rows, void *settings, struct error *err)
{
	return load(path, &(const struct reading){ rows, false }, settings, err);
}

bool config_load_some(const char *path, const struct config_row *rows, void *settings, struct error *err)
{
	return load(path, &(const struct reading){ rows, true }, settings, err);
}

void config_done(const struct config_row *rows, void *settings)
{
	for (const struct config_row *row = rows; row->key; row++)
		if (row->type == CONFIG_STRING) {
			char **text = (char **)(void *)field(settings, row);

			free(*text);
			*text = NULL;
		}
}

static const char *const type_names[] = {
	[CONFIG_STRING] = "text",
	[CONFIG_INT] = "integer",
	[CONFIG_BOOL] = "true or false",
};

void config_describe(const struct config_row *rows, FILE *out)
{
	for (const struct config_row *row = rows; row->key; row++) {
		fprintf(out, "  %-24s %s", row->key, type_names[row->type]);
		if (row->type == CONFIG_INT)
			fprintf(out, " %" PRId64 " to %" PRId64, row->min, row->max);
		if (row->unit)
			fprintf(out, " (%s)", row->unit);
		if (row->default_text)
			fprintf(out, ", default %s", row->default_text[0] ? row->default_text : "empty");
		else
			fputs(", must be given", out);
		fprintf(out, "\n  %-24s %s\n", "", row->help);
	}
}
