/* RetryWebsite. Asks once more for what failed. */
#include "desire.h"
#include "web.h"

/*
 * Effects  one change: website row (pending, deleting or purging), a new task with the same desired state, audit
 *          website.retry.
 * Errors   ERR_NOT_FOUND, ERR_CONFLICT (nothing has failed).
 */
bool web_retry_website(struct call *call, const Stralix__V1__RetryWebsiteRequest *req, struct error *err)
{
	static const enum website_state states[SERVINGS] = {
		[SERVING_LIVE] = WEBSITE_PENDING,
		[SERVING_SUSPENDED] = WEBSITE_PENDING,
		[SERVING_DELETED] = WEBSITE_DELETING,
		[SERVING_REMOVED] = WEBSITE_PURGING,
	};
	_cleanup_(change_freep) struct change *change = NULL;
	struct desire again = { .permission = "website:update", .action = "website.retry" };
	struct website site;

	if (!website_change_begin(call, req->website_id, &change, &site, err))
		return false;
	if (site.state != WEBSITE_FAILED)
		return error_set(err, ERR_CONFLICT, "Nothing of this website has failed.");
	again.serving = site.serving;
	again.state = states[site.serving];
	return website_change_finish(call, change, &site, &again, err) ||
	       error_wrap(err, "retry website '%s'", site.domain);
}
