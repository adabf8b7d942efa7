/* PurgeWebsite. Removes a deleted website for good. */
#include "desire.h"
#include "web.h"

/*
 * Effects  one change: website row (purging), task website.remove, audit website.purge. Name and quota come free when
 *          the task has succeeded.
 * Errors   ERR_NOT_FOUND, ERR_CONFLICT (not deleted, or being purged already).
 */
bool web_purge_website(struct call *call, const Stralix__V1__PurgeWebsiteRequest *req, struct error *err)
{
	static const struct desire removed = { .serving = SERVING_REMOVED,
		                               .state = WEBSITE_PURGING,
		                               .permission = "website:delete",
		                               .action = "website.purge" };
	_cleanup_(change_freep) struct change *change = NULL;
	struct website site;

	if (!website_change_begin(call, req->website_id, &change, &site, err))
		return false;
	if (site.serving == SERVING_LIVE || site.serving == SERVING_SUSPENDED ||
	    (site.state != WEBSITE_DELETED && site.state != WEBSITE_FAILED))
		return error_set(err, ERR_CONFLICT, "Only a deleted website can be purged.");
	return website_change_finish(call, change, &site, &removed, err) ||
	       error_wrap(err, "purge website '%s'", site.domain);
}
