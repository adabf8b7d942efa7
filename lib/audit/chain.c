/* chain: see chain.h. */
#include "chain.h"

#include <string.h>

#include "lib/token/token.h"

bool chain_hash(const uint8_t previous[static CHAIN_HASH], const struct audit_entry *record,
                uint8_t ret[static CHAIN_HASH], struct error *err)
{
	_cleanup_buf_ struct buf bytes = { 0 };

	buf_add(&bytes, previous, CHAIN_HASH);
	audit_entry_canonical(record, &bytes);
	if (buf_failed(&bytes))
		return error_set(err, ERR_INTERNAL, "hash an audit record: out of memory");
	token_digest(bytes.data, bytes.size, ret);
	return true;
}

static bool look(const struct chain_walk *walk, const struct chain_link *link, enum chain_fault *ret, struct error *err)
{
	uint8_t hash[CHAIN_HASH];

	*ret = CHAIN_WHOLE;
	if (!link->previous || !link->hash || link->version != AUDIT_CANONICAL_VERSION)
		*ret = CHAIN_UNKNOWN;
	else if (link->position != walk->position + 1)
		*ret = CHAIN_MISSING;
	else if (memcmp(link->previous, walk->hash, CHAIN_HASH) != 0)
		*ret = CHAIN_DETACHED;
	else if (!link->has_record)
		*ret = CHAIN_DELETED;
	if (*ret != CHAIN_WHOLE)
		return true;
	if (!chain_hash(walk->hash, &link->record, hash, err))
		return false;
	if (memcmp(hash, link->hash, CHAIN_HASH) != 0)
		*ret = CHAIN_CHANGED;
	return true;
}

bool chain_step(struct chain_walk *walk, const struct chain_link *link, enum chain_fault *ret, struct error *err)
{
	if (!look(walk, link, ret, err))
		return false;
	walk->position = link->position;
	if (link->hash)
		memcpy(walk->hash, link->hash, CHAIN_HASH);
	return true;
}

const char *chain_fault_text(enum chain_fault fault)
{
	static const char *const texts[] = {
		[CHAIN_WHOLE] = "is whole",
		[CHAIN_MISSING] = "follows a gap: links before it were deleted",
		[CHAIN_DETACHED] = "doesn't continue the one before it: something was changed, moved or put in between",
		[CHAIN_DELETED] = "names a record that was deleted",
		[CHAIN_CHANGED] = "names a record that was changed",
		[CHAIN_UNKNOWN] = "is no link of a version that this program knows",
	};

	return texts[fault];
}
