/* journal_internal: what the journal's own files share. */
#pragma once

#include <pthread.h>

#include "agent/engine/journal.h"
#include "agent/engine/journal_sql.h"

struct journal {
	pthread_mutex_t lock; /* one connection, one user at a time */
	sqlite3 *db;
	int wal;       /* the write-ahead log, to sync it */
	char *reserve; /* path of the room that is kept for a full disk */
};

/* Takes the lock and begins a transaction; journal_end commits it, or rolls back when ok is false, and unlocks. */
bool journal_begin(struct journal *journal, struct error *err) _must_check_;
bool journal_end(struct journal *journal, bool ok, struct error *err) _must_check_;

bool journal_node_get(struct journal *journal, const char *key, char *out, size_t size, struct error *err) _must_check_;
bool journal_node_set(struct journal *journal, const char *key, const struct sql_value value,
                      struct error *err) _must_check_;

/* Within a transaction. */
bool journal_store_uses(struct journal *journal, const struct adopted_use *uses, size_t n,
                        struct error *err) _must_check_;
