/* place: see place.h. */
#include "place.h"

#include "lib/contract/php.h"

#include "view.h"

bool place_ask(struct call *call, const struct website *site, const char *name,
               const Stralix__V1__PlaceResourceReply **ret, struct error *err)
{
	Stralix__V1__PlaceResourceRequest request;
	Stralix__V1__Target target;
	ProtobufCMessage *reply;

	stralix__v1__place_resource_request__init(&request);
	if (!website_target(site, call_arena(call), &target, err))
		return false;
	request.capability = target.kind;
	request.resource_id = target.id;
	request.organisation_id = target.organisation_id;
	request.node_id = target.node_id;
	request.name = (char *)(uintptr_t)name;
	if (php_wanted(site->settings)) /* of what is placed already it isn't asked */
		request.php_version = site->settings->php->version;
	if (!call_rpc(call, "tasks", "PlaceResource", &request.base, &stralix__v1__place_resource_reply__descriptor,
	              &reply, err))
		return false;
	*ret = (const Stralix__V1__PlaceResourceReply *)(void *)reply;
	return true;
}
