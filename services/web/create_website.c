/* CreateWebsite. Records a website and asks for it to be served. */
#include "lib/base/clock.h"
#include "lib/contract/format.h"
#include "lib/service/change.h"

#include "aliases.h"
#include "claims.h"
#include "defaults.h"
#include "desire.h"
#include "names.h"
#include "place.h"
#include "records.h"
#include "settings.h"
#include "store.h"
#include "view.h"
#include "web.h"
#include "wish.h"

/* Fills what the request and the caller say: organisation, name, and an id made beforehand for the claim. *ret_given:
 * the settings that were given, with the organisation's defaults; NULL: none. */
static bool website_from_request(struct call *call, const Stralix__V1__CreateWebsiteRequest *req, struct website *site,
                                 Stralix__V1__WebsiteSettings **ret_given, struct error *err)
{
	const struct web_settings *settings = service_settings(call_service(call));

	*site = (struct website){
		.id = uuid_v7(),
		.domain = req->domain,
		.node_id = req->node_id,
		.message = "",
		.created_ms = clock_unix_ms(),
	};
	if (!call_choose_org(call, req->organisation_id, &site->org, err))
		return false;
	if (*req->node_id && call_identity(call)->role < STRALIX__ROLE__STAFF)
		return error_set(err, ERR_FORBIDDEN, "The node is chosen by placement.");
	if (name_is_reserved(req->domain, settings->panel_hosts))
		return error_field(err, "domain", "reserved", "This name belongs to the panel itself.");
	site->display_domain = format_display_domain(req->domain, call_arena(call));
	if (!site->display_domain)
		return error_set(err, ERR_TOO_LARGE, "no room for the request");
	*ret_given = req->settings;
	return settings_read(NULL, 0, call_arena(call), &site->settings, err) &&
	       defaults_fill(call, &site->org, ret_given, err) &&
	       (!*ret_given || wish_first(call, site, *ret_given, err));
}

static bool fill_place(struct call *call, struct website *site, struct error *err)
{
	const Stralix__V1__PlaceResourceReply *place;

	if (!place_ask(call, site, site->domain, &place, err))
		return false;
	site->node_id = place->node_id;
	site->node_name = place->node_name;
	site->address = place->address;
	site->http_port = place->http_port;
	site->https_port = place->https_port;
	site->uid = place->uid;
	return true;
}

/* A node, and what can't be said without one: then the settings are those that were given. */
static bool place_with(struct call *call, struct website *site, Stralix__V1__WebsiteSettings *given,
                       struct aliases *aliases, struct error *err)
{
	Stralix__V1__WebsiteSettings *none = site->settings;
	struct website bare;

	if (given)
		site->settings = given;
	if (!fill_place(call, site, err))
		return false;
	bare = *site;
	bare.settings = none;
	return !given || (wish_check_proxy(call, &bare, given, err) && aliases_claim(call, &bare, given, aliases, err));
}

static bool node_place(struct call *call, struct website *site, Stralix__V1__WebsiteSettings *given,
                       struct aliases *aliases, struct error *err)
{
	if (place_with(call, site, given, aliases, err))
		return true;
	claim_give_back(call, site, site->domain);
	return false;
}

static bool insert(struct change *change, const struct website *site, struct error *err)
{
	if (website_insert(change_tx(change), site, err))
		return true;
	return err->code == ERR_EXISTS ? claim_taken("domain", err) : false;
}

/*
 * Effects  claims of the domain and the aliases; then one change: website row (pending), task website.apply, audit
 * website.create. Errors   ERR_EXISTS (a name), ERR_INVALID (domain, settings), ERR_QUOTA, ERR_NO_NODE,
 * ERR_UNAVAILABLE. Repeat   safe: the same idempotency key gets the first reply again.
 */
bool web_create_website(struct call *call, const Stralix__V1__CreateWebsiteRequest *req, struct error *err)
{
	static const struct desire live = { .serving = SERVING_LIVE,
		                            .state = WEBSITE_PENDING,
		                            .permission = "website:create",
		                            .action = "website.create" };
	uint32_t epoch = service_epoch(call_service(call));
	_cleanup_(change_freep) struct change *change = NULL;
	struct arena *arena = call_arena(call);
	Stralix__V1__WebsiteReply reply;
	Stralix__V1__WebsiteSettings *given;
	struct aliases aliases = { .n = 0 };
	struct website site;

	if (!website_from_request(call, req, &site, &given, err) ||
	    !claim_name(call, &site, site.domain, "domain", err) || !node_place(call, &site, given, &aliases, err) ||
	    !change_begin(call, &site.org, &change, err) || !change_quota(change, WEB_QUOTA, 1, err) ||
	    !website_desire(change, &site, &live, epoch, arena, err) || !insert(change, &site, err) ||
	    !records_tell(change, NULL, &site, arena, err) ||
	    !website_tell(change, NULL, &site, live.action, "accepted", "created", arena, err) ||
	    !website_reply(&site, arena, &reply, err) || !claim_confirm(change, &site, site.domain, err) ||
	    !aliases_confirm(change, &site, &aliases, err) || !change_reply(change, &reply.base, err) ||
	    !change_commit(change, err))
		return error_wrap(err, "create website '%s'", req->domain);
	return true;
}
