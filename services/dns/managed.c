/* managed: see managed.h. */
#include "managed.h"

#include <string.h>

#include "lib/dns/name.h"
#include "lib/dns/rdata.h"

#include "dns_sql.h"

enum { OWNER_KIND, OWNER_ID, NAME, TYPE, TTL, DATA, LABELS = 128 };

static bool no_room(struct error *err)
{
	return error_set(err, ERR_TOO_LARGE, "no room for the records of the zone");
}

/* Whose records they are, as people are told. */
static const char *service_of(const char *owner_kind)
{
	return strcmp(owner_kind, "acme") == 0 ? "acme" : strcmp(owner_kind, "website") == 0 ? "web" : "mail";
}

static bool in_zone_below(const struct rows *below, const char *name, struct arena *arena)
{
	for (unsigned i = 0; i < rows_count(below); i++) {
		const char *origin = arena_printf(arena, "%s.", rows_text(below, i, 0));

		if (origin && dns_name_within(name, origin))
			return true;
	}
	return false;
}

static struct row *find(const struct content *content, size_t n, const struct row *wanted)
{
	for (size_t i = 0; i < n; i++) {
		struct row *row = &content->rows[i];

		if (row->fate != ROW_GONE && *row->managed_by && row->type == wanted->type &&
		    uuid_equal(&row->owner, &wanted->owner) && strcmp(row->owner_kind, wanted->owner_kind) == 0 &&
		    strcmp(row->name, wanted->name) == 0 && strcmp(row->data, wanted->data) == 0)
			return row;
	}
	return NULL;
}

static bool read_wanted(const struct rows *rows, unsigned i, struct arena *arena, struct row *ret)
{
	*ret = (struct row){
		.owner_kind = arena_strdup(arena, rows_text(rows, i, OWNER_KIND)),
		.owner = rows_uuid(rows, i, OWNER_ID),
		.name = arena_strdup(arena, rows_text(rows, i, NAME)),
		.type = dns_type_parse(rows_text(rows, i, TYPE)),
		.ttl = (uint32_t)rows_int(rows, i, TTL),
		.data = arena_strdup(arena, rows_text(rows, i, DATA)),
	};
	return ret->owner_kind && ret->name && ret->data;
}

static bool take(struct content *content, size_t n, const struct row *wanted, struct error *err)
{
	struct row *row = find(content, n, wanted);

	if (row) {
		if (row->ttl != wanted->ttl) {
			row->ttl = wanted->ttl;
			row->fate = ROW_CHANGED;
		}
		row->change = 0; /* it is wanted still */
		return true;
	}
	if (!(row = content_add(content)))
		return no_room(err);
	row->owner_kind = wanted->owner_kind;
	row->owner = wanted->owner;
	row->name = wanted->name;
	row->type = wanted->type;
	row->ttl = wanted->ttl;
	row->data = wanted->data;
	row->managed_by = service_of(wanted->owner_kind);
	return true;
}

/* What was here and is wanted no more goes; the marks go with it. */
static void drop_rest(struct content *content, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct row *row = &content->rows[i];

		if (!*row->managed_by)
			continue;
		if (row->change == NO_CHANGE)
			row->fate = ROW_GONE;
		row->change = NO_CHANGE;
	}
}

bool managed_sync(struct tx *tx, const struct zone *zone, struct content *content, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL, *below = NULL;
	const struct db_ask asks[] = {
		DB_ASK(DNS_MANAGED_FOR, &rows, DB_UUID(&zone->org), DB_TEXT(zone->name)),
		DB_ASK(DNS_ZONES_BELOW, &below, DB_UUID(&zone->org), DB_TEXT(zone->name)),
	};
	size_t n = content->n;

	if (!tx_ask(tx, asks, ARRAY_SIZE(asks), err))
		return false;
	for (unsigned i = 0; i < rows_count(rows); i++) {
		struct row wanted;

		if (!read_wanted(rows, i, content->arena, &wanted))
			return no_room(err);
		if (wanted.type != DNS_NONE && !in_zone_below(below, wanted.name, content->arena) &&
		    !take(content, n, &wanted, err))
			return false;
	}
	drop_rest(content, n);
	return true;
}

bool managed_zone(struct tx *tx, const struct uuid *org, const char *name, struct arena *arena, struct uuid *ret,
                  bool *found, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	const char *names[LABELS];
	size_t n = 0;

	for (const char *at = name; *at && n < LABELS; at = strchr(at, '.') + 1) {
		names[n] = arena_strndup(arena, at, strlen(at) - 1);
		if (!names[n++])
			return no_room(err);
	}
	if (!TX_RUN(tx, DNS_ZONE_COVERING, &rows, err, DB_UUID(org), DB_TEXTS(names, n)))
		return false;
	*found = rows_count(rows) > 0;
	if (*found)
		*ret = rows_uuid(rows, 0, 0);
	return true;
}
