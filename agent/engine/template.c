/* template: the parser makes a list of parts, the renderer walks it. */

#include "agent/engine/template.h"

#include <string.h>

#include "agent/engine/context.h"
#include "agent/engine/file.h"

enum part_kind { PART_TEXT, PART_VALUE, PART_IF, PART_EACH, PART_ELSE, PART_END };

/* text: the literal, or the variable's name. */
struct part {
	enum part_kind kind;
	char *text;
	const struct context *context;
};

struct template
{
	char *name;
	struct part *parts;
	size_t n;
};

void template_free(struct template *template)
{
	if (!template)
		return;
	for (size_t i = 0; i < template->n; i++)
		free(template->parts[i].text);
	free(template->parts);
	free(template->name);
	free(template);
}

static bool add_part(struct template *template, enum part_kind kind, const char *text, size_t size,
                     const struct context *context, struct error *err)
{
	char *copy = strndup(text, size);
	struct part *parts = reallocarray(template->parts, template->n + 1, sizeof(*parts));

	if (parts)
		template->parts = parts;
	if (!copy || !parts) {
		free(copy);
		return error_set(err, ERR_INTERNAL, "out of memory");
	}
	parts[template->n++] = (struct part){ .kind = kind, .text = copy, .context = context };
	return true;
}

/* What stands between the braces, without them. */
static bool add_tag(struct template *template, const char *tag, size_t size, struct error *err)
{
	const char *colon = memchr(tag, ':', size);
	const struct context *context;
	char name[32] = "";

	if (size == 3 && memcmp(tag, "end", 3) == 0)
		return add_part(template, PART_END, "", 0, NULL, err);
	if (size == 4 && memcmp(tag, "else", 4) == 0)
		return add_part(template, PART_ELSE, "", 0, NULL, err);
	if (size > 3 && memcmp(tag, "if ", 3) == 0)
		return add_part(template, PART_IF, tag + 3, size - 3, NULL, err);
	if (size > 5 && memcmp(tag, "each ", 5) == 0)
		return add_part(template, PART_EACH, tag + 5, size - 5, NULL, err);

	if (!colon)
		return error_set(err, ERR_INTERNAL, "template %s: '{{%.*s}}' names no context", template->name,
		                 (int)size, tag);
	size_t length = size - (size_t)(colon + 1 - tag);
	if (length < sizeof(name))
		memcpy(name, colon + 1, length);
	context = context_find(name);
	if (!context)
		return error_set(err, ERR_INTERNAL, "template %s: unknown context in '{{%.*s}}'", template->name,
		                 (int)size, tag);
	return add_part(template, PART_VALUE, tag, (size_t)(colon - tag), context, err);
}

/* Parts open and close in order: a list may stand around switches, nothing else around anything. */
static bool check_order(const struct template *template, struct error *err)
{
	bool list = false, open = false, other = false;

	for (size_t i = 0; i < template->n; i++) {
		enum part_kind kind = template->parts[i].kind;
		bool wrong = (kind == PART_IF && open) || (kind == PART_EACH && (open || list)) ||
		             (kind == PART_ELSE && (!open || other)) || (kind == PART_END && !open && !list);

		if (wrong)
			return error_set(err, ERR_INTERNAL, "template %s: if, each, else or end out of place",
			                 template->name);
		if (kind == PART_EACH)
			list = true;
		if (kind == PART_IF)
			open = true;
		if (kind == PART_ELSE)
			other = true;
		if (kind == PART_END && open)
			open = other = false;
		else if (kind == PART_END)
			list = false;
	}
	return (!open && !list) ||
	       error_set(err, ERR_INTERNAL, "template %s: an if or each without its end", template->name);
}

bool template_parse(const char *name, const char *text, struct template **ret, struct error *err)
{
	_cleanup_(template_freep) struct template *template = calloc(1, sizeof(*template));

	if (!template || !(template->name = strdup(name)))
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): it doesn't see that _cleanup_ frees */
		return error_set(err, ERR_INTERNAL, "out of memory");
	while (*text) {
		const char *open = strstr(text, "{{"), *close = open ? strstr(open, "}}") : NULL;

		if (open && !close)
			return error_set(err, ERR_INTERNAL, "template %s: '{{' without '}}'", name);
		size_t literal = open ? (size_t)(open - text) : strlen(text);
		if (literal > 0 && !add_part(template, PART_TEXT, text, literal, NULL, err))
			return false;
		if (!open)
			break;
		if (!add_tag(template, open + 2, (size_t)(close - open - 2), err))
			return false;
		text = close + 2;
	}
	if (!check_order(template, err))
		return false;
	*ret = TAKE_PTR(template);
	return true;
}

bool template_load(const char *path, struct template **ret, struct error *err)
{
	_cleanup_buf_ struct buf text = { 0 };

	return (file_read(path, 1 << 20, &text, err) && template_parse(path, text.data ? text.data : "", ret, err)) ||
	       error_wrap(err, "load template");
}

static const struct template_value *find_value(const struct template_value *values, const char *name)
{
	for (; values->name; values++)
		if (strcmp(values->name, name) == 0)
			return values;
	return NULL;
}

static bool write_value(const struct template *template, const struct part *part, const struct template_value *value,
                        struct buf *out, struct error *err)
{
	const char *reason = NULL;

	if (!value->text)
		return error_set(err, ERR_INTERNAL, "template %s: '%s' has no text", template->name, part->text);
	if (!part->context->write(value->text, out, &reason))
		return error_set(err, ERR_INVALID, "%s can't stand in a configuration: %s", part->text, reason);
	return true;
}

/* Where the part that begins at i ends. */
static size_t end_of(const struct template *template, size_t i)
{
	unsigned depth = 0;

	do {
		enum part_kind kind = template->parts[i].kind;

		depth += kind == PART_IF || kind == PART_EACH;
		depth -= kind == PART_END;
	} while (depth > 0 && ++i < template->n);
	return i;
}

static bool render_each(const struct template *template, size_t begin, size_t end, const struct template_value *list,
                        struct buf *out, struct error *err);

/* The parts from begin up to end. */
static bool render(const struct template *template, size_t begin, size_t end, const struct template_value *values,
                   struct buf *out, struct error *err)
{
	bool visible = true;

	for (size_t i = begin; i < end; i++) {
		const struct part *part = &template->parts[i];
		bool named = part->kind == PART_VALUE || part->kind == PART_IF || part->kind == PART_EACH;
		const struct template_value *value = named ? find_value(values, part->text) : NULL;

		if (named && !value)
			return error_set(err, ERR_INTERNAL, "template %s: no value '%s'", template->name, part->text);
		if (value && part->kind == PART_IF) {
			visible = value->on;
		} else if (value && part->kind == PART_EACH) {
			size_t last = end_of(template, i);

			if (!render_each(template, i + 1, last, value, out, err))
				return false;
			i = last;
		} else if (part->kind == PART_ELSE) {
			visible = !visible;
		} else if (part->kind == PART_END) {
			visible = true;
		} else if (visible && part->kind == PART_TEXT) {
			buf_puts(out, part->text);
		} else if (value && visible && !write_value(template, part, value, out, err)) {
			return false;
		}
	}
	return true;
}

static bool render_each(const struct template *template, size_t begin, size_t end, const struct template_value *list,
                        struct buf *out, struct error *err)
{
	for (const struct template_value *const *member = list->list; member && *member; member++)
		if (!render(template, begin, end, *member, out, err))
			return false;
	return true;
}

bool template_render(const struct template *template, const struct template_value *values, struct buf *out,
                     struct error *err)
{
	return render(template, 0, template->n, values, out, err) &&
	       (!buf_failed(out) || error_set(err, ERR_INTERNAL, "out of memory"));
}
