/* allowance: see allowance.h. */
#include "allowance.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authz_sql.h"
#include "cells.h"

enum { ORGS = 500 /* of one word: as SetLimitsRequest has it */, FIELD = 64 };

/* What can be limited, and who owns it. */
static const struct kind {
	const char *name, *owner;
} kinds[] = {
	{ "websites", "web" },
	{ "zones", "dns" },
};

static const char *const owners[] = { "web", "dns" };

static const struct kind *find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}

static bool refuse(struct error *err, const char *list, size_t i, const char *rule, const char *words)
{
	char field[FIELD];

	snprintf(field, sizeof(field), "%s[%zu].kind", list, i);
	return error_field(err, field, rule, "%s", words);
}

bool allowance_check(const struct allowance *limits, const char *field, struct error *err)
{
	for (size_t i = 0; i < limits->n; i++) {
		if (!find(limits->list[i]->kind))
			return refuse(err, field, i, "kind", "There is nothing of this kind to limit.");
		for (size_t j = 0; j < i; j++)
			if (strcmp(limits->list[i]->kind, limits->list[j]->kind) == 0)
				return refuse(err, field, i, "repeated", "This kind is given twice.");
	}
	return true;
}

bool allowance_read(const char *text, struct arena *arena, struct allowance *ret, struct error *err)
{
	char **words;
	size_t n;

	if (!words_split(text, arena, &words, &n, err))
		return false;
	*ret = (struct allowance){ .list = arena_alloc(arena, (n / 2 + 1) * sizeof(Stralix__V1__Limit *)) };
	for (size_t i = 0; ret->list && i + 1 < n; i += 2) {
		Stralix__V1__Limit *limit = arena_alloc(arena, sizeof(*limit));

		if (!limit)
			break;
		stralix__v1__limit__init(limit);
		limit->kind = words[i];
		limit->limit = (uint32_t)strtoul(words[i + 1], NULL, 10);
		ret->list[ret->n++] = limit;
	}
	return ret->list && ret->n == n / 2 ? true : error_set(err, ERR_TOO_LARGE, "no room for limits");
}

/* Those of one owner's kinds. */
static bool narrow(const struct allowance *limits, const char *owner, struct arena *arena, struct allowance *ret,
                   struct error *err)
{
	*ret = (struct allowance){ .list = arena_alloc(arena, (limits->n + 1) * sizeof(Stralix__V1__Limit *)) };
	if (!ret->list)
		return error_set(err, ERR_TOO_LARGE, "no room for limits");
	for (size_t i = 0; i < limits->n; i++) {
		const struct kind *kind = find(limits->list[i]->kind);

		if (kind && strcmp(kind->owner, owner) == 0)
			ret->list[ret->n++] = limits->list[i];
	}
	return true;
}

static bool tell(struct change *change, const char *owner, Stralix__V1__SetLimitsRequest *request, char *const *orgs,
                 size_t n, struct error *err)
{
	for (size_t i = 0; i < n; i += ORGS) {
		request->organisation_ids = (char **)(uintptr_t)(orgs + i);
		request->n_organisation_ids = n - i < ORGS ? n - i : ORGS;
		if (!change_tell(change, owner, "SetLimits", &request->base, err))
			return false;
	}
	return true;
}

bool allowance_tell(struct change *change, char *const *orgs, size_t n, const struct allowance *limits,
                    struct arena *arena, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	Stralix__V1__SetLimitsRequest request;
	struct allowance theirs;

	if (!n)
		return true;
	if (!tx_run(change_tx(change), AUTHZ_LIMITS_VERSION, NULL, 0, &rows, err))
		return false;
	stralix__v1__set_limits_request__init(&request);
	request.version = (uint64_t)rows_int(rows, 0, 0);
	for (size_t i = 0; i < ARRAY_SIZE(owners); i++) {
		if (!narrow(limits, owners[i], arena, &theirs, err))
			return false;
		request.limits = theirs.list;
		request.n_limits = theirs.n;
		if (!tell(change, owners[i], &request, orgs, n, err))
			return false;
	}
	return true;
}
