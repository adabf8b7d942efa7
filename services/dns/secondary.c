/* secondary: see secondary.h. */
#include "secondary.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/contract/upstream.h"

#include "dns_sql.h"

enum { ENDPOINT = 80 };

static bool no_room(struct error *err)
{
	return error_set(err, ERR_TOO_LARGE, "no room for the secondaries of the zone");
}

bool secondaries_read(const struct rows *rows, struct arena *arena, struct secondary ret[static SECONDARIES], size_t *n,
                      struct error *err)
{
	enum { ID, ADDRESS, PORT, NOTIFY, NAME_SERVER, TSIG_NAME, TSIG_ALGORITHM, CREATED, KEYLESS };

	for (*n = 0; *n < rows_count(rows) && *n < SECONDARIES; ++*n) {
		unsigned row = (unsigned)*n;
		struct secondary *one = &ret[row];

		*one = (struct secondary){
			.id = rows_uuid(rows, row, ID),
			.address = arena_strdup(arena, rows_text(rows, row, ADDRESS)),
			.port = (uint32_t)rows_int(rows, row, PORT),
			.notify = rows_bool(rows, row, NOTIFY),
			.name_server = arena_strdup(arena, rows_text(rows, row, NAME_SERVER)),
			.tsig_name = arena_strdup(arena, rows_text(rows, row, TSIG_NAME)),
			.tsig_algorithm = arena_strdup(arena, rows_text(rows, row, TSIG_ALGORITHM)),
			.created_ms = rows_ms(rows, row, CREATED),
			.keyless = rows_bool(rows, row, KEYLESS),
		};
		if (!one->address || !one->name_server || !one->tsig_name || !one->tsig_algorithm)
			return no_room(err);
	}
	return true;
}

bool secondaries_find(struct db *wide, const struct zone *zone, struct arena *arena,
                      struct secondary ret[static SECONDARIES], size_t *n, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	return DB_RUN(wide, NULL, DNS_WIDE_SECONDARIES_SHOW, &rows, err, DB_UUID(&zone->id)) &&
	       secondaries_read(rows, arena, ret, n, err);
}

bool secondaries_lock(struct tx *tx, const struct zone *zone, struct arena *arena,
                      struct secondary ret[static SECONDARIES], size_t *n, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	return TX_RUN(tx, DNS_ZONE_SECONDARIES, &rows, err, DB_UUID(&zone->id)) &&
	       secondaries_read(rows, arena, ret, n, err);
}

static Stralix__V1__ZonePeer *peer_message(const struct secondary *from, const uint8_t *box, size_t size,
                                           struct arena *arena)
{
	Stralix__V1__ZonePeer *peer = arena_alloc(arena, sizeof(*peer));

	if (!peer)
		return NULL;
	stralix__v1__zone_peer__init(peer);
	peer->address = (char *)(uintptr_t)from->address;
	peer->port = from->port;
	peer->notify = from->notify;
	peer->tsig_name = (char *)(uintptr_t)from->tsig_name;
	peer->tsig_algorithm = (char *)(uintptr_t)from->tsig_algorithm;
	peer->sealed_secret.len = size;
	peer->sealed_secret.data = arena_alloc(arena, size + 1);
	if (!peer->sealed_secret.data)
		return NULL;
	memcpy(peer->sealed_secret.data, box, size);
	return peer;
}

/* By its address alone. */
static Stralix__V1__ZonePeer *bare_message(const struct secondary *from, struct arena *arena)
{
	Stralix__V1__ZonePeer *peer = arena_alloc(arena, sizeof(*peer));

	if (!peer)
		return NULL;
	stralix__v1__zone_peer__init(peer);
	peer->address = (char *)(uintptr_t)from->address;
	peer->port = from->port;
	return peer;
}

static const struct secondary *by_id(const struct secondary *list, size_t n, const struct uuid *id)
{
	for (size_t i = 0; i < n; i++)
		if (uuid_equal(&list[i].id, id))
			return &list[i];
	return NULL;
}

bool secondaries_state(struct tx *tx, const struct zone *zone, const struct rows *rows, struct arena *arena,
                       Stralix__V1__ZonePeer ***ret, size_t *n, struct error *err)
{
	enum { ID, SEALED };
	struct secondary list[SECONDARIES];
	size_t kept = 0;

	*n = 0;
	if (rows_count(rows) && !secondaries_lock(tx, zone, arena, list, &kept, err))
		return false;
	*ret = arena_alloc(arena, (2 * (size_t)rows_count(rows) + 1) * sizeof(void *));
	if (!*ret)
		return no_room(err);
	for (unsigned i = 0; i < rows_count(rows); i++) {
		struct uuid id = rows_uuid(rows, i, ID);
		const struct secondary *one = by_id(list, kept, &id);
		size_t size;
		const uint8_t *box = rows_bytes(rows, i, SEALED, &size);

		if (!one)
			continue;
		if (!((*ret)[(*n)++] = peer_message(one, box, size, arena)) ||
		    (one->keyless && !((*ret)[(*n)++] = bare_message(one, arena))))
			return no_room(err);
	}
	return true;
}

static bool seal_to(struct tx *tx, const struct zone *zone, size_t place, const struct seal_keys *to,
                    const struct uuid *id, const struct buf *secret, struct error *err)
{
	_cleanup_buf_ struct buf box = { 0 };

	return seal_keys_seal(to, zone, place, secret, &box, err) &&
	       TX_RUN(tx, DNS_SECONDARY_BOX_INSERT, NULL, err, DB_UUID(id), DB_UUID(&zone->nodes[place].id),
	              DB_UUID(&zone->org), DB_BYTES(box.data, box.size));
}

bool secondary_insert(struct tx *tx, const struct zone *zone, const struct secondary *secondary,
                      const struct seal_keys *to, const struct buf *secret, struct error *err)
{
	if (!TX_RUN(tx, DNS_SECONDARY_INSERT, NULL, err, DB_UUID(&secondary->id), DB_UUID(&zone->id),
	            DB_UUID(&zone->org), DB_TEXT(secondary->address), DB_INT(secondary->port),
	            DB_BOOL(secondary->notify), DB_TEXT(secondary->name_server), DB_TEXT(secondary->tsig_name),
	            DB_TEXT(secondary->tsig_algorithm), DB_BOOL(secondary->keyless)))
		return false;
	for (size_t i = 0; i < zone->n_nodes; i++)
		if (!seal_to(tx, zone, i, to, &secondary->id, secret, err))
			return error_wrap(err, "seal a key of a secondary");
	return true;
}

bool secondary_delete(struct tx *tx, const struct zone *zone, const struct uuid *id, struct error *err)
{
	return TX_RUN(tx, DNS_SECONDARY_DELETE, NULL, err, DB_UUID(&zone->id), DB_UUID(id));
}

bool secondary_may_be(const char *address, uint32_t port, const char *allowed, const char *refused)
{
	bool v6 = strchr(address, ':') != NULL;
	char upstream[ENDPOINT];

	/* Its rules are those of http, whose own port isn't said. */
	snprintf(upstream, sizeof(upstream), port == 80 ? "http://%s%s%s" : "http://%s%s%s:%" PRIu32, v6 ? "[" : "",
	         address, v6 ? "]" : "", port);
	return upstream_may(upstream, allowed, refused);
}
