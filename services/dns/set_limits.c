/* SetLimits. What organisations may have, as authz says. */
#include <string.h>

#include "dns.h"
#include "dns_sql.h"

/* The limit of a kind; NULL: none. */
static const Stralix__V1__Limit *find(const Stralix__V1__SetLimitsRequest *req, const char *kind)
{
	for (size_t i = 0; i < req->n_limits; i++)
		if (strcmp(req->limits[i]->kind, kind) == 0)
			return req->limits[i];
	return NULL;
}

/*
 * Effects  the quota rows of organisations. What they have above a limit stays; only more is refused.
 * Repeat   safe, and in any order: the highest version stays.
 */
bool dns_set_limits(struct call *call, const Stralix__V1__SetLimitsRequest *req, struct error *err)
{
	const Stralix__V1__Limit *limit = find(req, DNS_QUOTA);
	_cleanup_(tx_freep) struct tx *tx = NULL;

	return (tx_begin(service_db_wide(call_service(call)), NULL, &tx, err) &&
	        TX_RUN(tx, DNS_WIDE_LIMITS_SET, NULL, err, DB_TEXTS(req->organisation_ids, req->n_organisation_ids),
	               DB_TEXT(DNS_QUOTA), limit ? DB_INT(limit->limit) : DB_NULL, DB_INT(req->version)) &&
	        tx_commit(&tx, err)) ||
	       error_wrap(err, "set limits");
}
