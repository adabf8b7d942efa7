/* provider_store: how far it is with a zone at another provider: a row beside that of its place. */
#pragma once

#include "account.h"

enum remote_step { REMOTE_TAKE_IN, REMOTE_APPLY, REMOTE_SHOW, REMOTE_REST, REMOTE_STEPS };

/* Records as they are kept in a row, sorted; from the arena. */
struct records {
	struct dns_record *list;
	size_t n;
};

/* Texts belong to the arena. Times are Unix ms; 0: never. */
struct remote {
	struct uuid id, zone_id, org, account, lease; /* id: of the place */
	enum remote_step step;
	bool may_create, removes;
	const char *remote_id, *message;
	const char *servers[PROVIDER_SERVERS];
	size_t n_servers;
	struct records wanted, applied, showing;
	Stralix__V1__RecordSetChange **others; /* what others changed there */
	size_t n_others;
	uint32_t attempt;
	int64_t since_ms, looked_ms, due_ms;
};

const char *remote_step_name(enum remote_step step);

/* ERR_NOT_FOUND. */
bool remote_find(struct db *wide, const struct uuid *id, struct arena *arena, struct remote *ret,
                 struct error *err) _must_check_;

/* Writes what a step has come to; the row is free again. wait_s: until the next step; negative: none. */
struct remote_end {
	double wait_s;
	bool fresh, looked; /* a new step begins; the provider's records were read */
};
bool remote_write(struct tx *tx, const struct remote *remote, const struct remote_end *end, struct arena *arena,
                  struct error *err) _must_check_;

/* Locks the row; *ret_mine: it is still leased to this lease. After zone_lock_of: the zone's row comes first. */
bool remote_lock(struct tx *tx, const struct uuid *id, const struct uuid *lease, bool *ret_mine,
                 struct error *err) _must_check_;

/* Whose turn it is. */
struct turn {
	struct uuid id, org;
	bool account; /* of an account; else of a zone */
};
enum { TURNS = 32 };
bool turns_due(struct db *wide, struct turn ret[static TURNS], unsigned *n, struct error *err) _must_check_;
/* Takes it for so long, unless somebody else has it. */
bool turn_claim(struct db *db, const struct turn *turn, const struct uuid *lease, unsigned seconds, bool *ret_mine,
                struct error *err) _must_check_;

/* Sets of records, packed as a ZoneState; NULL without room. */
const uint8_t *records_pack(const struct records *records, struct arena *arena, size_t *size);
