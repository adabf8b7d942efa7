/* UpdateWebsite. Changes settings of a website. */
#include <stdio.h>
#include <string.h>

#include "claims.h"
#include "desire.h"
#include "settings.h"
#include "view.h"
#include "web.h"
#include "wish.h"

enum { FIELD = 64 };

/* The names that this call has claimed: given back when it comes to nothing. */
struct claimed {
	const char *names[32];
	size_t n;
};

static void give_back(struct call *call, const struct website *site, const struct claimed *claimed)
{
	for (size_t i = 0; i < claimed->n; i++)
		claim_give_back(call, site, claimed->names[i]);
}

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

/* Holds the names that are new; what was at work before is held still. */
static bool claim_new(struct call *call, const struct website *site, const Stralix__V1__WebsiteSettings *wanted,
                      struct claimed *claimed, struct error *err)
{
	char field[FIELD];

	for (size_t i = 0; i < wanted->n_aliases; i++) {
		const char *name = wanted->aliases[i];

		if (wish_has_name(site, name))
			continue;
		snprintf(field, sizeof(field), "settings.aliases[%zu]", i);
		if (!wish_check_name(call, site, name, field, err))
			return false;
		if (claimed->n == ARRAY_SIZE(claimed->names))
			return error_field(err, field, "count", "There are too many.");
		if (!claim_name(call, site, name, field, err))
			return false;
		claimed->names[claimed->n++] = name;
	}
	return true;
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
                         Stralix__V1__WebsiteSettings *wanted, const struct claimed *claimed, struct error *err)
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
	for (size_t i = 0; i < claimed->n; i++)
		if (!claim_confirm(change, &site, claimed->names[i], err))
			return false;
	if (!release_forgotten(change, &site, wanted, err))
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
	struct claimed claimed = { .n = 0 };
	struct website site;

	if (!find(call, req, &site, err))
		return false;
	if (req->n_update_mask == 0)
		return error_field(err, "settings", "required", "Name what is to change, such as settings.aliases.");
	if (!wish_merge(call, &site, req->settings, req->update_mask, req->n_update_mask, &wanted, err))
		return false;
	if (!claim_new(call, &site, wanted, &claimed, err)) {
		give_back(call, &site, &claimed);
		return error_wrap(err, "update website '%s'", site.domain);
	}
	if (write_change(call, req, wanted, &claimed, err))
		return true;
	if (err->code == ERR_PRECONDITION) /* whatever else went wrong, the change may have committed */
		give_back(call, &site, &claimed);
	return error_wrap(err, "update website '%s'", site.domain);
}
