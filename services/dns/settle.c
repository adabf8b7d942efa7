/* content: what of the managed records stands in the zone, and what is written. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/dns/name.h"

#include "content.h"
#include "dns_sql.h"

enum { NUMBER = 21 };

static bool is_own(const struct row *row)
{
	return row->fate != ROW_GONE && !*row->managed_by;
}

/* What is in the way of a managed record; NULL: nothing. Others before it are managed too, and stand in the zone. */
static const char *obstacle(const struct content *content, size_t at, const char *origin)
{
	const struct row *row = &content->rows[at];

	for (size_t i = 0; i < content->n; i++) {
		const struct row *other = &content->rows[i];
		bool same = strcmp(other->name, row->name) == 0;

		if (other->fate == ROW_GONE || i == at || (*other->managed_by && (i > at || !other->in_step)))
			continue;
		if (is_own(other) && other->type == DNS_NS && strcmp(other->name, origin) != 0 &&
		    dns_name_within(row->name, other->name))
			return "Its name is delegated to other name servers.";
		if (!same)
			continue;
		if (is_own(other) && other->type == row->type)
			return "An own record of this name and type has its place.";
		if (is_own(other) && other->type == DNS_ALIAS && (row->type == DNS_A || row->type == DNS_AAAA))
			return "An own ALIAS has its place.";
		if (other->type == DNS_CNAME || row->type == DNS_CNAME)
			return "There is an alias (CNAME) beside other records of this name.";
		if (other->type == row->type && strcmp(other->data, row->data) == 0)
			return "The same record is there already.";
	}
	return NULL;
}

void content_settle(struct content *content, const struct zone *zone)
{
	for (size_t i = 0; i < content->n; i++) {
		struct row *row = &content->rows[i];
		const char *words;

		if (row->fate == ROW_GONE || !*row->managed_by)
			continue;
		words = obstacle(content, i, zone->origin);
		if (row->in_step == !words && strcmp(row->message, words ? words : "") == 0)
			continue;
		row->in_step = !words;
		row->message = words ? words : "";
		if (row->fate == ROW_KEPT)
			row->fate = ROW_CHANGED;
	}
}

/* Columns of the rows to be written, one array each. */
enum { ID, NAME, TYPE, TTL, DATA, COMMENT, MANAGED_BY, OWNER_KIND, OWNER_ID, IN_STEP, MESSAGE, COLUMNS };

struct columns {
	const char **of[COLUMNS];
	size_t n;
};

static bool columns_new(struct arena *arena, size_t room, struct columns *ret)
{
	*ret = (struct columns){ .n = 0 };
	for (size_t i = 0; i < COLUMNS; i++)
		if (!(ret->of[i] = arena_alloc(arena, (room + 1) * sizeof(char *))))
			return false;
	return true;
}

static bool columns_add(struct columns *columns, const struct row *row, struct arena *arena)
{
	char *id = arena_alloc(arena, UUID_TEXT), *owner = arena_alloc(arena, UUID_TEXT);
	char *ttl = arena_alloc(arena, NUMBER);
	size_t at = columns->n++;

	if (!id || !owner || !ttl)
		return false;
	snprintf(ttl, NUMBER, "%" PRIu32, row->ttl);
	columns->of[ID][at] = uuid_format(&row->id, id);
	columns->of[NAME][at] = row->name;
	columns->of[TYPE][at] = dns_type_name(row->type);
	columns->of[TTL][at] = ttl;
	columns->of[DATA][at] = row->data;
	columns->of[COMMENT][at] = row->comment;
	columns->of[MANAGED_BY][at] = row->managed_by;
	columns->of[OWNER_KIND][at] = row->owner_kind;
	columns->of[OWNER_ID][at] = *row->owner_kind ? uuid_format(&row->owner, owner) : owner;
	columns->of[IN_STEP][at] = row->in_step ? "true" : "false";
	columns->of[MESSAGE][at] = row->message;
	return true;
}

static bool put(struct tx *tx, const struct zone *zone, const struct columns *c, struct error *err)
{
	const size_t n = c->n;

	return !n || TX_SEND(tx, DNS_RECORDS_PUT, err, DB_UUID(&zone->id), DB_UUID(&zone->org), DB_TEXTS(c->of[ID], n),
	                     DB_TEXTS(c->of[NAME], n), DB_TEXTS(c->of[TYPE], n), DB_TEXTS(c->of[TTL], n),
	                     DB_TEXTS(c->of[DATA], n), DB_TEXTS(c->of[COMMENT], n), DB_TEXTS(c->of[MANAGED_BY], n),
	                     DB_TEXTS(c->of[OWNER_KIND], n), DB_TEXTS(c->of[OWNER_ID], n), DB_TEXTS(c->of[IN_STEP], n),
	                     DB_TEXTS(c->of[MESSAGE], n));
}

bool content_write(struct tx *tx, const struct zone *zone, const struct content *content, struct error *err)
{
	const char **gone = arena_alloc(content->arena, (content->n + 1) * sizeof(*gone));
	struct columns columns;
	size_t n_gone = 0;

	if (!gone || !columns_new(content->arena, content->n, &columns))
		return error_set(err, ERR_TOO_LARGE, "no room for the records of the zone");
	for (size_t i = 0; i < content->n; i++) {
		const struct row *row = &content->rows[i];
		char *id;

		if (row->fate == ROW_GONE) {
			if (!(id = arena_alloc(content->arena, UUID_TEXT)))
				return error_set(err, ERR_TOO_LARGE, "no room for the records of the zone");
			gone[n_gone++] = uuid_format(&row->id, id);
		} else if (row->fate != ROW_KEPT && !columns_add(&columns, row, content->arena)) {
			return error_set(err, ERR_TOO_LARGE, "no room for the records of the zone");
		}
	}
	if (n_gone && !TX_SEND(tx, DNS_RECORDS_DELETE, err, DB_UUID(&zone->id), DB_TEXTS(gone, n_gone)))
		return false;
	return put(tx, zone, &columns, err);
}
