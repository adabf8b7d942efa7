/* account: an account at another DNS provider, in memory and in the database. */
#pragma once

#include "lib/db/db.h"
#include "lib/token/seal.h"

#include "zone.h"

enum account_state { ACCOUNT_CHECKING, ACCOUNT_ACTIVE, ACCOUNT_FAILED, ACCOUNT_STATES };
enum { ACCOUNT_SERVERS = 255 };

/* Texts belong to the arena. Times are Unix ms; 0: never. */
struct account {
	struct uuid id, org, lease;
	const struct provider *provider;
	const char *name, *base_url, *server_id, *message;
	const char *servers[PROVIDER_SERVERS];
	size_t n_servers;
	const uint8_t *sealed; /* the token */
	size_t sealed_size;
	enum account_state state;
	uint32_t attempt, zones;
	uint64_t version;
	int64_t checked_ms, created_ms, updated_ms;
};

const char *account_state_name(enum account_state state);

/* A row of account_lock, account_list and account_find. ERR_TOO_LARGE. */
bool account_read(const struct rows *rows, unsigned row, struct arena *arena, struct account *ret,
                  struct error *err) _must_check_;

/* Of any organisation: ask call_may_see before showing it. ERR_NOT_FOUND. */
bool account_find(struct db *wide, const struct uuid *id, struct arena *arena, struct account *ret,
                  struct error *err) _must_check_;
/* The row, locked until the transaction ends. ERR_NOT_FOUND. */
bool account_lock(struct tx *tx, const struct uuid *id, struct arena *arena, struct account *ret,
                  struct error *err) _must_check_;

/* A token for the row of this account, and back; what comes back is wiped by who has it (seal_wipe). */
bool account_seal(const struct seal_key *vault, const struct uuid *id, const char *token, struct arena *arena,
                  struct account *ret, struct error *err) _must_check_;
bool account_open(const struct seal_key *vault, const struct account *account, struct buf *token,
                  struct error *err) _must_check_;

/* Names of servers as one text with blanks between, and back into at most PROVIDER_SERVERS. */
const char *servers_join(const char *const *servers, size_t n, struct arena *arena);
bool servers_split(const char *text, struct arena *arena, const char *ret[static PROVIDER_SERVERS], size_t *n);

/* A message from the arena; NULL without room. */
Stralix__V1__DnsAccount *account_view(const struct account *account, struct arena *arena);

/* The zone's place at this account, which is locked in tx against its end. ERR_INVALID (accountId). */
bool account_place(struct tx *tx, const struct uuid *id, struct zone *zone, struct arena *arena,
                   struct error *err) _must_check_;
