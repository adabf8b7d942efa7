/*
 * sqlgen: makes C of .sql files in the build: `sqlgen NAME OUT.c OUT.h FILE...`. What a file is, its name says:
 * queries.sql, queries_wide.sql (blocks under "-- name: website_insert" lines), NNNN_name.sql (a migration). What
 * several statements of a file have in common is a block under "-- part: website_fits", before them; a line "-- use:
 * website_fits" in a statement, or in a later part, stands for it.
 */

/* NOLINTBEGIN(concurrency-mt-unsafe): a program of one thread */

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ITEMS_MAX = 1024, NAME_MAX_BYTES = 60, FILE_MAX = 1 << 20 };

/* A query or a migration. */
struct item {
	unsigned number; /* of a migration; of a part 1 when it is used; else 0 */
	char *name, *sql;
};

struct list {
	struct item items[ITEMS_MAX];
	size_t n;
};

struct input {
	struct list queries, wide, migrations;
};

__attribute__((noreturn, format(printf, 1, 2))) static void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("sqlgen: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(EXIT_FAILURE);
}

static char *copy(const char *text, size_t size)
{
	char *made = strndup(text, size);

	if (!made)
		die("no memory");
	return made;
}

static char *read_file(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = calloc(1, FILE_MAX + 1);
	size_t size;

	if (!file || !text)
		die("%s: %s", path, strerror(errno));
	size = fread(text, 1, FILE_MAX, file);
	if (ferror(file) || size == FILE_MAX)
		die("%s: can't be read, or is over %d bytes", path, FILE_MAX);
	if (strlen(text) != size)
		die("%s: holds a NUL byte", path);
	fclose(file);
	return text;
}

static bool name_valid(const char *name)
{
	size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");

	return length && length <= NAME_MAX_BYTES && !name[length] && islower((unsigned char)name[0]) &&
	       strcmp(name, "queries") != 0;
}

static void add(struct list *list, const char *path, unsigned number, char *name, char *sql)
{
	if (list->n == ITEMS_MAX)
		die("%s: more than %d statements", path, ITEMS_MAX);
	if (!name_valid(name))
		die("%s: '%s' is no name: [a-z][a-z0-9_]*", path, name);
	if (!sql[strspn(sql, " \t\n;")])
		die("%s: '%s' is empty", path, name);
	for (size_t i = 0; i < list->n; i++)
		if (number ? list->items[i].number == number : strcmp(list->items[i].name, name) == 0)
			die("%s: '%s' is there twice", path, name);
	list->items[list->n++] = (struct item){ number, name, sql };
}

/* Without blank space and semicolons at the end. */
static char *statement(const char *from, const char *to)
{
	while (from < to && isspace((unsigned char)*from))
		from++;
	while (to > from && (isspace((unsigned char)to[-1]) || to[-1] == ';'))
		to--;
	return copy(from, (size_t)(to - from));
}

static const char name_mark[] = "\n-- name:", part_mark[] = "\n-- part:", use_mark[] = "-- use:";

/* The newline before the next block; NULL: there is none. */
static char *next_block(char *from)
{
	char *name = strstr(from, name_mark), *part = strstr(from, part_mark);

	return !name || (part && part < name) ? part : name;
}

static struct item *find_part(struct list *parts, const char *path, const char *name)
{
	for (size_t i = 0; i < parts->n; i++)
		if (strcmp(parts->items[i].name, name) == 0)
			return &parts->items[i];
	die("%s: there is no part '%s' above its use", path, name);
}

/* With what its lines "-- use: NAME" stand for; their parts are marked by a number. Frees sql. */
static char *expand(struct list *parts, const char *path, char *sql)
{
	char *made = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&made, &size);

	if (!out)
		die("no memory");
	for (char *line = sql, *end; *line; line = *end ? end + 1 : end) {
		char *text = line + strspn(line, " \t");

		end = strchrnul(line, '\n');
		if (strncmp(text, use_mark, strlen(use_mark)) == 0) {
			char *name = statement(text + strlen(use_mark), end);
			struct item *part = find_part(parts, path, name);

			part->number = 1;
			fputs(part->sql, out);
			free(name);
		} else {
			fwrite(line, 1, (size_t)(end - line), out);
		}
		if (*end)
			fputc('\n', out);
	}
	if (ferror(out) | fclose(out))
		die("no memory");
	free(sql);
	return made;
}

static void read_block(struct list *list, struct list *parts, const char *path, char *at, const char *next)
{
	bool is_part = strncmp(at, part_mark, strlen(part_mark)) == 0;
	char *line = strchr(at + 1, '\n');

	if (!line)
		die("%s: the last name has no statement", path);
	add(is_part ? parts : list, path, 0, statement(at + strlen(name_mark), line),
	    expand(parts, path, statement(line, next ? next : line + strlen(line))));
}

static void read_queries(struct list *list, const char *path)
{
	static struct list parts; /* of this file */
	char *text = read_file(path), *lines;

	if (asprintf(&lines, "\n%s", text) < 0) /* so that the first line is as all others */
		die("no memory");
	memset(&parts, 0, sizeof(parts));
	for (char *at = next_block(lines), *next; at; at = next) {
		next = next_block(at + 1);
		read_block(list, &parts, path, at, next);
	}
	for (size_t i = 0; i < parts.n; i++)
		if (!parts.items[i].number)
			die("%s: nothing uses part '%s'", path, parts.items[i].name);
	free(lines);
	free(text);
}

static void read_migration(struct list *list, const char *path, const char *base)
{
	char *end, *name;
	unsigned long number = strtoul(base, &end, 10);

	if (end - base != 4 || *end != '_' || !number || strlen(end) < 6 || strcmp(end + strlen(end) - 4, ".sql") != 0)
		die("%s: must be named queries.sql, queries_wide.sql or NNNN_name.sql", path);
	name = copy(end + 1, strlen(end) - 5);
	add(list, path, (unsigned)number, name, read_file(path));
}

static void read_input(struct input *input, const char *path)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;

	if (strcmp(base, "queries.sql") == 0)
		read_queries(&input->queries, path);
	else if (strcmp(base, "queries_wide.sql") == 0)
		read_queries(&input->wide, path);
	else
		read_migration(&input->migrations, path, base);
}

static int by_number(const void *a, const void *b)
{
	const struct item *first = a, *second = b;

	return first->number < second->number ? -1 : first->number > second->number;
}

static void write_upper(FILE *out, const char *text)
{
	for (; *text; text++)
		fputc(toupper((unsigned char)*text), out);
}

/* A C string literal, a line of SQL on each line; '?' is escaped for trigraphs. */
static void write_literal(FILE *out, const char *text)
{
	fputs("\n\t\t\"", out);
	for (; *text; text++) {
		if (*text == '\n')
			fputs(text[1] ? "\\n\"\n\t\t\"" : "\\n", out);
		else if (*text == '"' || *text == '\\' || *text == '?')
			fprintf(out, "\\%c", *text);
		else if ((unsigned char)*text < 0x20 || (unsigned char)*text >= 0x7F)
			fprintf(out, "\\%03o", (unsigned)(unsigned char)*text);
		else
			fputc(*text, out);
	}
	fputc('"', out);
}

static void write_enum(FILE *out, const char *name, const char *infix, const struct list *list)
{
	fputs("\nenum {\n", out);
	for (size_t i = 0; i < list->n; i++) {
		fputc('\t', out);
		write_upper(out, name);
		fprintf(out, "%s", infix);
		write_upper(out, list->items[i].name);
		fputs(",\n", out);
	}
	fputc('\t', out);
	write_upper(out, name);
	fprintf(out, "%sQUERIES\n};\n", infix);
}

static void write_header(FILE *out, const char *name, const struct input *input)
{
	fprintf(out, "/* Made by sqlgen of the .sql files of %s. */\n#pragma once\n\n#include \"lib/db/db.h\"\n", name);
	write_enum(out, name, "_", &input->queries);
	write_enum(out, name, "_WIDE_", &input->wide);
	fprintf(out,
	        "\nextern const struct db_query %s_queries[];\nextern const struct db_query %s_queries_wide[];\n"
	        "extern const struct db_migration %s_migrations[];\n",
	        name, name, name);
}

static void write_queries(FILE *out, const char *name, const char *suffix, const struct list *list)
{
	fprintf(out, "\nconst struct db_query %s_queries%s[] = {\n", name, suffix);
	for (size_t i = 0; i < list->n; i++) {
		fprintf(out, "\t{ .name = \"%s\",\n\t  .sql =", list->items[i].name);
		write_literal(out, list->items[i].sql);
		fputs(" },\n", out);
	}
	fputs("\t{ .name = NULL },\n};\n", out);
}

static void write_source(FILE *out, const char *name, const char *header, const struct input *input)
{
	const char *slash = strrchr(header, '/');
	const struct list *list = &input->migrations;

	fprintf(out,
	        "/* Made by sqlgen of the .sql files of %s. */\n\n#include \"%s\"\n\n#include <stddef.h>\n\n"
	        "#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n",
	        name, slash ? slash + 1 : header);
	write_queries(out, name, "", &input->queries);
	write_queries(out, name, "_wide", &input->wide);
	fprintf(out, "\nconst struct db_migration %s_migrations[] = {\n", name);
	for (size_t i = 0; i < list->n; i++) {
		fprintf(out, "\t{ .number = %u,\n\t  .name = \"%s\",\n\t  .origin = \"%s\",\n\t  .sql =",
		        list->items[i].number, list->items[i].name, name);
		write_literal(out, list->items[i].sql);
		fputs(" },\n", out);
	}
	fputs("\t{ .name = NULL },\n};\n", out);
}

static FILE *create(const char *path)
{
	FILE *file = fopen(path, "we");

	if (!file)
		die("%s: %s", path, strerror(errno));
	return file;
}

static void finish(FILE *file, const char *path)
{
	if (ferror(file) | fclose(file))
		die("%s: can't be written", path);
}

int main(int argc, char **argv)
{
	static struct input input;
	FILE *source, *header;

	if (argc < 5 || !name_valid(argv[1]))
		die("usage: sqlgen NAME OUT.c OUT.h FILE...");
	for (int i = 4; i < argc; i++)
		read_input(&input, argv[i]);
	qsort(input.migrations.items, input.migrations.n, sizeof(input.migrations.items[0]), by_number);
	source = create(argv[2]);
	write_source(source, argv[1], argv[3], &input);
	finish(source, argv[2]);
	header = create(argv[3]);
	write_header(header, argv[1], &input);
	finish(header, argv[3]);
	return EXIT_SUCCESS;
}

/* NOLINTEND(concurrency-mt-unsafe) */
