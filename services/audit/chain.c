/* chain: see chain.h. */
#include "chain.h"

#include <string.h>

#include "lib/audit/checkpoint.h"
#include "lib/base/clock.h"

#include "audit_sql.h"

enum { ADOPT_PAGE = 200 };

bool chain_append(struct tx *tx, const struct audit_entry *entry, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	_cleanup_buf_ struct buf bytes = { 0 };

	audit_entry_canonical(entry, &bytes);
	if (buf_failed(&bytes))
		return error_set(err, ERR_INTERNAL, "out of memory");
	return TX_RUN(tx, AUDIT_CHAIN_APPEND, &rows, err, DB_TEXT(entry->text[AUDIT_ID]),
	              DB_INT(AUDIT_CANONICAL_VERSION), DB_BYTES(bytes.data, bytes.size)) ||
	       error_wrap(err, "link audit record %s", entry->text[AUDIT_ID]);
}

bool chain_flush(struct db *db, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	return db_run(db, NULL, AUDIT_CHAIN_FLUSH, NULL, 0, &rows, err) || error_wrap(err, "write to the disk");
}

static bool adopt_page(struct db *db, struct db *wide, int64_t from, int64_t to, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	_cleanup_(tx_freep) struct tx *tx = NULL;

	if (!DB_RUN(wide, NULL, AUDIT_WIDE_RECORD_UNLINKED, &rows, err, DB_INT(from), DB_INT(to)))
		return false;
	if (!rows_count(rows))
		return true;
	if (!tx_begin(db, NULL, &tx, err))
		return false;
	for (unsigned row = 0; row < rows_count(rows); row++) {
		struct audit_entry entry;

		audit_entry_read(rows, row, 0, &entry);
		if (!chain_append(tx, &entry, err))
			return false;
	}
	return tx_commit(&tx, err) && chain_flush(db, err);
}

bool chain_adopt(struct db *db, struct db *wide, int64_t from, int64_t *ret_last, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	int64_t last;

	if (!db_run(wide, NULL, AUDIT_WIDE_RECORD_LAST, NULL, 0, &rows, err))
		return error_wrap(err, "link old audit records");
	last = rows_int(rows, 0, 0);
	for (int64_t at = from; at < last; at += ADOPT_PAGE)
		if (!adopt_page(db, wide, at, at + ADOPT_PAGE, err))
			return error_wrap(err, "link old audit records");
	*ret_last = last;
	return true;
}

static bool read_end(struct db *db, struct checkpoint *ret, bool *ret_new, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	const uint8_t *hash;
	size_t size;

	if (!db_run(db, NULL, AUDIT_CHAIN_END, NULL, 0, &rows, err))
		return false;
	*ret_new = rows_count(rows) > 0;
	if (!*ret_new)
		return true;
	hash = rows_bytes(rows, 0, 1, &size);
	if (size != CHAIN_HASH)
		return error_set(err, ERR_INTERNAL, "the last link's hash has %zu bytes", size);
	ret->position = rows_int(rows, 0, 0);
	ret->at = clock_unix_ms() / 1000;
	memcpy(ret->hash, hash, CHAIN_HASH);
	return true;
}

bool chain_checkpoint(struct db *db, const struct token_key *key, char ret_token[static TOKEN_MAX], struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	struct checkpoint end;
	bool new;

	ret_token[0] = '\0';
	if (!read_end(db, &end, &new, err) ||
	    (new && (!checkpoint_sign(key, &end, ret_token, err) ||
	             !DB_RUN(db, NULL, AUDIT_CHECKPOINT_INSERT, &rows, err, DB_INT(end.position), DB_TEXT(ret_token)))))
		return error_wrap(err, "make a checkpoint");
	return true;
}
