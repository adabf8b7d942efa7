/* SuspendWebsite and ResumeWebsite. A page says that a website is suspended; its files, names and settings stay. */
#include "desire.h"
#include "web.h"

/* reason: NULL: to be resumed. */
static bool set_suspended(struct call *call, const char *website_id, const char *reason, struct error *err)
{
	static const struct desire desires[] = {
		{ .serving = SERVING_LIVE,
		  .state = WEBSITE_PENDING,
		  .permission = "website:suspend",
		  .action = "website.resume" },
		{ .serving = SERVING_SUSPENDED,
		  .state = WEBSITE_PENDING,
		  .permission = "website:suspend",
		  .action = "website.suspend" },
	};
	_cleanup_(change_freep) struct change *change = NULL;
	bool suspended = reason != NULL;
	struct website site;

	if (!website_change_begin(call, website_id, &change, &site, err))
		return false;
	if (site.serving != SERVING_LIVE && site.serving != SERVING_SUSPENDED)
		return error_set(err, ERR_CONFLICT, "A deleted website can't be suspended or resumed.");
	if (site.suspended == suspended)
		return error_set(err, ERR_CONFLICT,
		                 suspended ? "This website is suspended already." : "This website isn't suspended.");
	site.suspended = suspended;
	site.suspend_reason = reason;
	return website_change_finish(call, change, &site, &desires[suspended], err) ||
	       error_wrap(err, "%s website '%s'", suspended ? "suspend" : "resume", site.domain);
}

/*
 * Effects  one change: website row (pending), task website.apply, audit website.suspend.
 * Errors   ERR_NOT_FOUND, ERR_CONFLICT (suspended already, deleted).
 */
bool web_suspend_website(struct call *call, const Stralix__V1__SuspendWebsiteRequest *req, struct error *err)
{
	return set_suspended(call, req->website_id, req->reason, err);
}

/* The same the other way round; audit website.resume. */
bool web_resume_website(struct call *call, const Stralix__V1__ResumeWebsiteRequest *req, struct error *err)
{
	return set_suspended(call, req->website_id, NULL, err);
}
