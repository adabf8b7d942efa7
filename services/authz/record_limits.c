/* record_limits: see record_limits.h. */
#include "record_limits.h"

#include <stdio.h>
#include <string.h>

#include "lib/token/token.h"

#include "stralix/v1/contract.h"

#include "cells.h"

enum { FIELD = 48 };

static bool refuse(struct error *err, size_t at, const char *member, const char *rule, const char *words)
{
	char field[FIELD];

	snprintf(field, sizeof(field), "records[%zu].%s", at, member);
	return error_field(err, field, rule, "%s", words);
}

static bool spell(const Stralix__V1__RecordLimit *from, size_t at, char ret[static LIMIT_TEXT], struct error *err)
{
	struct limit limit = { .types = "" };

	if (!uuid_parse(from->zone_id, &limit.zone))
		return refuse(err, at, "zoneId", "UUID", "This is no zone's id.");
	if (!limit_name_good(from->name))
		return refuse(
			err, at, "name", "DNS_NAME",
			"Give the full name with its dot at the end, such as home.shop.example.; letters, digits, "
			"hyphens and underscores.");
	memcpy(limit.name, from->name, strlen(from->name) + 1);
	for (size_t i = 0; i < from->n_types; i++)
		if (!limit_add_type(&limit, from->types[i]))
			return refuse(err, at, "types", "types", "Name each type once, such as A and AAAA.");
	limit_write(&limit, ret);
	return true;
}

bool limits_spell(Stralix__V1__RecordLimit *const *limits, size_t n, struct arena *arena, const char *const **ret,
                  struct error *err)
{
	const char **texts = arena_alloc(arena, (n + 1) * sizeof(*texts));
	char text[LIMIT_TEXT];
	size_t size = 0;

	if (!texts)
		return error_set(err, ERR_TOO_LARGE, "no room for the records");
	for (size_t i = 0; i < n; i++) {
		if (!spell(limits[i], i, text, err))
			return false;
		if (!(texts[i] = arena_strdup(arena, text)))
			return error_set(err, ERR_TOO_LARGE, "no room for the records");
		size += strlen(text);
	}
	*ret = texts;
	return size <= LIMITS_SIZE ||
	       error_field(err, "records", "max", "These names are too long together; make two tokens.");
}

static Stralix__V1__RecordLimit *read_one(const char *text, struct arena *arena)
{
	Stralix__V1__RecordLimit *view = arena_alloc(arena, sizeof(*view));
	char zone[UUID_TEXT], type[LIMIT_TYPE];
	struct limit limit;
	const char *at = limit.types;

	if (!view || !limit_read(text, &limit))
		return NULL;
	stralix__v1__record_limit__init(view);
	view->zone_id = arena_strdup(arena, uuid_format(&limit.zone, zone));
	view->name = arena_strdup(arena, limit.name);
	view->types = arena_alloc(arena, LIMIT_TYPES * sizeof(char *));
	if (!view->zone_id || !view->name || !view->types)
		return NULL;
	while (limit_next_type(&at, type))
		if (!(view->types[view->n_types++] = arena_strdup(arena, type)))
			return NULL;
	return view;
}

bool limits_read(const char *texts, struct arena *arena, Stralix__V1__RecordLimit ***ret, size_t *ret_n,
                 struct error *err)
{
	char **words;
	size_t n;

	if (!words_split(texts, arena, &words, &n, err))
		return false;
	if (!(*ret = arena_alloc(arena, (n + 1) * sizeof(void *))))
		return error_set(err, ERR_TOO_LARGE, "no room for the records");
	for (size_t i = 0; i < n; i++)
		if (!((*ret)[i] = read_one(words[i], arena)))
			return error_set(err, ERR_INTERNAL, "the records of a token can't be read");
	*ret_n = n;
	return true;
}

/* Calls fn for the permission of each rpc that such a token may call, repeats among them. */
static void each_permission(void (*fn)(void *arg, const char *permission), void *arg)
{
	for (const struct contract_service *const *service = contract_services; *service; service++)
		for (size_t i = 0; i < (*service)->n_methods; i++)
			if ((*service)->methods[i].records)
				fn(arg, (*service)->methods[i].permission);
}

struct list {
	const char **items;
	size_t n, room;
};

static bool in_list(const struct list *list, const char *text)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->items[i], text) == 0)
			return true;
	return false;
}

static void take(void *arg, const char *permission)
{
	struct list *list = arg;

	if (list->n < list->room && !in_list(list, permission))
		list->items[list->n++] = permission;
}

bool limits_permissions(struct arena *arena, const char *const **ret, size_t *ret_n, struct error *err)
{
	struct list list = { arena_alloc(arena, (TOKEN_LIST + 1) * sizeof(char *)), 0, TOKEN_LIST };

	if (!list.items)
		return error_set(err, ERR_TOO_LARGE, "no room for the permissions");
	each_permission(take, &list);
	*ret = list.items;
	*ret_n = list.n;
	return true;
}

struct search {
	const char *permission;
	bool found;
};

static void look_for(void *arg, const char *permission)
{
	struct search *search = arg;

	search->found |= strcmp(search->permission, permission) == 0;
}

bool limits_use(const char *permission)
{
	struct search search = { permission, false };

	each_permission(look_for, &search);
	return search.found;
}
