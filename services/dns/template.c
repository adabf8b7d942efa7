/* template: see template.h. */
#include "template.h"

#include <stdio.h>
#include <string.h>

#include "lib/contract/contract.h"

#include "dns_sql.h"
#include "edit.h"
#include "view.h"

enum {
	ID,
	ORG,
	NAME,
	DESCRIPTION,
	CONTENT,
	VERSION,
	CREATED,
	UPDATED,
	FIELD = 64,
	CONTENT_MAX = 1 << 20,
	VALUE_MAX = 8192
};

#define ROWS 12

struct builtin {
	const char *id, *name, *description;
	struct {
		const char *name, *label;
		bool required;
	} variables[ROWS];
	struct {
		const char *name, *type, *data;
	} records[ROWS];
};

static const struct builtin builtins[] = {
/* NOLINTBEGIN(bugprone-macro-parentheses): lists can't stand in them */
#define NOTHING
#define VARIABLE(name, label, required) { name, label, required },
#define RECORD(name, type, data) { name, type, data },
#define TEMPLATE(id, name, description, vars, recs)                                                                    \
	{ id, name, description, { vars{ NULL, NULL, false } }, { recs{ NULL, NULL, NULL } } },
#include "templates.def"
/* NOLINTEND(bugprone-macro-parentheses) */
#undef TEMPLATE
#undef RECORD
#undef VARIABLE
#undef NOTHING
};

static char *borrow(const char *text)
{
	return (char *)(uintptr_t)text;
}

static bool add_record(Stralix__V1__ZoneTemplate *to, const char *name, const char *type, const char *data,
                       struct arena *arena)
{
	Stralix__V1__TemplateRecord *record = arena_alloc(arena, sizeof(*record));

	if (!record)
		return false;
	stralix__v1__template_record__init(record);
	record->name = borrow(name);
	record->type = borrow(type);
	record->data = borrow(data);
	to->records[to->n_records++] = record;
	return true;
}

static bool add_variable(Stralix__V1__ZoneTemplate *to, const char *name, const char *label, bool required,
                         struct arena *arena)
{
	Stralix__V1__TemplateVariable *variable = arena_alloc(arena, sizeof(*variable));

	if (!variable)
		return false;
	stralix__v1__template_variable__init(variable);
	variable->name = borrow(name);
	variable->label = borrow(label);
	variable->required = required;
	to->variables[to->n_variables++] = variable;
	return true;
}

Stralix__V1__ZoneTemplate *template_builtin(size_t at, struct arena *arena)
{
	const struct builtin *from = &builtins[at];
	Stralix__V1__ZoneTemplate *ret;

	if (at >= ARRAY_SIZE(builtins) || !(ret = arena_alloc(arena, sizeof(*ret))))
		return NULL;
	stralix__v1__zone_template__init(ret);
	ret->id = borrow(from->id);
	ret->name = borrow(from->name);
	ret->description = borrow(from->description);
	ret->builtin = true;
	ret->records = arena_alloc(arena, ROWS * sizeof(void *));
	ret->variables = arena_alloc(arena, ROWS * sizeof(void *));
	if (!ret->records || !ret->variables)
		return NULL;
	for (size_t i = 0; from->variables[i].name; i++)
		if (!add_variable(ret, from->variables[i].name, from->variables[i].label, from->variables[i].required,
		                  arena))
			return NULL;
	for (size_t i = 0; from->records[i].name; i++)
		if (!add_record(ret, from->records[i].name, from->records[i].type, from->records[i].data, arena))
			return NULL;
	return ret;
}

bool template_read(const struct rows *rows, unsigned row, struct arena *arena, Stralix__V1__ZoneTemplate **ret,
                   struct error *err)
{
	struct uuid id = rows_uuid(rows, row, ID), org = rows_uuid(rows, row, ORG);
	Stralix__V1__ZoneTemplate *tmpl;
	ProtobufCMessage *message = NULL;
	const uint8_t *bytes;
	size_t size;

	bytes = rows_bytes(rows, row, CONTENT, &size);
	if (!contract_unpack(&stralix__v1__zone_template__descriptor, bytes, size, CONTENT_MAX, arena, &message, err))
		return error_wrap(err, "a template of zones");
	tmpl = (Stralix__V1__ZoneTemplate *)(void *)message;
	tmpl->name = arena_strdup(arena, rows_text(rows, row, NAME));
	tmpl->description = arena_strdup(arena, rows_text(rows, row, DESCRIPTION));
	tmpl->id = view_id(&id, arena);
	tmpl->organisation_id = view_id(&org, arena);
	tmpl->etag = arena_printf(arena, "%lld", (long long)rows_int(rows, row, VERSION));
	tmpl->created_at = view_time(rows_ms(rows, row, CREATED), arena);
	tmpl->updated_at = view_time(rows_ms(rows, row, UPDATED), arena);
	if (!tmpl->name || !tmpl->description || !tmpl->id || !tmpl->organisation_id || !tmpl->etag ||
	    !tmpl->created_at || !tmpl->updated_at)
		return error_set(err, ERR_TOO_LARGE, "no room for the list; ask for fewer");
	*ret = tmpl;
	return true;
}

bool template_find(struct db *wide, const char *id, const struct uuid *org, struct arena *arena,
                   Stralix__V1__ZoneTemplate **ret, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	struct uuid own, theirs;

	for (size_t i = 0; i < ARRAY_SIZE(builtins); i++)
		if (strcmp(builtins[i].id, id) == 0) {
			*ret = template_builtin(i, arena);
			return *ret || error_set(err, ERR_TOO_LARGE, "no room for a template");
		}
	if (!uuid_parse(id, &own))
		return error_field(err, "templateId", "exists", "There is no such template.");
	if (!DB_RUN(wide, NULL, DNS_WIDE_TEMPLATE_FIND, &rows, err, DB_UUID(&own)))
		return false;
	theirs = rows_count(rows) ? rows_uuid(rows, 0, ORG) : (struct uuid){ { 0 } };
	if (!rows_count(rows) || !uuid_equal(&theirs, org))
		return error_field(err, "templateId", "exists", "There is no such template.");
	return template_read(rows, 0, arena, ret, err);
}

/* What is put in place of variables. */
struct filling {
	const Stralix__V1__ZoneTemplate *tmpl;
	Stralix__V1__TemplateValue *const *values;
	size_t n;
	const struct zone *zone;
	struct complaints *complaints;
};

/* NULL: there is none. */
static const char *value_of(const struct filling *filling, const char *name, size_t size)
{
	if (size == strlen("zone") && strncmp(name, "zone", size) == 0)
		return filling->zone->name;
	for (size_t i = 0; i < filling->n; i++)
		if (strlen(filling->values[i]->name) == size && strncmp(filling->values[i]->name, name, size) == 0 &&
		    *filling->values[i]->value)
			return filling->values[i]->value;
	return NULL;
}

/* False: a variable has no value. */
static bool fill_in(const struct filling *filling, const char *text, struct arena *arena, const char **ret)
{
	_cleanup_buf_ struct buf out = { 0 };

	while (*text) {
		const char *end = *text == '{' ? strchr(text, '}') : NULL, *value;

		if (!end) {
			buf_putc(&out, *text++);
			continue;
		}
		if (!(value = value_of(filling, text + 1, (size_t)(end - text) - 1)))
			return false;
		buf_puts(&out, value);
		text = end + 1;
	}
	if (buf_failed(&out) || out.size > VALUE_MAX)
		return false;
	*ret = arena_strdup(arena, out.data ? out.data : "");
	return *ret != NULL;
}

static void check_values(const struct filling *filling)
{
	for (size_t i = 0; i < filling->tmpl->n_variables; i++) {
		const Stralix__V1__TemplateVariable *variable = filling->tmpl->variables[i];

		if (variable->required && !value_of(filling, variable->name, strlen(variable->name)))
			complain(filling->complaints, "templateValues", "required", "%s: give a value for '%s'.",
			         *variable->label ? variable->label : filling->tmpl->name, variable->name);
	}
}

/* The record with its variables filled in. False: one has no value, or it is complained of at field and below. */
static bool make(const struct filling *filling, const Stralix__V1__TemplateRecord *from, const char *field,
                 struct dns_record *ret)
{
	struct arena *arena = filling->complaints->arena;
	Stralix__V1__RecordInput input;
	const char *name, *data;

	if (!fill_in(filling, from->name, arena, &name) || !fill_in(filling, from->data, arena, &data))
		return false;
	stralix__v1__record_input__init(&input);
	input.name = borrow(name);
	input.type = from->type;
	input.ttl = from->ttl;
	input.data = borrow(data);
	return edit_read(&input, filling->zone, field, filling->complaints, ret);
}

void template_apply(const Stralix__V1__ZoneTemplate *tmpl, Stralix__V1__TemplateValue *const *values, size_t n,
                    const struct zone *zone, struct content *content, struct complaints *complaints)
{
	const struct filling filling = { tmpl, values, n, zone, complaints };

	check_values(&filling);
	for (size_t i = 0; i < tmpl->n_records; i++) {
		struct dns_record record;
		char field[FIELD];

		snprintf(field, sizeof(field), "template.records[%zu]", i);
		if (make(&filling, tmpl->records[i], field, &record))
			edit_add(content, &record, complaints);
	}
}

static bool is_known(const Stralix__V1__ZoneTemplate *tmpl, const char *name, size_t size)
{
	if (size == strlen("zone") && strncmp(name, "zone", size) == 0)
		return true;
	for (size_t i = 0; i < tmpl->n_variables; i++)
		if (strlen(tmpl->variables[i]->name) == size && strncmp(tmpl->variables[i]->name, name, size) == 0)
			return true;
	return false;
}

static void check_text(const Stralix__V1__ZoneTemplate *tmpl, const char *text, size_t at, const char *member,
                       struct complaints *complaints)
{
	char field[FIELD];

	snprintf(field, sizeof(field), "records[%zu].%s", at, member);
	while ((text = strchr(text, '{'))) {
		const char *end = strchr(text, '}');

		if (!end || !is_known(tmpl, text + 1, (size_t)(end - text) - 1)) {
			complain(complaints, field, "variable", "There is no variable of this name: %.*s",
			         end ? (int)(end - text) + 1 : 20, text);
			return;
		}
		text = end;
	}
}

void template_check(const Stralix__V1__ZoneTemplate *tmpl, struct complaints *complaints)
{
	static const struct zone some = { .name = "zone.example", .origin = "zone.example." };
	const struct filling filling = { tmpl, NULL, 0, &some, complaints };

	for (size_t i = 0; i < tmpl->n_records; i++) {
		struct dns_record record;
		char field[FIELD], type[FIELD];

		snprintf(field, sizeof(field), "records[%zu]", i);
		snprintf(type, sizeof(type), "records[%zu].type", i);
		check_text(tmpl, tmpl->records[i]->name, i, "name", complaints);
		check_text(tmpl, tmpl->records[i]->data, i, "data", complaints);
		if (dns_type_row(dns_type_parse(tmpl->records[i]->type)))
			make(&filling, tmpl->records[i], field, &record);
		else
			complain(complaints, type, "type", "There are no records of type %s here.",
			         tmpl->records[i]->type);
	}
}
