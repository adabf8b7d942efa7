/* content: see content.h. */
#include "content.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/dns/name.h"

#include "dns_sql.h"
#include "names.h"

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
	_cleanup_(rows_freep) struct rows *rows = NULL;

	return TX_RUN(tx, DNS_RECORDS, &rows, err, DB_UUID(&zone->id)) && read_rows(rows, zone, arena, ret, err);
}

bool content_find(struct db *wide, const struct zone *zone, struct arena *arena, struct content *ret, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	return DB_RUN(wide, NULL, DNS_WIDE_ZONE_RECORDS, &rows, err, DB_UUID(&zone->id)) &&
	       read_rows(rows, zone, arena, ret, err);
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

/* A mail address as a name (RFC 1035 §8). */
static const char *mailbox(const char *address, struct arena *arena)
{
	const char *at = strrchr(address, '@');
	char *text = at ? arena_alloc(arena, 2 * strlen(address) + 2) : NULL, *to = text;

	for (const char *c = address; text && c < at; c++) {
		if (*c == '.' || *c == '\\')
			*to++ = '\\';
		*to++ = *c;
	}
	return text ? (snprintf(to, strlen(at) + 2, ".%s.", at + 1), text) : NULL;
}

static const char *contact_of(const struct zone *zone, const char *contact, struct arena *arena)
{
	if (zone->settings && *zone->settings->contact)
		return mailbox(zone->settings->contact, arena);
	if (*contact)
		return mailbox(contact, arena);
	return arena_printf(arena, "hostmaster.%s", zone->reverse ? "invalid." : zone->origin);
}

bool content_own(const struct zone *zone, const char *list, const char *contact, struct arena *arena,
                 struct dns_record ret[static OWN_RECORDS], size_t *n, struct error *err)
{
	const char *servers[NAME_SERVERS], *person = contact_of(zone, contact, arena), *soa;
	const struct zone_times times = zone_times(zone);
	size_t found = name_servers(list, zone, arena, servers);

	*n = 0;
	if (zone_provider(zone)->calls) /* both are the provider's */
		return true;
	if (!found)
		return error_set(err, ERR_NO_NODE, "The installation's name servers have no names yet.");
	soa = person ? arena_printf(arena, "%s %s %" PRIu32 " %" PRIu32 " %" PRIu32 " %" PRIu32 " %" PRIu32, servers[0],
	                            person, zone->serial, times.refresh, times.retry, times.expire, times.negative)
	             : NULL;
	if (!soa)
		return no_room(err);
	ret[0] = (struct dns_record){ zone->origin, DNS_SOA, times.ttl, soa, OWN_TAG };
	for (*n = 1; *n <= found; ++*n)
		ret[*n] = (struct dns_record){ zone->origin, DNS_NS, times.ttl, servers[*n - 1], OWN_TAG };
	return true;
}
