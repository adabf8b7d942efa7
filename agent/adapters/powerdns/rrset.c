/* rrset: sets of records of two places, side by side. */

#include <string.h>

#include "lib/base/buf.h"

#include "agent/adapters/powerdns/internal.h"

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int compare(const struct rrset *a, const struct rrset *b)
{
	int names = strcmp(a->name, b->name);

	return names ? names : strcmp(a->type, b->type);
}

static int by_name(const void *a, const void *b)
{
	return compare(a, b);
}

static bool no_room(struct error *err)
{
	return error_set(err, ERR_TOO_LARGE, "the zone is too large");
}

/* In order; of two neighbours with the same name and type PowerDNS has one. */
static void sort(struct rrsets *sets)
{
	for (size_t i = 0; i < sets->n; i++)
		qsort(sets->sets[i].data, sets->sets[i].n, sizeof(char *), by_text);
	qsort(sets->sets, sets->n, sizeof(sets->sets[0]), by_name);
}

static bool make(size_t n, struct arena *arena, struct rrsets *ret)
{
	ret->n = n;
	ret->sets = arena_alloc(arena, (n + 1) * sizeof(struct rrset));
	return ret->sets != NULL;
}

bool rrsets_of_state(const Stralix__V1__ZoneState *state, struct arena *arena, struct rrsets *ret, struct error *err)
{
	if (!make(state->n_sets, arena, ret))
		return no_room(err);
	for (size_t i = 0; i < state->n_sets; i++) {
		const Stralix__V1__RecordSet *from = state->sets[i];
		struct rrset *to = &ret->sets[i];

		*to = (struct rrset){ .name = from->name, .type = from->type, .ttl = from->ttl, .n = from->n_data };
		to->data = arena_alloc(arena, (from->n_data + 1) * sizeof(char *));
		if (!to->data)
			return no_room(err);
		for (size_t j = 0; j < from->n_data; j++)
			to->data[j] = from->data[j];
	}
	sort(ret);
	return true;
}

/* What is disabled isn't answered with, and shows as what it is. */
static const char *content_of(const json_t *record, struct arena *arena)
{
	const char *content = json_string_value(json_object_get(record, "content"));
	bool disabled = json_is_true(json_object_get(record, "disabled"));

	if (!content)
		return NULL;
	return disabled ? arena_printf(arena, "(disabled) %s", content) : arena_strdup(arena, content);
}

static bool set_of_json(const json_t *json, struct arena *arena, struct rrset *to)
{
	const char *name = json_string_value(json_object_get(json, "name"));
	const char *type = json_string_value(json_object_get(json, "type"));
	const json_t *records = json_object_get(json, "records");

	to->n = json_array_size(records);
	to->ttl = (uint32_t)json_integer_value(json_object_get(json, "ttl"));
	to->name = name ? arena_strdup(arena, name) : NULL;
	to->type = type ? arena_strdup(arena, type) : NULL;
	to->data = arena_alloc(arena, (to->n + 1) * sizeof(char *));
	if (!to->name || !to->type || !to->data)
		return false;
	for (size_t i = 0; i < to->n; i++)
		if (!(to->data[i] = content_of(json_array_get(records, i), arena)))
			return false;
	return true;
}

bool rrsets_of_json(const json_t *zone, struct arena *arena, struct rrsets *ret, struct error *err)
{
	const json_t *list = json_object_get(zone, "rrsets");

	if (!json_is_array(list))
		return error_set(err, ERR_BAD_REPLY, "PowerDNS says nothing of the zone's records");
	if (!make(json_array_size(list), arena, ret))
		return no_room(err);
	for (size_t i = 0; i < ret->n; i++)
		if (!set_of_json(json_array_get(list, i), arena, &ret->sets[i]))
			return error_set(err, ERR_BAD_REPLY, "PowerDNS says a record that makes no sense, or too many");
	sort(ret);
	return true;
}

static bool same(const struct rrset *a, const struct rrset *b)
{
	if (a->ttl != b->ttl || a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->data[i], b->data[i]) != 0)
			return false;
	return true;
}

bool rrsets_differ(const struct rrsets *has, const struct rrsets *wants, rrset_fn *fn, void *arg)
{
	size_t i = 0, j = 0;

	while (i < has->n || j < wants->n) {
		const struct rrset *a = i < has->n ? &has->sets[i] : NULL, *b = j < wants->n ? &wants->sets[j] : NULL;
		int order = !a ? 1 : !b ? -1 : compare(a, b);

		i += order <= 0;
		j += order >= 0;
		if (order == 0 && same(a, b))
			continue;
		if (!fn(arg, order <= 0 ? a : NULL, order >= 0 ? b : NULL))
			return false;
	}
	return true;
}

json_t *rrset_json(const struct rrset *set, const char *changetype)
{
	bool deletes = changetype && strcmp(changetype, "DELETE") == 0;
	_cleanup_json_ json_t *records = json_array();

	for (size_t i = 0; !deletes && i < set->n; i++)
		if (json_array_append_new(records, json_pack("{s:s, s:b}", "content", set->data[i], "disabled", 0)) < 0)
			return NULL;
	return json_pack("{s:s, s:s, s:I, s:s*, s:O}", "name", set->name, "type", set->type, "ttl",
	                 (json_int_t)set->ttl, "changetype", changetype, "records", records);
}

char *rrset_text(const struct rrset *set, struct arena *arena)
{
	_cleanup_buf_ struct buf text = { 0 };

	for (size_t i = 0; i < set->n; i++)
		buf_printf(&text, "%u %s\n", set->ttl, set->data[i]);
	return buf_failed(&text) ? NULL : arena_strdup(arena, text.data ? text.data : "");
}
