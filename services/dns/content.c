/* content: see content.h. */
#include "content.h"

#include <string.h>

#include "apex.h"
#include "dns_sql.h"

enum { ID, NAME, TYPE, TTL, DATA, COMMENT, MANAGED_BY, OWNER_KIND, OWNER_ID, IN_STEP, MESSAGE, UPDATED, SPARE = 64 };

static bool no_room(struct error *err)
{
	return error_set(err, ERR_TOO_LARGE, "no room for the records of the zone");
}

static bool read_row(const struct rows *rows, unsigned row, struct arena *arena, struct row *ret, struct error *err)
{
	const struct {
		unsigned column;
		const char **to;
	} texts[] = {
		{ NAME, &ret->name },       { DATA, &ret->data },
		{ COMMENT, &ret->comment }, { MANAGED_BY, &ret->managed_by },
		{ MESSAGE, &ret->message }, { OWNER_KIND, &ret->owner_kind },
	};

	*ret = (struct row){
		.id = rows_uuid(rows, row, ID),
		.owner = rows_uuid(rows, row, OWNER_ID),
		.type = dns_type_parse(rows_text(rows, row, TYPE)),
		.ttl = (uint32_t)rows_int(rows, row, TTL),
		.in_step = rows_bool(rows, row, IN_STEP),
		.change = NO_CHANGE,
		.updated_ms = rows_ms(rows, row, UPDATED),
	};
	if (ret->type == DNS_NONE)
		return error_set(err, ERR_INTERNAL, "a record's row has an unknown type");
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		if (!(*texts[i].to = arena_strdup(arena, rows_text(rows, row, texts[i].column))))
			return no_room(err);
	return true;
}

static bool read_rows(const struct rows *rows, const struct zone *zone, struct arena *arena, struct content *ret,
                      struct error *err)
{
	unsigned n = rows_count(rows);

	*ret = (struct content){ .arena = arena, .room = n + SPARE };
	ret->rows = arena_alloc(arena, ret->room * sizeof(struct row));
	if (!ret->rows)
		return no_room(err);
	for (; ret->n < n; ret->n++)
		if (!read_row(rows, (unsigned)ret->n, arena, &ret->rows[ret->n], err))
			return false;
	return content_records(ret, zone, &ret->before, &ret->n_before, err);
}

bool content_lock(struct tx *tx, const struct zone *zone, struct arena *arena, struct content *ret, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL, *keys = NULL, *secondaries = NULL;
	const struct db_ask asks[] = { DB_ASK(DNS_RECORDS, &rows, DB_UUID(&zone->id)),
		                       DB_ASK(DNS_ZONE_KEYS, &keys, DB_UUID(&zone->id)),
		                       DB_ASK(DNS_ZONE_SECONDARIES, &secondaries, DB_UUID(&zone->id)) };

	return tx_ask(tx, asks, ARRAY_SIZE(asks), err) && read_rows(rows, zone, arena, ret, err) &&
	       apex_read(keys, secondaries, zone, arena, &ret->apex, err);
}

bool content_find(struct db *wide, const struct zone *zone, struct arena *arena, struct content *ret, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	return DB_RUN(wide, NULL, DNS_WIDE_ZONE_RECORDS, &rows, err, DB_UUID(&zone->id)) &&
	       read_rows(rows, zone, arena, ret, err) && apex_find(wide, zone, arena, &ret->apex, err);
}

struct row *content_add(struct content *content)
{
	struct row *row;

	if (content->n == content->room) {
		size_t room = content->room * 2;
		struct row *more = arena_alloc(content->arena, room * sizeof(struct row));

		if (!more)
			return NULL;
		memcpy(more, content->rows, content->n * sizeof(struct row));
		content->rows = more;
		content->room = room;
	}
	row = &content->rows[content->n++];
	*row = (struct row){
		.id = uuid_v7(),
		.name = "",
		.data = "",
		.comment = "",
		.message = "",
		.managed_by = "",
		.owner_kind = "",
		.in_step = true,
		.fate = ROW_NEW,
		.change = NO_CHANGE,
	};
	return row;
}

const struct row *content_own_of(const struct content *content, const char *name, enum dns_type type, const char *data)
{
	for (size_t i = 0; i < content->n; i++) {
		const struct row *row = &content->rows[i];

		if (row->fate != ROW_GONE && !*row->managed_by && row->type == type && strcmp(row->name, name) == 0 &&
		    (!data || strcmp(row->data, data) == 0))
			return row;
	}
	return NULL;
}

struct row *content_by_id(struct content *content, const struct uuid *id)
{
	for (size_t i = 0; i < content->n; i++)
		if (content->rows[i].fate != ROW_GONE && uuid_equal(&content->rows[i].id, id))
			return &content->rows[i];
	return NULL;
}

bool content_records(const struct content *content, const struct zone *zone, struct dns_record **ret, size_t *n,
                     struct error *err)
{
	struct dns_record *records = arena_alloc(content->arena, (content->n + 1) * sizeof(*records));
	uint32_t ttl = zone_times(zone).ttl;

	if (!records)
		return no_room(err);
	*n = 0;
	for (size_t i = 0; i < content->n; i++) {
		const struct row *row = &content->rows[i];

		if (row->fate != ROW_GONE && row->in_step)
			records[(*n)++] =
				(struct dns_record){ row->name, row->type, row->ttl ? row->ttl : ttl, row->data, i };
	}
	dns_sort(records, *n);
	*ret = records;
	return true;
}
