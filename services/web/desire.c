/* desire: see desire.h. */
#include "desire.h"

#include "lib/base/clock.h"

#include "stralix/v1/node.pb-c.h"
#include "stralix/v1/web.contract.h"

#include "records.h"
#include "settings.h"
#include "store.h"
#include "view.h"

static void raise_generation(struct generation *generation, uint32_t epoch)
{
	generation->epoch = epoch > generation->epoch ? epoch : generation->epoch;
	generation->n++;
}

/* Nothing when the settings want no HTTPS. */
static bool fill_certificate(const struct website *site, struct arena *arena, Stralix__V1__WebsiteState *state)
{
	const Stralix__V1__Https *https = site->settings ? site->settings->https : NULL;
	Stralix__V1__Certificate *certificate;
	char id[UUID_TEXT];

	if (uuid_is_nil(&site->certificate_id) || !site->chain || !*site->chain ||
	    (https && https->certificate == STRALIX__V1__HTTPS__CERTIFICATE__NONE))
		return true;
	certificate = arena_alloc(arena, sizeof(*certificate));
	if (!certificate)
		return false;
	stralix__v1__certificate__init(certificate);
	certificate->id = arena_strdup(arena, uuid_format(&site->certificate_id, id));
	certificate->chain = arena_strdup(arena, site->chain);
	certificate->sealed_key.data = (uint8_t *)(uintptr_t)site->sealed_key.data;
	certificate->sealed_key.len = site->sealed_key.size;
	certificate->redirect = !https || !https->keep_http;
	certificate->hsts_s = https ? https->hsts_s : 0;
	certificate->hsts_subdomains = https && https->hsts_subdomains;
	state->certificate = certificate;
	return certificate->id && certificate->chain;
}

bool website_state_message(const struct website *site, struct arena *arena, Stralix__V1__WebsiteState *ret,
                           struct error *err)
{
	static const Stralix__V1__WebsiteState__Serving servings[SERVINGS] = {
		[SERVING_LIVE] = STRALIX__V1__WEBSITE_STATE__SERVING__LIVE,
		[SERVING_SUSPENDED] = STRALIX__V1__WEBSITE_STATE__SERVING__SUSPENDED,
		[SERVING_DELETED] = STRALIX__V1__WEBSITE_STATE__SERVING__DELETED,
	};
	Stralix__V1__Target target;

	if (!website_target(site, arena, &target, err))
		return false;
	stralix__v1__website_state__init(ret);
	ret->id = target.id;
	ret->domain = arena_strdup(arena, site->domain);
	ret->serving = servings[site->serving];
	ret->uid = site->uid;
	ret->acme_thumbprint = arena_strdup(arena, site->thumbprint ? site->thumbprint : "");
	if (!ret->acme_thumbprint || !fill_certificate(site, arena, ret))
		return error_set(err, ERR_TOO_LARGE, "no room for a website");
	if (!settings_equal(site->settings, NULL)) /* what has none is served by any agent, at once */
		ret->settings = site->settings;
	return ret->domain || error_set(err, ERR_TOO_LARGE, "no room for a website");
}

/* The verb of the task and what goes with it; nothing with a removal. */
static bool fill_task(const struct website *site, const struct desire *desire, struct arena *arena,
                      Stralix__V1__WebsiteState *state, const char **verb, const ProtobufCMessage **desired,
                      struct error *err)
{
	*verb = "remove";
	*desired = NULL;
	if (site->serving == SERVING_REMOVED)
		return true;
	if (!website_state_message(site, arena, state, err))
		return false;
	*verb = desire->verb ? desire->verb : "apply";
	*desired = &state->base;
	if (desire->order) {
		desire->order->site = state;
		*desired = &desire->order->base;
	}
	return true;
}

bool website_desire(struct change *change, struct website *site, const struct desire *desire, uint32_t epoch,
                    struct arena *arena, struct error *err)
{
	Stralix__V1__Generation generation;
	Stralix__V1__WebsiteState state;
	const ProtobufCMessage *desired;
	Stralix__V1__Target target;
	const char *verb;

	raise_generation(&site->generation, epoch);
	site->serving = desire->serving;
	if (desire->settings)
		site->settings = desire->settings;
	site->state = desire->state;
	site->message = "";
	site->purge_ms = 0;
	site->updated_ms = clock_unix_ms();
	if (!website_thumbprint(change_tx(change), arena, &site->thumbprint, err))
		return false;
	stralix__v1__generation__init(&generation);
	generation.epoch = site->generation.epoch;
	generation.n = site->generation.n;
	return website_target(site, arena, &target, err) &&
	       fill_task(site, desire, arena, &state, &verb, &desired, err) &&
	       change_task(change, verb, &target, &generation, desired, desire->permission, site->task_id, err);
}

bool website_tell(struct change *change, const struct website *before, const struct website *after, const char *action,
                  const char *outcome, const char *verb, struct arena *arena, struct error *err)
{
	Stralix__V1__Website *was = NULL, *is;
	Stralix__V1__Target target;

	if ((before && !website_view(before, arena, &was, err)) || !website_view(after, arena, &is, err) ||
	    !website_target(after, arena, &target, err))
		return false;
	return change_audit(change, action, &target, outcome, &stralix__v1__website__rules, was ? &was->base : NULL,
	                    &is->base, err) &&
	       change_event(change, "website", verb, target.id, err);
}

bool website_desire_again(struct change *change, struct website *site, const struct desire *desire, uint32_t epoch,
                          struct arena *arena, struct error *err)
{
	const struct website before = *site;

	return website_desire(change, site, desire, epoch, arena, err) &&
	       website_update(change_tx(change), site, err) && records_tell(change, &before, site, arena, err) &&
	       website_tell(change, &before, site, desire->action, "accepted", "updated", arena, err);
}

bool website_change_begin(struct call *call, const char *website_id, struct change **ret, struct website *site,
                          struct error *err)
{
	_cleanup_(change_freep) struct change *change = NULL;
	struct uuid id;

	if (!uuid_parse(website_id, &id))
		return error_set(err, ERR_NOT_FOUND, "There is no such website.");
	if (!website_find(service_db_wide(call_service(call)), &id, call_arena(call), site, err))
		return false;
	if (!call_may_see(call, &site->org))
		return error_set(err, ERR_NOT_FOUND, "There is no such website.");
	if (!change_begin(call, &site->org, &change, err) ||
	    !website_lock(change_tx(change), &id, call_arena(call), site, err))
		return false;
	*ret = TAKE_PTR(change);
	return true;
}

bool website_change_finish(struct call *call, struct change *change, struct website *site, const struct desire *desire,
                           struct error *err)
{
	Stralix__V1__WebsiteReply reply;

	return website_desire_again(change, site, desire, service_epoch(call_service(call)), call_arena(call), err) &&
	       website_reply(site, call_arena(call), &reply, err) && change_reply(change, &reply.base, err) &&
	       change_commit(change, err);
}
