/* Who owns which name: held, confirmed, released, refused. */
#include "claim.h"

#include "authz.h"
#include "authz_sql.h"
#include "domain.h"
#include "taken.h"

/* Begins; nobody else decides about this name or its relatives until the transaction ends. */
static bool begin(struct db *wide, const char *domain, struct tx **ret, struct error *err)
{
	const char *registrable = domain_registrable(domain);

	if (!registrable)
		return error_field(err, "domain", "HOSTNAME",
		                   "Names are registered below this one; it can't be owned.");
	return tx_begin(wide, NULL, ret, err) && TX_SEND(*ret, AUTHZ_WIDE_CLAIM_LOCK, err, DB_TEXT(registrable));
}

static bool conflicts(struct tx *tx, const char *domain, const struct uuid *org, struct arena *arena, bool *ret,
                      struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	const char *const *parents;
	size_t n;

	if (!domain_parents(domain, arena, &parents, &n, err) ||
	    !TX_RUN(tx, AUTHZ_WIDE_CLAIM_CONFLICT, &rows, err, DB_TEXT(domain), DB_TEXTS(parents, n), DB_UUID(org)))
		return false;
	*ret = rows_count(rows) > 0;
	return true;
}

bool claim_hold(struct db *wide, const struct claim *claim, struct arena *arena, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	_cleanup_(tx_freep) struct tx *tx = NULL;
	bool refused;

	if (!begin(wide, claim->domain, &tx, err) || !conflicts(tx, claim->domain, &claim->org, arena, &refused, err))
		return false;
	if (refused)
		return taken(err, "domain", "This domain, or one above or below it, is in use already.");
	if (!TX_RUN(tx, AUTHZ_WIDE_CLAIM_HOLD, &rows, err, DB_TEXT(claim->domain), DB_UUID(&claim->resource),
	            DB_UUID(&claim->org), DB_TEXT(claim->kind), DB_INT(AUTHZ_HOLD_S)))
		return error_wrap(err, "hold '%s'", claim->domain);
	if (!rows_affected(rows))
		return error_set(err, ERR_NOT_FOUND, "no such organisation");
	return tx_commit(&tx, err);
}

bool claim_confirm(struct db *wide, const char *domain, const struct uuid *resource, struct arena *arena,
                   struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	_cleanup_(tx_freep) struct tx *tx = NULL;
	struct uuid org;
	bool refused;

	if (!begin(wide, domain, &tx, err) ||
	    !TX_RUN(tx, AUTHZ_WIDE_CLAIM_SHOW, &rows, err, DB_TEXT(domain), DB_UUID(resource)))
		return error_wrap(err, "confirm '%s'", domain);
	if (!rows_count(rows))
		return error_set(err, ERR_NOT_FOUND, "nothing holds '%s' for this resource", domain);
	org = rows_uuid(rows, 0, 0);
	if (!conflicts(tx, domain, &org, arena, &refused, err))
		return error_wrap(err, "confirm '%s'", domain);
	if (refused)
		return error_set(err, ERR_CONFLICT, "the hold on '%s' ran out and the name was taken", domain);
	return TX_SEND(tx, AUTHZ_WIDE_CLAIM_CONFIRM, err, DB_TEXT(domain), DB_UUID(resource)) && tx_commit(&tx, err);
}

bool claim_release(struct db *wide, const char *domain, const struct uuid *resource, struct error *err)
{
	_cleanup_(tx_freep) struct tx *tx = NULL;

	if (!begin(wide, domain, &tx, err) ||
	    !TX_SEND(tx, AUTHZ_WIDE_CLAIM_RELEASE, err, DB_TEXT(domain), DB_UUID(resource)) || !tx_commit(&tx, err))
		return error_wrap(err, "release '%s'", domain);
	return true;
}
