/* PutManagedRecords, GetManagedRecords, RemoveManagedRecords. What other services keep in an organisation's zones. */
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/dns/rdata.h"

#include "dns_sql.h"
#include "managed.h"
#include "revise.h"
#include "shown.h"
#include "store.h"
#include "view.h"

enum { ZONES = 32, FIELD = 64, REPLY_MS = 500 };

/* Zones that are to be revised, each once. */
struct touched {
	struct uuid ids[ZONES];
	size_t n;
};

static int compare_ids(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct uuid));
}

static bool touch(struct tx *tx, const struct uuid *org, const char *name, struct arena *arena, struct touched *touched,
                  struct error *err)
{
	struct uuid id;
	bool found;

	if (!managed_zone(tx, org, name, arena, &id, &found, err))
		return false;
	for (size_t i = 0; found && i < touched->n; i++)
		found = !uuid_equal(&touched->ids[i], &id);
	if (found && touched->n == ZONES)
		return error_set(err, ERR_TOO_LARGE, "these records lie in too many zones");
	if (found)
		touched->ids[touched->n++] = id;
	return true;
}

/* What was kept for the owner goes. */
static bool forget(struct tx *tx, const char *kind, const struct uuid *owner, const struct uuid *org,
                   struct arena *arena, struct touched *touched, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!TX_RUN(tx, DNS_MANAGED_DELETE, &rows, err, DB_TEXT(kind), DB_UUID(owner)))
		return false;
	for (unsigned i = 0; i < rows_count(rows); i++)
		if (!touch(tx, org, rows_text(rows, i, 0), arena, touched, err))
			return false;
	return true;
}

static bool keep_one(struct tx *tx, const char *kind, const struct uuid *owner, const struct uuid *org,
                     const Stralix__V1__ManagedRecord *record, size_t place, struct arena *arena, struct error *err)
{
	enum dns_type type = dns_type_parse(record->type);
	struct rdata_fault fault = { 0 };
	const char *data;
	char field[FIELD];

	snprintf(field, sizeof(field), "records[%zu].type", place);
	if (type == DNS_NONE || type == DNS_SOA)
		return error_field(err, field, "type", "There are no such records.");
	snprintf(field, sizeof(field), "records[%zu].data", place);
	if (!rdata_normalise(type, record->data, record->name, arena, &data, &fault))
		return error_field(err, field, fault.rule, "%s", fault.words);
	return TX_SEND(tx, DNS_MANAGED_INSERT, err, DB_TEXT(kind), DB_UUID(owner), DB_UUID(org), DB_TEXT(record->name),
	               DB_TEXT(dns_type_name(type)), DB_INT(record->ttl), DB_TEXT(data));
}

/* In the order of their ids: two such words never wait for each other. */
static bool revise_all(struct call *call, struct change *change, struct touched *touched, struct error *err)
{
	struct revision revision = revision_by(call, "managed", "", "", "zone.manage");
	struct complaints complaints = { .arena = call_arena(call) };

	qsort(touched->ids, touched->n, sizeof(touched->ids[0]), compare_ids);
	for (size_t i = 0; i < touched->n; i++) {
		struct revised revised;
		struct content content;
		struct zone zone;

		if (!zone_lock(change_tx(change), &touched->ids[i], call_arena(call), &zone, err) ||
		    !content_lock(change_tx(change), &zone, call_arena(call), &content, err) ||
		    !revise(change, call_service(call), &zone, &content, &revision, &complaints, &revised, err))
			return error_wrap(err, "records of something else");
	}
	return true;
}

/* One owner's word. */
struct word {
	const char *kind;
	struct uuid owner, org;
	Stralix__V1__ManagedRecord *const *records;
	size_t n;
	uint64_t version;
};

static bool take(struct call *call, const struct word *word, struct error *err)
{
	_cleanup_(change_freep) struct change *change = NULL;
	_cleanup_(rows_freep) struct rows *rows = NULL;
	struct arena *arena = call_arena(call);
	struct touched touched = { .n = 0 };
	struct tx *tx;

	if (!change_begin_system(call_service(call), &word->org, call_request_id(call), &change, err))
		return false;
	tx = change_tx(change);
	if (!TX_RUN(tx, DNS_OWNER_PUT, &rows, err, DB_TEXT(word->kind), DB_UUID(&word->owner), DB_UUID(&word->org),
	            DB_INT(word->version)))
		return false;
	if (!rows_count(rows))
		return true; /* a newer word came before */
	if (!forget(tx, word->kind, &word->owner, &word->org, arena, &touched, err))
		return false;
	for (size_t i = 0; i < word->n; i++)
		if (!keep_one(tx, word->kind, &word->owner, &word->org, word->records[i], i, arena, err) ||
		    !touch(tx, &word->org, word->records[i]->name, arena, &touched, err))
			return false;
	return revise_all(call, change, &touched, err) && change_commit(change, err);
}

static Stralix__V1__ManagedRecordState *state_view(const struct rows *rows, unsigned row, struct arena *arena)
{
	enum { NAME, TYPE, DATA, ZONE, IN_STEP, MESSAGE, SERVED, FAILED };
	Stralix__V1__ManagedRecordState *view = arena_alloc(arena, sizeof(*view));
	struct uuid zone = rows_uuid(rows, row, ZONE);
	const char *words = rows_text(rows, row, MESSAGE);

	if (!view)
		return NULL;
	stralix__v1__managed_record_state__init(view);
	view->in_step = rows_bool(rows, row, IN_STEP);
	view->served = view->in_step && rows_bool(rows, row, SERVED);
	view->failed = view->in_step && rows_bool(rows, row, FAILED);
	if (rows_null(rows, row, ZONE))
		words = "The organisation has no zone for this name here.";
	if (!(view->name = arena_strdup(arena, rows_text(rows, row, NAME))) ||
	    !(view->type = arena_strdup(arena, rows_text(rows, row, TYPE))) ||
	    !(view->data = arena_strdup(arena, rows_text(rows, row, DATA))) ||
	    !(view->zone_id = view_id(&zone, arena)) || !(view->message = arena_strdup(arena, words)))
		return NULL;
	return view;
}

/* Whether all of its zone's servers answer with it; what isn't served yet isn't asked for. */
static bool ask_servers(struct call *call, Stralix__V1__ManagedRecordState *view, struct error *err)
{
	bool shown = false;
	struct uuid id;
	struct zone zone;

	if (!view->served || !uuid_parse(view->zone_id, &id))
		return true;
	if (!zone_find(service_db_wide(call_service(call)), &id, call_arena(call), &zone, err))
		return err->code == ERR_NOT_FOUND;
	if (!zone_shows(call_service(call), &zone, view, clock_unix_ms() + call_remaining_ms(call) - REPLY_MS,
	                call_arena(call), &shown, err))
		return false;
	view->shown = shown;
	return true;
}

static bool show(struct call *call, const char *kind, const struct uuid *owner, bool ask, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	struct arena *arena = call_arena(call);
	Stralix__V1__ManagedRecordsReply reply;

	if (!DB_RUN(service_db_wide(call_service(call)), NULL, DNS_WIDE_MANAGED_SHOW, &rows, err, DB_TEXT(kind),
	            DB_UUID(owner)))
		return false;
	stralix__v1__managed_records_reply__init(&reply);
	reply.records = arena_alloc(arena, (rows_count(rows) + 1) * sizeof(void *));
	if (!reply.records)
		return error_set(err, ERR_TOO_LARGE, "no room for the list");
	for (; reply.n_records < rows_count(rows); reply.n_records++)
		if (!(reply.records[reply.n_records] = state_view(rows, (unsigned)reply.n_records, arena)))
			return error_set(err, ERR_TOO_LARGE, "no room for the list");
	for (size_t i = 0; ask && i < reply.n_records; i++)
		if (!ask_servers(call, reply.records[i], err))
			return error_wrap(err, "ask a zone's servers");
	return call_reply(call, &reply.base, err);
}

/*
 * Effects  one change by system:dns: what is kept for the owner; zones whose records are other than before get a new
 * serial and tasks. Repeat   safe, and in any order: the highest version stays.
 */
bool dns_put_managed_records(struct call *call, const Stralix__V1__PutManagedRecordsRequest *req, struct error *err)
{
	struct word word = {
		.kind = req->owner_kind, .records = req->records, .n = req->n_records, .version = req->version
	};

	if (!uuid_parse(req->owner_id, &word.owner) || !uuid_parse(req->organisation_id, &word.org))
		return error_set(err, ERR_INVALID, "an owner and its organisation are needed");
	return take(call, &word, err) && show(call, word.kind, &word.owner, false, err);
}

bool dns_get_managed_records(struct call *call, const Stralix__V1__GetManagedRecordsRequest *req, struct error *err)
{
	struct uuid owner;

	return uuid_parse(req->owner_id, &owner) ? show(call, req->owner_kind, &owner, req->ask, err)
	                                         : error_set(err, ERR_INVALID, "an owner is needed");
}

/* The same as putting none, for an owner of whom the organisation is known. */
bool dns_remove_managed_records(struct call *call, const Stralix__V1__RemoveManagedRecordsRequest *req,
                                struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	struct word word = { .kind = req->owner_kind, .version = req->version };
	Stralix__V1__Empty empty;

	stralix__v1__empty__init(&empty);
	if (!uuid_parse(req->owner_id, &word.owner))
		return error_set(err, ERR_INVALID, "an owner is needed");
	if (!DB_RUN(service_db_wide(call_service(call)), NULL, DNS_WIDE_OWNER_FIND, &rows, err, DB_TEXT(word.kind),
	            DB_UUID(&word.owner)))
		return false;
	if (rows_count(rows)) {
		word.org = rows_uuid(rows, 0, 0);
		if (!take(call, &word, err))
			return false;
	}
	return call_reply(call, &empty.base, err);
}
