/* UpdateWebsite. Changes settings of a website. */
#include <string.h>

#include "aliases.h"
#include "claims.h"
#include "desire.h"
#include "settings.h"
#include "view.h"
#include "web.h"
#include "wish.h"

/* The row as it is, for these eyes and this ETag. */
static bool find(struct call *call, const Stralix__V1__UpdateWebsiteRequest *req, struct website *site,
                 struct error *err)
{
	char etag[WEBSITE_ETAG];

	if (!wish_find(call, req->website_id, site, err))
		return false;
	if (strcmp(website_etag(site, etag), req->if_match) != 0)
		return error_set(err, ERR_PRECONDITION,
		                 "The website was changed meanwhile. Look at it again, then repeat your change.");
	return wish_may_change(site, err);
}

/* Names that were asked for before and never came to work: no task will tell of them. */
static bool release_forgotten(struct change *change, const struct website *site,
                              const Stralix__V1__WebsiteSettings *wanted, struct error *err)
{
	for (size_t i = 0; i < site->settings->n_aliases; i++) {
		const char *name = site->settings->aliases[i];

		if (!settings_has_alias(wanted, name) && !settings_has_alias(site->applied_settings, name) &&
		    !claim_release(change, site, name, err))
			return false;
	}
	return true;
}

static bool write_change(struct call *call, const Stralix__V1__UpdateWebsiteRequest *req,
                         Stralix__V1__WebsiteSettings *wanted, const struct aliases *claimed, struct error *err)
{
	struct desire desire = {
		.state = WEBSITE_PENDING, .permission = "website:update", .action = "website.update", .settings = wanted
	};
	_cleanup_(change_freep) struct change *change = NULL;
	char etag[WEBSITE_ETAG];
	struct website site;

	if (!website_change_begin(call, req->website_id, &change, &site, err))
		return false;
	if (strcmp(website_etag(&site, etag), req->if_match) != 0)
		return error_set(err, ERR_PRECONDITION,
		                 "The website was changed meanwhile. Look at it again, then repeat your change.");
	if (!aliases_confirm(change, &site, claimed, err) || !release_forgotten(change, &site, wanted, err))
		return false;
	desire.serving = site.serving;
	return website_change_finish(call, change, &site, &desire, err);
}

/*
 * Effects  claims on new names; then one change: website row (pending), task website.apply, audit website.update. Names
 *          that fall away are free once the node has stopped serving them.
 * Errors   ERR_NOT_FOUND, ERR_PRECONDITION (If-Match), ERR_INVALID, ERR_EXISTS (a name), ERR_CONFLICT (deleted).
 */
bool web_update_website(struct call *call, const Stralix__V1__UpdateWebsiteRequest *req, struct error *err)
{
	Stralix__V1__WebsiteSettings *wanted;
	struct aliases claimed = { .n = 0 };
	struct website site;

	if (!find(call, req, &site, err))
		return false;
	if (req->n_update_mask == 0)
		return error_field(err, "settings", "required", "Name what is to change, such as settings.aliases.");
	if (!wish_merge(call, &site, req->settings, req->update_mask, req->n_update_mask, &wanted, err))
		return false;
	if (!aliases_claim(call, &site, wanted, &claimed, err))
		return error_wrap(err, "update website '%s'", site.domain);
	if (write_change(call, req, wanted, &claimed, err))
		return true;
	if (err->code == ERR_PRECONDITION) /* whatever else went wrong, the change may have committed */
		aliases_give_back(call, &site, &claimed);
	return error_wrap(err, "update website '%s'", site.domain);
}
