/* key: see key.h. */
#include "key.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/base64.h"
#include "lib/base/buf.h"
#include "lib/token/seal.h"
#include "lib/token/token.h"
#include "lib/trust/dnskey.h"

#include "dns_sql.h"

enum { FLAGS = 257 /* zone key, secure entry point */, PROTOCOL = 3, RDATA = 4 + KEY_PUBLIC, NAME_WIRE = 256 };

static bool no_room(struct error *err)
{
	return error_set(err, ERR_TOO_LARGE, "no room for the keys of the zone");
}

static void rdata_of(const struct key *key, const uint8_t *public, uint8_t ret[static RDATA])
{
	ret[0] = (uint8_t)(key->flags >> 8);
	ret[1] = (uint8_t)key->flags;
	ret[2] = PROTOCOL;
	ret[3] = (uint8_t)key->algorithm;
	memcpy(ret + 4, public, KEY_PUBLIC);
}

/* RFC 4034, appendix B. */
static uint32_t tag_of(const uint8_t rdata[static RDATA])
{
	uint32_t sum = 0;

	for (size_t i = 0; i < RDATA; i++)
		sum += i & 1 ? rdata[i] : (uint32_t)rdata[i] << 8;
	return (sum + (sum >> 16)) & 0xFFFF;
}

/* The zone's name on the wire: labels with their lengths. */
static size_t wire_of(const char *name, uint8_t ret[static NAME_WIRE])
{
	size_t size = 0;

	while (*name) {
		size_t label = strcspn(name, ".");

		ret[size++] = (uint8_t)label;
		memcpy(ret + size, name, label);
		size += label;
		name += label + (name[label] == '.');
	}
	ret[size++] = 0;
	return size;
}

/* RFC 4034 §5.1.4, with SHA-256. */
static const char *ds_of(const struct zone *zone, const struct key *key, const uint8_t rdata[static RDATA],
                         struct arena *arena)
{
	uint8_t text[NAME_WIRE + RDATA], digest[TOKEN_DIGEST];
	char hex[2 * TOKEN_DIGEST + 1];
	size_t size = wire_of(zone->name, text);

	memcpy(text + size, rdata, RDATA);
	token_digest(text, size + RDATA, digest);
	for (size_t i = 0; i < TOKEN_DIGEST; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	return arena_printf(arena, "%" PRIu32 " %" PRIu32 " 2 %s", key->tag, key->algorithm, hex);
}

static bool describe(const struct zone *zone, const uint8_t *public, struct arena *arena, struct key *key)
{
	_cleanup_buf_ struct buf spelled = { 0 };
	uint8_t rdata[RDATA];

	rdata_of(key, public, rdata);
	key->tag = tag_of(rdata);
	key->ds = ds_of(zone, key, rdata, arena);
	base64_put(&spelled, public, KEY_PUBLIC);
	key->dnskey = buf_failed(&spelled) ? NULL
	                                   : arena_printf(arena, "%" PRIu32 " %d %" PRIu32 " %s", key->flags, PROTOCOL,
	                                                  key->algorithm, spelled.data);
	return key->ds && key->dnskey;
}

bool keys_read(const struct rows *rows, const struct zone *zone, struct arena *arena, struct key ret[static KEYS],
               size_t *n, struct error *err)
{
	enum { ID, FLAGS_, ALGORITHM, PUBLIC, STATE, CREATED, ANNOUNCE, LEAVING };

	for (*n = 0; *n < rows_count(rows) && *n < KEYS; ++*n) {
		unsigned row = (unsigned)*n;
		const uint8_t *public;
		size_t size;

		ret[row] = (struct key){
			.id = rows_uuid(rows, row, ID),
			.flags = (uint32_t)rows_int(rows, row, FLAGS_),
			.algorithm = (uint32_t)rows_int(rows, row, ALGORITHM),
			.retired = strcmp(rows_text(rows, row, STATE), "retired") == 0,
			.announced = rows_null(rows, row, ANNOUNCE),
			.leaving = rows_bool(rows, row, LEAVING),
			.created_ms = rows_ms(rows, row, CREATED),
			.announce_ms = rows_ms(rows, row, ANNOUNCE),
		};
		public = rows_bytes(rows, row, PUBLIC, &size);
		if (size != KEY_PUBLIC)
			return error_set(err, ERR_INTERNAL, "a key of zone %s has %zu bytes", zone->name, size);
		if (!describe(zone, public, arena, &ret[row]))
			return no_room(err);
	}
	return true;
}

bool keys_find(struct db *wide, const struct zone *zone, struct arena *arena, struct key ret[static KEYS], size_t *n,
               struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	return DB_RUN(wide, NULL, DNS_WIDE_KEYS_SHOW, &rows, err, DB_UUID(&zone->id)) &&
	       keys_read(rows, zone, arena, ret, n, err);
}

bool keys_lock(struct tx *tx, const struct zone *zone, struct arena *arena, struct key ret[static KEYS], size_t *n,
               struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	return TX_RUN(tx, DNS_ZONE_KEYS, &rows, err, DB_UUID(&zone->id)) && keys_read(rows, zone, arena, ret, n, err);
}

const struct key *keys_newest(const struct key *keys, size_t n)
{
	for (size_t i = n; i > 0; i--)
		if (!keys[i - 1].retired)
			return &keys[i - 1];
	return NULL;
}

const struct key *keys_announced(const struct key *keys, size_t n)
{
	for (size_t i = n; i > 0; i--)
		if (keys[i - 1].announced)
			return &keys[i - 1];
	return NULL;
}

static Stralix__V1__ZoneKey *key_message(const struct rows *rows, unsigned row, struct arena *arena)
{
	enum { ID, FLAGS_, ALGORITHM, PLACEMENT, SEALED };
	Stralix__V1__ZoneKey *key = arena_alloc(arena, sizeof(*key));
	struct uuid id = rows_uuid(rows, row, ID);
	const uint8_t *box;

	if (!key)
		return NULL;
	stralix__v1__zone_key__init(key);
	box = rows_bytes(rows, row, SEALED, &key->sealed.len);
	key->id = arena_alloc(arena, UUID_TEXT);
	key->sealed.data = arena_alloc(arena, key->sealed.len + 1);
	if (!key->id || !key->sealed.data)
		return NULL;
	uuid_format(&id, key->id);
	memcpy(key->sealed.data, box, key->sealed.len);
	key->flags = (uint32_t)rows_int(rows, row, FLAGS_);
	key->algorithm = (uint32_t)rows_int(rows, row, ALGORITHM);
	key->active = key->published = true;
	return key;
}

bool keys_state(const struct rows *rows, const struct placement *node, struct arena *arena, Stralix__V1__ZoneKey ***ret,
                size_t *n, struct error *err)
{
	enum { PLACEMENT = 3 };

	*n = 0;
	*ret = arena_alloc(arena, (rows_count(rows) + 1) * sizeof(void *));
	if (!*ret)
		return no_room(err);
	for (unsigned i = 0; i < rows_count(rows); i++) {
		struct uuid of = rows_uuid(rows, i, PLACEMENT);

		if (!uuid_equal(&of, &node->id))
			continue;
		if (!((*ret)[*n] = key_message(rows, i, arena)))
			return no_room(err);
		++*n;
	}
	return true;
}

static bool seal_to(struct tx *tx, const struct zone *zone, size_t place, const struct seal_keys *to,
                    const struct uuid *key, const struct buf *private, struct error *err)
{
	_cleanup_buf_ struct buf box = { 0 };

	return seal_keys_seal(to, zone, place, private, &box, err) &&
	       TX_RUN(tx, DNS_KEY_BOX_INSERT, NULL, err, DB_UUID(key), DB_UUID(&zone->nodes[place].id),
	              DB_UUID(&zone->org), DB_BYTES(box.data, box.size));
}

bool key_make(struct tx *tx, const struct zone *zone, const struct seal_keys *to, int64_t announce_ms, struct uuid *ret,
              struct error *err)
{
	_cleanup_(seal_wipe) struct buf private = { 0 };
	uint8_t public[DNSKEY_PUBLIC];

	*ret = uuid_v7();
	if (!dnskey_new(public, &private, err) ||
	    !TX_RUN(tx, DNS_KEY_INSERT, NULL, err, DB_UUID(ret), DB_UUID(&zone->id), DB_UUID(&zone->org), DB_INT(FLAGS),
	            DB_INT(DNSKEY_ALGORITHM), DB_BYTES(public, sizeof(public)), DB_INT(announce_ms)))
		return false;
	for (size_t i = 0; i < zone->n_nodes; i++)
		if (!seal_to(tx, zone, i, to, ret, &private, err))
			return error_wrap(err, "seal a key of the zone");
	return true;
}
