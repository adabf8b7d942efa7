/* certificate_call: see certificate_call.h. */
#include "certificate_call.h"

#include "certificate_store.h"
#include "desire.h"

static bool none(struct error *err)
{
	return error_set(err, ERR_NOT_FOUND, "There is no such certificate.");
}

bool certificate_see(struct call *call, const char *certificate_id, struct certificate *ret, struct error *err)
{
	struct uuid id;

	if (!uuid_parse(certificate_id, &id))
		return none(err);
	if (!certificate_find(service_db_wide(call_service(call)), &id, call_arena(call), ret, err))
		return false;
	return call_may_see(call, &ret->org) || none(err);
}

bool certificate_change_begin(struct call *call, const char *certificate_id, struct change **ret, struct website *site,
                              struct certificate *ret_certificate, struct error *err)
{
	_cleanup_(change_freep) struct change *change = NULL;
	struct certificate seen;
	char website_id[UUID_TEXT];

	if (!certificate_see(call, certificate_id, &seen, err))
		return false;
	if (!website_change_begin(call, uuid_format(&seen.website_id, website_id), &change, site, err) ||
	    !certificate_lock(change_tx(change), &seen.id, call_arena(call), ret_certificate, err))
		return false;
	*ret = TAKE_PTR(change);
	return true;
}

bool certificate_may_ask(const struct website *site, struct error *err)
{
	if (site->serving != SERVING_LIVE && site->serving != SERVING_SUSPENDED)
		return error_set(err, ERR_CONFLICT, "A deleted website gets no certificate.");
	return true;
}
