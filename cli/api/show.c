/* show: see show.h. */
#include "cli/api/show.h"

#include <ctype.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/contract/format.h"

#include "cli/api/names.h"

enum { COLUMNS = 7, CELL_MAX = 60 };

/* What tells most, in the order in which it is shown. */
static const char *const preferred[] = { "domain", "name",      "email",   "action",      "target.name", "state",
	                                 "health", "outcome",   "role",    "nodeId",      "address",     "actorName",
	                                 "at",     "createdAt", "message", "tasksQueued", "resources" };

/* "target.name" of an object. */
static const json_t *member(const json_t *object, const char *path)
{
	const char *dot = strchr(path, '.');
	char first[NAME_WORD];

	if (!dot)
		return json_object_get(object, path);
	snprintf(first, sizeof(first), "%.*s", (int)(dot - path), path);
	return json_object_get(json_object_get(object, first), dot + 1);
}

static bool is_scalar(const json_t *json)
{
	return json && !json_is_object(json) && !json_is_array(json);
}

/* Text without what steers a terminal: controls become '?'. */
static void add_plain(struct buf *buf, const char *text)
{
	size_t left = strlen(text), step;
	uint32_t point;

	for (; left; text += step, left -= step) {
		step = format_utf8_next(text, left, &point);
		if (!step || point < 0x20 || (point >= 0x7F && point < 0xA0) || (point >= 0x202A && point <= 0x202E)) {
			buf_putc(buf, point == '\n' || point == '\t' ? ' ' : '?');
			step = step ? step : 1;
		} else {
			buf_add(buf, text, step);
		}
	}
}

static void add_scalar(struct buf *buf, const json_t *json)
{
	if (json_is_string(json))
		add_plain(buf, json_string_value(json));
	else if (json_is_integer(json))
		buf_printf(buf, "%lld", (long long)json_integer_value(json));
	else if (json_is_real(json))
		buf_printf(buf, "%g", json_real_value(json));
	else if (json_is_boolean(json))
		buf_puts(buf, json_is_true(json) ? "true" : "false");
}

void show_text(const char *text, FILE *out)
{
	_cleanup_buf_ struct buf buf = { 0 };

	buf_puts(&buf, "");
	add_plain(&buf, text);
	fprintf(out, "%s\n", buf.data);
}

bool show_member(const json_t *reply, const char *path, FILE *out)
{
	const json_t *value = member(reply, path);
	_cleanup_free_ char *text = value && !is_scalar(value) ? json_dumps(value, JSON_COMPACT) : NULL;
	_cleanup_buf_ struct buf line = { 0 };

	if (!value)
		return false;
	buf_puts(&line, "");
	if (text)
		add_plain(&line, text);
	else
		add_scalar(&line, value);
	fprintf(out, "%s\n", line.data);
	return true;
}

/* How many columns of a terminal: code points, which is right for most. */
static size_t width(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xC0) != 0x80;
	return n;
}

static char *cell(const json_t *object, const char *path)
{
	_cleanup_buf_ struct buf buf = { 0 };

	buf_puts(&buf, "");
	add_scalar(&buf, member(object, path));
	if (width(buf.data) > CELL_MAX) {
		size_t size = 0, n = 0;

		while (n < CELL_MAX - 1) {
			size++;
			n += ((unsigned char)buf.data[size] & 0xC0) != 0x80;
		}
		buf.data[size] = '\0';
		buf.size = size;
		buf_puts(&buf, "…");
	}
	return buf_take(&buf);
}

json_t *show_list(const json_t *reply)
{
	const char *name;
	json_t *value, *mutable = (json_t *)(uintptr_t)reply;

	json_object_foreach(mutable, name, value) if (json_is_array(value)) return value;
	return NULL;
}

static void print_cell(const char *text, size_t column, bool last, FILE *out)
{
	fputs(text, out);
	for (size_t n = width(text); !last && n < column + 2; n++)
		fputc(' ', out);
}

static void upper(const char *path, char ret[static NAME_WORD])
{
	name_kebab(path, ret);
	for (char *c = ret; *c; c++)
		*c = (char)(*c == '-' || *c == '.' ? ' ' : toupper((unsigned char)*c));
}

static void show_table(const json_t *list, FILE *out)
{
	const char *paths[COLUMNS];
	size_t widths[COLUMNS], n = 0, i;
	char title[NAME_WORD];
	json_t *row;

	for (size_t p = 0; p < sizeof(preferred) / sizeof(preferred[0]) && n < COLUMNS - 1; p++)
		if (is_scalar(member(json_array_get(list, 0), preferred[p])))
			paths[n++] = preferred[p];
	paths[n++] = "id"; /* what other commands take */
	for (size_t c = 0; c < n; c++) {
		upper(paths[c], title);
		widths[c] = width(title);
		json_array_foreach(list, i, row)
		{
			_cleanup_free_ char *text = cell(row, paths[c]);

			if (text && width(text) > widths[c])
				widths[c] = width(text);
		}
	}
	for (size_t c = 0; c < n; c++) {
		upper(paths[c], title);
		print_cell(title, widths[c], c + 1 == n, out);
	}
	fputc('\n', out);
	json_array_foreach(list, i, row)
	{
		for (size_t c = 0; c < n; c++) {
			_cleanup_free_ char *text = cell(row, paths[c]);

			print_cell(text ? text : "", widths[c], c + 1 == n, out);
		}
		fputc('\n', out);
	}
}

static void show_lines(const json_t *object, const char *prefix, FILE *out)
{
	json_t *value, *mutable = (json_t *)(uintptr_t)object;
	const char *name;

	json_object_foreach(mutable, name, value)
	{
		_cleanup_buf_ struct buf line = { 0 };
		char path[3 * NAME_WORD];

		snprintf(path, sizeof(path), "%s%s%s", prefix, *prefix ? "." : "", name);
		if (json_is_object(value)) {
			show_lines(value, path, out);
			continue;
		}
		buf_puts(&line, "");
		if (json_is_array(value)) {
			_cleanup_free_ char *text = json_dumps(value, JSON_COMPACT);

			add_plain(&line, text ? text : "");
		} else {
			add_scalar(&line, value);
		}
		if (line.size)
			fprintf(out, "%-22s %s\n", path, line.data);
	}
}

void show_reply(const json_t *reply, FILE *out)
{
	const json_t *list = show_list(reply);

	if (list && json_array_size(list) == 0 &&
	    !json_object_get(reply, "taskId")) /* a change that has no tasks is no list */
		fputs("None.\n", out);
	else if (list && json_is_object(json_array_get(list, 0)))
		show_table(list, out);
	else if (json_object_size(reply) == 1 &&
	         json_is_object(json_object_iter_value(json_object_iter((json_t *)(uintptr_t)reply))))
		show_lines(json_object_iter_value(json_object_iter((json_t *)(uintptr_t)reply)), "", out);
	else
		show_lines(reply, "", out);
}
