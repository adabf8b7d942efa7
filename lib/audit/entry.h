/*
 * entry: an audit record as the chain hashes it. Canonical bytes, version 1: the line "stralix audit record 1\n", then
 * each field in the order of enum audit_field as a 32-bit big-endian length and that many bytes of UTF-8. A field is
 * the text that PostgreSQL gives for what is stored: ids in lower case, times as whole microseconds since 1970, empty
 * for none. So anybody with the rows, SHA-256 and this paragraph can check them without us.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "lib/base/buf.h"
#include "lib/db/db.h"

enum { AUDIT_CANONICAL_VERSION = 1 };

/* Also the order of the columns of every statement that reads entries. */
enum audit_field {
	AUDIT_SEQ,
	AUDIT_ID,
	AUDIT_ORG_ID,
	AUDIT_AT_US,
	AUDIT_SERVICE,
	AUDIT_ACTION,
	AUDIT_ACTOR_ID,
	AUDIT_ACTOR_NAME,
	AUDIT_BEHALF_ID,
	AUDIT_BEHALF_NAME,
	AUDIT_SOURCE_IP,
	AUDIT_REQUEST_ID,
	AUDIT_TARGET_KIND,
	AUDIT_TARGET_ID,
	AUDIT_TARGET_NAME,
	AUDIT_TARGET_NODE,
	AUDIT_BEFORE,
	AUDIT_AFTER,
	AUDIT_OUTCOME,
	AUDIT_STORED_US,
	AUDIT_FIELDS,
};

struct audit_entry {
	const char *text[AUDIT_FIELDS]; /* borrowed, none is NULL */
};

/* The entry in a row whose columns from first on are the fields; borrows from rows. */
void audit_entry_read(const struct rows *rows, unsigned row, unsigned first, struct audit_entry *ret);

/* Appends the canonical bytes. */
void audit_entry_canonical(const struct audit_entry *entry, struct buf *out);
