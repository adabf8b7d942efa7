/*
 * chain: the links between audit records. There is one chain an installation, its positions count from 1 without a gap.
 * A link's hash is SHA-256 over the hash before it (32 bytes; zeros before the first) and the record's canonical bytes.
 * Nothing here knows a database: who verifies steps over the links in order.
 */
#pragma once

#include "lib/audit/entry.h"
#include "lib/base/error.h"

enum { CHAIN_HASH = 32 };

/* One link and the record that it names, as they were found. */
struct chain_link {
	int64_t position, version;
	const uint8_t *previous, *hash; /* CHAIN_HASH bytes, NULL when they are not */
	const char *record_id;
	bool has_record;
	struct audit_entry record;
};

enum chain_fault {
	CHAIN_WHOLE,
	CHAIN_MISSING,  /* links are missing before this one */
	CHAIN_DETACHED, /* it doesn't carry the hash before it */
	CHAIN_DELETED,  /* its record is gone */
	CHAIN_CHANGED,  /* its record isn't what was hashed */
	CHAIN_UNKNOWN,  /* of a version that this program doesn't know, or no link at all */
};

/* How far a walk has come; starts as { 0 }. */
struct chain_walk {
	int64_t position;
	uint8_t hash[CHAIN_HASH];
};

/* The hash of a record behind another hash. ERR_INTERNAL: no memory. */
bool chain_hash(const uint8_t previous[static CHAIN_HASH], const struct audit_entry *record,
                uint8_t ret[static CHAIN_HASH], struct error *err) _must_check_;

/* Looks at the next link and goes on to it, also when it has a fault, so that the faults behind it are found as well.
 */
bool chain_step(struct chain_walk *walk, const struct chain_link *link, enum chain_fault *ret,
                struct error *err) _must_check_;

/* What a fault means, for people. */
const char *chain_fault_text(enum chain_fault fault);
