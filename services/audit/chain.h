/* chain: the service's side of lib/audit: each record is linked with its storing, the end is signed now and then. */
#pragma once

#include "lib/audit/entry.h"
#include "lib/db/db.h"
#include "lib/token/token.h"

/* Puts a stored record at the end of the chain, within the transaction that stored it; once. The transaction then
 * commits without waiting for the disk, so that the next one has the chain at once: chain_flush afterwards. */
bool chain_append(struct tx *tx, const struct audit_entry *entry, struct error *err) _must_check_;

/* Makes durable what was committed so, sharing the fsync with whoever waits at the same moment; also after a repeat,
 * which may have found what isn't on the disk yet. */
bool chain_flush(struct db *db, struct error *err) _must_check_;

/* Links the records stored behind *from that aren't yet, in the order of storing; *ret_last: the last one looked at. */
bool chain_adopt(struct db *db, struct db *wide, int64_t from, int64_t *ret_last, struct error *err) _must_check_;

/* Signs how the chain ends, unless that was done; *ret_token "" then. */
bool chain_checkpoint(struct db *db, const struct token_key *key, char ret_token[static TOKEN_MAX],
                      struct error *err) _must_check_;
