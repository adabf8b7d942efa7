/* content: a zone's records in memory: as they are kept, as servers have them, and as a change would make them. */
#pragma once

#include "lib/db/db.h"
#include "lib/dns/record.h"
#include "lib/token/limit.h"

#include "secondary.h"
#include "zone.h"

enum {
	CONTENT_RECORDS = 5000, /* of a zone */
	CONTENT_SET = 200,      /* of one set */
	LEAST_TTL = 30,
	MOST_TTL = 604800,
	NO_CHANGE = -1,
};

enum fate { ROW_KEPT, ROW_NEW, ROW_CHANGED, ROW_GONE };

/* One record. ttl 0: the zone's. Texts belong to the arena. */
struct row {
	struct uuid id, owner;
	const char *name, *data, *comment, *message;
	const char *managed_by, *owner_kind; /* "": a person's own */
	enum dns_type type;
	uint32_t ttl;
	bool in_step;
	enum fate fate;
	int change; /* the place in the request of what made it so; NO_CHANGE */
	int64_t updated_ms;
};

/* What stands at the zone's own name because of its keys and secondaries. */
struct apex {
	const char *cds, *cdnskey;        /* NULL: none */
	const char *servers[SECONDARIES]; /* names, with the dot */
	size_t n_servers;
};

struct content {
	struct arena *arena;
	struct row *rows;
	size_t n, room;
	struct dns_record *before; /* sorted, without the service's own; as servers have it */
	size_t n_before;
	const struct limit *limits; /* the sets that may be edited; NULL: all of them */
	size_t n_limits;
	struct apex apex;
};

/* Rows of a zone that is locked in tx, or of any zone. */
bool content_lock(struct tx *tx, const struct zone *zone, struct arena *arena, struct content *ret,
                  struct error *err) _must_check_;
bool content_find(struct db *wide, const struct zone *zone, struct arena *arena, struct content *ret,
                  struct error *err) _must_check_;

/* A new row, to be filled in; NULL without room. */
struct row *content_add(struct content *content);

/* A person's own record of a set; data NULL: any. NULL: there is none. */
const struct row *content_own_of(const struct content *content, const char *name, enum dns_type type, const char *data);

struct row *content_by_id(struct content *content, const struct uuid *id);

/* What stands in the zone, sorted; tag is the row's place. *ret from the arena. */
bool content_records(const struct content *content, const struct zone *zone, struct dns_record **ret, size_t *n,
                     struct error *err) _must_check_;

/* The service's own records: SOA and the NS, CDS and CDNSKEY of the apex; none of a zone at another provider. */
enum { OWN_RECORDS = 20 };
#define OWN_TAG SIZE_MAX
bool content_own(const struct content *content, const struct zone *zone, const char *name_servers, const char *contact,
                 struct dns_record ret[static OWN_RECORDS], size_t *n, struct error *err) _must_check_;

/* Says of each managed row whether it may stand in the zone, or why not. */
void content_settle(struct content *content, const struct zone *zone);

/* Writes rows that are new, other or gone. */
bool content_write(struct tx *tx, const struct zone *zone, const struct content *content,
                   struct error *err) _must_check_;
