/* weigh: see weigh.h. */
#include "weigh.h"

#include <stdio.h>
#include <string.h>

#include "lib/dns/name.h"

enum { FIELD = 96, FAULTS = COMPLAINTS };

static const struct dns_limits limits = {
	.least_ttl = LEAST_TTL, .most_ttl = MOST_TTL, .records = CONTENT_RECORDS, .in_set = CONTENT_SET
};

static bool no_room(struct error *err)
{
	return error_set(err, ERR_TOO_LARGE, "no room for the records of the zone");
}

/* The change that a fault is of: the record's own, or that of another record of its name; NO_CHANGE: of none. */
static int blame(const struct content *content, const struct dns_fault *fault, const struct dns_record *records,
                 size_t n)
{
	const char *name = NULL;

	if (fault->tag != OWN_TAG && content->rows[fault->tag].change != NO_CHANGE)
		return content->rows[fault->tag].change;
	for (size_t i = 0; i < n && !name; i++)
		if (records[i].tag == fault->tag)
			name = records[i].name;
	for (size_t i = 0; name && i < content->n; i++)
		if (content->rows[i].change != NO_CHANGE && strcmp(content->rows[i].name, name) == 0)
			return content->rows[i].change;
	for (size_t i = 0; i < content->n; i++)
		if (content->rows[i].change != NO_CHANGE)
			return content->rows[i].change;
	return NO_CHANGE;
}

static void complain_of(const struct content *content, const struct weighing *weighing, const struct dns_fault *fault,
                        const struct weighed *w, struct complaints *complaints)
{
	int change = blame(content, fault, w->records, w->n);
	char field[FIELD];

	if (weighing->file) {
		if (change == NO_CHANGE)
			complain(complaints, "zoneFile", fault->rule, "%s", fault->words);
		else
			complain(complaints, "zoneFile", fault->rule, "Line %d: %s", change, fault->words);
		return;
	}
	if (change == NO_CHANGE)
		snprintf(field, sizeof(field), "changes");
	else
		snprintf(field, sizeof(field), "changes[%d].record.%s", change, fault->member);
	complain(complaints, field, fault->rule, "%s", fault->words);
}

/* What the zone's provider has no such records for. */
static void check_types(const struct content *content, const struct weighing *weighing, struct complaints *complaints,
                        const struct weighed *w)
{
	const struct provider *provider = zone_provider(weighing->zone);

	for (size_t i = 0; i < w->n; i++) {
		struct dns_fault fault = { .tag = w->records[i].tag, .member = "type", .rule = "provider" };

		if (provider->supports(w->records[i].type))
			continue;
		snprintf(fault.words, sizeof(fault.words), "%s has no %s records.", provider->title,
		         dns_type_name(w->records[i].type));
		complain_of(content, weighing, &fault, w, complaints);
	}
}

static bool check(const struct content *content, const struct weighing *weighing, struct complaints *complaints,
                  const struct weighed *w, struct error *err)
{
	struct dns_fault *faults = arena_alloc(content->arena, FAULTS * sizeof(*faults));
	size_t n;

	if (!faults)
		return no_room(err);
	n = dns_check(w->records, w->n, weighing->zone->origin, &limits, faults, FAULTS);
	for (size_t i = 0; i < n && i < FAULTS; i++)
		complain_of(content, weighing, &faults[i], w, complaints);
	check_types(content, weighing, complaints, w);
	return true;
}

static char **data_of(const struct dns_set *set, struct arena *arena)
{
	char **ret = arena_alloc(arena, (set->n + 1) * sizeof(*ret));

	for (size_t i = 0; ret && i < set->n; i++)
		ret[i] = (char *)(uintptr_t)set->records[i].data;
	return ret;
}

Stralix__V1__RecordSetChange *weigh_show(const struct dns_difference *one, const char *origin, struct arena *arena)
{
	const struct dns_record *first = one->before.n ? one->before.records : one->after.records;
	Stralix__V1__RecordSetChange *ret = arena_alloc(arena, sizeof(*ret));

	if (!ret)
		return NULL;
	stralix__v1__record_set_change__init(ret);
	ret->name = (char *)(uintptr_t)dns_name_relative(first->name, origin, arena);
	ret->type = (char *)(uintptr_t)dns_type_name(first->type);
	ret->n_before = one->before.n;
	ret->before = data_of(&one->before, arena);
	ret->ttl_before = one->before.n ? one->before.records->ttl : 0;
	ret->n_after = one->after.n;
	ret->after = data_of(&one->after, arena);
	ret->ttl_after = one->after.n ? one->after.records->ttl : 0;
	return ret->name && ret->before && ret->after ? ret : NULL;
}

static bool holds(const struct dns_set *set, const struct dns_record *record)
{
	for (size_t i = 0; i < set->n; i++)
		if (set->records[i].ttl == record->ttl && strcmp(set->records[i].data, record->data) == 0)
			return true;
	return false;
}

static void count(const struct dns_difference *one, struct weighed *ret)
{
	for (size_t i = 0; i < one->after.n; i++)
		ret->added += !holds(&one->before, &one->after.records[i]);
	for (size_t i = 0; i < one->before.n; i++)
		ret->removed += !holds(&one->after, &one->before.records[i]);
}

static bool compare(const struct content *content, const struct zone *zone, const struct dns_record *after, size_t n,
                    struct weighed *ret, struct error *err)
{
	size_t most = content->n_before + n + 1;
	struct dns_difference *list = arena_alloc(content->arena, most * sizeof(*list));

	if (!list)
		return no_room(err);
	ret->n_sets = dns_diff(content->before, content->n_before, after, n, list, most);
	ret->sets = arena_alloc(content->arena, (ret->n_sets + 1) * sizeof(void *));
	if (!ret->sets)
		return no_room(err);
	for (size_t i = 0; i < ret->n_sets; i++) {
		count(&list[i], ret);
		if (!(ret->sets[i] = weigh_show(&list[i], zone->origin, content->arena)))
			return no_room(err);
	}
	return true;
}

/* Those of the content and the service's own, sorted. */
static bool join(const struct content *content, const struct weighing *weighing, const struct dns_record *after,
                 size_t n, struct weighed *ret, struct error *err)
{
	struct dns_record own[OWN_RECORDS];
	size_t n_own;

	if (!content_own(content, weighing->zone, weighing->name_servers, weighing->contact, own, &n_own, err))
		return false;
	ret->records = arena_alloc(content->arena, (n + n_own + 1) * sizeof(*ret->records));
	if (!ret->records)
		return no_room(err);
	memcpy(ret->records, own, n_own * sizeof(*own));
	if (n)
		memcpy(ret->records + n_own, after, n * sizeof(*after));
	ret->n = n + n_own;
	dns_sort(ret->records, ret->n);
	return true;
}

bool weigh(struct content *content, const struct weighing *weighing, struct complaints *complaints, struct weighed *ret,
           struct error *err)
{
	struct dns_record *after;
	size_t n;

	*ret = (struct weighed){ .n = 0 };
	content_settle(content, weighing->zone);
	if (!content_records(content, weighing->zone, &after, &n, err))
		return false;
	ret->own = (uint32_t)n;
	return compare(content, weighing->zone, after, n, ret, err) && join(content, weighing, after, n, ret, err) &&
	       check(content, weighing, complaints, ret, err);
}
