/* UpdateWebsite. Changes settings of a website. */
#include <stdio.h>
#include <string.h>

#include "lib/contract/php.h"

#include "claims.h"
#include "desire.h"
#include "names.h"
#include "place.h"
#include "proxy.h"
#include "settings.h"
#include "store.h"
#include "view.h"
#include "web.h"

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
	struct uuid id;

	if (!uuid_parse(req->website_id, &id))
		return error_set(err, ERR_NOT_FOUND, "There is no such website.");
	if (!website_find(service_db_wide(call_service(call)), &id, call_arena(call), site, err))
		return false;
	if (!call_may_see(call, &site->org))
		return error_set(err, ERR_NOT_FOUND, "There is no such website.");
	if (strcmp(website_etag(site, etag), req->if_match) != 0)
		return error_set(err, ERR_PRECONDITION,
		                 "The website was changed meanwhile. Look at it again, then repeat your change.");
	if (site->serving != SERVING_LIVE && site->serving != SERVING_SUSPENDED)
		return error_set(err, ERR_CONFLICT, "A deleted website has no settings to change.");
	return true;
}

/* What was at work before stays allowed, so that other settings can be changed. */
static bool check_proxy(struct call *call, const struct website *site, const Stralix__V1__WebsiteSettings *wanted,
                        struct error *err)
{
	const struct web_settings *settings = service_settings(call_service(call));
	bool v6 = strchr(site->address, ':') != NULL;
	const char *own; /* itself: the request would go round and round */

	own = arena_printf(call_arena(call), "%s, %s%s%s:%u, %s%s%s:%u", settings->proxy_refused, v6 ? "[" : "",
	                   site->address, v6 ? "]" : "", site->http_port, v6 ? "[" : "", site->address, v6 ? "]" : "",
	                   site->https_port);
	if (!own)
		return error_set(err, ERR_TOO_LARGE, "no room for the request");
	if (!*wanted->proxy || strcmp(wanted->proxy, site->settings->proxy) == 0 ||
	    proxy_may(wanted->proxy, settings->proxy_allowed, own))
		return true;
	return error_field(err, "settings.proxy", "forbidden", "This address can't be passed on to.");
}

/* What was chosen before stays allowed, even if its node has lost it. */
static bool check_php(struct call *call, const struct website *site, const Stralix__V1__WebsiteSettings *wanted,
                      struct error *err)
{
	const Stralix__V1__PlaceResourceReply *place;

	if (!php_wanted(wanted) ||
	    (site->settings->php && strcmp(wanted->php->version, site->settings->php->version) == 0))
		return true;
	if (!place_ask(call, site, "", &place, err))
		return false;
	for (size_t i = 0; i < place->n_php_versions; i++)
		if (strcmp(place->php_versions[i], wanted->php->version) == 0)
			return true;
	return error_field(err, "settings.php.version", "available", "This website's node has no PHP %s.",
	                   wanted->php->version);
}

static bool is_reserved(struct error *err, const char *field)
{
	*err = (struct error){ 0 };
	return error_field(err, field, "reserved", "This name belongs to the panel itself.");
}

/* Neither the panel's name nor that of a node. */
static bool check_name(struct call *call, const struct website *site, const char *name, const char *field,
                       struct error *err)
{
	const struct web_settings *settings = service_settings(call_service(call));
	const Stralix__V1__PlaceResourceReply *place;

	if (name_is_reserved(name, settings->panel_hosts))
		return is_reserved(err, field);
	return place_ask(call, site, name, &place, err) || (err->code == ERR_INVALID && is_reserved(err, field));
}

/* Holds the names that are new; what was at work before is held still. */
static bool claim_new(struct call *call, const struct website *site, const Stralix__V1__WebsiteSettings *wanted,
                      struct claimed *claimed, struct error *err)
{
	char field[FIELD];

	for (size_t i = 0; i < wanted->n_aliases; i++) {
		const char *name = wanted->aliases[i];

		if (settings_has_alias(site->settings, name) || settings_has_alias(site->applied_settings, name))
			continue;
		snprintf(field, sizeof(field), "settings.aliases[%zu]", i);
		if (!check_name(call, site, name, field, err))
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
	struct desire desire = { SERVING_LIVE, WEBSITE_PENDING, "website:update", "website.update", wanted };
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
	if (!settings_merge(site.settings, req->settings, req->update_mask, req->n_update_mask, call_arena(call),
	                    &wanted, err) ||
	    !settings_check(wanted, site.domain, err) || !check_proxy(call, &site, wanted, err) ||
	    !check_php(call, &site, wanted, err))
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
