/* provider_store: see provider_store.h. */
#include "provider_store.h"

#include <stdio.h>
#include <string.h>

#include "lib/contract/contract.h"

#include "stralix/v1/zone.pb-c.h"

#include "desire.h"
#include "dns_sql.h"

enum { PACKED_MAX = 4 << 20 };

enum {
	ID,
	ZONE,
	ORG,
	ACCOUNT,
	STEP,
	MAY_CREATE,
	REMOVES,
	REMOTE_ID,
	NAME_SERVERS,
	WANTED,
	APPLIED,
	SHOWING,
	OTHERS,
	MESSAGE,
	ATTEMPT,
	SINCE,
	LOOKED,
	DUE,
	LEASE,
};

static const char *const steps[REMOTE_STEPS] = {
	[REMOTE_TAKE_IN] = "take_in", [REMOTE_APPLY] = "apply", [REMOTE_SHOW] = "show", [REMOTE_REST] = "rest"
};

static bool no_room(struct error *err)
{
	return error_set(err, ERR_TOO_LARGE, "no room for a zone at another provider");
}

const char *remote_step_name(enum remote_step step)
{
	return steps[step];
}

static size_t count(const Stralix__V1__ZoneState *state)
{
	size_t n = 0;

	for (size_t i = 0; i < state->n_sets; i++)
		n += state->sets[i]->n_data;
	return n;
}

static bool read_records(const struct rows *rows, unsigned row, unsigned column, struct arena *arena,
                         struct records *ret, struct error *err)
{
	size_t size;
	const uint8_t *bytes = rows_bytes(rows, row, column, &size);
	const Stralix__V1__ZoneState *state;
	ProtobufCMessage *message;

	if (!contract_unpack(&stralix__v1__zone_state__descriptor, bytes, size, PACKED_MAX, arena, &message, err))
		return error_wrap(err, "records of a zone at another provider");
	state = (const Stralix__V1__ZoneState *)(void *)message;
	*ret = (struct records){ .list = arena_alloc(arena, (count(state) + 1) * sizeof(struct dns_record)) };
	if (!ret->list)
		return no_room(err);
	for (size_t i = 0; i < state->n_sets; i++)
		for (size_t j = 0; j < state->sets[i]->n_data; j++)
			ret->list[ret->n++] = (struct dns_record){ .name = state->sets[i]->name,
				                                   .type = dns_type_parse(state->sets[i]->type),
				                                   .ttl = state->sets[i]->ttl,
				                                   .data = state->sets[i]->data[j] };
	dns_sort(ret->list, ret->n);
	return true;
}

static bool read_others(const struct rows *rows, unsigned row, struct arena *arena, struct remote *ret,
                        struct error *err)
{
	size_t size;
	const uint8_t *bytes = rows_bytes(rows, row, OTHERS, &size);
	ProtobufCMessage *message;

	if (!contract_unpack(&stralix__v1__get_zone_change_reply__descriptor, bytes, size, PACKED_MAX, arena, &message,
	                     err))
		return error_wrap(err, "changes of a zone at another provider");
	ret->others = ((Stralix__V1__GetZoneChangeReply *)(void *)message)->sets;
	ret->n_others = ((Stralix__V1__GetZoneChangeReply *)(void *)message)->n_sets;
	return true;
}

static bool read_remote(const struct rows *rows, unsigned row, struct arena *arena, struct remote *ret,
                        struct error *err)
{
	*ret = (struct remote){
		.id = rows_uuid(rows, row, ID),
		.zone_id = rows_uuid(rows, row, ZONE),
		.org = rows_uuid(rows, row, ORG),
		.account = rows_uuid(rows, row, ACCOUNT),
		.lease = rows_uuid(rows, row, LEASE),
		.may_create = rows_bool(rows, row, MAY_CREATE),
		.removes = rows_bool(rows, row, REMOVES),
		.remote_id = arena_strdup(arena, rows_text(rows, row, REMOTE_ID)),
		.message = arena_strdup(arena, rows_text(rows, row, MESSAGE)),
		.attempt = (uint32_t)rows_int(rows, row, ATTEMPT),
		.since_ms = rows_ms(rows, row, SINCE),
		.looked_ms = rows_ms(rows, row, LOOKED),
		.due_ms = rows_ms(rows, row, DUE),
	};
	while (ret->step < REMOTE_STEPS && strcmp(steps[ret->step], rows_text(rows, row, STEP)) != 0)
		ret->step++;
	if (ret->step == REMOTE_STEPS)
		return error_set(err, ERR_INTERNAL, "a zone at another provider has an unknown step");
	if (!ret->remote_id || !ret->message ||
	    !servers_split(rows_text(rows, row, NAME_SERVERS), arena, ret->servers, &ret->n_servers))
		return no_room(err);
	return read_records(rows, row, WANTED, arena, &ret->wanted, err) &&
	       read_records(rows, row, APPLIED, arena, &ret->applied, err) &&
	       read_records(rows, row, SHOWING, arena, &ret->showing, err) && read_others(rows, row, arena, ret, err);
}

bool remote_find(struct db *wide, const struct uuid *id, struct arena *arena, struct remote *ret, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!DB_RUN(wide, NULL, DNS_WIDE_PROVIDER_ZONE_FIND, &rows, err, DB_UUID(id)))
		return false;
	return rows_count(rows) ? read_remote(rows, 0, arena, ret, err)
	                        : error_set(err, ERR_NOT_FOUND, "There is no such zone at another provider.");
}

const uint8_t *records_pack(const struct records *records, struct arena *arena, size_t *size)
{
	Stralix__V1__ZoneState state;

	stralix__v1__zone_state__init(&state);
	if (!zone_sets(records->list, records->n, arena, &state.sets, &state.n_sets))
		return NULL;
	return contract_pack(&state.base, arena, size);
}

static const uint8_t *pack_others(const struct remote *remote, struct arena *arena, size_t *size)
{
	Stralix__V1__GetZoneChangeReply kept;

	stralix__v1__get_zone_change_reply__init(&kept);
	kept.sets = remote->others;
	kept.n_sets = remote->n_others;
	return contract_pack(&kept.base, arena, size);
}

bool remote_write(struct tx *tx, const struct remote *remote, const struct remote_end *end, struct arena *arena,
                  struct error *err)
{
	size_t n_applied, n_showing, n_others;
	const uint8_t *applied = records_pack(&remote->applied, arena, &n_applied);
	const uint8_t *showing = records_pack(&remote->showing, arena, &n_showing);
	const uint8_t *others = pack_others(remote, arena, &n_others);
	const char *servers = servers_join(remote->servers, remote->n_servers, arena);
	char wait[32];

	if (!applied || !showing || !others || !servers)
		return no_room(err);
	snprintf(wait, sizeof(wait), "%.3f", end->wait_s);
	return TX_RUN(tx, DNS_PROVIDER_ZONE_UPDATE, NULL, err, DB_UUID(&remote->id), DB_TEXT(steps[remote->step]),
	              DB_TEXT(remote->remote_id), DB_TEXT(servers), DB_BYTES(applied, n_applied),
	              DB_BYTES(showing, n_showing), DB_BYTES(others, n_others), DB_TEXT(remote->message),
	              DB_INT(remote->attempt), DB_BOOL(end->fresh), DB_BOOL(end->looked),
	              end->wait_s < 0 ? DB_NULL : DB_TEXT(wait));
}

bool remote_lock(struct tx *tx, const struct uuid *id, const struct uuid *lease, bool *ret_mine, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	struct uuid now;

	if (!TX_RUN(tx, DNS_PROVIDER_ZONE_LOCK, &rows, err, DB_UUID(id)))
		return false;
	now = rows_count(rows) ? rows_uuid(rows, 0, 0) : (struct uuid){ { 0 } };
	*ret_mine = uuid_equal(&now, lease);
	return true;
}

bool turns_due(struct db *wide, struct turn ret[static TURNS], unsigned *n, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!db_run(wide, NULL, DNS_WIDE_PROVIDER_DUE, NULL, 0, &rows, err))
		return error_wrap(err, "look for what is due at other providers");
	for (*n = 0; *n < rows_count(rows) && *n < TURNS; ++*n)
		ret[*n] = (struct turn){ rows_uuid(rows, *n, 0), rows_uuid(rows, *n, 1), rows_bool(rows, *n, 2) };
	return true;
}

bool turn_claim(struct db *db, const struct turn *turn, const struct uuid *lease, unsigned seconds, bool *ret_mine,
                struct error *err)
{
	const unsigned query = turn->account ? DNS_ACCOUNT_CLAIM : DNS_PROVIDER_ZONE_CLAIM;
	_cleanup_(rows_freep) struct rows *rows = NULL;
	_cleanup_(tx_freep) struct tx *tx = NULL;

	if (!tx_begin(db, &turn->org, &tx, err) ||
	    !TX_RUN(tx, query, &rows, err, DB_UUID(&turn->id), DB_UUID(lease), DB_INT(seconds)))
		return error_wrap(err, "claim what is due at another provider");
	*ret_mine = rows_affected(rows) == 1;
	return tx_commit(&tx, err) || error_wrap(err, "claim what is due at another provider");
}
