/* UndeleteWebsite. Serves a deleted website again. */
#include "desire.h"
#include "web.h"

/*
 * Effects  one change: website row (pending), task website.apply, audit website.undelete.
 * Errors   ERR_NOT_FOUND, ERR_CONFLICT (not deleted, or its files are being removed).
 */
bool web_undelete_website(struct call *call, const Stralix__V1__UndeleteWebsiteRequest *req, struct error *err)
{
	struct desire live = { .serving = SERVING_LIVE,
		               .state = WEBSITE_PENDING,
		               .permission = "website:delete",
		               .action = "website.undelete" };
	_cleanup_(change_freep) struct change *change = NULL;
	struct website site;

	if (!website_change_begin(call, req->website_id, &change, &site, err))
		return false;
	if (site.serving != SERVING_DELETED || (site.state != WEBSITE_DELETED && site.state != WEBSITE_FAILED))
		return error_set(err, ERR_CONFLICT, "Only a deleted website can be brought back.");
	if (site.suspended) /* it stays so: deleting is no way around it */
		live.serving = SERVING_SUSPENDED;
	return website_change_finish(call, change, &site, &live, err) ||
	       error_wrap(err, "undelete website '%s'", site.domain);
}
