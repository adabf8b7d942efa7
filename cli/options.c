/* Options of subcommands, read by their table. */
#include <stdlib.h>
#include <string.h>

#include "command.h"

static const struct option_row *find(const struct option_row *rows, const char *name, size_t length)
{
	for (; rows->name; rows++)
		if (strlen(rows->name) == length && memcmp(rows->name, name, length) == 0)
			return rows;
	return NULL;
}

static bool store(const struct option_row *row, const char *value, void *settings, struct error *err)
{
	void *field = (char *)settings + row->offset;
	struct strings *list = field;

	if (!row->many) {
		if (*(const char **)field)
			return error_set(err, ERR_INVALID, "--%s is given twice", row->name);
		*(const char **)field = value;
		return true;
	}
	if (list->n == OPTION_MANY)
		return error_set(err, ERR_INVALID, "--%s is given more than %d times", row->name, OPTION_MANY);
	list->items[list->n++] = value;
	return true;
}

static bool complete(const struct option_row *row, void *settings, struct error *err)
{
	const char **field = (const char **)((char *)settings + row->offset);

	if (row->many || *field)
		return true;
	if (!row->fallback)
		return error_set(err, ERR_INVALID, "--%s is needed", row->name);
	*field = row->fallback;
	return true;
}

bool options_parse(const struct command *command, int argc, char *const *argv, void *settings, struct error *err)
{
	for (int i = 0; i < argc; i++) {
		const char *name = strncmp(argv[i], "--", 2) == 0 ? argv[i] + 2 : "";
		size_t length = strcspn(name, "=");
		const struct option_row *row = find(command->options, name, length);
		const char *value = name[length] == '=' ? name + length + 1 : NULL;

		if (!row && command->operand && argv[i][0] != '-') {
			row = command->operand;
			value = argv[i];
		}
		if (!row)
			return error_set(err, ERR_INVALID, "unknown option '%s'", argv[i]);
		if (!value && i + 1 == argc)
			return error_set(err, ERR_INVALID, "--%s wants %s", row->name, row->value);
		if (!store(row, value ? value : argv[++i], settings, err))
			return false;
	}
	for (const struct option_row *row = command->options; row->name; row++)
		if (!complete(row, settings, err))
			return false;
	return true;
}

void options_describe(const struct command *command, FILE *out)
{
	fprintf(out, "usage: stralixctl %s %s%s[options]\n\n%s\n\noptions:\n", command->name,
	        command->operand ? command->operand->value : "", command->operand ? " " : "", command->help);
	for (const struct option_row *row = command->options; row->name; row++) {
		int used = fprintf(out, "  --%s %s", row->name, row->value);

		fprintf(out, "%*s %s", used < 26 ? 26 - used : 1, "", row->help);
		if (row->many)
			fputs(" (may come again)", out);
		else if (!row->fallback)
			fputs(" (needed)", out);
		else if (row->fallback[0] != '\0')
			fprintf(out, " (%s)", row->fallback);
		fputc('\n', out);
	}
}

bool option_number(const char *name, const char *text, long least, long most, long *ret, struct error *err)
{
	size_t digits = strspn(text, "0123456789");
	long number = digits > 0 && digits < 12 && text[digits] == '\0' ? strtol(text, NULL, 10) : -1;

	if (number < least || number > most)
		return error_set(err, ERR_INVALID, "--%s wants a number from %ld to %ld, not '%s'", name, least, most,
		                 text);
	*ret = number;
	return true;
}
