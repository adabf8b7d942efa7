/* Audit records in the database: added and listed, nothing else. */
#include "store.h"

#include <string.h>

#include "lib/base/clock.h"

#include "audit_sql.h"
#include "chain.h"

enum { PAGE_BYTES = 256 * 1024 };

/* Hashed as it was stored. */
static bool link_stored(struct tx *tx, const struct rows *rows, struct error *err)
{
	struct audit_entry entry;

	audit_entry_read(rows, 0, 0, &entry);
	return chain_append(tx, &entry, err);
}

bool record_insert(struct db *db, const Stralix__V1__Record *record, struct error *err)
{
	const Stralix__V1__Target *target = record->target;
	const char *kind = target ? target->kind : "", *name = target ? target->name : "";
	const char *node = target ? target->node_id : "";
	_cleanup_(rows_freep) struct rows *rows = NULL;
	_cleanup_(tx_freep) struct tx *tx = NULL;
	struct uuid org = { 0 }, target_id = { 0 };
	const struct uuid *in;

	if (target && (!uuid_parse(target->organisation_id, &org) || !uuid_parse(target->id, &target_id)))
		return error_set(err, ERR_INVALID, "the target's ids");
	in = uuid_is_nil(&org) ? NULL : &org;
	if (!tx_begin(db, in, &tx, err) ||
	    !TX_RUN(tx, AUDIT_RECORD_INSERT, &rows, err, DB_TEXT(record->id), DB_UUID(in), DB_TEXT(record->at),
	            DB_TEXT(record->service), DB_TEXT(record->action), DB_TEXT(record->actor_id),
	            DB_TEXT(record->actor_name), DB_TEXT(record->source_ip), DB_TEXT(record->request_id), DB_TEXT(kind),
	            DB_UUID(target ? &target_id : NULL), DB_TEXT(name), DB_TEXT(node), DB_TEXT(record->before),
	            DB_TEXT(record->after), DB_TEXT(record->outcome), DB_TEXT(record->on_behalf_of),
	            DB_TEXT(record->on_behalf_name)) ||
	    (rows_count(rows) && !link_stored(tx, rows, err)) || !tx_commit(&tx, err) || !chain_flush(db, err))
		return error_wrap(err, "store audit record %s", record->id);
	return true;
}

/* Columns of the list statements. */
enum {
	ID,
	ORG_ID,
	AT,
	SERVICE,
	ACTION,
	ACTOR_ID,
	ACTOR_NAME,
	SOURCE_IP,
	REQUEST_ID,
	TARGET_KIND,
	TARGET_ID,
	TARGET_NAME,
	TARGET_NODE,
	BEFORE,
	AFTER,
	OUTCOME,
	BEHALF_ID,
	BEHALF_NAME,
};

/* Copies columns into text fields; a row of the table is a column and where it goes. */
struct text {
	unsigned column;
	size_t offset;
};

static bool copy(const struct rows *rows, unsigned row, const struct text *texts, size_t n, void *to,
                 struct arena *arena)
{
	for (size_t i = 0; i < n; i++) {
		char *text = arena_strdup(arena, rows_text(rows, row, texts[i].column));

		if (!text)
			return false;
		*(char **)(void *)((char *)to + texts[i].offset) = text;
	}
	return true;
}

static Stralix__V1__Target *read_target(const struct rows *rows, unsigned row, struct arena *arena)
{
	static const struct text texts[] = {
		{ TARGET_KIND, offsetof(Stralix__V1__Target, kind) },
		{ TARGET_ID, offsetof(Stralix__V1__Target, id) },
		{ TARGET_NAME, offsetof(Stralix__V1__Target, name) },
		{ TARGET_NODE, offsetof(Stralix__V1__Target, node_id) },
		{ ORG_ID, offsetof(Stralix__V1__Target, organisation_id) },
	};
	Stralix__V1__Target *target = arena_alloc(arena, sizeof(*target));

	if (!target)
		return NULL;
	stralix__v1__target__init(target);
	return copy(rows, row, texts, ARRAY_SIZE(texts), target, arena) ? target : NULL;
}

static Stralix__V1__Record *read_record(const struct rows *rows, unsigned row, struct arena *arena)
{
	static const struct text texts[] = {
		{ ID, offsetof(Stralix__V1__Record, id) },
		{ SERVICE, offsetof(Stralix__V1__Record, service) },
		{ ACTION, offsetof(Stralix__V1__Record, action) },
		{ ACTOR_ID, offsetof(Stralix__V1__Record, actor_id) },
		{ ACTOR_NAME, offsetof(Stralix__V1__Record, actor_name) },
		{ SOURCE_IP, offsetof(Stralix__V1__Record, source_ip) },
		{ REQUEST_ID, offsetof(Stralix__V1__Record, request_id) },
		{ BEFORE, offsetof(Stralix__V1__Record, before) },
		{ AFTER, offsetof(Stralix__V1__Record, after) },
		{ OUTCOME, offsetof(Stralix__V1__Record, outcome) },
		{ BEHALF_ID, offsetof(Stralix__V1__Record, on_behalf_of) },
		{ BEHALF_NAME, offsetof(Stralix__V1__Record, on_behalf_name) },
	};
	Stralix__V1__Record *record = arena_alloc(arena, sizeof(*record));
	char *at = arena_alloc(arena, CLOCK_RFC3339);

	if (!record || !at)
		return NULL;
	stralix__v1__record__init(record);
	record->at = clock_rfc3339(rows_int(rows, row, AT), at);
	if (*rows_text(rows, row, TARGET_ID)) {
		record->target = read_target(rows, row, arena);
		if (!record->target)
			return NULL;
	}
	return copy(rows, row, texts, ARRAY_SIZE(texts), record, arena) ? record : NULL;
}

/* How many of the rows make a page: at most limit, and no more than fits into a message of the bus. */
static unsigned page_size(const struct rows *rows, unsigned limit)
{
	size_t bytes = 0;
	unsigned n = 0;

	for (; n < rows_count(rows) && n < limit; n++) {
		bytes += strlen(rows_text(rows, n, BEFORE)) + strlen(rows_text(rows, n, AFTER));
		if (n && bytes > PAGE_BYTES)
			break;
	}
	return n;
}

/* One row more than asked for says that there is a next page. */
static bool read_records(const struct rows *rows, unsigned limit, struct arena *arena,
                         Stralix__V1__ListRecordsReply *reply, struct error *err)
{
	unsigned n = page_size(rows, limit);
	Stralix__V1__Record *last = NULL;

	reply->records = arena_alloc(arena, (n + 1) * sizeof(Stralix__V1__Record *));
	for (; reply->records && reply->n_records < n; reply->n_records++) {
		last = read_record(rows, (unsigned)reply->n_records, arena);
		if (!last)
			break;
		reply->records[reply->n_records] = last;
	}
	if (reply->n_records < n)
		return error_set(err, ERR_TOO_LARGE, "no room for the list; ask for fewer");
	if (last && rows_count(rows) > n)
		reply->page->next_cursor = last->id;
	return true;
}

static struct db_param moment(int64_t ms)
{
	return ms ? DB_INT(ms) : DB_NULL;
}

bool record_list(struct db *wide, const struct record_filter *filter, struct arena *arena,
                 Stralix__V1__ListRecordsReply *reply, struct error *err)
{
	const struct db_param orgs = filter->orgs ? DB_TEXTS(filter->orgs, filter->n_orgs) : DB_NULL;
	const struct db_param page[] = { DB_TEXT_OR_NULL(filter->before_id),
		                         DB_TEXT_OR_NULL(filter->target_id),
		                         DB_TEXT_OR_NULL(filter->action),
		                         DB_INT(filter->limit + 1),
		                         DB_TEXT_OR_NULL(filter->actor),
		                         DB_TEXT_OR_NULL(filter->target_kind),
		                         moment(filter->from_ms),
		                         moment(filter->until_ms),
		                         orgs };
	_cleanup_(rows_freep) struct rows *rows = NULL, *total = NULL;
	_cleanup_(tx_freep) struct tx *tx = NULL;
	unsigned n = filter->orgs ? 9 : 8;

	if (!tx_begin(wide, NULL, &tx, err) ||
	    !tx_run(tx, filter->orgs ? AUDIT_WIDE_RECORD_LIST_OF : AUDIT_WIDE_RECORD_LIST, page, n, &rows, err) ||
	    (filter->count && !tx_run(tx, AUDIT_WIDE_RECORD_COUNT, page, 9, &total, err)) || !tx_commit(&tx, err))
		return error_wrap(err, "list audit records");
	if (filter->count)
		reply->page->total = (uint64_t)rows_int(total, 0, 0);
	return read_records(rows, filter->limit, arena, reply, err);
}
