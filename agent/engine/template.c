/* template: the parser makes a list of parts, the renderer walks it. */

#include "agent/engine/template.h"

#include <string.h>

#include "agent/engine/context.h"
#include "agent/engine/file.h"

enum part_kind { PART_TEXT, PART_VALUE, PART_IF, PART_ELSE, PART_END };

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

/* Parts open and close in order, one level deep. */
static bool check_order(const struct template *template, struct error *err)
{
	bool open = false, other = false;

	for (size_t i = 0; i < template->n; i++) {
		enum part_kind kind = template->parts[i].kind;
		bool wrong = (kind == PART_IF && open) || (kind == PART_ELSE && (!open || other)) ||
		             (kind == PART_END && !open);

		if (wrong)
			return error_set(err, ERR_INTERNAL, "template %s: if, else or end out of place",
			                 template->name);
		if (kind == PART_IF)
			open = true;
		if (kind == PART_ELSE)
			other = true;
		if (kind == PART_END)
			open = other = false;
	}
	return !open || error_set(err, ERR_INTERNAL, "template %s: an if without its end", template->name);
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

bool template_render(const struct template *template, const struct template_value *values, struct buf *out,
                     struct error *err)
{
	bool visible = true;

	for (size_t i = 0; i < template->n; i++) {
		const struct part *part = &template->parts[i];
		bool named = part->kind == PART_VALUE || part->kind == PART_IF;
		const struct template_value *value = named ? find_value(values, part->text) : NULL;

		if (named && !value)
			return error_set(err, ERR_INTERNAL, "template %s: no value '%s'", template->name, part->text);
		if (value && part->kind == PART_IF)
			visible = value->on;
		else if (part->kind == PART_ELSE)
			visible = !visible;
		else if (part->kind == PART_END)
			visible = true;
		else if (visible && part->kind == PART_TEXT)
			buf_puts(out, part->text);
		else if (value && visible && !write_value(template, part, value, out, err))
			return false;
	}
	return !buf_failed(out) || error_set(err, ERR_INTERNAL, "out of memory");
}
