/* GetWebsiteDefaults and UpdateWebsiteDefaults. */
#include <string.h>

#include "lib/service/change.h"

#include "defaults.h"
#include "web.h"

static void fill_reply(Stralix__V1__WebsiteDefaultsReply *reply, Stralix__V1__WebsiteDefaults *defaults)
{
	stralix__v1__website_defaults_reply__init(reply);
	reply->defaults = defaults;
}

/* Errors: ERR_NOT_FOUND (an organisation not for these eyes). */
bool web_get_website_defaults(struct call *call, const Stralix__V1__GetWebsiteDefaultsRequest *req, struct error *err)
{
	Stralix__V1__WebsiteDefaults *defaults;
	Stralix__V1__WebsiteDefaultsReply reply;
	struct uuid org;

	if (!call_choose_org(call, req->organisation_id, &org, err) ||
	    !defaults_find(service_db_wide(call_service(call)), &org, call_arena(call), &defaults, err))
		return error_wrap(err, "defaults of websites");
	fill_reply(&reply, defaults);
	return call_reply(call, &reply.base, err);
}

static bool read_wanted(const Stralix__V1__UpdateWebsiteDefaultsRequest *req, Stralix__V1__WebsiteDefaults *ret,
                        struct error *err)
{
	stralix__v1__website_defaults__init(ret);
	ret->keep_http = req->keep_http;
	ret->certificate = req->certificate == STRALIX__V1__HTTPS__CERTIFICATE__CERTIFICATE_UNSET
	                           ? STRALIX__V1__HTTPS__CERTIFICATE__AUTOMATIC
	                           : req->certificate;
	return ret->certificate == STRALIX__V1__HTTPS__CERTIFICATE__AUTOMATIC ||
	       ret->certificate == STRALIX__V1__HTTPS__CERTIFICATE__NONE ||
	       error_field(err, "certificate", "enum", "Websites begin with AUTOMATIC certificates or with NONE.");
}

static bool tell(struct change *change, const Stralix__V1__WebsiteDefaults *before,
                 const Stralix__V1__WebsiteDefaults *after, struct error *err)
{
	Stralix__V1__Target target;

	stralix__v1__target__init(&target);
	target.kind = (char *)(uintptr_t) "website_defaults";
	target.id = after->organisation_id;
	target.organisation_id = after->organisation_id;
	return change_audit(change, "website_defaults.update", &target, "success",
	                    &stralix__v1__website_defaults__rules, &before->base, &after->base, err) &&
	       change_event(change, "website-defaults", "updated", target.id, err);
}

/* Effects: one row, audit website_defaults.update. Errors: ERR_INVALID (certificate), ERR_PRECONDITION (If-Match),
 * ERR_NOT_FOUND (an organisation not for these eyes). */
bool web_update_website_defaults(struct call *call, const Stralix__V1__UpdateWebsiteDefaultsRequest *req,
                                 struct error *err)
{
	_cleanup_(change_freep) struct change *change = NULL;
	Stralix__V1__WebsiteDefaults *before, *after, wanted;
	struct arena *arena = call_arena(call);
	Stralix__V1__WebsiteDefaultsReply reply;
	struct uuid org;

	if (!call_choose_org(call, req->organisation_id, &org, err) || !read_wanted(req, &wanted, err) ||
	    !change_begin(call, &org, &change, err) || !defaults_lock(change_tx(change), &org, arena, &before, err))
		return error_wrap(err, "defaults of websites");
	if (strcmp(before->etag, req->if_match) != 0)
		return error_set(err, ERR_PRECONDITION,
		                 "The defaults were changed meanwhile. Look at them again, then repeat your change.");
	if (!defaults_put(change_tx(change), &org, before, &wanted, arena, &after, err) ||
	    !tell(change, before, after, err))
		return error_wrap(err, "defaults of websites");
	fill_reply(&reply, after);
	return change_reply(change, &reply.base, err) && change_commit(change, err);
}
