/* GetWebsite. Shows one website. */
#include "store.h"
#include "view.h"
#include "web.h"

/* Errors: ERR_NOT_FOUND, the same for absent and not for these eyes. */
bool web_get_website(struct call *call, const Stralix__V1__GetWebsiteRequest *req, struct error *err)
{
	Stralix__V1__GetWebsiteReply reply;
	struct website site;
	struct uuid id;

	if (!uuid_parse(req->website_id, &id))
		return error_set(err, ERR_NOT_FOUND, "There is no such website.");
	if (!website_find(service_db_wide(call_service(call)), &id, call_arena(call), &site, err))
		return false;
	if (!call_may_see(call, &site.org))
		return error_set(err, ERR_NOT_FOUND, "There is no such website.");
	stralix__v1__get_website_reply__init(&reply);
	return website_view(&site, call_arena(call), &reply.website, err) && call_reply(call, &reply.base, err);
}
