/* history: see history.h. */
#include "history.h"

#include "lib/contract/contract.h"

#include "dns_sql.h"
#include "view.h"

enum { ID, SERIAL, KIND, NOTE, ACTOR, ACTOR_NAME, CREATED, ADDED, REMOVED, UNDOES, UNDONE_BY, REQUEST, SETS };
enum { SETS_MAX = 8 << 20 };

static char *text(const struct rows *rows, unsigned row, unsigned column, struct arena *arena)
{
	return arena_strdup(arena, rows_text(rows, row, column));
}

static char *id(const struct rows *rows, unsigned row, unsigned column, struct arena *arena)
{
	struct uuid value = rows_uuid(rows, row, column);

	return view_id(&value, arena);
}

bool history_view(const struct rows *rows, unsigned row, struct arena *arena, Stralix__V1__ZoneChange **ret,
                  struct error *err)
{
	Stralix__V1__ZoneChange *view = arena_alloc(arena, sizeof(*view));

	if (!view)
		return error_set(err, ERR_TOO_LARGE, "no room for the list; ask for fewer");
	stralix__v1__zone_change__init(view);
	view->serial = (uint32_t)rows_int(rows, row, SERIAL);
	view->added = (uint32_t)rows_int(rows, row, ADDED);
	view->removed = (uint32_t)rows_int(rows, row, REMOVED);
	if (!(view->id = id(rows, row, ID, arena)) || !(view->kind = text(rows, row, KIND, arena)) ||
	    !(view->note = text(rows, row, NOTE, arena)) || !(view->actor_id = text(rows, row, ACTOR, arena)) ||
	    !(view->actor_name = text(rows, row, ACTOR_NAME, arena)) ||
	    !(view->created_at = view_time(rows_ms(rows, row, CREATED), arena)) ||
	    !(view->undoes = id(rows, row, UNDOES, arena)) || !(view->undone_by = id(rows, row, UNDONE_BY, arena)) ||
	    !(view->request_id = text(rows, row, REQUEST, arena)))
		return error_set(err, ERR_TOO_LARGE, "no room for the list; ask for fewer");
	*ret = view;
	return true;
}

bool history_find(struct db *wide, const struct zone *zone, const char *change_id, struct arena *arena,
                  Stralix__V1__GetZoneChangeReply *ret, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	ProtobufCMessage *message = NULL;
	const uint8_t *bytes;
	struct uuid change;
	size_t size;

	if (!uuid_parse(change_id, &change))
		return error_set(err, ERR_NOT_FOUND, "There is no such change.");
	if (!DB_RUN(wide, NULL, DNS_WIDE_CHANGE_FIND, &rows, err, DB_UUID(&zone->id), DB_UUID(&change)))
		return false;
	if (!rows_count(rows))
		return error_set(err, ERR_NOT_FOUND, "There is no such change.");
	bytes = rows_bytes(rows, 0, SETS, &size);
	if (!contract_unpack(&stralix__v1__get_zone_change_reply__descriptor, bytes, size, SETS_MAX, arena, &message,
	                     err))
		return error_wrap(err, "history of a zone");
	*ret = *(const Stralix__V1__GetZoneChangeReply *)(const void *)message;
	return history_view(rows, 0, arena, &ret->change, err);
}
