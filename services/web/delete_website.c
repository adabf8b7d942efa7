/* DeleteWebsite. Stops serving a website; data and name stay for the grace period. */
#include "desire.h"
#include "web.h"

/*
 * Effects  one change: website row (deleting), task website.apply with state deleted, audit website.delete.
 * Errors   ERR_NOT_FOUND, ERR_CONFLICT (deleted already, or about to be).
 */
bool web_delete_website(struct call *call, const Stralix__V1__DeleteWebsiteRequest *req, struct error *err)
{
	static const struct desire deleted = { .serving = SERVING_DELETED,
		                               .state = WEBSITE_DELETING,
		                               .permission = "website:delete",
		                               .action = "website.delete" };
	_cleanup_(change_freep) struct change *change = NULL;
	struct website site;

	if (!website_change_begin(call, req->website_id, &change, &site, err))
		return false;
	if (site.state == WEBSITE_DELETING || site.state == WEBSITE_DELETED || site.state == WEBSITE_PURGING ||
	    site.serving == SERVING_REMOVED)
		return error_set(err, ERR_CONFLICT, "This website is deleted already.");
	return website_change_finish(call, change, &site, &deleted, err) ||
	       error_wrap(err, "delete website '%s'", site.domain);
}
